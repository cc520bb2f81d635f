"""How many parts a text takes on the air (3GPP TS 23.038), and making it fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from keng.channels.facts import MessagePrice
from keng.channels.gateway import plain_letters
from keng.channels.text import clean_text
from keng.channels.wire import OutgoingMessage

MOST_PARTS = 2
_LINK = re.compile(r"https?://[^\s]{3,300}")
_SENTENCE_END = re.compile(r"[.!?…]\s")
# The basic table, and what takes two places in it.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


class TooLongForSms(ValueError):
    """It takes more parts than may be sent, and has no link that tells the rest."""


def sms_parts(text: str) -> int:
    """How many messages the carriers count and charge for."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        widths = [2 if letter in _EXTENDED else 1 for letter in text]
        single, joined = 160, 153
    else:
        widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        single, joined = 70, 67
    return 1 if sum(widths) <= single else _parts_of(widths, joined)


def _parts_of(widths: list[int], room: int) -> int:
    """In order, and what takes two places is never cut by the end of a part."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


@dataclass(frozen=True, slots=True)
class SmsLength:
    """How long a text is on the air."""

    characters: int
    parts: int


def sms_length(text: str, *, with_marks: bool) -> SmsLength:
    """Of a text as it is sent with its marks, or without."""
    words = clean_text(text)
    if not with_marks:
        words = plain_letters(words)
    return SmsLength(len(words), sms_parts(words))


def keeps_marks(settings: Mapping[str, str]) -> bool:
    """Whether an account sends Vietnamese as it is written."""
    return settings.get("with_marks") == "yes"


def sms_words(message: OutgoingMessage, settings: Mapping[str, str]) -> str:
    """What of a message is sent: its short form, where somebody wrote one. Raises TooLongForSms.

    That was approved as it stands, so it is never cut. With marks it may be too long and without
    them not: then it goes without.
    """
    if not message.short:
        return sms_text(message.text, settings)
    written = clean_text(message.short)
    plain = plain_letters(written)
    most = most_parts(settings)
    for words in (written, plain) if keeps_marks(settings) else (plain,):
        if sms_parts(words) <= most:
            return words
    raise TooLongForSms


def sms_text(text: str, settings: Mapping[str, str]) -> str:
    """What is sent: without marks unless the account wants them, in as many parts as it allows.

    A longer text ends early at a sentence and keeps its last link, where the whole of it stands.
    Raises TooLongForSms.
    """
    words = clean_text(text)
    if not keeps_marks(settings):
        words = plain_letters(words)
    most = most_parts(settings)
    if sms_parts(words) <= most:
        return words
    links = _LINK.findall(words)
    if not links:
        raise TooLongForSms
    return _shortened(words, links[-1], most)


def sms_price(message: OutgoingMessage, settings: Mapping[str, str]) -> MessagePrice:
    """Of one message to one phone; of nothing, where it is too long to be sent at all."""
    try:
        parts = sms_parts(sms_words(message, settings))
    except TooLongForSms:
        parts = 0
    given = settings.get("price_per_part", "")
    is_known = given.isascii() and given.isdigit()
    return MessagePrice(parts, parts * int(given) if is_known else None)


def most_parts(settings: Mapping[str, str]) -> int:
    """How many parts of one text an account sends at most."""
    given = settings.get("most_parts", "")
    return (
        int(given) if given.isascii() and given.isdigit() and 1 <= int(given) <= 6 else MOST_PARTS
    )


def _shortened(words: str, link: str, most: int) -> str:
    """The longest beginning that ends with a sentence, or with a word, and the link."""
    start = words.replace(link, " ").strip()
    ends = [end.start() + 1 for end in _SENTENCE_END.finditer(start)]
    breaks = [at for at, letter in enumerate(start) if letter.isspace()]
    for places, tail in ((ends, " "), (breaks, "... ")):
        for at in reversed(places):
            candidate = f"{start[:at].rstrip()}{tail}{link}"
            if sms_parts(candidate) <= most:
                return candidate
    raise TooLongForSms
