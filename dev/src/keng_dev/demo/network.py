"""Groups and leads of the demo ward, some reached by machine, most by hand."""

from dataclasses import dataclass
from datetime import date

from keng.network.models import Establishment, Group, GroupKind, Lead
from keng.places.models import Place, Unit

LANDLORD_GROUP, PARENT_GROUP = "Nhà trọ Ninh Khánh 2", "Phụ huynh 4A2"
LANDLORDS_BY_HAND = "Nhà trọ My Điền"
SANDBOX_GROUP = "group-ninh-khanh-2"
ZALO_GROUP = "gmf-nenh-0001"
_CONSENTED = date(2025, 9, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One group: name, kind, hamlet, channel and its address, members, lead with position."""

    name: str
    kind: str
    hamlet: str
    channel: str
    address: str
    members: int
    lead: str
    position: str


K = GroupKind
ROWS = (
    Row(
        LANDLORD_GROUP,
        K.LANDLORDS,
        "Ninh Khánh",
        "sandbox",
        SANDBOX_GROUP,
        312,
        "Bà Mão",
        "Chủ trọ, tổ Ninh Khánh",
    ),
    Row(
        "Chủ trọ phường Nếnh",
        K.LANDLORDS,
        "Ninh Khánh",
        "zalo_oa",
        ZALO_GROUP,
        94,
        "Ông Thuyên",
        "Tổ trưởng tự quản khu trọ",
    ),
    Row(
        LANDLORDS_BY_HAND,
        K.LANDLORDS,
        "My Điền",
        "by_hand",
        "",
        148,
        "Bà Ngát",
        "Chủ trọ, tổ My Điền",
    ),
    Row(
        "Nhà trọ Hoàng Mai",
        K.LANDLORDS,
        "Hoàng Mai",
        "by_hand",
        "",
        121,
        "Ông Bền",
        "Chủ trọ, tổ Hoàng Mai",
    ),
    Row(
        "Tổ Ninh Khánh",
        K.RESIDENTS,
        "Ninh Khánh",
        "by_hand",
        "",
        286,
        "Ông Chinh",
        "Tổ trưởng tổ dân phố",
    ),
    Row(
        "Tổ Yên Ninh",
        K.RESIDENTS,
        "Yên Ninh",
        "by_hand",
        "",
        254,
        "Bà Luyến",
        "Tổ trưởng tổ dân phố",
    ),
    Row(
        "Tổ Phúc Ninh",
        K.RESIDENTS,
        "Phúc Ninh",
        "by_hand",
        "",
        231,
        "Ông Khoát",
        "Tổ trưởng tổ dân phố",
    ),
    Row(
        "Nhà nghỉ, khách sạn Nếnh",
        K.LODGING,
        "Trung Đồng",
        "by_hand",
        "",
        18,
        "Chị Thơm",
        "Chủ nhà nghỉ",
    ),
    Row(
        "Karaoke Nếnh", K.KARAOKE, "Trung Đồng", "by_hand", "", 9, "Anh Quyết", "Chủ cơ sở karaoke"
    ),
    Row(PARENT_GROUP, K.SCHOOL, "Ninh Khánh", "by_hand", "", 38, "Cô Hiền", "Chủ nhiệm 4A2"),
    Row("Phụ huynh 4A1", K.SCHOOL, "Ninh Khánh", "by_hand", "", 41, "Cô Thắm", "Chủ nhiệm 4A1"),
    Row("Phụ huynh 5A1", K.SCHOOL, "Yên Ninh", "by_hand", "", 36, "Thầy Đạt", "Chủ nhiệm 5A1"),
    Row(
        "Đoàn Thanh niên phường Nếnh",
        K.YOUTH_UNION,
        "Yên Ninh",
        "sandbox",
        "group-youth",
        120,
        "Anh Vinh",
        "Bí thư Đoàn phường",
    ),
)


def make_network(unit: Unit, hamlets: dict[str, Place]) -> None:
    """Create groups and leads; the class teachers stand below the head teacher."""
    head = _lead("Cô Phương", "Hiệu trưởng tiểu học Nếnh 1", unit)
    for row in ROWS:
        group = Group.objects.create(
            name=row.name,
            kind=row.kind,
            place=hamlets[row.hamlet],
            unit=unit,
            channel=row.channel,
            channel_address=row.address,
            member_count=row.members,
        )
        lead = _lead(row.lead, row.position, unit, head if row.kind == K.SCHOOL else None)
        lead.groups.add(group)
    _houses(unit, hamlets)


# Name, hamlet, contact and the group they read along in; two that no warning reaches.
_HOUSES = (
    ("Nhà trọ Hoa Mai", "Ninh Khánh", "Bà Mão", LANDLORD_GROUP, 14),
    ("Nhà trọ An Bình", "Ninh Khánh", "Ông Thuyên", "Chủ trọ phường Nếnh", 9),
    ("Nhà trọ Hoa Sen", "My Điền", "Bà Ngát", LANDLORDS_BY_HAND, 11),
    ("Nhà trọ Bình Minh", "My Điền", "", "", 6),
    ("Nhà trọ Tre Xanh", "Hoàng Mai", "", "", 8),
)


def _houses(unit: Unit, hamlets: dict[str, Place]) -> None:
    groups = {group.name: group for group in Group.objects.filter(unit=unit)}
    for name, hamlet, contact, group, rooms in _HOUSES:
        Establishment.objects.create(
            name=name,
            kind=Establishment.Kind.BOARDING_HOUSE,
            place=hamlets[hamlet],
            unit=unit,
            contact=contact,
            contact_agreed_on=_CONSENTED if contact else None,
            group=groups.get(group),
            room_count=rooms,
        )


def _lead(name: str, position: str, unit: Unit, above: Lead | None = None) -> Lead:
    return Lead.objects.create(
        name=name, position=position, unit=unit, above=above, consented_on=_CONSENTED
    )
