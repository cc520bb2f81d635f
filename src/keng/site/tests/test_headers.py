"""The headers of both sites: what a page may load and run, written out once more."""

import pytest

from keng.site.headers import POLICY

# Written out, so that nobody loosens the policy and its test in one place.
ALLOWED = {
    "default-src": {"'none'"},
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
    assert directives(POLICY) == ALLOWED


@pytest.mark.django_db
def test_both_sites_send_it(public_client, request):
    public = public_client.get("/")
    desk = request.getfixturevalue("desk_client").get("/sign-in/")
    for answer in (public, desk):
        assert directives(answer.headers["Content-Security-Policy"]) == ALLOWED
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
