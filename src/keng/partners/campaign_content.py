"""What a campaign is: its words, days and communes, and what belongs to it, as JSON keeps it."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any, Self

from keng.kit import times

# What can belong to a campaign, each kind by the key under which its own area knows it.
PARTS = ("lessons", "pledges", "surveys", "warnings")


@dataclass(frozen=True, slots=True)
class CampaignContent:
    """A campaign as its second person reads and publishes it."""

    title: str
    about: str
    pledge: tuple[str, ...]
    """What a resident pledges, one sentence each; none where there is no pledge in it."""
    category: str
    """A row of the taxonomy: what kind of crime or danger it is about."""
    starts_on: datetime.date
    ends_on: datetime.date
    places: tuple[uuid.UUID, ...]
    parts: dict[str, tuple[str, ...]]
    """By PARTS."""

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """As a manuscript keeps it."""
        words = content["texts"]["vi"]
        starts, ends = map(datetime.date.fromisoformat, content["days"])
        return cls(
            title=words["title"],
            about=words["about"],
            pledge=tuple(words["pledge"]),
            category=content["category"],
            starts_on=starts,
            ends_on=ends,
            places=tuple(map(uuid.UUID, content["places"])),
            parts={part: tuple(content[part]) for part in PARTS},
        )

    def as_json(self) -> dict[str, Any]:
        """The words stand under "texts", where hints look for numbers and names."""
        words = {"title": self.title, "about": self.about, "pledge": list(self.pledge)}
        return {
            "texts": {"vi": words},
            "category": self.category,
            "days": [self.starts_on.isoformat(), self.ends_on.isoformat()],
            "places": [str(key) for key in self.places],
            **{part: list(self.parts[part]) for part in PARTS},
        }

    @property
    def has_begun(self) -> bool:
        """Whether its first day has come."""
        return times.local_date(times.now()) >= self.starts_on

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return times.local_date(times.now()) > self.ends_on

    @property
    def is_running(self) -> bool:
        """Whether it counts today."""
        return self.has_begun and not self.is_over
