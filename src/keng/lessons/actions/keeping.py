"""Keeping the page of the first hour."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keng.audit.actions import record, unit_chain
from keng.lessons import rights
from keng.lessons.errors import NotYours
from keng.lessons.models import FirstHour

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@transaction.atomic
def write_first_hour(
    texts: Mapping[str, Any], hotlines: Sequence[Mapping[str, str]], *, by: "Officer"
) -> FirstHour:
    """Another text of the page; a second person publishes it. Raises NotYours."""
    unit = rights.unit_to_write_for(by)
    if unit is None:
        raise NotYours
    made = FirstHour(
        unit=unit, texts=dict(texts), hotlines=[dict(each) for each in hotlines], made_by=by
    )
    made.hash = made.hash_now
    made.save()
    record(
        "first_hour.written", by=by, on=made, chain=unit_chain(unit.pk),
        detail={"text": made.hash.hex(), "hotlines": len(made.hotlines)},
    )  # fmt: skip
    return made
