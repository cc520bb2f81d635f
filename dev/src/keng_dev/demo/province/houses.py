"""The houses a warning should reach: 1,305 boarding houses of the ward, and a few of each kind."""

import datetime as dt
from collections.abc import Iterable
from random import Random

from keng.network.models import Establishment, Group
from keng.network.queries.establishments import GROUP_KIND_OF
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.territory import Desk
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.province.words import sections

K = Establishment.Kind
# How many there are, and how many of them nobody reads along for.
_WARD = (
    (K.BOARDING_HOUSE, 1_305, 41),
    (K.GUESTHOUSE, 20, 2),
    (K.KARAOKE, 10, 1),
    (K.SCHOOL, 11, 0),
)
_ELSEWHERE = ((K.BOARDING_HOUSE, 9, 2), (K.GUESTHOUSE, 2, 1), (K.SCHOOL, 3, 0))
_CALLED = {
    K.BOARDING_HOUSE: "Nhà trọ",
    K.GUESTHOUSE: "Nhà nghỉ",
    K.KARAOKE: "Karaoke",
    K.SCHOOL: "Trường tiểu học",
}
_ROOMS = {K.BOARDING_HOUSE: (4, 22), K.GUESTHOUSE: (6, 24), K.KARAOKE: (3, 9), K.SCHOOL: (0, 0)}
_WORDS = (
    "Hoa Mai",
    "An Bình",
    "Hoa Sen",
    "Thanh Bình",
    "Hướng Dương",
    "Phú Quý",
    "Bình Minh",
    "Hoa Sữa",
    "Đồng Tâm",
    "Hòa Thuận",
    "Bằng Lăng",
    "Hoa Ban",
    "Minh Châu",
    "Tre Xanh",
)


def settle(
    ward: Desk, communes: Iterable[Desk], groups: list[Group], volumes: Volumes, dice: Random
) -> None:
    """Write the houses down: those of the ward by hamlet, and some of every tenth commune."""
    made: list[Establishment] = []
    for kind, count, without in _WARD:
        made += _houses(ward, kind, count, without, groups, volumes, dice)
    for desk in dice.sample([d for d in communes if d is not ward], 9):
        for kind, count, without in _ELSEWHERE:
            made += _houses(desk, kind, count, without, groups, volumes, dice)
    Establishment.objects.bulk_create(made, batch_size=500)


def _houses(
    desk: Desk,
    kind: Establishment.Kind,
    count: int,
    without: int,
    groups: list[Group],
    volumes: Volumes,
    dice: Random,
) -> list[Establishment]:
    names = sections("names.txt")
    there = [g for g in groups if g.unit_id == desk.unit.pk and g.kind == GROUP_KIND_OF[kind]]
    alone = set(dice.sample(range(count), without)) if there else set(range(count))
    found = []
    for number in range(count):
        place = dice.choice(desk.hamlets) if desk.hamlets else desk.place
        reads = number not in alone
        contact = f"{dice.choice(names['xungho'])} {dice.choice(names['ten'])}"
        since = volumes.now - dt.timedelta(days=dice.randrange(30, 360))
        found.append(
            Establishment(
                id=id_at(since, dice),
                name=f"{_CALLED[kind]} {_WORDS[number % len(_WORDS)]} {number + 1}",
                kind=kind,
                place=place,
                unit=desk.unit,
                contact=contact if reads else "",
                contact_agreed_on=since.date() if reads else None,
                group=dice.choice(there) if reads else None,
                room_count=dice.randint(*_ROOMS[kind]),
                created_at=since,
            )
        )
    return found
