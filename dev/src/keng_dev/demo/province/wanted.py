"""How many groups of each kind the province wants, so that what is missing can be seen."""

import datetime as dt
import uuid
from collections import Counter
from random import Random

from keng.accounts.models import Officer, Post
from keng.audit.actions import unit_chain
from keng.kit import times
from keng.network.models import GroupKind, GroupTarget
from keng_dev.demo.people import NEIGHBOUR
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.network import Network
from keng_dev.demo.province.record import Act, Record
from keng_dev.demo.province.territory import Desk, Territory
from keng_dev.demo.province.volumes import Volumes

K = GroupKind
# In so many more communes one is wanted that nobody has founded yet: how many each.
_LACKING = (
    (K.LANDLORDS, 9, 1),
    (K.LODGING, 5, 1),
    (K.KARAOKE, 4, 1),
    (K.SCHOOL, 4, 5),
    (K.YOUTH_UNION, 8, 1),
    (K.TEAM, 6, 1),
    (K.FRONT, 4, 1),
)
# Market people found theirs when they like.
_NOT_WANTED = K.OTHER
_COORDINATOR = Post.Role.COORDINATOR


def want(
    territory: Territory, network: Network, volumes: Volumes, record: Record, dice: Random
) -> None:
    """One residents' group everywhere; of the other kinds what a commune has, or is to have."""
    province = territory.province.unit
    at = times.start_of(volumes.today - dt.timedelta(days=205)) + dt.timedelta(hours=8)
    by = Officer.objects.filter(posts__role=_COORDINATOR, posts__unit=province).earliest("pk")
    rows: list[GroupTarget] = []
    own = _own(territory, network, dice)
    plans: list[tuple[Desk | None, dict[str, int]]] = [(None, {K.RESIDENTS.value: 1})]
    plans += [(desk, own[desk.unit.pk]) for desk in territory.communes if own[desk.unit.pk]]
    for desk, counts in plans:
        at += dt.timedelta(seconds=dice.randrange(9, 70))
        rows += [
            GroupTarget(
                id=id_at(at, dice),
                unit=province,
                place=desk.place if desk else None,
                kind=kind,
                count=count,
            )
            for kind, count in counts.items()
        ]
        detail = {"targets": counts, "place": desk.place.code if desk else ""}
        act = Act(at, "group.targets_set", by, ("unit", str(province.pk)), detail)
        record.note(unit_chain(province.pk), act)
    GroupTarget.objects.bulk_create(rows)


def _own(territory: Territory, network: Network, dice: Random) -> dict[uuid.UUID, dict[str, int]]:
    """By unit and kind: as many as there are, some more in a few communes, one in the ward."""
    have = Counter((group.unit_id, str(group.kind)) for group in network.groups)
    found: dict[uuid.UUID, dict[str, int]] = {desk.unit.pk: {} for desk in territory.communes}
    for (unit, kind), count in sorted(have.items(), key=str):
        if kind != _NOT_WANTED and (kind != K.RESIDENTS or count > 1):
            found[unit][kind] = count
    for kind, communes, each in _LACKING:
        without = [
            desk
            for desk in territory.communes
            if kind not in found[desk.unit.pk] and desk is not territory.ward
        ]
        for desk in dice.sample(without, communes):
            found[desk.unit.pk][kind.value] = each
    # The eight supplementary groups of the ward are there, and two of the three teams (`teams`).
    found[territory.ward.unit.pk][K.TEAM.value] = 3
    beside = found[territory.desks[NEIGHBOUR].unit.pk]
    beside[K.TEAM.value] = beside.get(K.TEAM.value, 0) + 1
    return found
