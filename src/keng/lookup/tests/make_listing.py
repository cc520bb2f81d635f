"""Small factories of listings: valid rows, every default can be named away."""

import datetime
from typing import Any

from keng.kit import times
from keng.language.lookup_terms import lookup_terms_in
from keng.lookup.keys import lookup_hash_of
from keng.lookup.models import BlockList, Listing
from keng.lookup.queries import LookupAnswer, lookup_answers
from tests import make


def listing(value: str = "+84912000417", *, unit: Any, type: str = "phone", **fields: Any) -> Any:
    """A public, confirmed entry of a unit; `status="proposed"` is one that waits."""
    today = times.local_date(times.now())
    found = make.indicator(value, type=type)
    values: dict[str, Any] = {
        "grade": "confirmed",
        "category": "scam_impersonation",
        "used_in": today.replace(day=1),
        "basis": "Đã gọi thử, cùng giọng.",
        "expires_on": today + datetime.timedelta(days=90),
        "status": "listed",
    }
    values |= fields
    if "made_by" not in values:
        values["made_by"] = make.officer(unit=unit)
    values = {"submitted_at": times.now(), "hands": [values["made_by"].pk]} | values
    if values["status"] != "proposed":
        released = {"released_at": times.now(), "is_harmless": True}
        values = released | {"released_by": make.officer(unit=unit, role="commander")} | values
    if values["status"] == "ended":
        values = {"ended_at": times.now(), "end_reason": "no_longer"} | values
    return Listing.objects.create(
        indicator=found, lookup_hash=lookup_hash_of(type, value), unit=unit, **values
    )


def imported(value: str, *, name: str = "Danh sách A", type: str = "url", **fields: Any) -> Any:
    """A public entry of a block list."""
    last = times.local_date(times.now()) + datetime.timedelta(days=30)
    source, _made = BlockList.objects.get_or_create(name=name, defaults={"expires_on": last})
    return Listing.objects.create(
        indicator=make.indicator(value, type=type),
        lookup_hash=lookup_hash_of(type, value),
        block_list=source,
        grade="imported",
        status="listed",
        expires_on=last,
        **fields,
    )


def look_up(text: str) -> list[LookupAnswer]:
    """What the page answers to a text."""
    return lookup_answers(lookup_terms_in(text))
