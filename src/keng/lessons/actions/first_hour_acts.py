"""Keeping the page of the first hour."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.lessons import acts, rights
from keng.lessons.models import FirstHour
from keng.releases import steps
from keng.releases.hands import hands_of_all

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.lessons.models.first_hour import FirstHourQuerySet
    from keng.places.models import Unit


@act(acts.WRITE_FIRST_HOUR)
def write_first_hour(
    texts: Mapping[str, Any], hotlines: Sequence[Mapping[str, str]], *, by: "Officer"
) -> FirstHour:
    """Another text of the page; a second person publishes it. Raises NotAllowed."""
    unit = rights.permitted_unit(by)
    made = FirstHour(
        unit=unit,
        texts=dict(texts),
        hotlines=[dict(each) for each in hotlines],
        made_by=by,
        hands=hands_of_all(_texts_waiting(unit)),
    )
    made.hand_in(by)
    made.save()
    record(
        "first_hour.written",
        by=by,
        on=made,
        chain=unit_chain(unit.pk),
        detail={**steps.release_detail(made), "hotlines": len(made.hotlines)},
    )
    return made


def _texts_waiting(unit: "Unit") -> "FirstHourQuerySet":
    """Texts written since the last published one; each begins with that one, so what was taken
    away before anybody published it is in none of the others.
    """
    mine = FirstHour.objects.filter(unit=unit)
    last = mine.ever_released().order_by("-released_at", "-id").first()
    since = mine.waiting()
    if last is not None:
        since = since.filter(made_at__gt=last.made_at)
    return since.order_by("id")
