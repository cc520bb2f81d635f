"""Waves on the desk: one line over the list, a page with the reasons, and "not a wave"."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.decisions.bulk import MOST_TIPS_AT_ONCE
from keng.incidents import wave_acts as actions
from keng.incidents import wave_queries as queries
from keng.incidents import wave_words
from keng.kit import times
from keng.kit.forms import ReasonForm
from keng.kit.replica import read_replica
from keng.language.taxonomy import category_label
from keng.tips import errors
from keng.tips.errors import error_sentence
from keng.tips.models import Tip
from keng.tips.models.tip import TipQuerySet

_MOST_TIPS = 100


def wave_bar_context(officer: Officer) -> dict[str, Any]:
    """For the list: the largest wave that the desk has said nothing to, and how many more."""
    if not actions.may_judge_waves(officer):
        return {}
    found = queries.unanswered_waves(officer)
    return {"wave": _wave_context(found[0]), "more_waves": len(found) - 1} if found else {}


def wave_of_tip_context(tip: Tip, officer: Officer) -> dict[str, Any]:
    """For a tip's page: the wave that it fits."""
    seen = queries.wave_of_tip(tip, officer)
    return {"wave": _wave_context(seen)} if seen else {}


@require_GET
def waves(request: SignedInRequest) -> HttpResponse:
    """Everything that rises, and what ended."""
    read = read_replica(lambda: _waves_context(request.officer))
    return render(request, "incidents/waves.html", {**read.value, "as_of": read.as_of})


def _waves_context(officer: Officer) -> dict[str, Any]:
    language = get_language() or "vi"
    return {
        "running": [_wave_context(seen) for seen in queries.running_waves(officer)],
        "ended": [_wave_context(seen) for seen in queries.ended_waves(officer)],
        "elsewhere": [
            category_label(code, language) for code in queries.scams_rising_elsewhere(officer)
        ],
    }


@require_GET
def wave(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Why the machine says so, its tips, its curve, and what the desk made of it."""
    return _wave_page(request, pk)


@require_POST
def wave_dismiss(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Not a wave, and why."""
    if queries.visible_wave(pk, request.officer) is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _wave_page(request, pk, 422, form=form)
    try:
        actions.dismiss_wave(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except errors.NoReason as error:
        messages.warning(request, error_sentence(error))
    except actions.WaveIsOver as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Noted. The line over the list is gone; the tips stay."))
        return redirect("inbox")
    return redirect("wave", pk=pk)


@require_POST
def wave_take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """It is one after all."""
    if queries.visible_wave(pk, request.officer) is None:
        raise Http404
    try:
        actions.take_back_dismissal(pk, by=request.officer)
    except actions.WaveIsOver as error:
        messages.warning(request, str(error.sentence))
    return redirect("wave", pk=pk)


def _wave_page(
    request: SignedInRequest, pk: uuid.UUID, status: int = 200, form: ReasonForm | None = None
) -> HttpResponse:
    seen = queries.visible_wave(pk, request.officer)
    if seen is None:
        raise Http404
    curve = queries.wave_curve(seen.wave, request.officer)
    tips = queries.tips_of_wave(seen.wave, request.officer).select_related(
        "place", "responsible_unit"
    )
    context = {
        **_wave_context(seen),
        "lines": wave_words.reason_lines(seen),
        "curve": curve,
        "highest": max((count for _day, count in curve), default=0),
        "tips": tips[:_MOST_TIPS],
        "joinable": _joinable_tips(tips),
        "at": times.now(),
        "may_judge": actions.may_judge_waves(request.officer),
        "form": form or ReasonForm(),
    }
    return render(request, "incidents/wave.html", context, status=status)


def _joinable_tips(tips: TipQuerySet) -> list[uuid.UUID]:
    """The open tips of a wave that one act can make one incident; none where they are one."""
    rows = list(tips.open().order_by("id").values_list("pk", "incident_id")[:MOST_TIPS_AT_ONCE])
    incidents = {incident for _pk, incident in rows}
    is_one = len(incidents) == 1 and None not in incidents
    return [] if len(rows) < 2 or is_one else [pk for pk, _incident in rows]


def _wave_context(seen: queries.WaveView) -> dict[str, Any]:
    return {
        "seen": seen,
        "title": wave_words.wave_title(seen),
        "brief": wave_words.wave_summary(seen),
        "what": wave_words.wave_subject(seen),
    }
