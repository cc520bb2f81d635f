"""The talk with a reporter, a part at a time: hundreds of messages may come in on one receipt.

A page needs of every message who wrote it and when, for the story, the order of times and what
waits for an answer; the words it needs only of those that it shows.
"""

import uuid
from dataclasses import dataclass

from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.tips.models import DialogueMessage, Tip

# What is shown at once; the newest unless an address says otherwise.
MESSAGES_IN_PART = 50
_MESSAGES: CompiledModelQuery[DialogueMessage] = CompiledModelQuery(
    lambda *, tip: (
        DialogueMessage.objects.filter(tip=tip)
        .select_related("officer")
        .defer("text")
        .order_by("id")
    )
)


@dataclass(frozen=True, slots=True)
class DialoguePart:
    """What one page shows of it, oldest first, and where the rest stands.

    Cursors are for addresses; `later` is empty where the newest come next, too: `is_newest` says
    whether these are they.
    """

    shown: list[DialogueMessage]
    first: int
    """The number of the first one shown, from 1."""
    whole: int
    earlier: str
    later: str
    waiting: int
    """How many of the reporter, which came after the last answer, are not shown."""
    first_waiting: str
    """The part that begins with the first of them; empty where that is the newest part."""

    @property
    def last(self) -> int:
        """The number of the last one shown."""
        return self.first + len(self.shown) - 1

    @property
    def is_newest(self) -> bool:
        """Whether nothing came after what is shown."""
        return self.last == self.whole


def messages_of_tip(tip: Tip) -> list[DialogueMessage]:
    """Every message, oldest first, without its words."""
    return _MESSAGES.fetch(tip=tip.pk)


def without_opening_message(messages: list[DialogueMessage], tip: Tip) -> list[DialogueMessage]:
    """Without the one that opened the tip, whose words stand above the talk."""
    return [message for message in messages if not is_opening_message(message, tip)]


def is_opening_message(message: DialogueMessage, tip: Tip) -> bool:
    """Whether this message opened its tip: both came in at one moment."""
    return message.author == DialogueMessage.Author.REPORTER and message.at == tip.received_at


def unanswered_messages(messages: list[DialogueMessage], tip: Tip) -> list[DialogueMessage]:
    """What the reporter wrote after the desk's last words, oldest first."""
    theirs = [messages[n] for n in _unanswered_places(messages)]
    return without_opening_message(theirs, tip)


def unanswered_of_tips(tips: list[Tip]) -> dict[uuid.UUID, list[DialogueMessage]]:
    """The same of several, with their words; a tip where all is answered is not in it."""
    said: dict[uuid.UUID, list[DialogueMessage]] = {}
    for message in DialogueMessage.objects.filter(tip__in=tips).order_by("id"):
        said.setdefault(message.tip_id, []).append(message)
    found = {tip.pk: unanswered_messages(said.get(tip.pk, []), tip) for tip in tips}
    return {tip_id: theirs for tip_id, theirs in found.items() if theirs}


def dialogue_part(messages: list[DialogueMessage], tip: Tip, cursor: str = "") -> DialoguePart:
    """The part that an address names, of all messages oldest first; with its words."""
    whole = len(messages)
    end = _end_of_part(messages, cursor)
    start = max(0, end - MESSAGES_IN_PART)
    shown = messages[start:end]
    _fill_in_words(shown, tip)
    waiting = _unanswered_places(messages)
    hidden = [n for n in waiting if not start <= n < end]
    return DialoguePart(
        shown,
        start + 1,
        whole,
        _cursor_of_part(messages, start) if start else "",
        _cursor_of_part(messages, end + MESSAGES_IN_PART),
        len(hidden),
        _cursor_of_part(messages, hidden[0] + MESSAGES_IN_PART) if hidden else "",
    )


def _unanswered_places(messages: list[DialogueMessage]) -> list[int]:
    """Where the reporter's messages stand that came after the desk's last one, oldest first."""
    desk, reporter = DialogueMessage.Author.DESK, DialogueMessage.Author.REPORTER
    answered = max((n for n, each in enumerate(messages) if each.author == desk), default=-1)
    return [n for n, each in enumerate(messages) if n > answered and each.author == reporter]


def _fill_in_words(messages: list[DialogueMessage], tip: Tip) -> None:
    if not messages:
        return
    ids = [message.pk for message in messages]
    words = dict(tip.messages.filter(pk__in=ids).values_list("pk", "text"))
    for message in messages:
        # One that was taken back in this moment has none any more.
        message.text = words.get(message.pk, "")


def _cursor_of_part(messages: list[DialogueMessage], end: int) -> str:
    """For the part that ends before this place; none where that is the end of all."""
    return closed_cursor(str(messages[end].pk)) if end < len(messages) else ""


def _end_of_part(messages: list[DialogueMessage], cursor: str) -> int:
    """Before which message the part ends. An address that names none gives the newest."""
    try:
        before = uuid.UUID(opened_cursor(cursor))
    except ValueError:
        return len(messages)
    end = sum(message.pk < before for message in messages)
    return end or len(messages)
