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
from keng.delivery.actions import lagging, resending
from keng.delivery.models import Dispatch
from keng.delivery.queries import missed as missed_queries
from keng.delivery.queries import outcomes
from keng.delivery.queries.digests import count_sent_in_digests, count_unsent_in_digests
from keng.delivery.queries.handing_over import handing_over
from keng.delivery.queries.lagging import lags_in_words
from keng.delivery.queries.outcomes_of_groups import outcome_of_groups
from keng.delivery.rights import may_stop_or_resend
from keng.kit.sql_names import alphabetically
from keng.network.models import Group
from keng.relay import coverage
from keng.relay.dispatch_sheet import outcome_csv
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
    missed = missed_queries.missed_by(found)
    waiting_in_digests = count_unsent_in_digests(found)
    unsent = outcome.unsent + waiting_in_digests
    context = {
        "dispatch": found,
        "may_steer": may_stop_or_resend(request.officer, found),
        "text": text,
        "outcome": outcome,
        "handed_over": [] if found.cancelled_at else handing_over(found),
        "groups": outcome_of_groups(found) if found.materialised_at else None,
        "missed": missed,
        "lags": lags_in_words(found),
        "to_resend": missed_queries.count_to_resend(missed),
        "may_stop": found.materialised_at is None or unsent > 0,
        "unsent": unsent,
        "waiting_in_digests": 0 if found.cancelled_at else waiting_in_digests,
        "sent_in_digests": count_sent_in_digests(found),
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


@require_POST
def dispatch_resend_missed(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Send it again to whoever was missed, by machine or by their leads."""
    get_object_or_404(Dispatch.objects.visible_to(request.officer), pk=pk)
    try:
        resending.ask_resend(pk, by=request.officer)
    except (actions.DispatchTakenBack, resending.DispatchOver) as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Being sent again to whoever was missed"))
    return redirect("dispatch", pk=pk)


@require_POST
def dispatch_lags_seen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The officer takes care of what is behind: it waits for nobody any more."""
    get_object_or_404(Dispatch.objects.visible_to(request.officer), pk=pk)
    lagging.see_lags(pk, by=request.officer)
    messages.success(request, _("Noted: it is yours to look after now"))
    return redirect("dispatch", pk=pk)


@require_safe
def dispatch_export(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The outcome as a sheet of counts, without names or addresses."""
    found = get_object_or_404(Dispatch.objects.visible_to(request.officer), pk=pk)
    outcome = outcomes.outcome_of_dispatch(found)
    content = outcome_csv(outcome, outcome_of_groups(found), missed_queries.missed_by(found))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dispatch-{found.pk.hex[:8]}.csv"'
    return response
