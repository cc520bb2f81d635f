"""How many parts a text takes on the air (3GPP TS 23.038), and making it fit."""

import re
from collections.abc import Mapping

from keng.channels.facts import MessagePrice
from keng.channels.gateway import plain_letters
from keng.channels.text import clean_text

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


def sms_text(text: str, settings: Mapping[str, str]) -> str:
    """What is sent: without marks unless the account wants them, in as many parts as it allows.

    A longer text ends early at a sentence and keeps its last link, where the whole of it stands.
    Raises TooLongForSms.
    """
    words = clean_text(text)
    if settings.get("with_marks") != "yes":
        words = plain_letters(words)
    most = _most_parts(settings)
    if sms_parts(words) <= most:
        return words
    links = _LINK.findall(words)
    if not links:
        raise TooLongForSms
    return _shortened(words, links[-1], most)


def sms_price(text: str, settings: Mapping[str, str]) -> MessagePrice:
    """Of one message to one phone; of nothing, where the text is too long to be sent at all."""
    try:
        parts = sms_parts(sms_text(text, settings))
    except TooLongForSms:
        parts = 0
    given = settings.get("price_per_part", "")
    is_known = given.isascii() and given.isdigit()
    return MessagePrice(parts, parts * int(given) if is_known else None)


def _most_parts(settings: Mapping[str, str]) -> int:
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
