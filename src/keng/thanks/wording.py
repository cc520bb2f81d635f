"""The text of a word of thanks, made of counts: no word of a report stands in it."""

import datetime
from collections import Counter
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.language.taxonomy import category_label
from keng.places.models import Place, Unit
from keng.tips.models import Tip

# An exact number would let a reader take off their own reports, and read how many others wrote.
_STEPS = (FEWEST_SHOWN, 10, 20, 50, 100)


def at_least(count: int) -> int:
    """The number that stands in the text for so many reports."""
    return max(step for step in _STEPS if step <= count)


def first_month(tips: Sequence[Tip]) -> datetime.date:
    """The first day of the month in which the first of them came in: a day would say more."""
    return min(times.local_date(tip.received_at) for tip in tips).replace(day=1)


def text_of_thanks(tips: Sequence[Tip], *, category: str, place: Place, unit: Unit) -> str:
    """In Vietnamese, as every text to a group."""
    since = first_month(tips)
    with translation.override("vi"):
        lines = [
            _(
                "Since %(month)s, at least %(count)s reports about “%(kind)s” in %(place)s led to "
                "something."
            )
            % {
                "month": f"{since:%m/%Y}",
                "count": at_least(len(tips)),
                "kind": category_label(category),
                "place": place.full_name,
            },
            *_outcomes(tips),
            _("%(unit)s thanks everybody who looks out for others and reports.")
            % {"unit": unit.name},
            _("Please do not ask or guess who reported: everybody has the right to stay unnamed."),
        ]
    return "\n".join(lines)


def _outcomes(tips: Sequence[Tip]) -> list[str]:
    """What came of at least five of them; fewer would say more of each of these."""
    words = {
        Tip.Outcome.SOLVED: _("Matters were cleared up."),
        Tip.Outcome.PREVENTED: _("Harm was prevented."),
        Tip.Outcome.HANDED_OVER: _("Matters were handed over to be investigated."),
        Tip.Outcome.WARNED: _("Warnings were sent."),
    }
    counts = Counter(tip.outcome for tip in tips)
    return [words[outcome] for outcome in words if counts[outcome] >= FEWEST_SHOWN]
