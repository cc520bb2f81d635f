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
from keng.incidents import wave_acts as actions
from keng.incidents import wave_queries as queries
from keng.incidents import wave_words
from keng.kit.forms import ReasonForm
from keng.language.taxonomy import label
from keng.tips import errors
from keng.tips.errors import error_sentence
from keng.tips.models import Tip

_SHOWN = 100


def bar(officer: Officer) -> dict[str, Any]:
    """For the list: the largest wave that the desk has said nothing to, and how many more."""
    if not actions.may_judge(officer):
        return {}
    found = queries.asking(officer)
    return {"wave": _row(found[0]), "more_waves": len(found) - 1} if found else {}


def of_tip(tip: Tip, officer: Officer) -> dict[str, Any]:
    """For a tip's page: the wave that it fits."""
    seen = queries.of_tip(tip, officer)
    return {"wave": _row(seen)} if seen else {}


@require_GET
def waves(request: SignedInRequest) -> HttpResponse:
    """Everything that rises, and what ended."""
    language = get_language() or "vi"
    context = {
        "running": [_row(seen) for seen in queries.running(request.officer)],
        "ended": [_row(seen) for seen in queries.ended(request.officer)],
        "elsewhere": [label(code, language) for code in queries.elsewhere(request.officer)],
    }
    return render(request, "incidents/waves.html", context)


@require_GET
def wave(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Why the machine says so, its tips, its curve, and what the desk made of it."""
    return _page(request, pk)


@require_POST
def dismiss(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Not a wave, and why."""
    if queries.one(pk, request.officer) is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, 422, form=form)
    try:
        actions.dismiss(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except errors.NoReason as error:
        messages.warning(request, error_sentence(error))
    except errors.CannotDecide:
        messages.warning(request, _("Not done: it has ended, or others decide about it."))
    else:
        messages.success(request, _("Noted. The line over the list is gone; the tips stay."))
        return redirect("inbox")
    return redirect("wave", pk=pk)


@require_POST
def take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """It is one after all."""
    if queries.one(pk, request.officer) is None:
        raise Http404
    try:
        actions.take_back(pk, by=request.officer)
    except errors.CannotDecide:
        messages.warning(request, _("Not done: it has ended, or others decide about it."))
    return redirect("wave", pk=pk)


def _page(
    request: SignedInRequest, pk: uuid.UUID, status: int = 200, form: ReasonForm | None = None
) -> HttpResponse:
    seen = queries.one(pk, request.officer)
    if seen is None:
        raise Http404
    curve = queries.curve(seen.wave, request.officer)
    tips = queries.tips_of(seen.wave, request.officer).select_related("place", "responsible_unit")
    context = {
        **_row(seen),
        "lines": wave_words.lines(seen),
        "curve": curve,
        "highest": max((count for _day, count in curve), default=0),
        "tips": tips[:_SHOWN],
        "may_judge": actions.may_judge(request.officer),
        "form": form or ReasonForm(),
    }
    return render(request, "incidents/wave.html", context, status=status)


def _row(seen: queries.Seen) -> dict[str, Any]:
    return {
        "seen": seen,
        "title": wave_words.title(seen),
        "brief": wave_words.brief(seen),
        "what": wave_words.what(seen),
    }
