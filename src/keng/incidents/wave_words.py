"""How the desk speaks of a wave: a title, why, and what is usual; the same words everywhere."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from keng.incidents.wave_queries import WaveView
from keng.kit.safe_text import as_dialled, defang
from keng.kit.time_words import grouped_number, span_words
from keng.language.taxonomy import category_label
from keng.lookup.models import Indicator

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason: what joins the tips, how many and how fast, what is usual, how unlikely."""

    what: str
    seen: str
    usual: str
    chance: str


def wave_subject(seen: WaveView) -> str:
    """What the tips are about."""
    category = seen.wave.category
    return category_label(category, get_language() or "vi") if category else _("similar reports")


def wave_title(seen: WaveView) -> str:
    """What was found, for somebody who reads one line."""
    if seen.is_whole and seen.wave.reasons:
        values = {"n": seen.here, "span": span_words(seen.span), "what": wave_subject(seen)}
        if seen.wave.reasons[0]["sign"] == "category":
            return _("%(n)d tips within %(span)s: %(what)s") % values
        return _("%(n)d tips alike within %(span)s: %(what)s") % values
    if not seen.is_elsewhere:
        return _("%(n)d tips alike here: %(what)s") % {"n": seen.here, "what": wave_subject(seen)}
    return ngettext(
        "The first tip here of what rises elsewhere in the province: %(what)s",
        "%(n)d tips here of what rises elsewhere in the province: %(what)s",
        seen.here,
    ) % {"n": seen.here, "what": wave_subject(seen)}


def wave_summary(seen: WaveView) -> str:
    """The strongest reason, and to whom the province's numbers belong, its usual level."""
    found = [_joining_words(reason) for reason in _shown_reasons(seen)[:1]]
    if seen.is_whole:
        found += [_usual_words(reason) for reason in seen.wave.reasons[:1]]
    return ". ".join(found)


def reason_lines(seen: WaveView) -> list[ReasonLine]:
    """Every reason that this officer may read; numbers only over what they see the whole of."""
    return [
        ReasonLine(_joining_words(r), _count_words(r), _level_words(r), _chance_words(r["chance"]))
        if seen.is_whole
        else ReasonLine(_joining_words(r), "", "", "")
        for r in _shown_reasons(seen)
    ]


def _shown_reasons(seen: WaveView) -> list[dict[str, Any]]:
    """A number or link of others' tips alone is not said to a desk that has none with it."""
    reasons: list[dict[str, Any]] = seen.wave.reasons
    if seen.is_whole:
        return reasons
    known = [r for r in reasons if r["sign"] == "indicator" and r["id"] in seen.known]
    return known or [r for r in reasons if r["sign"] == "likeness"]


def _joining_words(reason: dict[str, Any]) -> str:
    if reason["sign"] == "likeness":
        return _("Nearly the same words")
    if reason["sign"] == "category":
        return _("All tips of this category")
    names = {
        Indicator.Type.PHONE: _("Same number: %s"),
        Indicator.Type.BANK_ACCOUNT: _("Same account: %s"),
        Indicator.Type.URL: _("Same link: %s"),
        Indicator.Type.PLATE: _("Same number plate: %s"),
    }
    return names[reason["type"]] % defang(as_dialled(reason["value"]))


def _count_words(reason: dict[str, Any]) -> str:
    places = ngettext("%(n)d place", "%(n)d places", reason["places"]) % {"n": reason["places"]}
    tips = ngettext("%(n)d tip", "%(n)d tips", reason["tips"]) % {"n": reason["tips"]}
    values = {"tips": tips, "span": _span_words(reason), "places": places}
    return _("%(tips)s within %(span)s, %(places)s") % values


def _usual_words(reason: dict[str, Any]) -> str:
    return _("Usual: %(level)s") % {"level": _level_words(reason)}


def _level_words(reason: dict[str, Any]) -> str:
    weekly = round(reason["usual"])
    if reason["usual"] < 1:
        return _("less than one tip a week")
    return ngettext("about %(n)d tip a week", "about %(n)d tips a week", weekly) % {"n": weekly}


def _chance_words(chance: float) -> str:
    if chance * _MILLION < 1:
        return _("by chance less than once in a million times")
    once_in = 1 / chance
    digits = 10 ** (len(str(int(once_in))) - 1)
    return _("by chance about once in %(n)s times") % {
        "n": grouped_number(int(once_in / digits) * digits)
    }


def _span_words(reason: dict[str, Any]) -> str:
    return span_words(datetime.timedelta(minutes=reason["minutes"]))
