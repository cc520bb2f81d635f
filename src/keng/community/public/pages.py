"""Pages to read: home, what to do in the first hour, what we keep."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from keng.claims.queries import recent_checks
from keng.claims.sentences import prepared_for_reader
from keng.community import busy_notice
from keng.community.promises import PROMISES
from keng.community.queries import last_month_account
from keng.kit.database import has_own_server
from keng.kit.languages import FULL_LANGUAGES, PublicRequest, answer_in_english
from keng.lessons.first_hour import first_hour_page
from keng.lessons.queries import newest_editions as newest_lessons
from keng.places.models import Unit
from keng.places.place_cookie import chosen_place
from keng.surveys.queries import open_surveys
from keng.warnings.queries import current_warnings, current_warnings_for, once_by_words


def home(request: HttpRequest) -> HttpResponse:
    """Report, open a report, the newest warning whole, check a code: within two screens."""
    near = chosen_place(request)
    found = once_by_words(current_warnings_for("", near, limit=12))[:4]
    further = once_by_words([*found, *current_warnings(limit=12)])[len(found) :][:3] if near else []
    busy = busy_notice.is_busy()
    return render(
        request,
        "community/home.html",
        {
            "near": near,
            "newest": found[0] if found else None,
            "others": found[1:],
            "further": further,
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
    context = {"promises": PROMISES, "has_own_server": has_own_server("public")}
    return render(request, "community/privacy.html", context)
