"""Reads of groups: the list, who is silent, and which addresses are in use."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from keng.channels.by_hand import BY_HAND
from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.language.fold import fold
from keng.network.models import Group, GroupKind
from keng.network.queries.places import place_ids_below

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# A sign of life (Group.last_sign_at) is what a lead says to have passed on
# (relay_acts.confirm_tasks), what an officer saw stand there (relay_acts.mark_seen), what a team
# told (actions.teams.answer_ask). A group that never gave one is silent so long after it was added.
# Where a machine posts nobody is asked for a sign: such a group is never silent.
GROUP_SILENT_AFTER = datetime.timedelta(days=30)
# The states of the filter that ask for silence, and for how many days at least.
SILENT_STATES = {"silent": GROUP_SILENT_AFTER.days, "silent60": 60, "silent90": 90}


@dataclass(frozen=True, slots=True)
class GroupKindRow:
    """How many groups of one kind there are, and how many of them are silent."""

    label: str
    groups: int
    silent: int
    leadless: int


def is_silent(at_least: datetime.timedelta = GROUP_SILENT_AFTER) -> Q:
    """Of groups with `sign_at` (`filtered_groups`): no sign of life for so long."""
    return Q(channel=BY_HAND, sign_at__lt=times.now() - at_least)


def filtered_groups(
    officer: "Officer",
    *,
    words: str = "",
    place: uuid.UUID | None = None,
    kind: str = "",
    state: str = "",
) -> QuerySet[Any]:
    """Groups of the officer's units, each with `lead_count` and `sign_at`, its last sign of life.

    `state`: "" for active ones, a key of SILENT_STATES, leadless, machine, retired.
    """
    found: QuerySet[Any] = (
        Group.objects.visible_to(officer)
        .filter(is_active=state != "retired")
        .annotate(
            lead_count=Count("leads", filter=Q(leads__stopped_at__isnull=True)),
            sign_at=Coalesce("last_sign_at", "created_at"),
        )
        .select_related("place", "unit", "officer_in_charge")
        .prefetch_related("leads")
        .order_by(alphabetically(), "id")
    )
    if place:
        found = found.filter(place_id__in=place_ids_below([place]))
    if kind:
        found = found.filter(kind=kind)
    if state in SILENT_STATES:
        found = found.filter(is_silent(datetime.timedelta(days=SILENT_STATES[state])))
    elif state == "leadless":
        found = found.filter(lead_count=0)
    elif state == "machine":
        found = found.exclude(channel=BY_HAND)
    if words:
        wanted = fold(words)
        names = found.order_by().values_list("id", "name", "leads__name")
        ids = {key for key, *words in names if any(wanted in fold(word or "") for word in words)}
        found = found.filter(id__in=ids)
    return found


def groups_by_kind(found: QuerySet[Any]) -> list[GroupKindRow]:
    """The table beside the list: one row a kind, then the sum of exactly these rows."""
    counted: dict[str, list[int]] = {}
    lines = found.annotate(is_silent=is_silent()).values_list("kind", "is_silent", "lead_count")
    for kind, silent, leads in lines:
        row = counted.setdefault(kind, [0, 0, 0])
        row[0] += 1
        row[1] += silent
        row[2] += leads == 0
    return [GroupKindRow(str(GroupKind(kind).label), *row) for kind, row in sorted(counted.items())]


def sum_of_groups(rows: list[GroupKindRow], label: str) -> GroupKindRow:
    """The sum row."""
    return GroupKindRow(
        label,
        sum(r.groups for r in rows),
        sum(r.silent for r in rows),
        sum(r.leadless for r in rows),
    )


def addresses_in_use() -> dict[tuple[str, str], uuid.UUID]:
    """By channel and address the group that is reached there, of whichever desk: to compare alone,
    and never to tell anybody whose it is."""
    reached = Group.objects.filter(is_active=True).exclude(channel=BY_HAND)
    return {
        (channel, address): pk
        for channel, address, pk in reached.values_list("channel", "channel_address", "pk")
    }
