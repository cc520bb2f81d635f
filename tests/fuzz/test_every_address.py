"""Every address of both sites, asked as each role: no page breaks, nothing is half done."""

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.urls import URLPattern, reverse
from hypothesis import given
from hypothesis import strategies as st

from keng.accounts.models import Post
from keng.conftest import sign_in
from keng.site import desk_urls, public_urls
from keng.site.tests.desk_world import world
from keng.site.tests.test_desk_urls import OBJECTS
from keng.vault import keys, seal
from tests import make
from tests.fuzz.chance import bags, examples, junk
from tests.fuzz.forms import Form, filled, forms_of
from tests.fuzz.whole import complaints

pytestmark = pytest.mark.django_db
METHODS = ["get", "get", "post", "post", "head", "put", "delete"]
PUBLIC, DESK = (
    {str(p.name): p.pattern.converters for p in urls.urlpatterns if isinstance(p, URLPattern)}
    for urls in (public_urls, desk_urls)
)
# Where a walk ends and not begins.
_LEAVES = {"sign-out"}


@pytest.fixture(autouse=True)
def _sealed(tmp_path, monkeypatch, settings):
    """A data folder with keys, so that what residents send can be sealed."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    yield
    seal.forget_public_keys()


@pytest.fixture
def here(settings):
    """A ward with a row of everything, below a province that has a desk."""
    make.clock_rules()
    return world("nhà", parent=make.province_unit("Công an tỉnh Thử"))


@pytest.mark.parametrize("name", sorted(PUBLIC))
@examples(6)
@given(data=st.data())
def test_an_address_of_the_public_site_takes_anything(public_client, here, name, data):
    path = _address(data, public_urls, name, PUBLIC[name])
    if path is None:
        return
    with _undone():
        _ask(public_client, data, path)
        _send_a_form(public_client, data, path)
        assert complaints() == []


@pytest.mark.parametrize("role", Post.Role.values)
@examples(60)
@given(data=st.data())
def test_an_address_of_the_desk_takes_anything_from_each_role(desk_client, here, role, data):
    officer = make.officer(unit=here.unit, role=role)
    sign_in(desk_client, officer)
    name = data.draw(st.sampled_from(sorted(set(DESK) - _LEAVES)))
    row = here.rows.get(OBJECTS.get(name, ""))
    path = _address(data, desk_urls, name, DESK[name], row.pk if row else None)
    if path is None:
        return
    with _undone():
        _send_a_form(desk_client, data, path)
        _ask(desk_client, data, path)
        assert complaints() == []


def _address(data: Any, urls: Any, name: str, converters: Any, known: Any = None) -> str | None:
    """The address with its own object, or with something that is none."""
    kwargs = {}
    for key, converter in converters.items():
        kind = type(converter).__name__
        if known is not None and data.draw(st.integers(0, 4)):
            kwargs[key] = known
        elif kind == "UUIDConverter":
            kwargs[key] = data.draw(st.uuids())
        elif kind == "IntConverter":
            kwargs[key] = data.draw(st.integers(0, 10**30))
        else:
            text = data.draw(junk).replace("/", "").replace("\r", "").replace("\n", "")[:80]
            kwargs[key] = text or "x"
    try:
        return reverse(name, urls, kwargs=kwargs)
    except Exception:  # noqa: BLE001 -- an address that cannot be written cannot be asked for
        return None


def _ask(client: Any, data: Any, path: str) -> None:
    """Any method, with what belongs to no form."""
    answer = getattr(client, data.draw(st.sampled_from(METHODS)))(
        path, data.draw(bags), headers=data.draw(st.sampled_from([{}, {"HX-Request": "true"}]))
    )
    assert answer.status_code < 500, path


def _send_a_form(client: Any, data: Any, path: str) -> None:
    """One form of the page, filled in well, badly or not at all."""
    page = client.get(path)
    assert page.status_code < 500, path
    if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
        return
    forms = [form for form in forms_of(page.content.decode()) if _is_ours(form)]
    if not forms:
        return
    form = data.draw(st.sampled_from(forms))
    target = urljoin(path, form.action or path)
    answer = getattr(client, form.method if form.method == "post" else "get")(
        target, data.draw(filled(form))
    )
    assert answer.status_code < 500, target


def _is_ours(form: Form) -> bool:
    return not form.action.startswith("http") and "sign-out" not in form.action


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    """Whatever an example writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
