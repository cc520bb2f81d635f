"""What became of one tip: the steps of officers, and where it stands now."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from keng.accounts.models import Officer
from keng.tips.models import Tip
from keng_dev.demo.province.stories import Story


@dataclass(slots=True)
class Step:
    """One decision to be written."""

    kind: str
    at: dt.datetime
    by: Officer
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Said:
    """One message of the dialogue after the first."""

    at: dt.datetime
    text: str
    by: Officer | None = None
    author: str = "desk"


@dataclass(slots=True)
class Fate:
    """Everything the desk did about one story, and where the tip stands now."""

    story: Story
    tip_id: uuid.UUID
    state: str = Tip.State.RECEIVED
    kind: str = Tip.Kind.UNSORTED
    category: str = ""
    value: str = Tip.Value.UNRATED
    outcome: str = ""
    note: str = ""
    assigned_to: Officer | None = None
    read_at: dt.datetime | None = None
    sorted_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    waiting_since: dt.datetime | None = None
    suspended_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    duplicate_of: uuid.UUID | None = None
    incident_id: uuid.UUID | None = None
    is_emptied: bool = False
    """Out of scope: its words are destroyed."""
    steps: list[Step] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
