"""Which browser has signed in under a name before: it keeps a mark, the server keeps nothing.

What others try under a name makes strange browsers wait (`guessing`), so the officer's own has to
be told apart from them. The mark opens nothing: whoever copies it has five tries, and still needs
password and digits.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keng.accounts.guessing import Origin
from keng.kit.rate_limits import client_address, network_of_address
from keng.kit.secrets import keyed_hash, same_secret

LASTS = 90 * 24 * 3600
# A desk's machine is used by several people; who has not signed in on it for longest is forgotten.
_MOST_NAMES = 12


@dataclass(frozen=True)
class Site:
    """One of the two sites one signs in to, with a cookie sent to its sign-in pages alone."""

    cookie: str
    path: str


DESK = Site("keng_desk_known", "/sign-in/")
PARTNERS = Site("keng_partner_known", "/partner/sign-in/")


def origin_of(request: HttpRequest, site: Site, name: str) -> Origin:
    """Where a try under this name comes from."""
    network = network_of_address(client_address(request))
    browser, marks = _read(request, site)
    expected = _mark(site, name, browser)
    is_known = any(same_secret(mark, expected) for mark in marks)
    return Origin(network, browser if is_known else "")


def remember(response: HttpResponse, request: HttpRequest, site: Site, name: str) -> None:
    """After both factors: this browser is known for the name from now on."""
    browser, marks = _read(request, site)
    browser = browser or secrets.token_hex(12)
    own = _mark(site, name, browser)
    kept = [own, *(mark for mark in marks if mark != own)][:_MOST_NAMES]
    response.set_cookie(
        site.cookie,
        ".".join([browser, *kept]),
        max_age=LASTS,
        path=site.path,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _read(request: HttpRequest, site: Site) -> tuple[str, list[str]]:
    value = request.COOKIES.get(site.cookie, "")
    if not value or len(value) > 1000 or not value.isascii():
        return "", []
    browser, *marks = value.split(".")
    return browser, marks[:_MOST_NAMES]


def _mark(site: Site, name: str, browser: str) -> str:
    return keyed_hash("known browser", site.cookie, name.strip().lower(), browser).hex()
