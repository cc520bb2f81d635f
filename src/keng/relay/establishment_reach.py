"""How far a warning got in houses: known, with a contact in a group that has it, rooms told."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q

from keng.delivery.models import Delivery, RelayTask
from keng.delivery.queries.outcomes import COLUMN_OF_STATE
from keng.network.models import Establishment, Group, GroupKind
from keng.network.queries.establishments import GROUP_KIND_OF, KINDS_WITH_ROOMS

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models import Dispatch

_HAVE_IT = [state for state, column in COLUMN_OF_STATE.items() if column in {"arrived", "sent"}]


@dataclass(frozen=True, slots=True)
class EstablishmentReach:
    """Houses of one kind. `told` is what leads say, and another thing than having it.

    None of a kind without rooms, where nobody is asked.
    """

    label: str
    houses: int
    in_a_group: int
    have_it: int
    told: int | None

    @property
    def without(self) -> int:
        return self.houses - self.in_a_group


@dataclass(frozen=True, slots=True)
class GroupWithRooms:
    """A group that passed it on, and how many of its houses told their rooms."""

    task: RelayTask
    houses: int


def reach_by_kind(dispatch: "Dispatch", *, officer: "Officer") -> list[EstablishmentReach]:
    """One row for each kind of house the dispatch was addressed to; nothing where none is known."""
    to_groups = Delivery.objects.filter(
        dispatch=dispatch, recipient_kind=Delivery.RecipientKind.GROUP
    )
    reached = Group.objects.filter(id__in=to_groups.values("recipient_ref"))
    addressed = set(reached.order_by().values_list("kind", flat=True).distinct())
    wanted = [kind for kind, group_kind in GROUP_KIND_OF.items() if group_kind in addressed]
    got = Delivery.objects.filter(
        dispatch=dispatch,
        recipient_kind=Delivery.RecipientKind.GROUP,
        recipient_ref=OuterRef("group_id"),
        state__in=_HAVE_IT,
    )
    counted = {
        row["kind"]: row
        for row in Establishment.objects.visible_to(officer)
        .filter(is_open=True, kind__in=wanted)
        .order_by()
        .values("kind")
        .annotate(
            houses=Count("id"),
            in_a_group=Count("id", filter=Q(group__isnull=False)),
            have_it=Count("id", filter=Exists(got)),
        )
    }
    told = _rooms_told(dispatch, officer)
    return [
        EstablishmentReach(
            str(kind.label),
            counted[kind]["houses"],
            counted[kind]["in_a_group"],
            counted[kind]["have_it"],
            told.get(GROUP_KIND_OF[kind], 0) if kind in KINDS_WITH_ROOMS else None,
        )
        for kind in wanted
        if kind in counted
    ]


def _rooms_told(dispatch: "Dispatch", officer: "Officer") -> dict[str, int]:
    """The highest number a group's leads named: two leads of one group speak of the same houses."""
    by_group: dict[uuid.UUID, tuple[str, int]] = {}
    told = RelayTask.objects.visible_to(officer).filter(
        dispatch=dispatch, houses_told__isnull=False
    )
    for group, kind, count in told.values_list("group_id", "group__kind", "houses_told"):
        by_group[group] = (kind, max(count or 0, by_group.get(group, ("", 0))[1]))
    found: dict[str, int] = {}
    for kind, count in by_group.values():
        found[kind] = found.get(kind, 0) + count
    return found


def groups_with_rooms(dispatch: "Dispatch", *, officer: "Officer") -> list[GroupWithRooms]:
    """Groups of the officer's own desk that passed it on and have houses reading along."""
    tasks = list(
        RelayTask.objects.visible_to(officer)
        .filter(
            dispatch=dispatch,
            lead__unit_id__in=officer.own_unit_ids,
            confirmed_at__isnull=False,
            group__isnull=False,
        )
        .select_related("group", "lead")
        .order_by("id")
    )
    houses = establishments_with_rooms([task.group_id for task in tasks if task.group_id])
    return [
        GroupWithRooms(t, houses[t.group_id]) for t in tasks if t.group_id and t.group_id in houses
    ]


def establishments_with_rooms(groups: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many open houses with rooms read along in each group; groups without are left out."""
    counted = (
        Establishment.objects.filter(group__in=groups, is_open=True, kind__in=KINDS_WITH_ROOMS)
        # A school has classes: nobody there is asked about rooms.
        .exclude(group__kind=GroupKind.SCHOOL)
        .order_by()
        .values_list("group")
        .annotate(Count("id"))
    )
    return dict(counted)
