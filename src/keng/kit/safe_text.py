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
# Up to here a number is read at one glance.
_SHORTEST_GROUPED = 7
_MOBILE = re.compile(r"\+84\d{9}")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_AFTER_SCHEME = re.compile(r"(hxxps?://)([^\s/?#]+)", re.IGNORECASE)
# 113 and its like where they are called, and not where they count: "113 nhà", "111.000", "2/114".
# Letters of other scripts stand right beside it: "113으로".
_EMERGENCY_NUMBER = re.compile(
    r"(?<!\d[ \u00a0])(?<![A-Za-z0-9_.,/:+-])11[1345](?![A-Za-z0-9_]|[.,/:-]\d|[ \u00a0]\d|"
    r"[ \u00a0]?(?:%|đồng|nghìn|ngàn|triệu|tỷ|người|nhà|tin|vụ|năm|ngày|giờ|phút|lần|trường|"
    r"people|reports?|houses?|times|days|million)(?!\w))"
)
_TAG = re.compile(r"(<[^<>]{0,2000}>)")
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


def link_emergency_numbers(html: str) -> str:
    """Make each emergency number in escaped text a link that calls it; what is a link stays."""
    parts, is_in_link = _TAG.split(html), False
    for place, part in enumerate(parts):
        if place % 2:
            is_in_link = not part.startswith("</a") and (is_in_link or part.startswith("<a "))
        elif not is_in_link:
            parts[place] = _EMERGENCY_NUMBER.sub(r'<a href="tel:\g<0>">\g<0></a>', part)
    return "".join(parts)


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


def grouped_digits(number: str) -> str:
    """A number to be read out, in groups; one that somebody wrote in groups stays as it is."""
    if not number.isdecimal() or len(number) < _SHORTEST_GROUPED:
        return number
    first, rest = number[:4], number[4:]
    size = 3 if len(rest) % 3 == 0 or len(rest) % 2 else 2
    groups = [rest[at : at + size] for at in range(0, len(rest), size)]
    if len(groups[-1]) == 1:
        groups[-2:] = ["".join(groups[-2:])]
    return NBSP.join([first, *groups])


def _bracket(host: str) -> str:
    return re.sub(r"(?<!\[)\.(?!\])", "[.]", host)
