"""Whom a warning covered: what leads say, what officers saw, and who has not passed it on."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from keng.delivery.models import Delivery, Dispatch, DispatchText, RelayTask
from keng.delivery.models.outbound import THANKS_SOURCE
from keng.delivery.queries.outcomes import COLUMN_OF_STATE
from keng.kit import times
from keng.kit.list_filter import rows_with_words
from keng.kit.numbers import percent_of
from keng.kit.sql_names import alphabetically
from keng.network.models import Group, GroupKind
from keng.relay.messages_to_leads import MessageToLead, last_messages

if TYPE_CHECKING:
    from keng.accounts.models import Officer

SAMPLE_SIZE = 5
_RECENT = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Groups of one kind or place. The four counts in the middle add up to `groups`."""

    label: str
    place: uuid.UUID | None
    """The commune, for a province; else the place of the group. None in rows about kinds."""
    groups: int
    by_machine: int
    passed_on: int
    waiting: int
    failed: int
    seen: int
    """Of all these groups, those in which an officer saw it: a sample, not a part of the sum."""

    @property
    def covered(self) -> int:
        return self.by_machine + self.passed_on

    @property
    def percent(self) -> int:
        return percent_of(self.covered, self.groups)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The two tables; both end in the same sum."""

    kinds: tuple[CoverageRow, ...]
    places: tuple[CoverageRow, ...]
    total: CoverageRow
    dispatches: dict[uuid.UUID, CoverageRow]


_COUNT = """
SELECT d.dispatch_id, g.kind,
  CASE WHEN %(by_commune)s AND p.kind = 'hamlet' THEN c.full_name ELSE p.full_name END,
  CASE WHEN %(by_commune)s AND p.kind = 'hamlet' THEN c.id ELSE p.id END,
  d.state, count(*),
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM delivery_relaytask t
    WHERE t.dispatch_id = d.dispatch_id AND t.group_id = g.id AND t.seen_at IS NOT NULL))
FROM delivery_delivery d
JOIN network_group g ON g.id = d.recipient_ref
JOIN places_place p ON p.id = g.place_id
LEFT JOIN places_place c ON c.id = p.parent_id
WHERE d.dispatch_id = ANY(%(dispatches)s::uuid[]) AND d.recipient_kind = 'group' AND d.part = 1
  AND g.unit_id = ANY(%(units)s::uuid[]) AND d.state <> 'cancelled'
  AND (%(inside)s::uuid[] IS NULL OR p.id = ANY(%(inside)s::uuid[]))
GROUP BY 1, 2, 3, 4, 5"""


def coverage_of_dispatches(
    dispatch_ids: list[uuid.UUID], *, officer: "Officer", inside: list[uuid.UUID] | None = None
) -> Coverage:
    """Coverage among the groups of the officer's units, or of those `inside` these places."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "dispatches": dispatch_ids,
                "units": list(officer.unit_ids),
                "by_commune": len(officer.unit_ids) > 1 and inside is None,
                "inside": inside,
            },
        )
        counted = cursor.fetchall()
    kinds: dict[str, list[int]] = {}
    places: dict[tuple[str, uuid.UUID], list[int]] = {}
    dispatches: dict[uuid.UUID, list[int]] = {}
    for dispatch, kind, name, place, state, count, seen in counted:
        for cell in (
            kinds.setdefault(kind, [0] * 6),
            places.setdefault((name, place), [0] * 6),
            dispatches.setdefault(dispatch, [0] * 6),
        ):
            cell[0] += count
            cell[_count_index(state)] += count
            cell[5] += seen
    order = list(GroupKind.values)
    rows = tuple(
        CoverageRow(str(GroupKind(kind).label), None, *kinds[kind])
        for kind in sorted(kinds, key=order.index)
    )
    # Least covered first: that is where somebody has to do something.
    by_place = sorted(
        (CoverageRow(*place, *cell) for place, cell in places.items()), key=_least_covered
    )
    each = {key: CoverageRow("", None, *cell) for key, cell in dispatches.items()}
    return Coverage(rows, tuple(by_place), _sum(rows), each)


@dataclass(frozen=True, slots=True)
class RelayLevel:
    """Leads at one height of the relay tree: how many were asked, how many passed it on."""

    is_below: bool
    asked: int
    passed_on: int

    @property
    def percent(self) -> int:
        return percent_of(self.passed_on, self.asked)

    @property
    def open(self) -> int:
        return self.asked - self.passed_on


def relay_levels(dispatch_ids: list[uuid.UUID], *, officer: "Officer") -> list[RelayLevel]:
    """First who answers to a desk, then who answers to another lead; no name of anybody."""
    counted = (
        RelayTask.objects.visible_to(officer)
        .filter(dispatch_id__in=dispatch_ids)
        .annotate(is_below=Q(lead__above__isnull=False))
        .values_list("is_below")
        .annotate(asked=Count("id"), done=Count("id", filter=Q(confirmed_at__isnull=False)))
    )
    return sorted((RelayLevel(*row) for row in counted), key=lambda level: level.is_below)


def _count_index(state: str) -> int:
    if state == Delivery.State.RELAYED:
        return 2
    return {"arrived": 1, "sent": 1, "waiting": 3, "later": 3}.get(COLUMN_OF_STATE[state], 4)


def _least_covered(row: CoverageRow) -> tuple[int, str]:
    return row.percent, row.label


def _sum(rows: tuple[CoverageRow, ...]) -> CoverageRow:
    names = ("groups", "by_machine", "passed_on", "waiting", "failed", "seen")
    return CoverageRow(_("Sum"), None, *(sum(getattr(row, name) for row in rows) for name in names))


def dispatches_for(officer: "Officer") -> QuerySet[Dispatch]:
    """What the officer's units sent, and what others sent to groups of theirs."""
    own_groups = Group.objects.visible_to(officer).values("id")
    to_own = Delivery.objects.filter(dispatch=OuterRef("pk"), recipient_ref__in=own_groups)
    return Dispatch.objects.filter(
        Q(unit_id__in=officer.unit_ids) | Exists(to_own), kind__in=Dispatch.TO_MANY
    )


def recent_dispatches(officer: "Officer") -> list[Dispatch]:
    """Warnings of the last 30 days that still count, newest first; thanks are none.

    A recall counts like a warning: it matters most that it reaches everybody.
    """
    return list(
        dispatches_for(officer)
        .filter(created_at__gt=times.now() - _RECENT, cancelled_at__isnull=True)
        .exclude(source_kind=THANKS_SOURCE)
        .select_related("unit", "approval")
        .order_by("-id")
    )


def dispatches_with_words(dispatch_ids: list[uuid.UUID], words: str) -> set[uuid.UUID]:
    """Those of the dispatches that have the words in what was sent."""
    texts = DispatchText.objects.filter(dispatch__in=dispatch_ids)
    return set(rows_with_words(texts, words, "subject", "text").values_list("dispatch", flat=True))


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """A lead who answers to the desk and has not confirmed; those below are only counted."""

    task: RelayTask
    below: int
    below_waiting: int
    message: MessageToLead | None
    """What the machine wrote to them about it."""


def waiting_leads(dispatch: Dispatch, *, officer: "Officer") -> list[WaitingLead]:
    """Who has not passed it on. Names go to the direct superior only: here, to the leads' desk."""
    tasks = list(
        RelayTask.objects.visible_to(officer)
        .filter(dispatch=dispatch, lead__unit_id__in=officer.own_unit_ids)
        .select_related("lead", "group")
        .order_by("handed_out_at", "id")
    )
    below: dict[uuid.UUID, list[RelayTask]] = {}
    for task in tasks:
        if task.lead.above_id:
            below.setdefault(task.lead.above_id, []).append(task)
    messages = last_messages([dispatch.pk])
    found = []
    for task in tasks:
        under = below.get(task.lead_id, [])
        open_below = sum(1 for one in under if one.confirmed_at is None)
        if task.lead.above_id is None and (task.confirmed_at is None or open_below):
            message = messages.get((dispatch.pk, task.lead_id))
            found.append(WaitingLead(task, len(under), open_below, message))
    return found


def open_tasks_by_unit(dispatch: Dispatch, *, officer: "Officer") -> list[Any]:
    """For the units below: how many tasks are open, without a name."""
    return list(
        RelayTask.objects.visible_to(officer)
        .filter(dispatch=dispatch)
        .exclude(lead__unit_id__in=officer.own_unit_ids)
        .values("lead__unit__name")
        .annotate(tasks=Count("id"), open=Count("id", filter=Q(confirmed_at__isnull=True)))
        .filter(open__gt=0)
        .order_by("-open", alphabetically("lead__unit__name"))
    )


def sample_to_check(dispatch: Dispatch, *, officer: "Officer") -> list[RelayTask]:
    """The sample: up to five groups of this desk, the same each time, to be looked at."""
    tasks = (
        RelayTask.objects.visible_to(officer)
        .filter(
            dispatch=dispatch,
            group__isnull=False,
            lead__unit_id__in=officer.own_unit_ids,
            confirmed_at__isnull=False,
        )
        .select_related("group", "seen_by")
    )
    # An order that no lead can foresee and that does not change when somebody else confirms.
    drawn = sorted(tasks, key=lambda task: (task.pk.int * 0x9E3779B97F4A7C15) % 2**61)
    one_each = {task.group_id: task for task in reversed(drawn)}
    return [task for task in drawn if one_each[task.group_id] is task][:SAMPLE_SIZE]


def title_of_dispatch(dispatch: Dispatch) -> str:
    """The first line of its Vietnamese text."""
    texts = list(dispatch.texts.all())
    text = next((one for one in texts if one.language == "vi"), texts[0])
    return text.subject or text.text.splitlines()[0]
