"""The place a visitor chose to see first: it is in a cookie of their browser and nowhere else."""

from django.http import HttpRequest, HttpResponse

from keng.kit import cookies
from keng.places.models import Place
from keng.places.search import current_place

PLACE_COOKIE = "keng_place"
_HALF_A_YEAR = 182 * 24 * 3600


def chosen_place(request: HttpRequest) -> Place | None:
    """The chosen place; None unless the visitor chose one, and it still exists."""
    code = request.COOKIES.get(PLACE_COOKIE, "")
    return current_place(code) if code and len(code) <= 20 else None


def remember_place(response: HttpResponse, place: Place) -> None:
    """Let the browser keep the place."""
    cookies.put_cookie(response, PLACE_COOKIE, place.code, seconds=_HALF_A_YEAR)


def forget_place(response: HttpResponse) -> None:
    """Let the browser drop it."""
    cookies.forget_cookies(response, PLACE_COOKIE)
