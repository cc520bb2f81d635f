"""The reporter's words with what the machine marked in them, never changed otherwise."""

from dataclasses import dataclass

from keng.kit.safe_text import defang
from keng.tips.models import Sighting


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of text; marked when it is an indicator."""

    text: str
    is_marked: bool = False


def marked_pieces(text: str, sightings: list[Sighting]) -> list[TextPiece]:
    """The text in pieces, in order and complete; its links cannot be tapped."""
    pieces, at = [], 0
    for start, end in sorted({(each.start, each.end) for each in sightings}):
        if start < at or end > len(text) or not text[start:end].strip():
            continue
        if start > at:
            pieces.append(TextPiece(defang(text[at:start])))
        pieces.append(TextPiece(defang(text[start:end]), is_marked=True))
        at = end
    if at < len(text):
        pieces.append(TextPiece(defang(text[at:])))
    return pieces
