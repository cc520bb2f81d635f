"""What a text says when its disguise is taken off: for reading alone, with the places as written.

Look-alike letters, pictures inside words, letters apart, raw keys of Telex and VNI, chat spellings,
digits and signs for letters, and words run together are how people hide from filters, or just type.
What is shown and kept stays as it was written; whoever reads for danger, categories or numbers
reads this.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from keng.language.disguise.accents import likeliest_spellings
from keng.language.disguise.characters import (
    apart_accents,
    latin_letters,
    pictures_inside,
    unseen_inside,
)
from keng.language.disguise.letters_apart import LEAST_LETTERS_APART, letters_apart
from keng.language.disguise.respelling import (
    Reading,
    cost_as_it_is,
    cost_between,
    has_outer_digits,
    is_leet_for_sure,
    is_likely_leet,
    is_vni_for_sure,
    readings_of,
)
from keng.language.disguise.syllables import (
    is_known,
    spellings_fitting,
    spellings_of,
    words_listed_as,
)
from keng.language.fold import FlatText, flatten
from keng.language.tables import table_entries

_CHUNK_BEFORE, _CHUNK_AFTER = re.compile(r"\S+$"), re.compile(r"\S*")
_NEAR = 80
_WORD = re.compile(r"[^\W_]+(?:[@$!][^\W_]+)*")
# Characters that are read as they stand, each by itself: `undisguised` leaves them, their flat copy
# has one character for each, and a letter stays a letter (a test goes through them).
PLAIN_CHARACTERS = (
    "\n !\"#$%&'()+,-./0123456789:;<=>?@[\\]_`{}"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "–—‘’“”"
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồ"
    "ỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ"
)
_PLAIN = frozenset(PLAIN_CHARACTERS)
_PLAIN_WORD = re.compile(r"([^\W_]+)")
# What may stand for a letter when one follows; most texts hold none of them.
_AS_LETTERS = "@$!"
_SIGN_BEFORE_LETTER = re.compile(rf"[{_AS_LETTERS}][^\W_]")
# Such a sign beside a letter may stand for one, at the ends of a word too.
_SIGN_FOR_LETTER = re.compile(
    r"[@$][^\W\d_]|[^\W\d_][@$]|[^\W_]![^\W_]"
    # "b! đánh", "th! trấn": letters that are no word without it.
    r"|(?<![^\W_])[b-df-hj-np-tv-zđBDĐHKLMNPTVX][gh]?! "
)
_ENDS_SENTENCE = re.compile(r"(?![ ,][a-zà-ỹ])")
_WORD_WITH_SIGNS = re.compile(r"[@$!]?[^\W_]+(?:[@$!]{1,2}[^\W_]+)*[@$!]{0,2}")
# Links, addresses and names of files are read as they stand.
_NO_WORDS = re.compile(
    r"://|@[^\W\d_]{0,30}\.|_|\w\.[a-z]{2}|[a-z\d]{4}-[a-z\d]{4}|[\[({<](?:\.|dot|cham|chấm)[\])}>]",
    re.IGNORECASE,
)
_DOT_AFTER = re.compile(r"\s{0,2}[\[({<]?\s?(?:\.|dot|ch[aấ]m)\s?[\])}>]?\s{0,2}([a-z]{2,10})\b")
# What stands between the numbers of a plate ("12-K3 660.71"), and digits some of which are letters.
# No plate has a nought there: "ng0 88" is an alley.
_OF_A_NUMBER = re.compile(r"[a-z]{1,2}[1-9]|[\doil]+")
_DIGITS = re.compile(r"[\doil]{2,}")
_ENGLISH_SHARE = 0.2
# A single word may be a code ("to6i", "m47").
_LEAST_OF_KEYS = 2
# One word of so many has accents where the writer uses them.
_ACCENTED = 6
# Capitals alone are short for something, if there are few of them.
_SHORT_FORM, _LEFT_ALONE = 5, 12.0


@dataclass(frozen=True, slots=True)
class ReadableText:
    """A text beside what it says, where each character has a place of the original."""

    original: str
    readable: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None
    """Where what a character stands for starts and ends; None where nothing is disguised."""

    def start(self, at: int) -> int:
        """Where in the original what is read at this place begins."""
        return at if self.starts is None else self.starts[at]

    def end(self, at: int) -> int:
        """Where in the original a span that ends before this place ends."""
        return at if self.ends is None or at == 0 else self.ends[at - 1]


@dataclass(frozen=True, slots=True)
class FlatReadable(FlatText):
    """A flat text of what is read; its places are those of the text as it was written."""

    source: ReadableText = ReadableText("", "")

    @property
    def as_given(self) -> str:
        return self.source.original

    def start(self, at: int) -> int:
        return self.source.start(FlatText.start(self, at))

    def end(self, at: int) -> int:
        return self.source.end(FlatText.end(self, at))

    def written(self, start: int, end: int) -> str:
        """The characters as they are read, of a flat span."""
        if end <= start:
            return ""
        return self.original[FlatText.start(self, start) : FlatText.end(self, end)]


def flatten_readable(text: str) -> FlatReadable:
    """The flat copy of what a text says."""
    source = undisguised(text)
    flat = flatten(source.readable)
    return FlatReadable(source.readable, flat.flat, flat.positions, source)


@lru_cache(maxsize=4)
def plain_parts(text: str) -> list[str] | None:
    """What stands between the words and each word, in turn; None where anything is disguised.

    Most texts hide nothing, and are read far faster when that is known. Asked several times of each
    text, and read once.
    """
    if not _PLAIN.issuperset(text):
        return None
    if _holds_sign(text) and (_SIGN_BEFORE_LETTER.search(text) or _SIGN_FOR_LETTER.search(text)):
        return None
    parts = _PLAIN_WORD.split(text)
    words = parts[1::2]
    lone_letters = list(map(len, words)).count(1)
    if lone_letters >= LEAST_LETTERS_APART and any(letters_apart(text)):
        return None
    if not _CLEAR_WORDS.are_clear(words) and _reread(text):
        return None
    return parts


def _holds_sign(text: str) -> bool:
    return any(sign in text for sign in _AS_LETTERS)


class _ClearWords:
    """The last words that were met and have no other reading."""

    def __init__(self, most: int = 16384) -> None:
        self._most = most
        self._clear = set[str]()

    def are_clear(self, words: Iterable[str]) -> bool:
        return all(map(self._is_clear, set(words).difference(self._clear)))

    def _is_clear(self, word: str) -> bool:
        if word.isascii() and word.isdigit():
            # A number is one (no spelling of chat is made of figures alone), and there are many.
            return True
        if readings_of(word):
            return False
        if not word.isdigit():
            if len(self._clear) >= self._most:
                self._clear = set()
            self._clear.add(word)
        return True


_CLEAR_WORDS = _ClearWords()


@lru_cache(maxsize=4)
def undisguised(text: str) -> ReadableText:
    """The text as people read it. Asked several times of each text, and read once."""
    return ReadableText(text, text) if plain_parts(text) is not None else _uncovered(text)


def _uncovered(text: str) -> ReadableText:
    made = ReadableText(text, latin_letters(text))
    for pieces in (unseen_inside, apart_accents, pictures_inside, letters_apart):
        made = _edited(made, [_Edit(*each) for each in pieces(made.readable)])
    return _edited(made, _reread(made.readable))


class _Edit(NamedTuple):
    """What is read instead of a span; letter by letter where only blanks were added."""

    start: int
    end: int
    instead: str


def _edited(text: ReadableText, edits: list[_Edit]) -> ReadableText:
    if not edits:
        return text
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        parts.append(text.readable[start:end])
        starts.extend(map(text.start, range(start, end)))
        ends.extend(map(text.end, range(start + 1, end + 1)))

    at = 0
    for edit in edits:
        keep(at, edit.start)
        at = edit.end
        written = text.readable[edit.start : edit.end]
        if edit.instead.replace(" ", "") == written:
            pieces = edit.instead.split(" ")
            place = edit.start
            for number, piece in enumerate(pieces):
                if number:
                    parts.append(" ")
                    starts.append(text.start(place - 1))
                    ends.append(text.end(place))
                keep(place, place + len(piece))
                place += len(piece)
        else:
            parts.append(edit.instead)
            starts += [text.start(edit.start)] * len(edit.instead)
            ends += [text.end(edit.end)] * len(edit.instead)
    keep(at, len(text.readable))
    return ReadableText(text.original, "".join(parts), tuple(starts), tuple(ends))


def _reread(text: str) -> list[_Edit]:
    """The words that are to be read anew, in their order."""
    words = _words_in(text)
    if _CLEAR_WORDS.are_clear(word.group() for word in words):
        return []
    lower = [word.group().lower() for word in words]
    english = words_listed_as("signs_of_english")
    if sum(word in english for word in lower) > _ENGLISH_SHARE * len(words):
        return []
    unclear = {at for at, word in enumerate(words) if readings_of(word.group())}
    unclear = {at for at in unclear if not _is_no_word(text, words[at])} if unclear else unclear
    if not unclear:
        return []
    keys = _keys_of(lower[at] for at in unclear)
    chosen: list[tuple[int, Reading]] = []
    read = dict[int, str]()
    for at in sorted(unclear):
        before = read.get(at - 1) or (lower[at - 1] if at and is_known(lower[at - 1]) else "")
        after = lower[at + 1] if at + 1 < len(words) else ""
        if _OF_A_NUMBER.fullmatch(lower[at]) is not None and any(
            _DIGITS.fullmatch(beside) for beside in (after, lower[at - 1] if at else "")
        ):
            continue
        reading = _best_reading(words[at].group(), before, after, keys)
        if reading is not None:
            chosen.append((at, reading))
            read[at] = reading.words[-1]
    unsure = sum(not reading.is_sure for _at, reading in chosen)
    is_telex = unsure > 1 or any(reading.is_telex and reading.is_sure for _at, reading in chosen)
    # A digit took the accents of its letter along; they are missed where the others have theirs.
    is_accented = sum(not word.isascii() for word in lower) * _ACCENTED > len(lower)
    sure = {at: reading for at, reading in chosen if reading.is_sure or is_telex}
    meant = _with_accents(text, words, sure) if is_accented else {}
    return [
        _Edit(
            *words[at].span(),
            _as_written(
                words[at].group(),
                meant.get(at, reading.words),
                hides_capital=_hides_capital(text, words, at),
            ),
        )
        for at, reading in sure.items()
    ]


def _with_accents(
    text: str, words: Sequence[re.Match[str]], read: Mapping[int, Reading]
) -> dict[int, tuple[str, ...]]:
    """What words say whose digits took accents along, with those that fit between the others."""
    if not any(reading.is_leet for reading in read.values()):
        return {}
    options: list[tuple[str, ...]] = []
    begins: list[bool] = []
    places: list[int] = []
    end = 0
    for at, word in enumerate(words):
        parts = _options_of(word.group().lower(), read.get(at))
        is_first = not at or not text[end : word.start()].isspace()
        options += parts
        begins += [is_first, *[False] * (len(parts) - 1)]
        places += [at] * len(parts)
        end = word.end()
    found: dict[int, tuple[str, ...]] = {}
    for at, spelled in zip(places, likeliest_spellings(options, begins), strict=True):
        found[at] = (*found.get(at, ()), spelled)
    return {at: found[at] for at, reading in read.items() if reading.is_leet}


def _options_of(written: str, reading: Reading | None) -> list[tuple[str, ...]]:
    """How each word may be spelled that a word is read as; one that hides nothing is as it is."""
    if reading is None or not reading.is_leet:
        return [(each,) for each in (reading.words if reading else (written,))]
    if len(reading.words) == 1:
        return [spellings_fitting(written, reading.words[0]) or reading.words]
    return [(spellings_of(each) if each.isascii() else ()) or (each,) for each in reading.words]


def _words_in(text: str) -> list[re.Match[str]]:
    if not _holds_sign(text) or not _SIGN_FOR_LETTER.search(text):
        return list(_WORD.finditer(text))
    found = list(_WORD_WITH_SIGNS.finditer(text))
    is_signed = sum(map(_has_sign_for_letter, found)) >= _LEAST_OF_KEYS
    return [
        _WORD.search(text, match.start()) or match
        if _ends_with_a_mark(match, is_signed=is_signed)
        else match
        for match in found
    ]


def _has_sign_for_letter(match: re.Match[str]) -> bool:
    return not match.group().rstrip("!").isalnum()


def _ends_with_a_mark(match: re.Match[str], *, is_signed: bool) -> bool:
    """ "tiền!" before a capital or at the end; "tra! tôi" goes on, and "đ!" is no word without.

    Whoever writes signs for letters means one in "Đồ! Ngô", if it makes a word.
    """
    word = match.group().rstrip("!")
    if is_signed and len(match.group()) - len(word) == 1 and is_known(f"{word.lower()}i"):
        return False
    is_end = _ENDS_SENTENCE.match(match.string, match.end()) is not None
    return len(word) < len(match.group()) and is_end and is_known(word.lower())


class _DigitKeys(StrEnum):
    """What the digits inside the words of a text are."""

    NUMBERS = "numbers"
    LEET = "letters that look like them"
    VNI = "keys for accents"


def _keys_of(unclear: Iterable[str]) -> _DigitKeys:
    """Whoever writes one word so does it again; one word with a key may be a code."""
    vni = leet = likely_leet = 0
    for word in unclear:
        vni += is_vni_for_sure(word)
        leet += is_leet_for_sure(word)
        likely_leet += is_likely_leet(word)
    if vni >= _LEAST_OF_KEYS and vni > leet:
        return _DigitKeys.VNI
    is_leet = leet > 0 or likely_leet >= _LEAST_OF_KEYS
    return _DigitKeys.LEET if is_leet else _DigitKeys.NUMBERS


def _hides_capital(text: str, words: list[re.Match[str]], at: int) -> bool:
    """ "7ien Luc": a digit is neither small nor a capital, and a name has them at all its words."""
    word, after = words[at], words[at + 1] if at + 1 < len(words) else None
    if word.group()[0].isalpha() or after is None or text[word.end() : after.start()] != " ":
        return False
    return after.group()[0].isupper() and not after.group().isupper()


def _is_no_word(text: str, word: re.Match[str]) -> bool:
    """Whether it is part of a link, an address, the name of a file."""
    start, end = word.span()
    # A chunk without a blank may be as long as the text: what is near decides.
    before = _CHUNK_BEFORE.search(text, max(0, start - _NEAR), start)
    after = _CHUNK_AFTER.match(text, end, end + _NEAR)
    chunk = text[before.start() if before else start : after.end() if after else end]
    return bool(_NO_WORDS.search(chunk)) or _is_before_an_ending(
        text, after.end() if after else end
    )


def _is_before_an_ending(text: str, at: int) -> bool:
    """Whether the ending of a web address follows, with a dot that stands apart."""
    after = _DOT_AFTER.match(text, at)
    return after is not None and after[1] in _endings()


@cache
def _endings() -> frozenset[str]:
    return frozenset(dict(table_entries("keng.language.indicators", "phrases.txt"))["usual_ending"])


def _best_reading(written: str, before: str, after: str, keys: _DigitKeys) -> Reading | None:
    """The likeliest reading between its neighbours; None where it is likelier what it says."""
    readings = _readings_by_keys(written, keys)
    if not readings:
        return None
    if readings[0].cost == 0:
        return readings[0]
    best = min(readings, key=lambda each: each.cost + cost_between(before, each.words, after))
    total = best.cost + cost_between(before, best.words, after)
    is_short_form = written.isalpha() and written.isupper() and len(written) <= _SHORT_FORM
    return best if total + _LEFT_ALONE * is_short_form < cost_as_it_is(written) else None


def _readings_by_keys(written: str, keys: _DigitKeys) -> tuple[Reading, ...]:
    readings = readings_of(written)
    if keys == _DigitKeys.VNI:
        return tuple(each for each in readings if each.is_vni) or tuple(
            each for each in readings if not each.is_leet
        )
    readings = tuple(each for each in readings if not each.is_vni)
    if keys == _DigitKeys.LEET:
        return tuple(each for each in readings if each.is_leet) or readings
    if has_outer_digits(written):
        return tuple(each for each in readings if not each.is_leet)
    return readings


def _as_written(written: str, words: tuple[str, ...], *, hides_capital: bool) -> str:
    """The words with the capitals of what was written."""
    whole = " ".join(words)
    if written.isupper() and sum(map(str.isalpha, written)) > 1:
        return whole.upper()
    if whole.replace(" ", "") == written.lower():
        kept, at = [], 0
        for character in whole:
            kept.append(character if character == " " else written[at])
            at += character != " "
        return "".join(kept)
    return whole[0].upper() + whole[1:] if written[0].isupper() or hides_capital else whole
