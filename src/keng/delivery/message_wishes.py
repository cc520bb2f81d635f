"""What somebody says in a chat of messages to come: that they begin, or that they end."""

import re
from enum import Enum, auto

from keng.channels.events import Event
from keng.kit.codes import wordless_code
from keng.language import chat_words
from keng.network.actions.subscriptions import CHAT_CODE_LENGTH

# Telegram sends "/start CODE" by itself when its link is tapped.
_ASKS = re.compile(r"\s*(?:nh[aậâ]n|/start)\s+([0-9A-Za-z][0-9A-Za-z -]{5,8})\s*", re.IGNORECASE)
_LONGEST = 40


class MessageWish(Enum):
    """Of two opposite ones of the same person the later counts, by when they were written."""

    BEGIN = auto()
    END = auto()


def message_wish_of(event: Event) -> MessageWish | None:
    """None of what wishes neither. A lone word that may be an answer is read as a wish here."""
    text = event.text
    if event.kind != "text" or event.media:
        return None
    if chat_words.is_stop(text) or chat_words.may_be_stop(text):
        return MessageWish.END
    begins = subscription_code_in(text) or chat_words.asks_for_messages(text)
    return MessageWish.BEGIN if begins else None


def subscription_code_in(text: str) -> str:
    """The code of a message that asks for warnings; "" where it does not."""
    found = _ASKS.fullmatch(text[: _LONGEST + 1])
    return wordless_code(found[1], CHAT_CODE_LENGTH) if found else ""
