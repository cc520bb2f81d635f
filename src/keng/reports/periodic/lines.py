"""The nine blocks of the report, line by line: what each line asks, and what it is called.

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
from keng.network.models import Group
from keng.places.models import Place
from keng.reports import definitions
from keng.reports.periodic.sight import Ask
from keng.reports.periodic.terms import TERMS, received
from keng.reports.queries import Percentile
from keng.surveys.models import Survey
from keng.tips.models import Decision, DialogueMessage, Incident, Tip
from keng.warnings.models import Version, Warning

ACTIVE_WITHIN = timedelta(days=30)
# How a delivery may have ended.
_ARRIVED = ("sent", "delivered", "read")
_NOT_ARRIVED = ("unknown", "not_now", "gone", "rejected")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a block.

    `rows` is the list it leads to, and `number` the figure where it has none, or where the figure
    comes with those of other lines.
    """

    key: str
    rows: Callable[[Ask], QuerySet[Any]] | None = None
    number: Callable[[Ask], int | None] | None = None
    unit: str = ""
    """What stands behind the figure, "đ"; with "seconds" it is said as a length of time."""
    is_sum: bool = False
    is_part: bool = False
    """A share of a line above it, not to be added to it."""

    def count(self, ask: Ask) -> int | None:
        """The figure; None where nothing is kept or nothing happened to measure."""
        if self.number is not None:
            return self.number(ask)
        return self.rows(ask).count() if self.rows is not None else None


def _term(key: str, *, is_sum: bool = False) -> Line:
    return Line(key, rows=TERMS[key], is_sum=is_sum)


def _groups(ask: Ask) -> QuerySet[Group]:
    # Groups have no history: these are the active ones that were there by then.
    groups = Group.objects.visible_to(ask.onlooker)
    return groups.filter(is_active=True, created_at__lt=ask.until)


def _active(ask: Ask) -> Q:
    confirmed = RelayTask.objects.filter(
        confirmed_at__gte=ask.until - ACTIVE_WITHIN, confirmed_at__lt=ask.until
    )
    return Q(pk__in=confirmed.values("group"))


def _active_groups(ask: Ask) -> QuerySet[Group]:
    return _groups(ask).filter(_active(ask))


def _network(ask: Ask) -> dict[str, int]:
    return _groups(ask).aggregate(
        groups=Count("pk"),
        active_groups=Count("pk", filter=_active(ask)),
        members=Sum("member_count", default=0),
    )


def _hamlets(ask: Ask) -> QuerySet[Place, Any]:
    places = Place.objects.filter(kind=Place.Kind.HAMLET, valid_to=None)
    served = places.filter(parent__jurisdictions__unit__in=ask.sight.unit_ids)
    return served.values("pk").distinct()


def _hamlets_reached(ask: Ask) -> int:
    return _hamlets(ask).filter(pk__in=_groups(ask).values("place")).count()


def _incidents(ask: Ask) -> QuerySet[Incident]:
    return definitions.opened(ask.onlooker, ask.span.period)


def _incidents_with(name: str) -> Callable[[Ask], QuerySet[Incident]]:
    return lambda ask: definitions.opened(ask.onlooker, ask.span.period, name)


_SCAM_STOPPED = Q(outcome="prevented", category__startswith="scam_")


def _scams_stopped(ask: Ask) -> QuerySet[Incident]:
    return _incidents(ask).filter(_SCAM_STOPPED)


def _effect(ask: Ask) -> dict[str, int]:
    parts = {
        f"with_{name}": Count("pk", filter=definitions.has_part(name)) for name in definitions.SUMS
    }
    sums = {name: Sum(field, default=0) for name, field in definitions.SUMS.items()}
    return _incidents(ask).aggregate(
        incidents=Count("pk"), scams_stopped=Count("pk", filter=_SCAM_STOPPED), **parts, **sums
    )


def _drafted(ask: Ask) -> QuerySet[Warning]:
    return Warning.objects.visible_to(ask.onlooker).filter(
        created_at__gte=ask.since, created_at__lt=ask.until
    )


def _published(ask: Ask) -> QuerySet[Warning]:
    return definitions.published(ask.onlooker, ask.span.period)


def _recalled(ask: Ask) -> QuerySet[Warning]:
    return Warning.objects.visible_to(ask.onlooker).filter(
        recalled_at__gte=ask.since, recalled_at__lt=ask.until
    )


def _until_approved(ask: Ask) -> int | None:
    versions = Version.objects.visible_to(ask.onlooker).filter(
        published_at__gte=ask.since, published_at__lt=ask.until, submitted_at__isnull=False
    )
    waited = F("published_at") - F("submitted_at")
    return _seconds(versions.aggregate(n=Percentile(waited, 0.5))["n"])


def _sent(*states: str) -> Callable[[Ask], QuerySet[Delivery]]:
    return lambda ask: definitions.sent(ask.onlooker, ask.span.period).filter(state__in=states)


def _states(ask: Ask) -> Counter[str]:
    states = definitions.sent(ask.onlooker, ask.span.period).order_by().values_list("state")
    return Counter(dict(states.annotate(n=Count("pk"))))


def _ended_as(*states: str) -> Callable[[Ask], int]:
    return lambda ask: sum(ask.once(_states)[state] for state in states)


def _relays(step: str) -> Callable[[Ask], QuerySet[RelayTask]]:
    return lambda ask: definitions.relays(ask.onlooker, ask.span.period, step)


def _steps(ask: Ask) -> dict[str, int]:
    steps = {name: Count("pk", filter=where) for name, where in definitions.RELAYS.items()}
    return definitions.relays(ask.onlooker, ask.span.period).aggregate(**steps)


def _is_answered(ask: Ask) -> Q:
    return Q(first_answered_at__lt=ask.until)


def _answered(ask: Ask) -> QuerySet[Tip]:
    return received(ask).filter(_is_answered(ask))


def _half_answered_within(ask: Ask) -> int | None:
    return _seconds(ask.once(_arrivals)["waited"])


def _follow_ups(ask: Ask) -> int:
    replies = ask.at_end.decisions().filter(kind=Decision.Kind.REPLIED)
    return replies.filter(at__gte=ask.since, at__lt=ask.until).count()


def _written_by_reporters(ask: Ask) -> int:
    wrote = DialogueMessage.objects.filter(tip__in=ask.seen)
    return wrote.filter(author="reporter", at__gte=ask.since, at__lt=ask.until).count()


def _afraid(ask: Ask) -> QuerySet[Tip]:
    return ask.seen.filter(feared_at__gte=ask.since, feared_at__lt=ask.until)


_NAMELESS = Q(identity_holds=[])


def _nameless(ask: Ask) -> QuerySet[Tip]:
    return received(ask).filter(_NAMELESS)


def _named(ask: Ask) -> QuerySet[Tip]:
    return received(ask).filter(~_NAMELESS)


def _arrivals(ask: Ask) -> dict[str, Any]:
    answered = _is_answered(ask)
    waited = Case(When(answered, then=F("first_answered_at") - F("received_at")))
    return received(ask).aggregate(
        named=Count("pk", filter=~_NAMELESS),
        nameless=Count("pk", filter=_NAMELESS),
        answered=Count("pk", filter=answered),
        waited=Percentile(waited, 0.5),
    )


def _no_tip(ask: Ask) -> QuerySet[Decision]:
    kinds = ("procedure", "civil", "out_of_scope")
    return ask.fresh_at_end.outsides().filter(
        kind=Decision.Kind.DECLINED, detail__as_kind__in=kinds
    )


def _checks(ask: Ask) -> QuerySet[Revision]:
    """The first published text of each check of the desks themselves; corrections count nowhere."""
    before = Revision.objects.filter(
        claim=OuterRef("claim"), published_at__lt=OuterRef("published_at")
    )
    return Revision.objects.filter(
        ~Exists(before),
        claim__unit__in=ask.sight.unit_ids,
        claim__partner=None,
        published_at__gte=ask.since,
        published_at__lt=ask.until,
    )


def _verdicts(ask: Ask) -> Counter[str]:
    return Counter(dict(_checks(ask).order_by().values_list("verdict").annotate(n=Count("pk"))))


def _claims(ask: Ask) -> int:
    return ask.once(_verdicts).total()


def _claims_found(verdict: str) -> Callable[[Ask], int]:
    return lambda ask: ask.once(_verdicts)[verdict]


def _surveys(ask: Ask) -> int:
    surveys = Survey.objects.filter(unit__in=ask.sight.unit_ids)
    return surveys.filter(opened_at__gte=ask.since, opened_at__lt=ask.until).count()


def _survey_answers(ask: Ask) -> int:
    closed = Survey.objects.filter(unit__in=ask.sight.unit_ids)
    closed = closed.filter(closed_at__gte=ask.since, closed_at__lt=ask.until)
    # As counted at the closing: the single answers are forgotten later.
    counted = closed.exclude(figures=None).values_list("figures__answers", flat=True)
    return sum(int(answers) for answers in counted)


def _part(counted: Callable[[Ask], dict[str, Any]], name: str) -> Callable[[Ask], int]:
    """One of the figures that are counted together."""
    return lambda ask: int(ask.once(counted)[name])


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


BLOCKS: dict[int, tuple[Line, ...]] = {
    1: (
        Line("groups", rows=_groups, number=_part(_network, "groups")),
        Line(
            "active_groups",
            rows=_active_groups,
            number=_part(_network, "active_groups"),
            is_part=True,
        ),
        Line("members", number=_part(_network, "members")),
        Line("hamlets_reached", number=_hamlets_reached),
        Line("hamlets", number=lambda ask: _hamlets(ask).count()),
    ),
    2: (
        _term("carried_over"),
        _term("received"),
        _term("reopened"),
        _term("objected"),
        _term("total", is_sum=True),
        Line("named", rows=_named, number=_part(_arrivals, "named"), is_part=True),
        Line("nameless", rows=_nameless, number=_part(_arrivals, "nameless"), is_part=True),
        Line("no_tip", rows=_no_tip, is_part=True),
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
        Line("notice"),
        Line("transfers"),
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
        Line("prosecuted"),
    ),
    6: (
        Line("incidents", rows=_incidents, number=_part(_effect, "incidents")),
        Line(
            "scams_stopped",
            rows=_scams_stopped,
            number=_part(_effect, "scams_stopped"),
            is_part=True,
        ),
        *(
            Line(
                f"with_{name}",
                rows=_incidents_with(name),
                number=_part(_effect, f"with_{name}"),
                is_part=True,
            )
            for name in ("saved", "lost", "recovered")
        ),
        Line("saved", number=_part(_effect, "saved"), unit="đ"),
        Line("lost", number=_part(_effect, "lost"), unit="đ"),
        Line("recovered", number=_part(_effect, "recovered"), unit="đ"),
        Line("helped", number=_part(_effect, "helped")),
    ),
    7: (
        Line("drafted", rows=_drafted),
        Line("published", rows=_published),
        Line("recalled", rows=_recalled),
        Line("until_approved", number=_until_approved, unit="seconds"),
        Line("delivered", rows=_sent(*_ARRIVED), number=_ended_as(*_ARRIVED)),
        Line("undelivered", rows=_sent(*_NOT_ARRIVED), number=_ended_as(*_NOT_ARRIVED)),
        Line("asked", rows=_relays("asked"), number=_part(_steps, "asked")),
        Line("passed_on", rows=_relays("passed_on"), number=_part(_steps, "passed_on")),
        Line("checked", rows=_relays("seen"), number=_part(_steps, "seen")),
        Line("read_through"),
    ),
    8: (
        Line("answered", rows=_answered, number=_part(_arrivals, "answered")),
        Line("half_answered_within", number=_half_answered_within, unit="seconds"),
        Line("desk_answers", number=_follow_ups),
        Line("reporters_wrote", number=_written_by_reporters),
        Line("afraid", rows=_afraid),
        Line("satisfaction"),
        Line("breaches"),
        Line("data_requests"),
    ),
    9: (
        Line("claims_checked", number=_claims),
        *(
            Line(f"verdict_{verdict}", number=_claims_found(verdict), is_part=True)
            for verdict in Verdict.values
        ),
        Line("surveys_run", number=_surveys),
        Line("survey_answers", number=_survey_answers),
    ),
}
BY_KEY = {line.key: line for lines in BLOCKS.values() for line in lines}
