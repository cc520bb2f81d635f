"""What came of one dispatch."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.delivery.actions import dispatch as actions
from keng.delivery.models import Dispatch
from keng.delivery.queries import outcomes
from keng.delivery.rights import may_stop_or_resend
from keng.kit.sql_names import alphabetically
from keng.network.models import Group
from keng.relay import coverage
from keng.relay.lead_outcomes import outcome_of_leads


@require_safe
def dispatch(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The outcome by channel, what did not arrive and why, and who still has to pass it on."""
    found = get_object_or_404(
        Dispatch.objects.visible_to(request.officer)
        .select_related("unit", "approval__approved_by")
        .prefetch_related("texts"),
        pk=pk,
    )
    text = next((t for t in found.texts.all() if t.language == "vi"), found.texts.all()[0])
    waiting = coverage.waiting_leads(found, officer=request.officer)
    outcome = outcomes.outcome_of_dispatch(found)
    context = {
        "dispatch": found,
        "may_steer": may_stop_or_resend(request.officer, found),
        "text": text,
        "outcome": outcome,
        "may_stop": found.materialised_at is None or outcome.unsent > 0,
        "waiting": waiting[:10],
        "waiting_leads": len({one.task.lead_id for one in waiting}),
        "more_waiting": max(0, len(waiting) - 10),
        "left_out": _names_of_groups(found.left_out),
        "without_account": _names_of_groups(outcomes.groups_without_account(found)),
        "told": outcome_of_leads(found, officer=request.officer),
        "waiting_below": coverage.open_tasks_by_unit(found, officer=request.officer),
    }
    return render(request, "relay/dispatch.html", context)


def _names_of_groups(keys: list[uuid.UUID]) -> list[str]:
    return list(
        Group.objects.filter(pk__in=keys).order_by(alphabetically()).values_list("name", flat=True)
    )


@require_POST
def dispatch_cancel(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take back what has not left."""
    get_object_or_404(Dispatch.objects.visible_to(request.officer), pk=pk)
    count = actions.cancel_dispatch(pk, by=request.officer)
    if Dispatch.objects.filter(pk=pk, materialised_at__isnull=True).exists():
        messages.success(request, _("Taken back before anything of it was sent"))
        return redirect("dispatch", pk=pk)
    messages.success(
        request,
        ngettext(
            "Taken back: %(count)d was not sent yet",
            "Taken back: %(count)d were not sent yet",
            count,
        )
        % {"count": count},
    )
    return redirect("dispatch", pk=pk)


@require_POST
def dispatch_resend(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A person decides to send again where the outcome is unknown."""
    get_object_or_404(Dispatch.objects.visible_to(request.officer), pk=pk)
    try:
        count = actions.resend_unknown(pk, by=request.officer)
    except actions.DispatchTakenBack as error:
        messages.warning(request, error.sentence)
        return redirect("dispatch", pk=pk)
    messages.success(request, _("Sending %(count)d again") % {"count": count})
    return redirect("dispatch", pk=pk)
