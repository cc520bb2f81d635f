"""What the extractor hands over."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

IndicatorKind = Literal["phone", "bank_account", "url", "plate"]
ContextRole = Literal["used_in_offence", "unknown", "reporters_own"]


class TakenPlaces:
    """Which places of a text belong to something already, asked in a time that knows no number."""

    __slots__ = ("_marks",)

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def mark_span(self, start: int, end: int) -> None:
        self._marks[start:end] = b"\x01" * (end - start)

    def holds_any_of(self, start: int, end: int) -> bool:
        return self._marks.find(1, start, end) >= 0


class FoundSpan(NamedTuple):
    """Something found in the flat text."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number, link or plate: its normalised value, and its place in the text as given."""

    type: IndicatorKind
    value: str
    start: int
    end: int
    context_role: ContextRole = "unknown"
