"""The rota on the desk: everybody of the unit reads it, who leads the unit keeps it."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import who
from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Shift
from keng.duty import watch
from keng.duty.duty_forms import ShiftForm
from keng.duty.rota import (
    add_shifts,
    coming_shifts,
    kept_units,
    remove_shift,
    watchers,
)
from keng.kit import times
from keng.language.alphabet import alphabetical
from keng.places.models import Unit


@require_http_methods(["GET", "POST"])
def rota(request: SignedInRequest) -> HttpResponse:
    """Two weeks of shifts of the officer's own units, and who watches now."""
    kept = kept_units(request.officer)
    people = {(unit, person) for unit in kept for person in watchers(unit.pk)}
    first = _next_shift(kept)
    form = ShiftForm(request.POST or None, people=people, initial=first) if kept else None
    if form is not None and request.method == "POST" and form.is_valid():
        unit_id, officer_id = form.cleaned_data["who"]
        add_shifts(unit_id, officer_id, **form.span(), by=request.officer)
        messages.success(request, _("It stands on the rota."))
        return redirect("rota")
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "duty/rota.html", _context(request, form, kept), status=status)


@dataclass(frozen=True, slots=True)
class RotaRow:
    """One shift as the page shows it."""

    shift: Shift
    is_now: bool
    test: watch.TestOfShift | None
    """What is known of its officer's pagers."""
    is_kept: bool
    """Whether the reader may take it off."""


def _context(request: SignedInRequest, form: ShiftForm | None, kept: list[Any]) -> dict[str, Any]:
    now = times.now()
    shifts = coming_shifts(request.officer.own_unit_ids)
    tests = watch.tests_of_shifts(shifts)
    keeps = {unit.pk for unit in kept}
    rows = [
        RotaRow(
            shift,
            is_now=shift.starts_at <= now,
            test=tests.get(shift.pk),
            is_kept=shift.unit_id in keeps,
        )
        for shift in shifts
    ]
    units = sorted(who.ONESELF.own_units(request.officer), key=lambda unit: alphabetical(unit.name))
    return {
        "form": form,
        "rows": rows,
        "watches": [(unit, watch.watched_until(unit.pk)) for unit in units],
        "until": now + datetime.timedelta(days=14),
    }


def _next_shift(kept: list[Unit]) -> dict[str, Any]:
    """What most likely is to be added: what follows the last shift, as long as that one."""
    today = times.local_date(times.now())
    coming = coming_shifts(unit.pk for unit in kept)
    if not coming:
        return {"day": today, "begins": datetime.time(19), "ends": datetime.time(7)}
    last = max(coming, key=lambda shift: shift.ends_at)
    begins = last.ends_at.astimezone(times.VIETNAM)
    ends = begins + (last.ends_at - last.starts_at)
    return {"day": begins.date(), "begins": begins.time(), "ends": ends.time()}


@require_POST
def shift_remove(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a shift off; the row stays, and so does who took it off."""
    remove_shift(pk, by=request.officer)
    messages.success(request, _("The shift is off the rota."))
    return redirect("rota")
