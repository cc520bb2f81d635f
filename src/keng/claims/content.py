"""What a check says: plain values, their canonical form and its hash."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from keng.claims.models import Revision

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
        """As a partner's manuscript keeps it."""
        return {
            "verdict": self.verdict,
            "topic": self.topic,
            "quote": self.quote,
            "seen": self.seen,
            "texts": {language: dict(text) for language, text in self.texts.items()},
            "evidence": [each.as_json() for each in self.evidence],
        }

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical JSON: one comma more is another hash."""
        return _content_hash(
            self.verdict,
            self.topic,
            self.quote,
            self.seen,
            self.texts,
            [each.as_json() for each in self.evidence],
        )


def revision_hash(revision: Revision) -> bytes:
    """The hash of what the revision's row says now."""
    return _content_hash(
        revision.verdict,
        revision.topic,
        revision.quote,
        revision.seen,
        revision.texts,
        revision.evidence,
    )


def _content_hash(
    verdict: str, topic: str, quote: str, seen: str, texts: object, evidence: object
) -> bytes:
    said = {
        "verdict": verdict,
        "topic": topic,
        "quote": quote,
        "seen": seen,
        "texts": texts,
        "evidence": evidence,
    }
    canonical = json.dumps(
        said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict
    )
    return hashlib.sha256(canonical.encode()).digest()
