"""Loading the administrative units, their succession and the calendar from our own tables."""

from datetime import date

from keng.acts.work import work
from keng.language.fold import fold
from keng.places.models import Holiday, Place, Succession
from keng.places.tables import name_without_kind, table_rows

REFORM_DAY = date(2025, 7, 1)
LAST_OLD_DAY = date(2025, 6, 30)
_ACT = "Resolution 202/2025/QH15"
_KIND_WORDS = (
    ("Đặc khu", Place.Kind.SPECIAL_ZONE),
    ("Thị trấn", Place.Kind.TOWNSHIP),
    ("Phường", Place.Kind.WARD),
    ("Xã", Place.Kind.COMMUNE),
)
_FULL = {
    "ward": "Phường {}",
    "commune": "Xã {}",
    "special_zone": "Đặc khu {}",
}


@work()
def import_places() -> dict[str, int]:
    """Bring the database to our tables; running it again changes nothing.

    Returns how many rows of each sort are there afterwards.
    """
    provinces = _save(_provinces())
    communes = _save(_communes({p.code: p for p in provinces}))
    old = _save(_old_communes())
    by_code = {c.code: c for c in communes}
    _save_successions({o.code: o for o in old}, by_code)
    Holiday.objects.bulk_create(
        [Holiday(on=r["date"], kind=r["kind"], name=r["name"]) for r in table_rows("holidays.csv")],
        update_conflicts=True,
        unique_fields=["on"],
        update_fields=["kind", "name"],
    )
    return {
        "provinces": len(provinces),
        "communes": len(communes),
        "old_communes": len(old),
        "successions": Succession.objects.count(),
        "splits": Succession.objects.filter(kind=Succession.Kind.SPLIT)
        .values("old")
        .distinct()
        .count(),
        "holidays": Holiday.objects.count(),
    }


def run() -> int:
    """The command `keng places import`: load and say what is there."""
    for name, count in import_places().items():
        print(f"{count:>7,} {name.replace('_', ' ')}")
    return 0


def _kind(full_name: str) -> str:
    found = (kind for word, kind in _KIND_WORDS if full_name.startswith(word))
    return next(found, Place.Kind.TOWNSHIP)


def _provinces() -> list[Place]:
    return [
        Place(
            code=r["code"],
            name=r["name"],
            full_name=r["full_name"],
            folded=fold(r["name"]),
            kind=Place.Kind.PROVINCE,
            province_code=r["code"],
            valid_from=REFORM_DAY,
            legal_act=_ACT,
        )
        for r in table_rows("provinces.csv")
    ]


def _communes(provinces: dict[str, Place]) -> list[Place]:
    return [
        Place(
            code=r["code"],
            name=r["name"],
            full_name=_FULL[r["kind"]].format(r["name"]),
            folded=fold(r["name"]),
            kind=r["kind"],
            parent=provinces[r["province"]],
            province_code=r["province"],
            valid_from=REFORM_DAY,
            legal_act=_ACT,
        )
        for r in table_rows("communes.csv")
    ]


def _old_communes() -> list[Place]:
    home = {r["code"]: r["province"] for r in table_rows("communes.csv")}
    found = []
    for r in table_rows("communes_until_2025.csv"):
        name = name_without_kind(r["full_name"])
        found.append(
            Place(
                code=r["code"],
                name=name,
                full_name=r["full_name"],
                folded=fold(name),
                kind=_kind(r["full_name"]),
                province_code=home[r["became"].split("+")[0]],
                old_district=f"{r['district']}, {r['province']}",
                valid_to=LAST_OLD_DAY,
            )
        )
    return found


def _save(places: list[Place]) -> list[Place]:
    """Insert what is missing, update names; returns the rows as they are in the database."""
    known = {
        (p.code, p.kind, p.valid_from): p
        for p in Place.objects.filter(code__in=[p.code for p in places])
    }
    kept, fresh = [], []
    for place in places:
        same = known.get((place.code, place.kind, place.valid_from))
        if same is None:
            fresh.append(place)
        kept.append(same or place)
    Place.objects.bulk_create(fresh, batch_size=2000)
    return kept


def _save_successions(old: dict[str, Place], new: dict[str, Place]) -> None:
    table = list(table_rows("communes_until_2025.csv"))
    parts = [(old[r["code"]], new[code], r) for r in table for code in r["became"].split("+")]
    origins: dict[str, int] = {}
    for _old, became, _row in parts:
        origins[became.code] = origins.get(became.code, 0) + 1
    Succession.objects.bulk_create(
        [
            Succession(
                old=before,
                new=after,
                on=REFORM_DAY,
                kind=_succession_kind(before, after, "+" in r["became"], origins[after.code] > 1),
            )
            for before, after, r in parts
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def _succession_kind(before: Place, after: Place, is_split: bool, is_merged: bool) -> str:
    if is_split:
        return Succession.Kind.SPLIT
    if is_merged:
        return Succession.Kind.MERGE
    return Succession.Kind.SAME if before.name == after.name else Succession.Kind.RENAME
