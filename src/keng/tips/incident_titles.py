"""What an incident is called while nobody has named it: what happened, never a reporter's words."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from keng.kit import time_words
from keng.kit.safe_text import as_dialled, defang
from keng.language.taxonomy import category_label
from keng.lookup.models import Indicator
from keng.places.models import Place
from keng.tips.models import Sighting, Tip, TipConcern

# What several reporters of one event have in common, the most telling first. No plates.
_TYPES_IN_TITLES = (Indicator.Type.PHONE, Indicator.Type.BANK_ACCOUNT, Indicator.Type.URL)
# A name stays in the record for officers of every language, so it has one language.
_TITLE_LANGUAGE = "vi"
_LONGEST_TITLE = 80


def title_of_tip(tip: Tip) -> str:
    """Its category and the number or link used in the offence; without one, the place and day."""
    used = _values_used_in_offence(tip)
    if used:
        return f"{_category(tip.category)}{', ' if tip.category else ' '}{used[0]}"
    return title_from_parts(tip.category, tip.place, tip.received_at)


def title_of_tips(tips: Sequence[Tip]) -> str:
    """What an incident of these tips is called; "" of none.

    A desk that is kept out of one of them reads the title by another, so it names what all may see:
    nothing that is about a desk, or for named officers.
    """
    if not tips:
        return ""
    kept_from_somebody = set(TipConcern.objects.filter(tip__in=tips).values_list("tip", flat=True))
    kept_from_somebody |= {tip.pk for tip in tips if tip.is_for_named}
    return title_of_tip(next((tip for tip in tips if tip.pk not in kept_from_somebody), tips[0]))


def title_from_parts(category: str, place: Place | None, at: datetime) -> str:
    """Category, place and day."""
    parts = [_category(category), place.name if place else "", time_words.moment_words(at, "date")]
    return ", ".join(part for part in parts if part)


def title_comes_from(title: str, tip: Tip) -> bool:
    """Whether a title comes from this tip: by its number, or by all that it would be called."""
    return title == title_of_tip(tip) or any(used in title for used in _values_used_in_offence(tip))


def _category(code: str) -> str:
    with override(_TITLE_LANGUAGE):
        return category_label(code, _TITLE_LANGUAGE) if code else _("Incident")


def _values_used_in_offence(tip: Tip) -> list[str]:
    """The numbers and links of a tip as people write them."""
    found = Sighting.objects.filter(
        tip=tip, role=Sighting.Role.USED, indicator__type__in=_TYPES_IN_TITLES
    ).values_list("indicator__type", "indicator__value")
    ordered = sorted(set(found), key=lambda each: (_TYPES_IN_TITLES.index(each[0]), each[1]))
    return [defang(as_dialled(value, " "))[:_LONGEST_TITLE] for _type, value in ordered]
