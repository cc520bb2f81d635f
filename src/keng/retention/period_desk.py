"""For data protection and whoever agrees with it: the table of periods, and what falls due."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_PERIODS, PROPOSING_PERIODS, READING_PERIODS
from keng.acts.errors import Refused
from keng.language.taxonomy import category_label
from keng.openings import resealing, resharing
from keng.retention import due, periods
from keng.retention.forms import PeriodForm
from keng.retention.models import FIRST_PURGE_AFTER, PeriodQuerySet, RetentionPeriod


@require_GET
def retention(request: SignedInRequest) -> HttpResponse:
    """Which periods there are, how many tips fall due when, and what is held back and why."""
    officer = request.officer
    lines = due.due_lines(officer, _in_order(_seen(officer).in_force()))
    waiting = _in_order(_seen(officer).waiting())
    for period in [*waiting, *(line.period for line in lines)]:
        period.category_words = _category_words(period)
    context = {
        "lines": lines,
        "waiting": waiting,
        "may_decide": _decidable(officer, waiting),
        "may_propose": PROPOSING_PERIODS.includes(officer),
        "kept": due.kept_without_period(officer),
        "purged": due.purged_by_month(officer),
        "days_first": FIRST_PURGE_AFTER.days,
        "resealings": resealing.requests_below(READING_PERIODS.own_units(officer)),
        "own_resealings": set(resharing.open_resharings(officer.pk).values_list("pk", flat=True)),
    }
    return render(request, "retention/retention.html", context)


@require_http_methods(["GET", "POST"])
def period_new(request: SignedInRequest) -> HttpResponse:
    """Propose a period; another person agrees."""
    units = PROPOSING_PERIODS.own_units(request.officer)
    form = PeriodForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            periods.propose_period(
                given["unit"].pk,
                category=given["category"],
                closed_as=given["closed_as"],
                months=given["months"],
                law=(given["law_words"], given["law_source"]),
                by=request.officer,
            )
        except Refused as error:
            messages.warning(request, str(error.sentence))
        else:
            messages.success(request, _("Proposed. It counts once somebody else has agreed."))
        return redirect("retention")
    status = 422 if form.errors else 200
    return render(request, "retention/period_new.html", {"form": form}, status=status)


@require_POST
def period_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person agrees or refuses."""
    is_agreed = request.POST.get("agreed") == "1"
    try:
        periods.decide_on_period(pk, is_agreed=is_agreed, by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        words = _("Agreed. Nothing is destroyed by it for seven days.")
        messages.success(request, words if is_agreed else _("Refused: nothing changes."))
    return redirect("retention")


@require_POST
def period_stop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Nothing is destroyed by it any more."""
    try:
        periods.stop_period(pk, by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Stopped: what it was for is kept."))
    return redirect("retention")


def _seen(officer: Officer) -> PeriodQuerySet:
    return RetentionPeriod.objects.filter(unit__in=READING_PERIODS.own_units(officer))


def _in_order(rows: PeriodQuerySet) -> list[RetentionPeriod]:
    return list(
        rows.select_related("unit", "proposed_by", "agreed_by").order_by(
            "unit_id", "closed_as", "category", "id"
        )
    )


def _decidable(officer: Officer, waiting: list[RetentionPeriod]) -> set[uuid.UUID]:
    hands = tied_to(officer)
    return {
        period.pk
        for period in waiting
        if period.proposed_by_id not in hands
        and AGREEING_TO_PERIODS.may_act_for(officer, period.unit)
    }


def _category_words(period: RetentionPeriod) -> str:
    if not period.category:
        return _("Every category without a period of its own")
    return category_label(period.category, get_language() or "vi")
