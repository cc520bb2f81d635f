"""The place a visitor chose to see first: it is in a cookie of their browser and nowhere else."""

from django.http import HttpRequest, HttpResponse

from keng.kit import cookies
from keng.places.models import Place
from keng.places.search import current

COOKIE = "keng_place"
_HALF_A_YEAR = 182 * 24 * 3600


def place_near(request: HttpRequest) -> Place | None:
    """The chosen place; None unless the visitor chose one, and it still exists."""
    code = request.COOKIES.get(COOKIE, "")
    return current(code) if code and len(code) <= 20 else None


def remember(response: HttpResponse, place: Place) -> None:
    """Let the browser keep the place."""
    cookies.put_cookie(response, COOKIE, place.code, seconds=_HALF_A_YEAR)


def forget(response: HttpResponse) -> None:
    """Let the browser drop it."""
    cookies.forget_cookies(response, COOKIE)
