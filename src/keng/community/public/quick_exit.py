"""Quick exit: forget what was being done here, and show something that says nothing."""

import calendar as days
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from keng.community import drafts
from keng.community.drafts import REPORT_COOKIE as REPORT
from keng.dialogue.public import code_page
from keng.kit import cookies, times
from keng.kit.exit_mark import EXIT_MARK, LEAVING, put_exit_mark
from keng.kit.lunar import LunarDay, lunar_day

# A neighbour under the same domain may set any name, and one that we cannot name in an answer would
# keep everybody with it from leaving.
_OURS = re.compile(r"keng_\w+", re.ASCII)


# Without a token: whoever leaves in a hurry leaves, however old the page is and whatever is left of
# its cookies. Another site that sends somebody here brings none of them along and deletes nothing.
@csrf_exempt
@require_POST
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Delete the unfinished report, close the open one and its code, leave for a neutral page.

    None of our cookies stays, not even the one against forged forms: without it no form in the
    history can be sent again. A mark comes, with which none of them is given back either.
    """
    response = _exit_page() if settings.EXIT_URL else redirect("calendar")
    response.status_code = 200 if settings.EXIT_URL else 303
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return response
    cookies.forget_cookies(response, *_close_everything(request))
    put_exit_mark(response)
    return response


class LateQuickExit:
    """Does the exit that could not be sent while the net was away, before anything else.

    The script left its mark; cookies that it cannot delete would still open what was open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.COOKIES.get(EXIT_MARK) != LEAVING:
            return self.get_response(request)
        names = _close_everything(request)
        for name in names:
            del request.COOKIES[name]
        response = self.get_response(request)
        cookies.forget_cookies(response, *(set(names) - set(response.cookies)))
        put_exit_mark(response)
        return response


def _close_everything(request: HttpRequest) -> list[str]:
    """Delete the draft, close the code pages; the names of the cookies that have to go."""
    if secret := request.COOKIES.get(REPORT):
        drafts.drop_draft(secret)
    code_page.close_code_pages(request)
    return [name for name in request.COOKIES if _is_our_cookie(name)]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day with that of the lunar calendar under it, as on every wall in Vietnam."""

    date: datetime.date
    lunar: LunarDay

    @property
    def lunar_words(self) -> str:
        """Its number; with the month where that begins, or where this one does."""
        begins = self.lunar.day == 1 or self.date.day == 1
        return f"{self.lunar.day}/{self.lunar.month}" if begins else str(self.lunar.day)


def calendar(request: HttpRequest) -> HttpResponse:
    """This month, as on any wall: where quick exit leads when the operator named no other page."""
    today = times.local_date(times.now())
    weeks = [
        [CalendarDay(day, lunar_day(day)) for day in week]
        for week in days.Calendar().monthdatescalendar(today.year, today.month)
    ]
    noon = datetime.datetime.combine(today, datetime.time(12), times.VIETNAM)
    return render(
        request,
        "community/calendar.html",
        {"today": today, "noon": noon, "weeks": weeks, "lunar": lunar_day(today)},
    )


def _is_our_cookie(name: str) -> bool:
    """Of a visitor: the desk beside us on the same host keeps its officers signed in."""
    return bool(_OURS.fullmatch(name)) and not name.startswith(settings.SESSION_COOKIE_NAME)


def _exit_page() -> HttpResponse:
    # Not a redirect: the content policy forbids a form to end on another site.
    response = HttpResponse()
    response.headers["Refresh"] = f"0; url={settings.EXIT_URL}"
    return response
