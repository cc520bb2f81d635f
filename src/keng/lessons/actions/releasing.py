"""The second person: publishes exactly what they read, or takes away what is published."""

import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from keng.accounts.hands import hands_on_record
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.lessons import acts
from keng.lessons.errors import TextChanged
from keng.lessons.four_eyes import FourEyes
from keng.lessons.models import Campaign, Edition, FirstHour

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_Text = TypeVar("_Text", bound=FourEyes)
# What the record calls it: the kinds of text this area has.
_PUBLISHED = {
    Edition: "lesson.published",
    Campaign: "pledge.published",
    FirstHour: "first_hour.published",
}
_ENDED = {Edition: "lesson.ended", Campaign: "pledge.ended", FirstHour: "first_hour.ended"}


@act(acts.PUBLISH_TEXT)
def publish_text(kind: type[_Text], key: uuid.UUID, *, seen: bytes, by: "Officer") -> _Text:
    """Let the public read exactly what this second person read.

    Raises NotAllowed, also to whoever has a hand in it; TextChanged when the text is another one
    or is decided already.
    """
    text = _lock_text(kind, key, by)
    if text.has_hand_of(by):
        raise NotAllowed
    if not text.is_waiting or seen != bytes(text.hash) or text.hash_now != seen:
        raise TextChanged
    if isinstance(text, Edition) and text.is_overtaken:
        raise TextChanged
    text.published_by, text.published_at = by, times.now()
    text.save(update_fields=["published_by", "published_at"])
    record(
        _PUBLISHED[kind],
        by=by,
        on=text,
        chain=unit_chain(text.unit_id),
        detail={"text": seen.hex(), "hands": hands_on_record(text.all_hands)},
    )
    return text


@act(acts.END_TEXT)
def end_text(kind: type[_Text], key: uuid.UUID, *, by: "Officer") -> _Text:
    """Nobody reads it any more; by one person, at once. Raises NotAllowed."""
    text = _lock_text(kind, key, by)
    if text.ended_at is None:
        text.ended_at = times.now()
        text.save(update_fields=["ended_at"])
        record(
            _ENDED[kind],
            by=by,
            on=text,
            chain=unit_chain(text.unit_id),
            detail={"text": bytes(text.hash).hex()},
        )
    return text


def _lock_text(kind: type[_Text], key: uuid.UUID, by: "Officer") -> _Text:
    manager: Any = kind._default_manager  # noqa: SLF001 -- Django documents it
    found: _Text = lock_one(manager.visible_to(by).select_related("unit"), key)
    return found
