"""The page of a tip whose words are not for the reader: for named officers, or restricted.

That it is there, when it is due, whom to call; and opening it in an emergency.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.naming import standing_list
from keng.accounts.sight import counting
from keng.acts.errors import NotAllowed
from keng.decisions.named_sight import break_in
from keng.duty.rota import officers_on_duty
from keng.inbox.tip.tip_forms import BreakInForm
from keng.places.models import Unit
from keng.tips import errors
from keng.tips.models import Restriction, Tip
from keng.tips.models.tip import is_restricted


@dataclass(frozen=True, slots=True)
class CallableOfficer:
    """Who can be called at a desk: named for such matters, on duty there now, or both."""

    officer: Officer
    is_named: bool
    is_on_duty: bool


@dataclass(frozen=True, slots=True)
class DeskToCall:
    """A desk that can be called about the matter, and who is there besides the reader."""

    unit: Unit
    is_own: bool
    """Its number is that of the reader's own desk."""
    has_somebody_on_duty: bool
    officers: list[CallableOfficer]


def bare_tip_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The page, or beside the list the pane. Raises Http404 where the officer knows of no tip."""
    if "part" in request.GET:
        # Its files, that it was read, or what is fetched ahead: there is nothing of it.
        _listed_or_404(request, pk)
        return HttpResponse(status=204)
    found = _listed_or_404(request, pk)
    return _bare_page(
        request,
        found,
        BreakInForm(is_restricted=_restriction_of(found, request.officer) is not None),
    )


@require_POST
def tip_break_in(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Open it for this officer and for an hour; the province reads why."""
    found = _listed_or_404(request, pk)
    form = BreakInForm(
        request.POST, is_restricted=_restriction_of(found, request.officer) is not None
    )
    if not form.is_valid():
        return _bare_page(request, found, form, status=422)
    try:
        break_in(pk, by=request.officer, **form.cleaned_data)
    except errors.ReadsItAnyway as error:
        messages.warning(request, str(error.sentence))
    except NotAllowed as error:
        raise Http404 from error
    else:
        messages.success(
            request, _("Open to you for one hour. The province and data protection are told.")
        )
    return redirect("tip", pk=pk)


@counting()
def _listed_or_404(request: SignedInRequest, pk: uuid.UUID) -> Tip:
    listed = Tip.objects.listed_for(request.officer).select_related("responsible_unit__parent")
    found = listed.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@counting()
def _restriction_of(tip: Tip, officer: Officer) -> Restriction | None:
    """The one by which the tip is kept and not used now."""
    now = Tip.objects.listed_for(officer).filter(is_restricted(), pk=tip.pk)
    return Restriction.objects.in_force().filter(tip__in=now.values("pk")).first()


def _bare_page(
    request: SignedInRequest, found: Tip, form: BreakInForm, status: int = 200
) -> HttpResponse:
    unit = found.responsible_unit
    desks = [unit, *([unit.parent] if unit.parent else [])]
    to_call = [_desk_to_call(desk, request.officer) for desk in desks]
    context: dict[str, Any] = {
        "tip": found,
        # The reader sits at their own desk: the others come first.
        "to_call": sorted(to_call, key=lambda desk: desk.is_own),
        "form": form,
        "restriction": _restriction_of(found, request.officer),
    }
    name = "inbox/tip/bare_pane.html" if request.htmx else "inbox/tip/bare.html"
    return render(request, name, context, status=status)


def _desk_to_call(desk: Unit, reader: Officer) -> DeskToCall:
    on_duty = {officer.pk: officer for officer in officers_on_duty(desk.pk)}
    named = {row.officer_id: row.officer for row in standing_list(desk.pk)}
    return DeskToCall(
        unit=desk,
        is_own=desk.pk in reader.own_unit_ids,
        has_somebody_on_duty=bool(on_duty),
        officers=[
            CallableOfficer(officer, is_named=pk in named, is_on_duty=pk in on_duty)
            for pk, officer in (named | on_duty).items()
            if pk != reader.pk
        ],
    )
