"""How words are set: Vietnamese words that stay together, scam links that cannot be tapped."""

import re
from pathlib import Path

NBSP = "\u00a0"

# Vietnamese writes many words as two syllables with a space; a line that breaks between them reads
# as two words. The list holds the words of our own screens and warnings, it is no dictionary.
_TOGETHER = (Path(__file__).parent / "together.txt").read_text(encoding="utf-8").splitlines()
_UNITS = (
    "giờ phút ngày tháng tuần năm giây tin nhóm người việc câu chỗ bước chữ triệu nghìn tệp ảnh MB"
)
_JOIN_WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(_TOGETHER)})(?!\w)", re.IGNORECASE)
_JOIN_UNITS = re.compile(rf"(\d) (?=(?:{_UNITS.replace(' ', '|')})(?!\w))", re.IGNORECASE)

# Endings that make "word.word" a link. A bare "xong.Toi" (a forgotten space) must stay readable.
_ENDINGS = (
    "com net org info biz vn top xyz vip cc online site shop club app io me link live icu asia "
    "work pro store fun space website gov edu example test co us cn ru tk ml ga cf gq ly"
)
_MOBILE = re.compile(r"\+84\d{9}")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_AFTER_SCHEME = re.compile(r"(hxxps?://)([^\s/?#]+)", re.IGNORECASE)
_HOST = re.compile(
    rf"\b(?:[\w-]{{1,63}}\.){{1,10}}(?:{_ENDINGS.replace(' ', '|')})\b", re.IGNORECASE
)


def keep_together(text: str) -> str:
    """Join the syllables of known words, and a number with its unit, by a no-break space."""
    joined = _JOIN_WORDS.sub(lambda found: found[0].replace(" ", NBSP), text)
    return _JOIN_UNITS.sub(rf"\1{NBSP}", joined)


def defang(text: str) -> str:
    """Write links so that no program turns them into something to tap: hxxp://vneid[.]example."""
    text = _SCHEME.sub(lambda found: found[0].lower().replace("tt", "xx"), text)
    text = _AFTER_SCHEME.sub(lambda found: found[1] + _bracket(found[2]), text)
    return _HOST.sub(lambda found: _bracket(found[0]), text)


def first_words(text: str, most: int) -> str:
    """The beginning of a text, on one line."""
    words = text.split(maxsplit=most)
    return f"{' '.join(words[:most])} …" if len(words) > most else " ".join(words)


def as_dialled(number: str, space: str = NBSP) -> str:
    """A Vietnamese mobile number as people write it: 0987 654 321. Anything else stays."""
    if not _MOBILE.fullmatch(number):
        return number
    local = f"0{number[3:]}"
    return space.join((local[:4], local[4:7], local[7:]))


def _bracket(host: str) -> str:
    return re.sub(r"(?<!\[)\.(?!\])", "[.]", host)
