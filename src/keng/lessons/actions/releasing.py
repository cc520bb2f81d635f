"""The second person: publishes exactly what they read, or takes away what is published."""

import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.lessons import acts
from keng.lessons.lesson_text import LessonText
from keng.lessons.models import Campaign, Edition, FirstHour
from keng.releases import steps
from keng.releases.errors import TextChanged

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_Text = TypeVar("_Text", bound=LessonText)
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

    Raises NotAllowed, HandInIt, NothingWaits; TextChanged also where a later text of the same
    lesson is out already.
    """
    text = _lock_text(kind, key, by)
    if isinstance(text, Edition) and text.is_overtaken:
        raise TextChanged
    steps.let_out(text, seen=seen, by=by)
    record(
        _PUBLISHED[kind],
        by=by,
        on=text,
        chain=unit_chain(text.unit_id),
        detail=steps.release_detail(text),
    )
    return text


@act(acts.END_TEXT)
def end_text(kind: type[_Text], key: uuid.UUID, *, by: "Officer") -> _Text:
    """Nobody reads it any more; by one person, at once. Raises NotAllowed."""
    text = _lock_text(kind, key, by)
    if text.ended_at is None:
        steps.end(text)
        record(
            _ENDED[kind],
            by=by,
            on=text,
            chain=unit_chain(text.unit_id),
            detail=steps.release_detail(text),
        )
    return text


def _lock_text(kind: type[_Text], key: uuid.UUID, by: "Officer") -> _Text:
    manager: Any = kind._default_manager  # noqa: SLF001 -- Django documents it
    found: _Text = lock_one(manager.visible_to(by).select_related("unit"), key)
    return found
