"""Pages to read: home, what to do in the first hour, what we keep."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from keng.claims.queries import recent_checks
from keng.claims.sentences import prepared_for_reader
from keng.community import busy_notice
from keng.community.promises import PROMISES
from keng.community.public.home_page import warnings_for_home
from keng.community.queries import last_month_account
from keng.community.report.steps import FROM_STEP, STEPS, step_url
from keng.kit.database import has_own_server
from keng.kit.languages import FULL_LANGUAGES, PublicRequest, answer_in_english
from keng.lessons.first_hour import first_hour_page
from keng.lessons.queries import newest_editions as newest_lessons
from keng.places.models import Unit
from keng.places.place_cookie import chosen_place
from keng.surveys.queries import open_surveys


def home(request: HttpRequest) -> HttpResponse:
    """Report, open a report, the newest warning whole, check a code: within two screens."""
    near = chosen_place(request)
    warnings = warnings_for_home(near)
    busy = busy_notice.is_busy()
    return render(
        request,
        "community/home.html",
        {
            "near": near,
            "newest": warnings.newest,
            "others": warnings.others,
            "further": warnings.further,
            "month": last_month_account(),
            "busy": busy,
            "known": busy_notice.recent_urgent_warnings() if busy else [],
            "promises": PROMISES,
            "open_surveys": open_surveys(near, limit=2),
            "lessons": newest_lessons(),
            "checks": prepared_for_reader(recent_checks(3)),
        },
    )


def first_hour(request: PublicRequest) -> HttpResponse:
    """What to do for somebody who has just sent money, as the desk keeps it."""
    desk = Unit.objects.order_by("-kind", "id").first()
    page = first_hour_page()
    asked = translation.get_language()
    if page.language != asked and asked not in FULL_LANGUAGES:
        answer_in_english(request)
        page = first_hour_page()
    context = {"page": page, "desk": desk}
    return render(request, "community/first_hour.html", context)


def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep, for how long, and who can see it. Only what is true of the running system."""
    # The files of somebody else's server are not written anew: see docs/decisions/0013.
    step = request.GET.get(FROM_STEP, "")
    context = {
        "promises": PROMISES,
        "has_own_server": has_own_server("public"),
        "back_to_report": step_url(step) if step in STEPS else "",
    }
    return render(request, "community/privacy.html", context)
