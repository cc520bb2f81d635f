"""Who reads one tip: named officers alone or the whole desk; and who has no part in it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.naming import nameable_officers, standing_list
from keng.accounts.who import RECUSING
from keng.acts.errors import NotAllowed
from keng.decisions import named_sight
from keng.inbox.tip.after_decision import redirect_to_next_tip, redirect_to_same_tip
from keng.inbox.tip.decision_views import decide_with_reason
from keng.inbox.tip.refusal import explains_refusals
from keng.inbox.tip.tip_forms import RecuseForm
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.kit.ids import id_or_404
from keng.places.models import Unit
from keng.tips.models import Recusal, Tip


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_narrow(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """From now on for named officers; where nobody is named, the whole desk goes on reading it."""
    unit = tip_or_404(request, pk).responsible_unit
    named = [row.officer for row in standing_list(unit.pk)]
    words = (
        _("Make it a matter for named officers"),
        _("Only named officers read it"),
        _("From now on named officers alone read it.")
        if named
        else _(
            "Noted. Nobody is named here yet: until somebody is, the whole desk goes on reading it."
        ),
    )
    return decide_with_reason(
        request,
        pk,
        named_sight.narrow_tip,
        words,
        template="inbox/tip/narrow.html",
        more={"named": named},
    )


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_widen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """No such matter: for the whole desk."""
    words = (
        _("Open it to the whole desk"),
        _("The whole desk reads it"),
        _("The whole desk reads it now."),
    )
    return decide_with_reason(request, pk, named_sight.widen_tip, words)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_recuse(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Oneself; whoever leads, a colleague as well."""
    tip = tip_or_404(request, pk)
    officer = request.officer
    form = RecuseForm(
        request.POST or None,
        people=_recusable(officer, tip.responsible_unit),
        initial={"who": officer.pk},
    )
    if request.method != "POST" or not form.is_valid():
        context = tip_context(request, tip, place="page", form=form)
        context |= {
            "heading": _("No part in this tip"),
            "button": _("Take them out of this tip"),
            "recusals": _recusals_of(tip) if _leads(officer, tip.responsible_unit) else [],
        }
        status = 422 if form.errors else 200
        return render(request, "inbox/tip/recuse.html", context, status=status)
    who, reason = id_or_404(form.cleaned_data["who"]), form.cleaned_data["reason"]
    seen = request.POST.get("seen")
    if who != officer.pk:
        named_sight.recuse_officer(pk, who, reason=reason, by=officer, seen=seen)
        return redirect_to_same_tip(request, pk, _("They have no part in this tip any more."))
    named_sight.recuse_oneself(pk, reason=reason, by=officer, seen=seen)
    words = _("You have no part in that tip any more; it stands in none of your lists.")
    return redirect_to_next_tip(request, tip, words)


@require_POST
def recusal_end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Let somebody back in."""
    try:
        step = named_sight.end_recusal(pk, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("They see the tip again."))
    return redirect("tip", pk=step.tip_id)


def _leads(officer: Officer, unit: Unit) -> bool:
    return RECUSING.may_act_for(officer, unit)


def _recusable(officer: Officer, unit: Unit) -> list[Officer]:
    """Oneself first; for whoever leads, who else works at the desk and at the one above."""
    if not _leads(officer, unit):
        return [officer]
    desks = [unit.pk, *([unit.parent_id] if unit.parent_id else [])]
    others = {one.pk: one for desk in desks for one in nameable_officers(desk)}
    return [officer, *(one for pk, one in others.items() if pk != officer.pk)]


def _recusals_of(tip: Tip) -> list[Recusal]:
    rows = Recusal.objects.in_force().filter(tip=tip).select_related("officer")
    return list(rows.order_by("id"))
