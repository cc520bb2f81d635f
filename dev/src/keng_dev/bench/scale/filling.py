"""Rows of an installation that has worked for years, by SQL: tips with all that hangs on them.

Whatever the size, the last ninety days hold the same: RECENT_TIPS, of which some are open. What
grows is the past, so a figure that grows with the size grows with the age of an installation. One
desk has a fifth of all tips, and 199 share the rest.

Ids, texts and times follow from a number and a moment alone, and what a plan depends on is drawn
from no chance: two fillings of one size are alike but for the bytes of what is sealed.
"""

import datetime
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keng.language.fold import fold
from keng_dev.bench.intake import TEXTS

RECENT_TIPS = 10_000
DESKS_OF_PROVINCE = 200
GROUPS_OF_PROVINCE, SUBSCRIBERS_OF_PROVINCE = 5_000, 10_000
DELIVERIES_A_TIP = 3
TIPS_A_LISTING = 5
# The purge of what was closed before looks for what it missed (`filling.sql` says so, too).
MONTHS_KEPT = 30
# About as long as what is sealed to a hybrid key: a contact, a raw message of a chat, an address.
SEALED_CONTACT, SEALED_RAW, SEALED_ADDRESS = 1_400, 1_700, 1_300
# What one tip takes on disk with all that hangs on it, indexes included, and the log that is
# written meanwhile: an estimate, on the safe side.
BYTES_A_TIP = 15_000
_KINDS_OF_SEALED = 64
_SQL = Path(__file__).with_name("filling.sql")
# Written at once, in this order; each begins with its name in a comment.
_MARK = "-- step: "


@dataclass(frozen=True, slots=True)
class Filling:
    """What was filled, and who may look at it."""

    tips: int
    now: datetime.datetime
    province: Any
    desk: Any
    officers: dict[str, Any]


def filled_tables() -> list[str]:
    """The tables that the steps write, each once, in their order."""
    found = [
        line.split()[2]
        for line in _SQL.read_text().splitlines()
        if line.startswith("INSERT INTO ") and "_" in line.split()[2]
    ]
    return list(dict.fromkeys(found))


def people_and_places(now: datetime.datetime) -> Filling:
    """The province, its desks, their officers and its account, by the product's own models."""
    from keng.accounts.models import Officer, Post  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.places.models import Jurisdiction, Place, Unit  # noqa: PLC0415
    from keng.retention.models import ClosedAs, RetentionPeriod  # noqa: PLC0415

    place = Place.objects.create(
        code="90",
        name="Scale",
        full_name="Scale",
        folded="scale",
        kind=Place.Kind.PROVINCE,
        province_code="90",
    )
    province = Unit.objects.create(
        name="Scale", short_name="Scale", kind=Unit.Kind.PROVINCE, province_code="90"
    )
    communes = Place.objects.bulk_create(
        Place(
            code=f"{90_000 + n}",
            name=f"Scale {n}",
            full_name=f"Scale {n}",
            folded=f"scale {n}",
            kind=Place.Kind.WARD,
            province_code="90",
            parent=place,
        )
        for n in range(DESKS_OF_PROVINCE)
    )
    desks = Unit.objects.bulk_create(
        Unit(
            name=f"Scale {n}",
            short_name=f"Scale {n}",
            kind=Unit.Kind.COMMUNE,
            province_code="90",
            parent=province,
        )
        for n in range(DESKS_OF_PROVINCE)
    )
    today = times.local_date(now)
    Jurisdiction.objects.bulk_create(
        Jurisdiction(unit=unit, place=commune, valid_from=today)
        for unit, commune in zip(desks, communes, strict=True)
    )
    posts = [(f"scale-{n}", unit, Post.Role.DUTY) for n, unit in enumerate(desks)]
    posts += [
        ("scale-commander", desks[0], Post.Role.COMMANDER),
        ("scale-coordinator", province, Post.Role.COORDINATOR),
        ("scale-auditor", province, Post.Role.AUDITOR),
    ]
    officers = Officer.objects.bulk_create(
        Officer(username=name, name=name, full_desk=True, password="!")  # noqa: S106 -- no password
        for name, _unit, _role in posts
    )
    Post.objects.bulk_create(
        Post(officer=officer, unit=unit, role=role, valid_from=today)
        for officer, (_name, unit, role) in zip(officers, posts, strict=True)
    )
    ChannelAccount.objects.create(
        channel="zalo_oa", slug="scale", name="Scale", unit=province, base_url="http://127.0.0.1:9"
    )
    for closed_as in ClosedAs:
        RetentionPeriod.objects.create(
            unit=province,
            closed_as=closed_as,
            months=MONTHS_KEPT,
            proposed_by=officers[-1],
            agreed_by=officers[-2],
            agreed_at=now - datetime.timedelta(days=365),
        )
    by_name = {officer.username: officer for officer in officers}
    named = {
        "desk": by_name["scale-0"],
        "commander": by_name["scale-commander"],
        "province": by_name["scale-coordinator"],
        "auditor": by_name["scale-auditor"],
    }
    return Filling(0, now, province, desks[0], named)


def fill(cursor: Any, base: Filling, tips: int) -> Iterator[str]:
    """Write everything of so many tips, a step at a time; the name of each that is done.

    The tables of before are emptied first. Whoever calls sees to it that no trigger fires: nothing
    here was decided, approved or taken in by anybody.
    """
    size = max(tips, RECENT_TIPS)
    _draw_sealed(cursor)
    values = {
        "tips": size,
        "recent": min(RECENT_TIPS, tips),
        "now": base.now,
        "province": base.province.pk,
        "desk": base.desk.pk,
        "desks": DESKS_OF_PROVINCE,
        "groups": GROUPS_OF_PROVINCE,
        "subscribers": SUBSCRIBERS_OF_PROVINCE,
        "deliveries": size * DELIVERIES_A_TIP,
        "listings": size // TIPS_A_LISTING,
        "texts": list(TEXTS),
        "folded": [fold(text) for text in TEXTS],
    }
    cursor.execute("TRUNCATE " + ", ".join(filled_tables()) + " CASCADE")
    for name, statements in _steps():
        for statement in statements:
            cursor.execute(statement, values)
        yield name


def analyse(execute: Callable[[str], Any]) -> None:
    """Statistics of whole tables, as far as a sample of 300,000 rows is one: no chance in them."""
    execute("SET default_statistics_target = 1000")
    for table in [*filled_tables(), "places_unit", "places_place", "accounts_officer"]:
        execute(f"ANALYZE {table}")
    execute("RESET default_statistics_target")


def _draw_sealed(cursor: Any) -> None:
    """Bytes that nothing compresses, as long as what is sealed."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.sealed")
    cursor.execute(
        "CREATE TEMP TABLE sealed (k int PRIMARY KEY, contact bytea, raw bytea, address bytea)"
    )
    rows = [
        (k, os.urandom(SEALED_CONTACT), os.urandom(SEALED_RAW), os.urandom(SEALED_ADDRESS))
        for k in range(_KINDS_OF_SEALED)
    ]
    cursor.executemany("INSERT INTO sealed VALUES (%s, %s, %s, %s)", rows)


def _steps() -> Iterator[tuple[str, list[str]]]:
    for part in _SQL.read_text().split(_MARK)[1:]:
        name, text = part.split("\n", 1)
        yield name.strip(), [one.strip() for one in text.split(";\n") if one.strip()]
