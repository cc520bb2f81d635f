"""What a version says and to whom: plain values."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keng.delivery.audience import Audience, SameRecipients, define_audience
from keng.delivery.fatigue import URGENT_SEVERITY
from keng.kit import times
from keng.places.models import Unit

if TYPE_CHECKING:
    from keng.warnings.models import Version

WARNING_PARTS = ("what", "signs", "act", "call")
WARNING_FIELDS = ("title", *WARNING_PARTS)
# What it does to people, beside the parts: whoever does not know it leaves it out.
CONSEQUENCE = "consequence"
# The same in few words, for text messages; whoever writes none leaves it out.
SHORT_FORM = "short"
# What a correction changes and why, beside the fields of each language; a first text has none.
CHANGE_NOTE = "note"


@dataclass(frozen=True, slots=True)
class WarningContent:
    """Everything that is approved about the text. Languages: "vi" always, "en" perhaps."""

    texts: Mapping[str, Mapping[str, str]]
    category: str
    severity: int
    valid_until: datetime.date | None

    @property
    def change_note(self) -> str:
        """What it changes and why, in Vietnamese; empty unless it corrects something."""
        return self.texts["vi"].get(CHANGE_NOTE, "")

    def without_note(self) -> "WarningContent":
        """What it says by itself, to be compared with what it corrects."""
        texts = {
            language: {field: words for field, words in text.items() if field != CHANGE_NOTE}
            for language, text in self.texts.items()
        }
        return replace(self, texts=texts)

    def as_json(self) -> dict[str, Any]:
        """For the digest of a version."""
        return {
            "texts": {language: dict(text) for language, text in self.texts.items()},
            "category": self.category,
            "severity": self.severity,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


@dataclass(frozen=True, slots=True)
class AudienceChoice:
    """Whom the author wants to reach; what it means is counted anew each time."""

    places: tuple[uuid.UUID, ...]
    kinds: tuple[str, ...]
    without: tuple[uuid.UUID, ...] = ()
    subscribers: bool = True
    over_limit_reason: str = ""

    def as_json(self) -> dict[str, object]:
        """As it is kept in a version, in one order, so that equal choices are equal."""
        return {
            "places": sorted(str(key) for key in self.places),
            "kinds": sorted(self.kinds),
            "without": sorted(str(key) for key in self.without),
            "subscribers": self.subscribers,
            "over_limit_reason": self.over_limit_reason,
        }

    def audience(
        self, unit: Unit, severity: int, valid_until: datetime.date | None = None
    ) -> Audience:
        """The audience of a unit's first sending: its own groups and those of units below."""
        below = Unit.objects.filter(parent=unit).values_list("id", flat=True)
        return Audience(
            units=(unit.pk, *below),
            places=self.places,
            kinds=self.kinds,
            without=self.without,
            subscribers=self.subscribers,
            minimum_severity=severity,
            over_limit_reason=self.over_limit_reason,
            expires_at=end_of_validity(valid_until),
        )


def end_of_validity(valid_until: datetime.date | None) -> datetime.datetime | None:
    """The moment from which a text is worth nothing: the end of a day is the start of the next."""
    if valid_until is None:
        return None
    return times.start_of(valid_until + datetime.timedelta(days=1))


def warning_content_of(version: "Version") -> WarningContent:
    """What a version says."""
    return WarningContent(version.texts, version.category, version.severity, version.valid_until)


def choice_of(version: "Version") -> AudienceChoice:
    """Whom a version's author chose."""
    kept = version.audience
    return AudienceChoice(
        tuple(uuid.UUID(key) for key in kept.get("places", ())),
        tuple(kept.get("kinds", ())),
        tuple(uuid.UUID(key) for key in kept.get("without", ())),
        bool(kept.get("subscribers", True)),
        str(kept.get("over_limit_reason", "")),
    )


def earlier_dispatches(version: "Version") -> tuple[uuid.UUID, ...]:
    """What went out of this warning before this version."""
    sent = version.warning.versions.filter(dispatch__isnull=False, number__lt=version.number)
    return tuple(sent.order_by("number").values_list("dispatch", flat=True))


def audience_of(version: "Version") -> Audience | SameRecipients:
    """Whom a version goes to: those chosen, or, once something went out, those who were sent it.

    A correction also replaces what has not left yet, so that nobody gets the wrong text after it.
    """
    if earlier := earlier_dispatches(version):
        is_urgent = version.severity >= URGENT_SEVERITY
        return SameRecipients(
            earlier,
            waiting=True,
            reaches_digests=is_urgent,
            expires_at=end_of_validity(version.valid_until),
        )
    return choice_of(version).audience(version.warning.unit, version.severity, version.valid_until)


def audience_digest(version: "Version") -> bytes:
    """32 bytes over whom a version goes to, as things stand now."""
    return define_audience(audience_of(version)).hash
