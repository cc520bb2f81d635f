"""The rota on the desk: everybody of the unit reads it, who leads the unit keeps it."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import rota
from keng.delivery.pager_forms import ShiftForm
from keng.delivery.queries import watch
from keng.kit import times
from keng.places.models import Unit


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Two weeks of shifts of the officer's own units, and who watches now."""
    kept = rota.kept_units(request.officer)
    people = {(unit, person) for unit in kept for person in rota.watchers(unit.pk)}
    first = _next_shift(kept)
    form = ShiftForm(request.POST or None, people=people, initial=first) if kept else None
    if form is not None and request.method == "POST" and form.is_valid():
        unit_id, officer_id = form.cleaned_data["who"]
        rota.add_shifts(unit_id, officer_id, **form.span(), by=request.officer)
        messages.success(request, _("It stands on the rota."))
        return redirect("rota")
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "delivery/rota.html", _context(request, form, kept), status=status)


def _context(request: HttpRequest, form: ShiftForm | None, kept: list[Any]) -> dict[str, Any]:
    now = times.now()
    shifts = rota.shifts_of(request.officer.own_unit_ids)
    heard = watch.tested(shifts)
    keeps = {unit.pk for unit in kept}
    for shift in shifts:
        shift.is_now = shift.starts_at <= now
        shift.heard_at = heard.get(shift.pk)
        shift.is_kept = shift.unit_id in keeps
    units = sorted({post.unit for post in request.officer.current_posts}, key=lambda u: u.name)
    return {
        "form": form,
        "shifts": shifts,
        "watches": [(unit, watch.watched_until(unit.pk)) for unit in units],
        "until": now + datetime.timedelta(days=14),
    }


def _next_shift(kept: list[Unit]) -> dict[str, Any]:
    """What most likely is to be added: what follows the last shift, as long as that one."""
    today = times.local_date(times.now())
    coming = rota.shifts_of(unit.pk for unit in kept)
    if not coming:
        return {"day": today, "begins": datetime.time(19), "ends": datetime.time(7)}
    last = max(coming, key=lambda shift: shift.ends_at)
    begins = last.ends_at.astimezone(times.VIETNAM)
    ends = begins + (last.ends_at - last.starts_at)
    return {"day": begins.date(), "begins": begins.time(), "ends": ends.time()}


@require_POST
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a shift off; the row stays, and so does who took it off."""
    try:
        rota.remove_shift(pk, by=request.officer)
    except rota.NotTheirRota:
        raise Http404 from None
    messages.success(request, _("The shift is off the rota."))
    return redirect("rota")
