"""What becomes of a text, step by step: each is part of an act of its area.

The act holds the row, or the one it belongs to (the warning of a version). A kind of text uses the
steps that it needs. The act asks who may, takes care of what follows (a page, a sending) and puts
it on record; these say what every kind of text has in common.
"""

from collections.abc import Mapping
from types import MappingProxyType

from keng.kit import times
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.releases.hands import hands_on_record
from keng.releases.models import Person, Releasable


def submit(text: Releasable, *, by: Person) -> None:
    """Ask a second person."""
    text.hand_in(by)
    text.save(update_fields=["hands", "submitted_at", "returned_reason"])


def give_back(text: Releasable, *, reason: str) -> None:
    """A draft again, with what has to change. Raises NothingWaits."""
    if not text.is_waiting:
        raise NothingWaits
    text.submitted_at, text.returned_reason = None, reason
    text.save(update_fields=["submitted_at", "returned_reason"])


def let_out(
    text: Releasable,
    *,
    seen: bytes,
    by: Person,
    also: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """From now on it is out: exactly what the second person saw, by its digest.

    `by` need not be who acts: a use of a pattern is let out by whoever let the pattern out, and
    `seen` is then what the act filled in.
    `also` are the columns by which the text finds what its act made public elsewhere.
    Raises NothingWaits, HandInIt, TextChanged.
    """
    require_second_person(text, seen=seen, by=by)
    for name, value in also.items():
        setattr(text, name, value)
    # An officer, or a member where the kind of text is a partner's.
    text.released_by = by  # type: ignore[assignment]
    text.released_at, text.digest = times.now(), seen
    text.save(update_fields=["released_by", "released_at", "digest", *also])


def require_second_person(text: Releasable, *, seen: bytes, by: Person) -> None:
    """Whether this person may let out what they saw. Raises NothingWaits, HandInIt, TextChanged."""
    if not text.is_waiting:
        raise NothingWaits
    if text.has_hand_of(by):
        raise HandInIt
    if seen != text.digest_now:
        raise TextChanged


def end(text: Releasable) -> None:
    """Nothing more comes of it; it stays as it is. Raises NothingWaits where it has ended."""
    if text.ended_at is not None:
        raise NothingWaits
    text.ended_at = times.now()
    text.save(update_fields=["ended_at"])


def release_detail(text: Releasable) -> dict[str, object]:
    """What stands on record beside each of these: which words, and who had a hand in them."""
    words = text.digest_shown or text.digest_now
    return {"text": words.hex(), "hands": hands_on_record(text.hands)}
