"""The list behind a number before or after a warning."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.warnings import before_after
from keng.warnings.models import Warning

_MOST_SHOWN = 200


@require_safe
def warning_before_after(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Exactly the reports that one number counted, newest first."""
    warning = get_object_or_404(Warning.objects.visible_to(request.officer), pk=pk)
    side, where = request.GET.get("side", "after"), request.GET.get("where", "here")
    found = before_after.tips_counted(warning, request.officer, side, where)
    title = {
        ("before", "here"): _("Before the warning, in its places"),
        ("after", "here"): _("After the warning, in its places"),
        ("before", "elsewhere"): _("Before the warning, elsewhere"),
        ("after", "elsewhere"): _("After the warning, elsewhere"),
    }.get((side, where), "")
    context = {
        "warning": warning,
        "title": title,
        "total": found.count(),
        "rows": found.select_related("place").order_by("-received_at", "-id")[:_MOST_SHOWN],
    }
    return render(request, "warnings/before_after_tips.html", context)
