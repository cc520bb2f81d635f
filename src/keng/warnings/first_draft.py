"""What a warning from a tip, an incident or a wave starts with: never the reporter's words."""

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keng.incidents import wave_queries
from keng.kit import times
from keng.kit.safe_text import as_dialled, defang
from keng.language import taxonomy
from keng.language.ready_words import ready_words
from keng.lookup.models import Indicator
from keng.network.models import GroupKind
from keng.places.models import Place, Unit
from keng.tips.models import Incident, Suggestion, Tip, Wave
from keng.warnings import alert_queries
from keng.warnings.forms import offered_places
from keng.warnings.known_numbers import NumberOfTips, numbers_of_tips
from keng.warnings.models import OfficialAlert

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# A wave over so many places is the province's matter, and not theirs alone.
_MANY_PLACES = 3


@dataclass(slots=True)
class FirstDraft:
    """Where a warning comes from and what the form shows at first."""

    unit: Unit
    initial: dict[str, Any]
    tip: Tip | None = None
    incident: Incident | None = None
    wave: Wave | None = None
    alert: OfficialAlert | None = None
    indicators: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What the machine read as used in the offence and nobody has confirmed: not in the words."""
    differing: list[Place] = field(default_factory=list)
    """The places its tips name, when they name several: then the whole commune is chosen."""
    suggested: frozenset[str] = frozenset()
    """The parts that begin with the ready words of the category; the author changes them."""


def first_draft_from(
    officer: "Officer",
    *,
    tip_id: uuid.UUID | None,
    incident_id: uuid.UUID | None,
    wave_id: uuid.UUID | None = None,
) -> FirstDraft | None:
    """The beginning for this officer; None when what it comes from is not theirs to see."""
    tip = incident = seen = None
    if tip_id:
        tip = Tip.objects.visible_to(officer).filter(pk=tip_id).select_related("place").first()
        if tip is None:
            return None
    if incident_id:
        incident = Incident.objects.visible_to(officer).filter(pk=incident_id).first()
        if incident is None:
            return None
    if wave_id:
        seen = wave_queries.visible_wave(wave_id, officer)
        if seen is None:
            return None
    if officer.home_unit_id is None:
        return None
    unit = Unit.objects.get(pk=officer.home_unit_id)
    if seen:
        return _draft_from_wave(unit, seen.wave, officer)
    tips = [tip] if tip else _incident_tips(incident, officer)
    source = tip or incident
    places, differing = _places_of_tips(unit, source, tips)
    initial = _initial_values(unit, source, tips) | {"places": [str(place.pk) for place in places]}
    found = _with_signs(FirstDraft(unit, initial, tip, incident, differing=differing), tips)
    # The tips of a wave, joined, begin with the same words as before they were.
    return _with_ready_words(found) if incident else found


def first_draft_from_alert(officer: "Officer", alert_id: uuid.UUID) -> FirstDraft | None:
    """The words of an official source, to be made ours; None where it is not theirs, or taken."""
    alert = alert_queries.visible_alert(alert_id, officer)
    if alert is None or officer.home_unit_id is None:
        return None
    unit = Unit.objects.get(pk=officer.home_unit_id)
    initial = _initial_values(unit, None, []) | {
        "title": alert.headline,
        "what": alert.description,
        "act": alert.instruction,
    }
    if alert.expires_at:
        initial["valid_until"] = times.local_date(alert.expires_at)
    return FirstDraft(unit, initial, alert=alert)


def _draft_from_wave(unit: Unit, wave: Wave, officer: "Officer") -> FirstDraft:
    """From the tips of it that the officer sees; for a province the whole of it, if it is wide."""
    tips = list(wave_queries.tips_of_wave(wave, officer).select_related("place"))
    places, differing = _places_of_tips(unit, None, tips)
    whole = [place for place in offered_places(unit) if place.kind == Place.Kind.PROVINCE]
    if whole and len({tip.place_id for tip in tips if tip.place_id}) >= _MANY_PLACES:
        places, differing = whole, []
    initial = _initial_values(unit, wave, tips) | {"places": [str(place.pk) for place in places]}
    found = _with_signs(FirstDraft(unit, initial, wave=wave, differing=differing), tips)
    return _with_ready_words(found)


def _with_ready_words(found: FirstDraft) -> FirstDraft:
    """What is usual in the category. The numbers that its tips name stand instead of its signs."""
    words = ready_words().get(found.initial["category"], {})
    added = {part: said for part, said in words.items() if said and part not in found.initial}
    found.initial |= added
    found.suggested = frozenset(added)
    return found


def _with_signs(found: FirstDraft, tips: list[Tip]) -> FirstDraft:
    numbers = numbers_of_tips(Tip.objects.filter(pk__in=[tip.pk for tip in tips]))
    found.indicators = [_sign_of(each) for each in numbers if each.standing == "used"]
    found.left_out = [_as_written(each) for each in numbers if each.standing == "reported"]
    if found.indicators:
        found.initial["signs"] = "\n".join(found.indicators)
    return found


def _incident_tips(incident: Incident | None, officer: "Officer") -> list[Tip]:
    return list(Tip.objects.visible_to(officer).filter(incident=incident)) if incident else []


def _places_of_tips(
    unit: Unit, source: Tip | Incident | None, tips: list[Tip]
) -> tuple[list[Place], list[Place]]:
    """The places to tick, and those that the tips name, when they name several.

    What happens in two hamlets concerns their commune: nobody's hamlet is dropped in silence.
    """
    offered = offered_places(unit)
    named = {tip.place_id for tip in tips} or {source.place_id if source else None}
    wanted = [place for place in offered if place.pk in named]
    communes = [place for place in offered if place.kind != Place.Kind.HAMLET]
    if len(wanted) > 1:
        around = {p.parent_id if p.kind == Place.Kind.HAMLET else p.pk for p in wanted}
        return [place for place in communes if place.pk in around] or wanted, wanted
    if wanted:
        return wanted, []
    # A unit with many places chooses: the first of the list would be a guess.
    return communes if len(communes) == 1 else [], []


def _initial_values(
    unit: Unit, source: Tip | Incident | Wave | None, tips: list[Tip]
) -> dict[str, Any]:
    category = (source.category if source else "") or _suggested_category(tips)
    if category not in taxonomy.warning_categories():
        category = ""
    phone = unit.desk_phone
    call = _("%(unit)s, on duty: %(phone)s, or 113.") if phone else _("%(unit)s, or 113.")
    return {
        "category": category,
        # A warning that nobody looks at again ends by itself.
        "valid_until": times.local_date(times.now()) + datetime.timedelta(days=30),
        "severity": 2,
        "subscribers": True,
        "kinds": list(GroupKind.values),
        "call": call % {"unit": unit.name, "phone": phone},
    }


def _suggested_category(tips: list[Tip]) -> str:
    """What the machine suggests for most of these tips; the author may change it.

    A tip of which it asks what it is says nothing, however new it is.
    """
    suggestions = Suggestion.objects.filter(tip__in=tips)
    guesses = Counter(each.guess for each in suggestions if each.guess)
    return max(guesses, key=lambda code: (guesses[code], code), default="")


def _sign_of(number: NumberOfTips) -> str:
    labels = {
        Indicator.Type.PHONE: _("Number that calls: %s"),
        Indicator.Type.BANK_ACCOUNT: _("Account they name: %s"),
        Indicator.Type.URL: _("Link they send: %s"),
    }
    return labels[Indicator.Type(number.kind)] % _as_written(number)


def _as_written(number: NumberOfTips) -> str:
    """As people know it, and so that nobody can tap it."""
    return defang(as_dialled(number.value, " "))
