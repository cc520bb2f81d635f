"""What one text holds. Pure: the same text always gives the same findings."""

import logging
from dataclasses import dataclass, field

from keng.kit.urgency import Urgency
from keng.language.categories import Suggestion as Suggested
from keng.language.fold import fold
from keng.language.indicators import Indicator, extract
from keng.language.suggestions import suggest
from keng.tips.models import Sighting
from keng.tips.wordless import is_wordless

logger = logging.getLogger(__name__)
_LONGEST_VALUE = 300
_ROLES = {
    "used_in_offence": Sighting.Role.USED,
    "reporters_own": Sighting.Role.NOT_USED,
    "unknown": Sighting.Role.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Findings:
    """Indicators with their places, and what the machine would call the matter."""

    indicators: tuple[Indicator, ...] = field(default=(), repr=False)
    categories: tuple[dict[str, object], ...] = field(default=(), repr=False)
    urgency: str = Urgency.P2
    urgency_reasons: tuple[str, ...] = field(default=(), repr=False)
    is_danger: bool = False
    """Life or body is in danger, as the words say; not only a grave category."""
    urgency_score: float = 1.0
    """Between 0 and 1, as `keng.language.urgency` says it; what cannot be read may be grave."""
    folded: str = field(default="", repr=False)


def findings_in(text: str, topic: str = "") -> Findings:
    """Look at a text of which the reporter tapped `topic`.

    One that the machine cannot read must not hold up the others.
    """
    try:
        return _findings_of(text, topic)
    except Exception:
        logger.exception("A text could not be examined.")
        return Findings()


def role_of_indicator(indicator: Indicator) -> str:
    """The role that the words around it give it; without clear words nobody knows it."""
    return _ROLES[indicator.context_role].value


def _findings_of(text: str, topic: str) -> Findings:
    if is_wordless(text):
        # Nobody wrote it: what is in the pictures may be grave, and no report is called none.
        return Findings(folded=fold(text))
    suggested = suggest(text, topic)
    urgency = suggested.urgency
    return Findings(
        indicators=tuple(one for one in extract(text) if len(one.value) <= _LONGEST_VALUE),
        categories=tuple(map(_category_as_kept, suggested.categories)),
        urgency=urgency.level,
        urgency_reasons=urgency.reasons,
        is_danger=urgency.is_danger,
        urgency_score=suggested.urgency_score,
        folded=fold(text),
    )


def _category_as_kept(one: Suggested) -> dict[str, object]:
    kept: dict[str, object] = {
        "code": one.code,
        "strength": one.strength.value,
        "reasons": list(one.reasons),
    }
    return kept | {"leaves_topic": True} if one.leaves_topic else kept
