"""Which browser has signed in under a name before: it keeps a mark, the server keeps nothing.

What others try under a name makes strange browsers wait (`guessing`), so the officer's own has to
be told apart from them. The mark opens nothing: whoever copies it has five tries, and still needs
password and digits.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keng.accounts.guessing import TryOrigin
from keng.kit.rate_limits import network_of_request
from keng.kit.secrets import keyed_hash, same_secret

KNOWN_FOR_SECONDS = 90 * 24 * 3600
# A desk's machine is used by several people; who has not signed in on it for longest is forgotten.
_MOST_NAMES = 12


@dataclass(frozen=True)
class SignInSite:
    """One of the two sites one signs in to, with a cookie sent to its sign-in pages alone."""

    cookie: str
    path: str


DESK_SITE = SignInSite("keng_desk_known", "/sign-in/")
PARTNER_SITE = SignInSite("keng_partner_known", "/partner/sign-in/")


def origin_of_try(request: HttpRequest, site: SignInSite, name: str) -> TryOrigin:
    """Where a try under this name comes from."""
    network = network_of_request(request)
    browser, marks = _browser_and_marks(request, site)
    expected = _mark_for(site, name, browser)
    is_known = any(same_secret(mark, expected) for mark in marks)
    return TryOrigin(network, browser if is_known else "")


def remember_browser(
    response: HttpResponse, request: HttpRequest, site: SignInSite, name: str
) -> None:
    """After both factors: this browser is known for the name from now on."""
    browser, marks = _browser_and_marks(request, site)
    browser = browser or secrets.token_hex(12)
    own = _mark_for(site, name, browser)
    kept = [own, *(mark for mark in marks if mark != own)][:_MOST_NAMES]
    response.set_cookie(
        site.cookie,
        ".".join([browser, *kept]),
        max_age=KNOWN_FOR_SECONDS,
        path=site.path,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _browser_and_marks(request: HttpRequest, site: SignInSite) -> tuple[str, list[str]]:
    value = request.COOKIES.get(site.cookie, "")
    if not value or len(value) > 1000 or not value.isascii():
        return "", []
    browser, *marks = value.split(".")
    return browser, marks[:_MOST_NAMES]


def _mark_for(site: SignInSite, name: str, browser: str) -> str:
    return keyed_hash("known browser", site.cookie, name.strip().lower(), browser).hex()
