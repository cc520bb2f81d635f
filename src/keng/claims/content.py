"""What a check says, as plain values."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

TEXT_FIELDS = ("question", "answer", "unknown", "advice", "note")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source: who says what, of which day, with the words as they were then."""

    source: str
    finding: str
    dated: datetime.date
    link: str
    excerpt: str

    @property
    def sha256(self) -> str:
        """Of the excerpt, so that whoever has it can show that it was not changed."""
        return hashlib.sha256(self.excerpt.encode()).hexdigest()

    def as_json(self) -> dict[str, str]:
        """As it is kept in a revision."""
        return {**asdict(self), "dated": self.dated.isoformat(), "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class CheckContent:
    """Everything that the second person publishes. Languages: "vi" always, "en" perhaps."""

    verdict: str
    topic: str
    quote: str
    seen: str
    texts: Mapping[str, Mapping[str, str]]
    evidence: Sequence[Evidence]

    def as_json(self) -> dict[str, object]:
        """As a revision and a partner's manuscript keep it."""
        return {
            "verdict": self.verdict,
            "topic": self.topic,
            "quote": self.quote,
            "seen": self.seen,
            "texts": {language: dict(text) for language, text in self.texts.items()},
            "evidence": [each.as_json() for each in self.evidence],
        }
