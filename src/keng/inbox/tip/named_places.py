"""Where the words of a tip say it is about, for the officer who reads it."""

from dataclasses import dataclass

from keng.places.local_names import PlacedText, commune_code_of, communes_in_texts
from keng.places.models import Place
from keng.tips.models import Tip

_MOST_OFFERED = 4


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """The commune that is named, or those among which nothing decides."""

    commune: Place | None
    words: str
    """The words that name it, as they are written."""
    perhaps: tuple[Place, ...]
    is_another: bool
    """It is not the commune under which the tip stands."""


def places_named_in_tip(tip: Tip) -> NamedPlaces | None:
    """What the words name; None where they name nothing, or nobody has to decide any more."""
    if not tip.text or not tip.is_open or _names_none(tip):
        return None
    stands_in = commune_code_of(tip.place)
    read = communes_in_texts({0: PlacedText(tip.text, tip.province_code, stands_in)})[0]
    codes = read.ranked[:_MOST_OFFERED]
    if not codes:
        return None
    rows = Place.objects.filter(code__in=codes, valid_to__isnull=True)
    by_code = {
        row.code: row for row in rows.exclude(kind__in=[Place.Kind.PROVINCE, Place.Kind.HAMLET])
    }
    found = tuple(by_code[code] for code in codes if code in by_code)
    commune = by_code.get(read.commune or "")
    return NamedPlaces(
        commune=commune,
        words=read.words,
        perhaps=() if commune else found,
        is_another=commune is not None and stands_in not in (None, commune.code),
    )


def _names_none(tip: Tip) -> bool:
    """The worker read the words once already and found no place in them."""
    suggestion = getattr(tip, "suggestion", None)
    return suggestion is not None and not suggestion.places
