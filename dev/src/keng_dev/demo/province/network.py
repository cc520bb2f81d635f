"""333 groups of every kind, the leads who pass things on, and the schools' relay trees."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from keng.accounts.models import Officer
from keng.kit import times
from keng.network.models import Group, GroupKind, Lead
from keng.places.models import Place
from keng_dev.demo.network import (
    LANDLORD_GROUP,
    LANDLORDS_BY_HAND,
    PARENT_GROUP,
    SANDBOX_GROUP,
    ZALO_GROUP,
)
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.territory import Desk, Territory
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.province.words import sections

K = GroupKind
# Landlords of the ward: 1,200 of them in four groups; their 1,305 houses are settled in `houses`.
_WARD_SUPPLEMENTARY = (
    (
        LANDLORD_GROUP,
        K.LANDLORDS,
        "sandbox",
        SANDBOX_GROUP,
        312,
        "Bà Mão",
        "Chủ trọ, tổ Ninh Khánh",
    ),
    (
        "Chủ trọ phường Nếnh",
        K.LANDLORDS,
        "zalo_oa",
        ZALO_GROUP,
        394,
        "Ông Thuyên",
        "Tổ trưởng tự quản khu trọ",
    ),
    (LANDLORDS_BY_HAND, K.LANDLORDS, "by_hand", "", 268, "Bà Ngát", "Chủ trọ, tổ My Điền"),
    ("Nhà trọ Hoàng Mai", K.LANDLORDS, "by_hand", "", 226, "Ông Bền", "Chủ trọ, tổ Hoàng Mai"),
    ("Nhà nghỉ, khách sạn Nếnh", K.LODGING, "by_hand", "", 18, "Chị Thơm", "Chủ nhà nghỉ"),
    ("Karaoke Nếnh", K.KARAOKE, "by_hand", "", 9, "Anh Quyết", "Chủ cơ sở"),
    ("Hiệu trưởng các trường ở Nếnh", K.SCHOOL, "by_hand", "", 11, "Cô Phương", "Hiệu trưởng"),
    (
        "Đoàn Thanh niên phường Nếnh",
        K.YOUTH_UNION,
        "sandbox",
        "group-youth",
        120,
        "Anh Vinh",
        "Bí thư Đoàn",
    ),
)
_WARD_CLASSES = (PARENT_GROUP, "Phụ huynh 4A1", "Phụ huynh 5A1", "Phụ huynh 5A2")
# Of the other communes: how many groups of each kind beside the residents' own, and their size.
_ELSEWHERE = (
    (K.LANDLORDS, 36, (20, 160), "Chủ trọ {}", "Chủ trọ"),
    (K.LODGING, 20, (4, 26), "Nhà nghỉ {}", "Chủ nhà nghỉ"),
    (K.KARAOKE, 14, (3, 14), "Karaoke {}", "Chủ cơ sở"),
    (K.YOUTH_UNION, 26, (40, 180), "Đoàn Thanh niên {}", "Bí thư Đoàn"),
    (K.TEAM, 30, (6, 24), "Tổ tự quản {}", "Tổ trưởng tự quản"),
    (K.FRONT, 16, (15, 60), "Mặt trận {}", "Chủ tịch Mặt trận"),
    (K.MOBILISATION, 4, (8, 30), "Ban Dân vận {}", "Trưởng ban Dân vận"),
    (K.OTHER, 8, (20, 90), "Bà con bán hàng chợ {}", "Trưởng ban chợ"),
)
_CLASSES = ("3A", "4A", "4B", "5A", "5B")
SCHOOLS_ELSEWHERE = 12
GMF_GROUPS = tuple(f"gmf-{number:04d}" for number in range(2, 26))


@dataclass(slots=True)
class Network:
    """What was made, with how reliable each lead is, for the year of warnings to follow."""

    groups: list[Group] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    leads_of: dict[uuid.UUID, list[Lead]] = field(default_factory=dict)
    reliability: dict[object, float] = field(default_factory=dict)


class Weaver:
    """Makes groups and leads of one province, from one seed."""

    def __init__(self, territory: Territory, volumes: Volumes, dice: Random) -> None:
        self._territory, self._volumes, self._dice = territory, volumes, dice
        self._made = Network()
        self._addresses = iter(GMF_GROUPS)

    def weave(self) -> Network:
        """All of it, written down."""
        self._ward()
        for desk in self._territory.communes:
            if desk is not self._territory.ward:
                self._group(
                    desk, f"Bà con {desk.spoken}", K.RESIDENTS, self._size(80, 460), "Bà con"
                )
        for kind, count, (least, most), name, position in _ELSEWHERE:
            for desk in self._some_desks(count):
                self._group(desk, name.format(desk.spoken), kind, self._size(least, most), position)
        for desk in self._some_desks(SCHOOLS_ELSEWHERE):
            self._school(desk)
        made = self._made
        Group.objects.bulk_create(made.groups)
        Lead.objects.bulk_create(made.leads)
        Lead.groups.through.objects.bulk_create(
            Lead.groups.through(lead=lead, group_id=group)
            for group, leads in made.leads_of.items()
            for lead in leads
        )
        return made

    def _ward(self) -> None:
        desk = self._territory.ward
        for number, hamlet in enumerate(desk.hamlets):
            self._group(
                desk,
                f"Tổ {hamlet.name}",
                K.RESIDENTS,
                190 + 17 * number,
                "Tổ trưởng tổ dân phố",
                place=hamlet,
            )
        heads: list[Lead] = []
        for number, (name, kind, channel, address, members, lead, position) in enumerate(
            _WARD_SUPPLEMENTARY
        ):
            made = self._group(
                desk,
                name,
                kind,
                members,
                position,
                channel=channel,
                address=address,
                place=desk.hamlets[number % len(desk.hamlets)],
                lead_name=lead,
            )
            heads += [made] if kind == K.SCHOOL else []
        for name in _WARD_CLASSES:
            self._class(desk, name, heads[0])

    def _school(self, desk: Desk) -> None:
        """A head teacher above the class teachers, each with the parents of a class."""
        head = self._lead(desk, f"Hiệu trưởng tiểu học {desk.place.name}", None)
        for name in _CLASSES:
            self._class(desk, f"Phụ huynh {name} {desk.place.name}", head)

    def _class(self, desk: Desk, name: str, head: Lead) -> None:
        place = desk.hamlets[0] if desk.hamlets else None
        teacher = "Cô Hiền" if name == PARENT_GROUP else ""
        position = f"Chủ nhiệm {name.removeprefix('Phụ huynh ')}"
        self._group(
            desk,
            name,
            K.SCHOOL,
            self._size(28, 45),
            position,
            above=head,
            place=place,
            lead_name=teacher,
        )

    def _group(
        self,
        desk: Desk,
        name: str,
        kind: str,
        members: int,
        position: str,
        *,
        channel: str = "",
        address: str = "",
        place: Place | None = None,
        above: Lead | None = None,
        lead_name: str = "",
    ) -> Lead:
        dice = self._dice
        if not channel:
            channel, address = self._channel(kind)
        since = times.start_of(self._volumes.today) - dt.timedelta(days=dice.randrange(380, 900))
        group = Group(
            id=id_at(since, dice),
            name=name,
            kind=kind,
            place=place or desk.place,
            unit=desk.unit,
            officer_in_charge=dice.choice(self._people(desk)),
            channel=channel,
            channel_address=address,
            member_count=members,
            created_at=since,
        )
        self._made.groups.append(group)
        lead = self._lead(desk, position, above, lead_name)
        self._made.leads_of[group.pk] = [lead]
        return lead

    def _lead(self, desk: Desk, position: str, above: Lead | None, name: str = "") -> Lead:
        dice, names = self._dice, sections("names.txt")
        lead = Lead(
            id=id_at(self._volumes.now - dt.timedelta(days=370), dice),
            name=name or f"{dice.choice(names['xungho'])} {dice.choice(names['ten'])}",
            position=position,
            unit=desk.unit,
            above=above,
            consented_on=self._volumes.today - dt.timedelta(days=dice.randrange(370, 420)),
        )
        self._made.leads.append(lead)
        # Most pass nearly everything on, some half, a few fell silent.
        (share,) = dice.choices((0.95, 0.8, 0.5, 0.0), (50, 32, 13, 5))
        self._made.reliability[lead.pk] = share
        return lead

    def _channel(self, kind: str) -> tuple[str, str]:
        """A few groups are ones of the official account; the rest a person posts in."""
        if kind in {K.LANDLORDS, K.LODGING} and self._dice.random() < 0.4:
            address = next(self._addresses, "")
            if address:
                return "zalo_oa", address
        return "by_hand", ""

    def _some_desks(self, count: int) -> Iterator[Desk]:
        desks = [desk for desk in self._territory.communes if desk is not self._territory.ward]
        yield from self._dice.sample(desks, count)

    def _people(self, desk: Desk) -> list[Officer]:
        return [*desk.duty, *([desk.commander] if desk.commander else [])]

    def _size(self, least: int, most: int) -> int:
        return self._dice.randint(least, most)
