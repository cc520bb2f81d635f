"""Who wrote in a chat that was copied out of an app: where their names stand in its lines.

As Zalo, WhatsApp, Telegram and Messenger copy or export it:

    [09:12, 3/5] Name: …        09:12 3/5 Name: …           Name (09:12): …
    Name, [03.05.2024 09:12]:   Name, [3 May 2024 at 09:12:33]:
    Name 09:12 SA               Name đã gửi                 Name: …
    Name, and a line below it the time alone
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from keng.language.fold import flatten, fold
from keng.language.indicators.links import find_links
from keng.language.indicators.patterns import listed_words


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_CLOCK = r"\d{1,2}[:h]\d{2}(?::\d{2})?(?:\s?(?:[ap]\.?m\.?|sa|ch)(?!\w))?"
_DAY = r"\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?"
_STAMP = rf"(?:{_CLOCK}|{_DAY})(?:[\s,]+(?:{_CLOCK}|{_DAY}))?"
_STAMP_FIRST = re.compile(
    rf"^\s*+\[?{_STAMP}\]?\s*+[\-–]?\s*+(?P<who>[^:\n\[\]]{{0,39}}?[^:\n\[\]\s])\s*+:",
    re.IGNORECASE,
)
_STAMP_LAST = re.compile(
    rf"^\s*+(?P<who>[^:\n\[\]\d]{{0,39}}?[^:\n\[\]\d\s,(])[\s,(\[]++{_STAMP}[)\]]?\s*+:?\s*+$",
    re.IGNORECASE,
)
_STAMP_IN_BRACKETS = re.compile(
    r"^\s*+(?P<who>[^:\n\[\]]{0,39}?[^:\n\[\]\s,]),?[ ]?\[(?P<stamp>[^\[\]\n]{4,40}+)\]"
)
# A name as somebody calls themselves in a chat: with pictures around it, or more in brackets.
_PICTURE = (
    "[\u200d\ufe0f\u20e3\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_WORDS = r"[^\W\d_]++(?:[ ][^\W\d_]++){0,4}"
_WHO = (
    rf"(?P<who>(?:{_PICTURE}[ ]?){{0,8}}+(?P<words>{_WORDS})"
    rf"(?:[ ]?\([^()\n:]{{1,30}}\))?+(?:[ ]?{_PICTURE}){{0,8}}+)"
)
_BARE = re.compile(rf"^\s*+{_WHO}[ ]*+:(?=\s|$)")
_ALONE = re.compile(rf"^\s*+{_WHO}\s*+$")
_THINGS = "ảnh|hình|video|nhãn dán|tệp|file|liên kết|tin nhắn|tin nhắn thoại|photo|sticker|link"
_SENT = re.compile(
    rf"^\s*+{_WHO}[ ]++(?:"
    rf"(?:đã gửi|đã thu hồi|sent|unsent)(?:[ ](?:một|a|an|\d{{1,2}})[ ](?:{_THINGS})s?)?"
    r"|(?:đã trả lời|replied to)[ ][^\n]{1,40})\s*+$"
)
_CLOCK_ALONE = re.compile(r"(?<!\d)\d{1,2}[:h]\d{2}(?!\d)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_INNER = re.compile(r"\w(?:[^\n]*\w)?")
_LONGEST_STAMP = 40
_WORDS_OF_TIMES = _words(
    "h sa ch am pm a p m sang trua chieu toi luc at hom nay qua thang nam ngay thu hai ba tu sau"
    " bay chu nhat cn t today yesterday on mon tue wed thu fri sat sun monday tuesday wednesday"
    " thursday friday saturday sunday jan feb mar apr may jun jul aug sep sept oct nov dec january"
    " february march april june july august september october november december"
)
_LONGEST_SHORT_FORM = 5
# What stands before a colon and is no name: the first word, with a capital or without.
_NO_SENDERS = _words(
    "link hotline website web zalo facebook tin luu chu noi thong dia thoi sdt stk ngay gio"
    " ghi canh khan to kinh"
)
# The same for words in small letters, which are a name only where they begin several lines.
_LABELS = _words(
    "số tài tk stk sđt ngân nội địa họ mã người tin thời ngày giờ lý đơn tên chủ giá phí tổng bước"
    " lưu cảnh thông kính hỏi đáp trả vd ví cách công cán bên kẻ đối khách nhân shop admin link"
    " web website hotline zalo facebook telegram email mail otp nick bank bạn tôi mình nó hắn chúng"
    " họ you me i ghi lần phần mục về và là thì còn ở tại từ đến nhóm"
)
# Without marks these are as often a name: "minh", "tai".
_LABELS_WITHOUT_MARKS = frozenset(map(fold, _LABELS)) - _words("minh tai ly tu phi chu")
_BANKS = listed_words("bank")
# What an app calls whoever copies the chat.
_READER = frozenset({"bạn", "you"})
_FEWEST_LINES = 2
# A telephone number has as many digits; an account has more.
_SHORTEST_NUMBER = 8


class Sender(NamedTuple):
    """Where in the text a name stands that somebody wrote under."""

    start: int
    end: int


class _Named(NamedTuple):
    """What may be a name at the beginning of a line; `nickname` where only repetition says so."""

    start: int
    end: int
    nickname: str = ""


def senders_in(text: str) -> list[Sender]:
    """Everybody whose name stands at a line of a chat, each line by itself."""
    named = list(_named_lines(text))
    lines_of = Counter(one.nickname for one in named if one.nickname)
    return [
        Sender(one.start, one.end)
        for one in named
        if not one.nickname or lines_of[one.nickname] >= _FEWEST_LINES
    ]


def without_ornaments(name: str) -> str:
    """ "Hương" of "🌸 Hương (Tổ 5)": what the same person is called elsewhere in the text."""
    found = _INNER.search(name.partition("(")[0])
    return found[0] if found else name


def is_short_form(word: str) -> bool:
    """CCCD, OTP, UBND: no part of a name."""
    return len(word) > 1 and word.isupper() and word.isascii() and len(word) <= _LONGEST_SHORT_FORM


def _named_lines(text: str) -> Iterator[_Named]:
    lines = text.splitlines(keepends=True)
    at = 0
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        named = _sender_of(line, following)
        if named and not _holds_an_address(line[named.start : named.end]):
            yield named._replace(start=at + named.start, end=at + named.end)
        at += len(line)


def _sender_of(line: str, following: str) -> _Named | None:
    if _is_stamp(line):
        return None
    found = _STAMP_FIRST.match(line) or _STAMP_LAST.match(line) or _before_brackets(line)
    if found:
        return _Named(*found.span("who")) if _LETTERS.search(found["who"]) else None
    found = _BARE.match(line) or _SENT.match(line)
    if found is None and _is_stamp(following):
        found = _ALONE.match(line)
    return _named_by_words(found) if found else None


def _before_brackets(line: str) -> re.Match[str] | None:
    found = _STAMP_IN_BRACKETS.match(line)
    return found if found and _is_stamp(found["stamp"]) else None


def _is_stamp(words: str) -> bool:
    """A day and a time, or the time alone: "Hôm nay lúc 09:12", "3 May 2024 at 09:12:33"."""
    words = words.strip()
    return (
        len(words) <= _LONGEST_STAMP
        and bool(_CLOCK_ALONE.search(words))
        and all(fold(each) in _WORDS_OF_TIMES for each in _LETTERS.findall(words))
    )


def _named_by_words(found: re.Match[str]) -> _Named | None:
    """A name in capitals; or what would be a nickname, were it to begin several lines."""
    words = found["words"].split()
    if any(map(is_short_form, words)):
        return None
    if all(word[0].isupper() for word in words):
        is_bank = len(words) == 1 and fold(words[0]) in _BANKS
        is_name = fold(words[0]) not in _NO_SENDERS and words[0].lower() not in _READER
        return _Named(*found.span("who")) if is_name and not is_bank else None
    first = words[0].lower()
    is_label = first in _LABELS or (first.isascii() and first in _LABELS_WITHOUT_MARKS)
    return None if is_label else _Named(*found.span("who"), nickname=" ".join(words).lower())


def _holds_an_address(words: str) -> bool:
    """A telephone number, an account or a link: what an offence is known by, and no name."""
    if sum(map(str.isdigit, words)) >= _SHORTEST_NUMBER or fold(words).startswith("http"):
        return True
    flat = flatten(words)
    return "." in words and bool(find_links(flat, flat.flat))
