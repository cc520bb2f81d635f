"""What somebody says in a chat of messages to come: that they begin, or that they end."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from keng.channels.events import Event
from keng.kit.codes import wordless_code
from keng.language import chat_words
from keng.network.actions.subscriptions import CHAT_CODE_LENGTH

# Telegram sends "/start CODE" by itself when its link is tapped.
_ASKS = re.compile(r"\s*(?:nh[aậâ]n|/start)\s+([0-9A-Za-z][0-9A-Za-z -]{5,8})\s*", re.IGNORECASE)
_LONGEST = 40
MOST_DOUBTS = 5
"""So many lone words are looked at one by one; of more one ended everything."""


class MessageWish(Enum):
    """Of two opposite ones of the same person the later counts, by when they were written."""

    BEGIN = auto()
    """One subscription, by its code."""
    BEGIN_AGAIN = auto()
    """All of them, after a stop."""
    END = auto()
    PERHAPS_END = auto()
    """A lone word, which ends nothing where it may be an answer."""

    @property
    def begins(self) -> bool:
        return self in (MessageWish.BEGIN, MessageWish.BEGIN_AGAIN)

    @property
    def overruled_by(self) -> "MessageWish":
        return MessageWish.END if self.begins else MessageWish.BEGIN_AGAIN

    @property
    def perhaps_overruled_by(self) -> "MessageWish":
        return MessageWish.PERHAPS_END if self.begins else MessageWish.BEGIN


class WishOrder(NamedTuple):
    """How a wish stands to what the same person wrote later (see Event)."""

    is_overruled: bool = False
    may_be_overruled: bool = False


def message_wish_of(event: Event) -> MessageWish | None:
    """None of what wishes neither."""
    text = event.text
    if event.kind != "text" or event.media:
        return None
    if chat_words.is_stop(text):
        return MessageWish.END
    if chat_words.may_be_stop(text):
        return MessageWish.PERHAPS_END
    if subscription_code_in(text):
        return MessageWish.BEGIN
    return MessageWish.BEGIN_AGAIN if chat_words.asks_for_messages(text) else None


def order_of_wish(wish: MessageWish | None, later: Sequence[MessageWish | None]) -> WishOrder:
    """Of one wish beside those that the same person wrote later and that came in first."""
    if wish is None:
        return WishOrder()
    doubts = later.count(wish.perhaps_overruled_by)
    is_sure = wish.begins and doubts > MOST_DOUBTS
    return WishOrder(wish.overruled_by in later or is_sure, doubts > 0)


def subscription_code_in(text: str) -> str:
    """The code of a message that asks for warnings; "" where it does not."""
    found = _ASKS.fullmatch(text[: _LONGEST + 1])
    return wordless_code(found[1], CHAT_CODE_LENGTH) if found else ""
