"""How a demo comes in: by its entry point, in a process of a demo alone, and not without it."""

import importlib.metadata
import os
import subprocess
import sys

import pytest

from keng.kit.demo_hook import installed_demo, required_demo, running_demo
from keng.kit.refusals import WrongSettings

IN_WORDS = "the demo is not installed here.*requirements/install demo"


@pytest.fixture
def alone(monkeypatch):
    """As where `keng` is installed and nothing beside it."""
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_asked: ())


def test_without_the_tools_there_is_no_demo(alone):
    assert installed_demo() is None
    with pytest.raises(WrongSettings, match=IN_WORDS):
        required_demo()


def test_a_process_of_a_demo_refuses_to_begin_without_them(alone, monkeypatch):
    monkeypatch.setenv("KENG_DEMO", "1")
    with pytest.raises(WrongSettings, match=IN_WORDS):
        running_demo()


@pytest.mark.parametrize("value", ["", "0", None])
def test_no_other_process_asks_what_is_installed(monkeypatch, value):
    monkeypatch.setattr(importlib.metadata, "entry_points", None)
    monkeypatch.delenv("KENG_DEMO", raising=False)
    if value is not None:
        monkeypatch.setenv("KENG_DEMO", value)
    assert running_demo() is None


ALONE = """
import importlib.metadata
importlib.metadata.entry_points = lambda *, group: ()
import keng.site.settings
"""


def test_no_process_takes_a_demos_data_for_its_own_without_them(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KENG_")}
    answer = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=kept | {"KENG_DATA": str(tmp_path), "KENG_PROCESS": "public", "KENG_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "requirements/install demo" in answer.stderr.splitlines()[-1]
    assert not [*tmp_path.iterdir()]
