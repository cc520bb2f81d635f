"""Quick exit: forget what was being done here, and show something that says nothing."""

import calendar as days
import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from keng.community import drafts
from keng.community.report.steps import COOKIE as REPORT
from keng.kit import cookies, times
from keng.places import near
from keng.tips.public.opened import COOKIE as TIP


@require_POST
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Delete the unfinished report, close the open one, and leave for a page without our name."""
    if secret := request.COOKIES.get(REPORT):
        drafts.drop(secret)
    response = _elsewhere() if settings.EXIT_URL else redirect("calendar")
    response.status_code = 200 if settings.EXIT_URL else 303
    cookies.forget(response, REPORT, TIP, near.COOKIE)
    return response


def calendar(request: HttpRequest) -> HttpResponse:
    """This month, as on any wall: where quick exit leads when the operator named no other page."""
    today = times.local_date(times.now())
    weeks = days.Calendar().monthdatescalendar(today.year, today.month)
    noon = datetime.datetime.combine(today, datetime.time(12), times.VIETNAM)
    return render(
        request, "community/calendar.html",
        {"today": today, "noon": noon, "weeks": weeks},
    )  # fmt: skip


def _elsewhere() -> HttpResponse:
    # Not a redirect: the content policy forbids a form to end on another site.
    response = HttpResponse()
    response.headers["Refresh"] = f"0; url={settings.EXIT_URL}"
    return response
