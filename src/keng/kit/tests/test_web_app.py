"""Each site as an app: its icons are our mark, and the scripts that a share passes through."""

import os
import re
from importlib import resources

import pytest

from keng.kit.share_cards import png_of_svg
from keng.kit.web_app import ICON_SIZES, worker_response
from tests.architecture.source import KENG

_STATIC = resources.files("keng") / "static" / "keng"


def drawn_icon(size: int) -> bytes:
    """Our mark on white, with room for a phone that cuts icons round."""
    mark = (_STATIC / "mark.svg").read_text().replace("<svg ", '<svg x="20" y="20" ', 1)
    return png_of_svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="0 0 80 80"><rect width="80" height="80" fill="#fff"/>{mark}</svg>'
    )


@pytest.mark.parametrize("size", ICON_SIZES)
def test_an_icon_is_our_mark_as_it_is_drawn_now(size):
    """DRAW_ICONS=1 draws them anew."""
    file = _STATIC / "icons" / f"app-{size}.png"
    if os.environ.get("DRAW_ICONS"):
        file.write_bytes(drawn_icon(size))
    assert file.read_bytes() == drawn_icon(size)


def test_quick_exit_and_the_end_of_a_session_delete_the_box_by_its_name():
    store = (_STATIC / "js" / "shared-sweep.js").read_text()
    assert 'const DATABASE = "keng-shared";' in store
    for name in ("leave.js", "unsent.js"):
        script = (_STATIC / "js" / name).read_text()
        assert 'indexedDB?.deleteDatabase("keng-shared")' in script
        assert 'sessionStorage.removeItem("keng-shared")' in script


def test_whatever_page_deletes_the_box_also_sweeps_it_once_its_time_is_over():
    templates = [file.read_text() for file in KENG.rglob("templates/**/*.html")]
    deleting = [one for one in templates if "js/leave.js" in one or "js/unsent.js" in one]
    assert len(deleting) > 2
    assert all("js/shared-sweep.js" in one for one in deleting)


def test_the_worker_replaces_the_one_before_it_and_puts_no_key_into_an_address():
    answer = worker_response("sw.js", shared_at="/at/", shared_page="/page/")
    worker = answer.content.decode()
    assert 'addEventListener("install", () => self.skipWaiting())' in worker
    assert re.findall(r"SHARED_PAGE\}([^`]*)`", worker) == ["#shared", "#none"]
    assert worker.index("self.kengSharedStore = ") < worker.index("= self.kengSharedStore;")
