"""The page of the first hour on the desk: its texts, and the numbers of banks."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keng.kit.pagination import rows_of_page
from keng.lessons import first_hour, rights
from keng.lessons.actions import first_hour_acts
from keng.lessons.desk.deciding import decide_text, decision_context
from keng.lessons.first_hour_form import FirstHourForm, initial_of_first_hour
from keng.lessons.models import FirstHour


@require_GET
def first_hours(request: HttpRequest) -> HttpResponse:
    """What everybody reads now, and the texts before and after it."""
    seen = FirstHour.objects.visible_to(request.officer).select_related("made_by")
    texts, texts_page = rows_of_page(request, seen.order_by("-id"))
    context = {
        "page": first_hour.first_hour_page(),
        "texts": texts,
        "texts_page": texts_page,
        "may_write": rights.unit_to_write_for(request.officer) is not None,
    }
    return render(request, "lessons/desk/first_hours.html", context)


@require_http_methods(["GET", "POST"])
def first_hour_new(request: HttpRequest) -> HttpResponse:
    """Write the next text, from the present one."""
    if rights.unit_to_write_for(request.officer) is None:
        return redirect("first-hours")
    kept = first_hour.current_first_hour()
    texts = kept.texts if kept else first_hour.default_first_hour_texts()
    form = FirstHourForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of_first_hour(texts, kept.hotlines if kept else []),
    )
    if request.method == "POST" and form.is_valid():
        made = first_hour_acts.write_first_hour(
            form.texts(), form.cleaned_data["hotlines"], by=request.officer
        )
        messages.success(request, _("Written: a second person publishes it."))
        return redirect("first-hour-text", pk=made.pk)
    return render(
        request,
        "lessons/desk/first_hour_new.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def first_hour_text(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One text: read, published by a second person, or taken away."""
    visible = FirstHour.objects.visible_to(request.officer)
    found = get_object_or_404(visible.select_related("unit", "made_by", "released_by"), pk=pk)
    panel = decide_text(request, found)
    if isinstance(panel, HttpResponse):
        return panel
    context = decision_context(request, panel)
    return render(request, "lessons/desk/first_hour.html", context, status=panel.status)
