"""The headers of both sites: what a page may load and run, written out once more."""

from pathlib import Path

import pytest

import keng
from keng.site.headers import CONTENT_POLICY

# Written out, so that nobody loosens the policy and its test in one place.
ALLOWED = {
    "default-src": {"'none'"},
    "object-src": {"'none'"},
    "style-src": {"'self'"},
    "script-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "media-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "manifest-src": {"'self'"},
}


def directives(policy):
    """What each directive of a policy allows."""
    parts = [part.split() for part in policy.split(";")]
    return {name: set(sources) for name, *sources in parts}


def test_nothing_runs_or_loads_but_our_own_files():
    assert directives(CONTENT_POLICY) == ALLOWED


@pytest.mark.django_db
def test_both_sites_send_it(public_client, request):
    public = public_client.get("/")
    desk = request.getfixturevalue("desk_client").get("/sign-in/")
    for answer in (public, desk):
        assert directives(answer.headers["Content-Security-Policy"]) == ALLOWED
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "INVENTED"])
def test_other_methods_are_refused(public_client, request, method):
    for client, page in (
        (public_client, "/"),
        (public_client, "/no-such-page"),
        (request.getfixturevalue("desk_client"), "/sign-in/"),
    ):
        answer = client.generic(method, page)
        assert (answer.status_code, answer.content) == (405, b""), page
        assert "GET" in answer.headers["Allow"]


def test_only_tests_are_answered_as_testserver():
    """Django's test environment adds the name; the setting itself has none of it."""
    settings = Path(keng.__file__).parent / "site" / "settings.py"
    assert "testserver" not in settings.read_text()
