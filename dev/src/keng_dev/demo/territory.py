"""Units of the demo province: one per commune, one for the province, and a few hamlets."""

from datetime import date

from keng.language.fold import fold
from keng.places.importer import REFORM_DAY
from keng.places.landmarks import import_landmarks
from keng.places.models import Jurisdiction, Place, Unit

PROVINCE_CODE = "24"
WARD_CODE = "07795"
HAMLETS = ("Ninh Khánh", "Yên Ninh", "Phúc Ninh", "Hoàng Mai", "My Điền", "Trung Đồng")
# Here somebody sits at the desk at night too; elsewhere a tip of the night waits longer.
NIGHT_WATCHED = {PROVINCE_CODE, WARD_CODE}


def make_units() -> dict[str, Unit]:
    """The province's unit and one for each of its communes, by the code of the place served."""
    province = Place.objects.get(code=PROVINCE_CODE, kind="province")
    department = Unit.objects.create(
        name=f"Công an tỉnh {province.name}",
        short_name="BN",
        kind=Unit.Kind.PROVINCE,
        province_code=PROVINCE_CODE,
        has_investigators=True,
        desk_phone="0204 000 0100",
    )
    units = {PROVINCE_CODE: department}
    communes = Place.objects.filter(parent=province, valid_to=None).order_by("code")
    for number, place in enumerate(communes, start=101):
        units[place.code] = Unit(
            name=f"Công an {place.full_name[0].lower()}{place.full_name[1:]}",
            short_name=_short(place.name),
            kind=Unit.Kind.COMMUNE,
            parent=department,
            province_code=PROVINCE_CODE,
            desk_phone=f"0204 000 0{number}",
        )
    Unit.objects.bulk_create(unit for unit in units.values() if unit is not department)
    served = {place.code: place for place in [province, *communes]}
    Jurisdiction.objects.bulk_create(
        Jurisdiction(unit=unit, place=served[code], valid_from=REFORM_DAY)
        for code, unit in units.items()
    )
    return units


# By these names workers and travellers know the places; an operator lists their own.
LANDMARKS = """name,commune
KCN Quang Châu,07795
KCN Vân Trung,07795
Ga Sen Hồ,07795
KCN Quế Võ,09265
KCN Quế Võ,09286
KCN VSIP Bắc Ninh,09367
KCN VSIP Bắc Ninh,09340
KCN Yên Phong,09205
KCN Yên Phong,09193
Nhà máy Foxconn Quang Châu,07795
Nhà máy Foxconn Vân Trung,07795
Nhà máy Foxconn Quế Võ,09265
Nhà máy Samsung Yên Phong,09205
光州工业园区,07795
云中工业园区,07795
桂武工业园区,09265
桂武工业园区,09286
安丰工业园区,09205
꽝쩌우 산업단지,07795
옌퐁 산업단지,09205
"""


def make_landmarks() -> int:
    """What `keng places names FILE` does."""
    return import_landmarks(LANDMARKS.splitlines())


def make_hamlets() -> dict[str, Place]:
    """Local rows under the ward; hamlets are nobody's national table."""
    ward = Place.objects.get(code=WARD_CODE, valid_to=None)
    made = [
        Place(
            code=f"{WARD_CODE}-{number:02}",
            name=name,
            full_name=f"Tổ dân phố {name}",
            folded=fold(name),
            kind=Place.Kind.HAMLET,
            parent=ward,
            province_code=PROVINCE_CODE,
            valid_from=date(2025, 7, 1),
        )
        for number, name in enumerate(HAMLETS, start=1)
    ]
    Place.objects.bulk_create(made)
    return {place.name: place for place in made}


def _short(name: str) -> str:
    return "".join(c for c in name.upper() if c.isalnum())[:12]
