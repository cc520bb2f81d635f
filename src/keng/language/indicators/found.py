"""What the extractor hands over."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["phone", "bank_account", "url", "plate"]
ContextRole = Literal["used_in_offence", "unknown", "reporters_own"]


class Span(NamedTuple):
    """Something found in the flat text."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number, link or plate: its normalised value, and its place in the text as given."""

    type: Kind
    value: str
    start: int
    end: int
    context_role: ContextRole = "unknown"
