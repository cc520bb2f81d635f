"""The ten blocks of the report, line by line: what each line asks, and what it is called.

A line leads to its list wherever it counts rows of the desk. What the product does not keep has a
line all the same, which says so: a report must not look fuller than it is.

Lines about the same rows are counted in one question: each asks its part of `ask.once(...)`. Where
such a line also leads to a list, both take what they count from the same condition.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When

from keng.claims.models import Revision, Verdict
from keng.delivery.models import Delivery, RelayTask
from keng.imported import counts as imported
from keng.language.taxonomy import scam_categories
from keng.network.models import Group
from keng.places.models import Place
from keng.reports.figures import definitions
from keng.reports.figures.dashboard_counts import Percentile
from keng.reports.periodic.identity_terms import TERMS, received
from keng.reports.periodic.tip_states import is_of_one_of
from keng.reports.periodic.whose_report import ReportAsk
from keng.surveys.models import Survey
from keng.tips.models import Decision, DialogueMessage, Incident, Tip
from keng.warnings.models import Version, Warning

ACTIVE_WITHIN = timedelta(days=30)
# Left out of a report that has nothing imported.
IMPORTED_BLOCK = 10
# How a delivery may have ended.
_ARRIVED = ("sent", "delivered", "read")
_NOT_ARRIVED = ("unknown", "not_now", "gone", "rejected")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row of a block.

    `rows` is the list it leads to, and `number` the figure where it has none, or where the figure
    comes with those of other lines.
    """

    key: str
    rows: Callable[[ReportAsk], QuerySet[Any]] | None = None
    number: Callable[[ReportAsk], int | None] | None = None
    unit: str = ""
    """What stands behind the figure, "đ"; with "seconds" it is said as a length of time."""
    is_sum: bool = False
    is_part: bool = False
    """A share of a line above it, not to be added to it."""

    def count(self, ask: ReportAsk) -> int | None:
        """The figure; None where nothing is kept or nothing happened to measure."""
        if self.number is not None:
            return self.number(ask)
        return self.rows(ask).count() if self.rows is not None else None


def _term(key: str, *, is_sum: bool = False) -> ReportLine:
    return ReportLine(key, rows=TERMS[key], is_sum=is_sum)


def _groups(ask: ReportAsk) -> QuerySet[Group]:
    # Groups have no history: these are the active ones that were there by then.
    groups = Group.objects.visible_to(ask.onlooker)
    return groups.filter(is_active=True, created_at__lt=ask.until)


def _active(ask: ReportAsk) -> Q:
    confirmed = RelayTask.objects.filter(
        confirmed_at__gte=ask.until - ACTIVE_WITHIN, confirmed_at__lt=ask.until
    )
    return Q(pk__in=confirmed.values("group"))


def _active_groups(ask: ReportAsk) -> QuerySet[Group]:
    return _groups(ask).filter(_active(ask))


def _network(ask: ReportAsk) -> dict[str, int]:
    return _groups(ask).aggregate(
        groups=Count("pk"),
        active_groups=Count("pk", filter=_active(ask)),
        members=Sum("member_count", default=0),
    )


def _hamlets(ask: ReportAsk) -> QuerySet[Place, Any]:
    places = Place.objects.filter(kind=Place.Kind.HAMLET, valid_to=None)
    served = places.filter(parent__jurisdictions__unit__in=ask.scope.unit_ids)
    return served.values("pk").distinct()


def _hamlets_reached(ask: ReportAsk) -> int:
    return _hamlets(ask).filter(pk__in=_groups(ask).values("place")).count()


def _incidents(ask: ReportAsk) -> QuerySet[Incident]:
    return definitions.incidents_opened(ask.onlooker, ask.span.period)


def _incidents_with(name: str) -> Callable[[ReportAsk], QuerySet[Incident]]:
    return lambda ask: definitions.incidents_opened(ask.onlooker, ask.span.period, name)


_SCAM_STOPPED = Q(outcome=Tip.Outcome.PREVENTED, category__in=scam_categories())


def _scams_stopped(ask: ReportAsk) -> QuerySet[Incident]:
    return _incidents(ask).filter(_SCAM_STOPPED)


def _effect(ask: ReportAsk) -> dict[str, int]:
    parts = {
        f"with_{name}": Count("pk", filter=definitions.adds_to_sum(name))
        for name in definitions.INCIDENT_SUMS
    }
    sums = {name: Sum(field, default=0) for name, field in definitions.INCIDENT_SUMS.items()}
    return _incidents(ask).aggregate(
        incidents=Count("pk"), scams_stopped=Count("pk", filter=_SCAM_STOPPED), **parts, **sums
    )


def _drafted(ask: ReportAsk) -> QuerySet[Warning]:
    return Warning.objects.visible_to(ask.onlooker).filter(
        created_at__gte=ask.since, created_at__lt=ask.until
    )


def _published(ask: ReportAsk) -> QuerySet[Warning]:
    return definitions.warnings_published(ask.onlooker, ask.span.period)


def _recalled(ask: ReportAsk) -> QuerySet[Warning]:
    return Warning.objects.visible_to(ask.onlooker).filter(
        recalled_at__gte=ask.since, recalled_at__lt=ask.until
    )


def _until_approved(ask: ReportAsk) -> int | None:
    versions = Version.objects.visible_to(ask.onlooker).filter(
        released_at__gte=ask.since, released_at__lt=ask.until, submitted_at__isnull=False
    )
    waited = F("released_at") - F("submitted_at")
    return _seconds(versions.aggregate(n=Percentile(waited, 0.5))["n"])


def _sent(*states: str) -> Callable[[ReportAsk], QuerySet[Delivery]]:
    return lambda ask: definitions.deliveries_sent(ask.onlooker, ask.span.period).filter(
        state__in=states
    )


def _states(ask: ReportAsk) -> Counter[str]:
    states = (
        definitions.deliveries_sent(ask.onlooker, ask.span.period).order_by().values_list("state")
    )
    return Counter(dict(states.annotate(n=Count("pk"))))


def _ended_as(*states: str) -> Callable[[ReportAsk], int]:
    return lambda ask: sum(ask.once(_states)[state] for state in states)


def _relays(step: str) -> Callable[[ReportAsk], QuerySet[RelayTask]]:
    return lambda ask: definitions.relay_tasks(ask.onlooker, ask.span.period, step)


def _steps(ask: ReportAsk) -> dict[str, int]:
    steps = {name: Count("pk", filter=where) for name, where in definitions.RELAY_STEPS.items()}
    return definitions.relay_tasks(ask.onlooker, ask.span.period).aggregate(**steps)


def _is_answered(ask: ReportAsk) -> Q:
    return Q(first_answered_at__lt=ask.until)


def _answered(ask: ReportAsk) -> QuerySet[Tip]:
    return received(ask).filter(_is_answered(ask))


def _half_answered_within(ask: ReportAsk) -> int | None:
    return _seconds(ask.once(_arrivals)["waited"])


def _follow_ups(ask: ReportAsk) -> int:
    return ask.at_end.decisions_since(ask.since).filter(kind=Decision.Kind.REPLIED).count()


def _written_by_reporters(ask: ReportAsk) -> int:
    wrote = DialogueMessage.objects.filter(
        author=DialogueMessage.Author.REPORTER, at__gte=ask.since, at__lt=ask.until
    )
    return wrote.filter(is_of_one_of(ask.seen)).count()


def _afraid(ask: ReportAsk) -> QuerySet[Tip]:
    return ask.seen.filter(feared_at__gte=ask.since, feared_at__lt=ask.until)


_NAMELESS = Q(identity_holds=[])


def _nameless(ask: ReportAsk) -> QuerySet[Tip]:
    return received(ask).filter(_NAMELESS)


def _named(ask: ReportAsk) -> QuerySet[Tip]:
    return received(ask).filter(~_NAMELESS)


def _arrivals(ask: ReportAsk) -> dict[str, Any]:
    answered = _is_answered(ask)
    waited = Case(When(answered, then=F("first_answered_at") - F("received_at")))
    return received(ask).aggregate(
        named=Count("pk", filter=~_NAMELESS),
        nameless=Count("pk", filter=_NAMELESS),
        answered=Count("pk", filter=answered),
        waited=Percentile(waited, 0.5),
    )


def _no_tip(ask: ReportAsk) -> QuerySet[Decision]:
    as_kind = Decision.DeclinedAs
    kinds = (as_kind.PROCEDURE, as_kind.CIVIL, as_kind.SPAM, as_kind.OUT_OF_SCOPE)
    return ask.fresh_at_end.outsides().filter(
        kind=Decision.Kind.DECLINED, detail__as_kind__in=kinds
    )


def _checks(ask: ReportAsk) -> QuerySet[Revision]:
    """The first published text of each check of the desks themselves; corrections count nowhere."""
    before = Revision.objects.filter(
        claim=OuterRef("claim"), released_at__lt=OuterRef("released_at")
    )
    return Revision.objects.filter(
        ~Exists(before),
        claim__unit__in=ask.scope.unit_ids,
        claim__partner=None,
        released_at__gte=ask.since,
        released_at__lt=ask.until,
    )


def _verdicts(ask: ReportAsk) -> Counter[str]:
    return Counter(dict(_checks(ask).order_by().values_list("verdict").annotate(n=Count("pk"))))


def _claims(ask: ReportAsk) -> int:
    return ask.once(_verdicts).total()


def _claims_found(verdict: str) -> Callable[[ReportAsk], int]:
    return lambda ask: ask.once(_verdicts)[verdict]


def _surveys(ask: ReportAsk) -> int:
    surveys = Survey.objects.filter(unit__in=ask.scope.unit_ids, partner=None)
    return surveys.filter(opened_at__gte=ask.since, opened_at__lt=ask.until).count()


def _survey_answers(ask: ReportAsk) -> int:
    closed = Survey.objects.filter(unit__in=ask.scope.unit_ids, partner=None)
    closed = closed.filter(closed_at__gte=ask.since, closed_at__lt=ask.until)
    # As counted at the closing: the single answers are forgotten later.
    counted = closed.exclude(figures=None).values_list("figures__answers", flat=True)
    return sum(int(answers) for answers in counted)


# From before Kẻng: opening balances, in a block of their own, so that nothing of them is added to
# what was counted here.
def _imported(ask: ReportAsk) -> dict[str, int]:
    return imported.imported_counts(ask.scope.unit_ids, ask.since, ask.until).terms


def _imported_to_date(ask: ReportAsk) -> dict[str, int]:
    found = imported.imported_counts(ask.scope.unit_ids, imported.BEGINNING, ask.until)
    return {f"{key}_to_date": n for key, n in found.terms.items()}


def _part(counted: Callable[[ReportAsk], dict[str, Any]], name: str) -> Callable[[ReportAsk], int]:
    """One of the figures that are counted together."""
    return lambda ask: int(ask.once(counted)[name])


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


BLOCKS: dict[int, tuple[ReportLine, ...]] = {
    1: (
        ReportLine("groups", rows=_groups, number=_part(_network, "groups")),
        ReportLine(
            "active_groups",
            rows=_active_groups,
            number=_part(_network, "active_groups"),
            is_part=True,
        ),
        ReportLine("members", number=_part(_network, "members")),
        ReportLine("hamlets_reached", number=_hamlets_reached),
        ReportLine("hamlets", number=lambda ask: _hamlets(ask).count()),
    ),
    2: (
        _term("carried_over"),
        _term("received"),
        _term("reopened"),
        _term("objected"),
        _term("total", is_sum=True),
        ReportLine("named", rows=_named, number=_part(_arrivals, "named"), is_part=True),
        ReportLine("nameless", rows=_nameless, number=_part(_arrivals, "nameless"), is_part=True),
        ReportLine("no_tip", rows=_no_tip, is_part=True),
    ),
    3: (
        _term("of_value"),
        _term("not_of_value"),
        _term("duplicate"),
        _term("out_of_competence"),
        _term("withdrawn"),
        _term("unrated"),
    ),
    4: (
        _term("sorted_in_time"),
        _term("sorted_late"),
        _term("not_sorted"),
        _term("ended_in_time"),
        _term("ended_late"),
        _term("ended_here", is_sum=True),
        ReportLine("notice"),
        ReportLine("transfers"),
    ),
    5: (
        _term("ended_solved"),
        _term("ended_prevented"),
        _term("ended_handed_over"),
        _term("ended_warned"),
        _term("ended_unfounded"),
        _term("ended_with_incident"),
        _term("suspended"),
        _term("pending"),
        _term("in_competence", is_sum=True),
        _term("closing_balance"),
        ReportLine("prosecuted"),
    ),
    6: (
        ReportLine("incidents", rows=_incidents, number=_part(_effect, "incidents")),
        ReportLine(
            "scams_stopped",
            rows=_scams_stopped,
            number=_part(_effect, "scams_stopped"),
            is_part=True,
        ),
        *(
            ReportLine(
                f"with_{name}",
                rows=_incidents_with(name),
                number=_part(_effect, f"with_{name}"),
                is_part=True,
            )
            for name in ("saved", "lost", "recovered")
        ),
        ReportLine("saved", number=_part(_effect, "saved"), unit="đ"),
        ReportLine("lost", number=_part(_effect, "lost"), unit="đ"),
        ReportLine("recovered", number=_part(_effect, "recovered"), unit="đ"),
        ReportLine("helped", number=_part(_effect, "helped")),
    ),
    7: (
        ReportLine("drafted", rows=_drafted),
        ReportLine("published", rows=_published),
        ReportLine("recalled", rows=_recalled),
        ReportLine("until_approved", number=_until_approved, unit="seconds"),
        ReportLine("delivered", rows=_sent(*_ARRIVED), number=_ended_as(*_ARRIVED)),
        ReportLine("undelivered", rows=_sent(*_NOT_ARRIVED), number=_ended_as(*_NOT_ARRIVED)),
        ReportLine("asked", rows=_relays("asked"), number=_part(_steps, "asked")),
        ReportLine("passed_on", rows=_relays("passed_on"), number=_part(_steps, "passed_on")),
        ReportLine("checked", rows=_relays("seen"), number=_part(_steps, "seen")),
        ReportLine("read_through"),
    ),
    8: (
        ReportLine("answered", rows=_answered, number=_part(_arrivals, "answered")),
        ReportLine("half_answered_within", number=_half_answered_within, unit="seconds"),
        ReportLine("desk_answers", number=_follow_ups),
        ReportLine("reporters_wrote", number=_written_by_reporters),
        ReportLine("afraid", rows=_afraid),
        ReportLine("satisfaction"),
        ReportLine("breaches"),
        ReportLine("data_requests"),
    ),
    9: (
        ReportLine("claims_checked", number=_claims),
        *(
            ReportLine(f"verdict_{verdict}", number=_claims_found(verdict), is_part=True)
            for verdict in Verdict.values
        ),
        ReportLine("surveys_run", number=_surveys),
        ReportLine("survey_answers", number=_survey_answers),
    ),
    IMPORTED_BLOCK: (
        *(ReportLine(key, number=_part(_imported, key)) for key in imported.CLASSES),
        ReportLine(imported.RECEIVED, number=_part(_imported, imported.RECEIVED), is_sum=True),
        *(ReportLine(key, number=_part(_imported, key), is_part=True) for key in imported.RESULTS),
        ReportLine(imported.WARNINGS, number=_part(_imported, imported.WARNINGS)),
        *(
            ReportLine(f"{key}_to_date", number=_part(_imported_to_date, f"{key}_to_date"))
            for key in (imported.RECEIVED, imported.OF_VALUE)
        ),
    ),
}
LINES_BY_KEY = {line.key: line for lines in BLOCKS.values() for line in lines}
