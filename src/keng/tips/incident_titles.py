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
_TELLING = (Indicator.Type.PHONE, Indicator.Type.BANK_ACCOUNT, Indicator.Type.URL)
# A name stays in the record for officers of every language, so it has one language.
_LANGUAGE = "vi"
_LENGTH = 80


def title_of(tip: Tip) -> str:
    """Its category and the number or link used in the offence; without one, the place and day."""
    used = _used_in(tip)
    if used:
        return f"{_category(tip.category)}, {used[0]}"
    return called(tip.category, tip.place, tip.received_at)


def title_for(tips: Sequence[Tip]) -> str:
    """What an incident of these tips is called; "" of none.

    A desk that is kept out of one of them reads the title by another, so it names what all may see.
    """
    if not tips:
        return ""
    kept_from_somebody = set(TipConcern.objects.filter(tip__in=tips).values_list("tip", flat=True))
    return title_of(next((tip for tip in tips if tip.pk not in kept_from_somebody), tips[0]))


def called(category: str, place: Place | None, at: datetime) -> str:
    """Category, place and day."""
    parts = [_category(category), place.name if place else "", time_words.moment_words(at, "date")]
    return ", ".join(part for part in parts if part)


def speaks_of(title: str, tip: Tip) -> bool:
    """Whether a title comes from this tip: by its number, or by all that it would be called."""
    return title == title_of(tip) or any(used in title for used in _used_in(tip))


def _category(code: str) -> str:
    with override(_LANGUAGE):
        return category_label(code, _LANGUAGE) if code else _("Incident")


def _used_in(tip: Tip) -> list[str]:
    """The numbers and links of a tip as people write them."""
    found = Sighting.objects.filter(
        tip=tip, role=Sighting.Role.USED, indicator__type__in=_TELLING
    ).values_list("indicator__type", "indicator__value")
    ordered = sorted(set(found), key=lambda each: (_TELLING.index(each[0]), each[1]))
    return [defang(as_dialled(value, " "))[:_LENGTH] for _type, value in ordered]
