"""The mark that quick exit leaves for some hours: a cookie that says nothing and belongs to nobody.

With it no page that went wrong gives back what was typed: Back and Reload would show it to the
next person with this phone. Where the net was away the script sets it, as LEAVING, and the exit is
done with the next request that arrives.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# As of the calendar that quick exit leads to. static/keng/js/leave.js has the same.
EXIT_MARK = "month"
HAS_LEFT, LEAVING = "1", "2"
# Until the browser's history is of another day.
MARK_SECONDS = 12 * 3600


def has_left(request: HttpRequest) -> bool:
    """Whether quick exit was pressed in this browser a while ago."""
    # The desk on the same host gets the cookie too, and gives officers' words back.
    return not settings.IS_DESK and EXIT_MARK in request.COOKIES


def put_exit_mark(response: HttpResponse) -> None:
    """Let the browser keep the mark, where the script can read it."""
    response.set_cookie(
        EXIT_MARK,
        HAS_LEFT,
        max_age=MARK_SECONDS,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
