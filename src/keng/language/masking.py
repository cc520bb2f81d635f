"""Names and numbers of other people in a chat message, covered before the message is kept.

It errs on the side of covering, and it sees only what is written like a name: somebody reads the
result before it is saved.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, NamedTuple

from keng.language.disguise import flatten_readable
from keng.language.fold import FlatText, flatten, fold, normalise
from keng.language.indicators import extract_flat
from keng.language.indicators.links import find_emails
from keng.language.indicators.patterns import SURNAMES, any_phrase, compile_pattern
from keng.language.senders import is_short_form, senders_in, without_ornaments

CoveredKind = Literal["own", "name", "phone", "email", "card"]


def _folded(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


REPORTER_MARK = "[người báo]"
_SHORTEST_NUMBER = 8
_TITLES = "anh chi co chu bac ong ba em ban chau thay cu di mo cau thim be me bo a c mr mrs ms"
_CALLED = any_phrase(_TITLES)
# How others call whoever reports; written with its marks or with none.
_TITLED = {
    fold(title): title for title in ("anh", "chị", "cô", "chú", "bác", "ông", "bà", "em", "cậu")
}
_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"\w+")
# After "ông", "bà", "cô": what somebody is, not what they are called.
_NO_NAMES = _folded(
    "cong can truong pho chu giam bao noi ngoai giao hang lang to ubnd csgt bi dang hai ta minh oi"
    " tong dai thuong trung si uy va la co thi"
)
_AT_A_PLACE = any_phrase(
    "xa phuong thon xom lang duong pho tinh huyen quan cho truong ngan_hang khu cau kcn tp"
    " thanh_pho to ngo tdp to_dan_pho o tai ve tu den khu_pho benh_vien cong_ty"
)
_PLACE_BEFORE = compile_pattern(rf"(?<!\w){_AT_A_PLACE}\s+$")
_SURNAME = compile_pattern(rf"(?<!\w){SURNAMES}(?!\w)")
_AFTER_CALLED = compile_pattern(rf"(?<!\w){_CALLED}\.?[ ]+(?=\w)")
_CARD = compile_pattern(
    rf"(?<!\w){any_phrase('cccd cmnd cmt can_cuoc cc ho_chieu')}\s*+(?:so\s*+)?[\s:]*+"
    r"(?P<own>[a-z]?\d(?:[ .]?\d){7,11})(?!\d)"
)
# "@cskh_vcb24" is an account, which an offence is known by.
_MENTION = re.compile(r"@(?P<who>[^\W\d_]++(?![\d_]|\.\w)(?:[ ][^\W\d_]+){0,3})")


class CoveredPiece(NamedTuple):
    """One piece that was covered: what it is, as it was written, and what stands there now."""

    what: CoveredKind
    written: str
    instead: str


@dataclass(frozen=True, slots=True)
class MaskedText:
    """The text to keep, and what was covered in it, for the officer's eyes only."""

    text: str
    covered: tuple[CoveredPiece, ...] = field(default=(), repr=False)


class _Piece(NamedTuple):
    start: int
    end: int
    what: CoveredKind


def mask_people(text: str) -> MaskedText:
    """Cover senders, names, and numbers that no offence was committed with."""
    text = normalise(text)
    flat = flatten(text)
    names = sorted({*_senders(text), *_mentions(text)})
    names = sorted({*names, *_written_like_names(flat)})
    pieces = _apart([*names, *_again(text, names), *_numbers(flatten_readable(text))])
    return _with_masks(text, pieces)


def mask_senders(text: str) -> MaskedText:
    """Cover whoever wrote in a chat that somebody passes on, wherever the names stand again.

    It sees how the common apps write a name; whoever passes the chat on looks for others.
    Whom the words are about stays: that is for the one who passes them on to tell.
    """
    text = normalise(text)
    senders = sorted({*_senders(text), *_mentions(text)})
    return _with_masks(text, _apart([*senders, *_again(text, senders)]))


def without_people(words: str, *, most: int) -> str:
    """An officer's words as they are kept beside what is sealed, at most so many characters.

    The form asks for no name; one that is written all the same would open what two people open.
    """
    return mask_people(words.strip()).text[:most]


def names_of_people(text: str) -> list[str]:
    """What in a text is written like somebody's name, each once, in order."""
    flat = flatten(normalise(text))
    pieces = _apart([*_written_like_names(flat)])
    return list(dict.fromkeys(flat.original[one.start : one.end] for one in pieces))


def cover_values(text: str, values: Iterable[str]) -> str:
    """The text with these values covered wherever they stand: who gave them is sealed elsewhere.

    Accents and case do not matter; of a number neither do dots and spaces. Of a name the last words
    after a title go too ("bác Tư").
    """
    flat = flatten(normalise(text))
    spots = [
        (flat.start(found.start()), flat.end(found.end()))
        for value in values
        for found in [*_spelled(value).finditer(flat.flat), *_titled(value, flat)]
    ]
    shown, at = [], 0
    for start, end in sorted(spots):
        if start >= at:
            shown += [flat.original[at:start], REPORTER_MARK]
            at = end
    return "".join([*shown, flat.original[at:]])


def _spelled(value: str) -> re.Pattern[str]:
    words = fold(value).split()
    digits = "".join(character for character in value if character.isdigit())
    if len(digits) >= _SHORTEST_NUMBER:
        return re.compile(r"(?<!\d)" + r"[ .\-]?".join(digits) + r"(?!\d)")
    whole = r"\s+".join(map(re.escape, words))
    # One short word is a word like any other: "An" would cover half of a sentence.
    return re.compile(rf"(?<!\w){whole}(?!\w)" if len(words) > 1 else r"(?!)")


def _titled(value: str, text: FlatText) -> Iterator[re.Match[str]]:
    """ "bác Tư", "ông Văn Tư", "bac tu" of Nguyễn Văn Tư; never "bác từ", which is another word."""
    name = normalise(value).lower().split()
    if not name or any(character.isdigit() for character in value):
        return
    ends = [r"\s+".join(re.escape(fold(word)) for word in name[n:]) for n in range(len(name))]
    for found in re.finditer(
        rf"(?<!\w)(?:{'|'.join(_TITLED)})\.?\s+(?:{'|'.join(ends)})(?!\w)", text.flat
    ):
        title, *called = text.written(found.start(), found.end()).lower().replace(".", " ").split()
        meant = [_TITLED[fold(title)], *name[-len(called) :]]
        if all(map(_is_spelling, [title, *called], meant)):
            yield found


def _is_spelling(written: str, meant: str) -> bool:
    """Marks tell words apart where both have them."""
    return meant in {written, fold(meant)} or written == fold(written)


def _senders(text: str) -> Iterator[_Piece]:
    """Whoever stands at the beginning of a line of a chat."""
    for sender in senders_in(text):
        yield _Piece(sender.start, sender.end, "name")


def _mentions(text: str) -> Iterator[_Piece]:
    for found in _MENTION.finditer(text):
        end = _capitals(text, found.start("who"), 4) or found.end("who")
        yield _Piece(found.start("who"), end, "name")


def _written_like_names(text: FlatText) -> Iterator[_Piece]:
    # Where everything is shouted, capitals say nothing.
    if not text.original.isupper():
        yield from _called(text)
        yield from _by_surname(text)


def _called(text: FlatText) -> Iterator[_Piece]:
    """ "anh Nam", "bà Lê Thị Tám": as far as the capitals go."""
    for found in _AFTER_CALLED.finditer(text.flat):
        start = text.start(found.end())
        end = _capitals(text.original, start, 4)
        if end and fold(text.original[start:end].split()[0]) not in _NO_NAMES:
            yield _Piece(start, end, "name")


def _by_surname(text: FlatText) -> Iterator[_Piece]:
    """A surname and at least one more word in capitals, unless it stands where a place does."""
    for found in _SURNAME.finditer(text.flat):
        start = text.start(found.start())
        end = _capitals(text.original, start, 5, shouted=True)
        before = text.flat[max(0, found.start() - 24) : found.start()]
        words = fold(text.original[start:end]).split()
        # "Thị" is the middle of a name only where another word follows.
        is_middle = words[1:2] == ["thi"] and len(words) > 2
        is_name = len(words) > 1 and (is_middle or words[1] not in _NO_NAMES)
        is_name = is_name and words[0] not in _TITLES.split()
        if is_name and not _PLACE_BEFORE.search(before):
            yield _Piece(start, end, "name")


def _again(text: str, names: list[_Piece]) -> Iterator[_Piece]:
    """Every other place of a name that was found once, in the same spelling."""
    written = {text[one.start : one.end].strip() for one in names}
    by_first: dict[str, set[str]] = {}
    for name in written | set(map(without_ornaments, written)):
        first = _RUN.match(name)
        # One short word in small letters is a word like any other.
        if first and len(name) > 2 and (name[0].isupper() or " " in name):
            by_first.setdefault(first[0], set()).add(name)
    if not by_first:
        return
    lengths = {first: {len(name) for name in there} for first, there in by_first.items()}
    # Once through the text, however many names there are.
    for run in _RUN.finditer(text):
        for length in lengths.get(run[0], ()):
            end = run.start() + length
            if text[run.start() : end] in by_first[run[0]] and not _RUN.match(text, end):
                yield _Piece(run.start(), end, "name")


def _numbers(text: FlatText) -> Iterator[_Piece]:
    """Phones that were not used in an offence, e-mail addresses, numbers of identity cards."""
    for one in extract_flat(text):
        if one.type == "phone" and one.context_role != "used_in_offence":
            yield _Piece(one.start, one.end, "phone")
    for mail in find_emails(text):
        yield _Piece(text.start(mail.start), text.end(mail.end), "email")
    for card in _CARD.finditer(text.flat):
        yield _Piece(text.start(card.start("own")), text.end(card.end("own")), "card")


def _capitals(text: str, start: int, most: int, *, shouted: bool = False) -> int:
    """Where a run of words in capitals ends that begins here; 0 when there is none."""
    end, count = 0, 0
    for word in _WORD.finditer(text, start):
        is_next = word.start() == start if not count else text[end : word.start()] == " "
        is_name = word[0][0].isupper() and (shouted or not is_short_form(word[0]))
        if not (is_next and is_name) or count == most:
            break
        end, count = word.end(), count + 1
    return end


def _apart(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces in order; of two that overlap the first and longest."""
    kept: list[_Piece] = []
    for one in sorted(set(pieces), key=lambda p: (p.start, -p.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _with_masks(text: str, pieces: list[_Piece]) -> MaskedText:
    people: dict[str, int] = {}
    fresh = count(1)
    shown, covered, at = [], [], 0
    for one in pieces:
        written = text[one.start : one.end]
        instead = _instead(one.what, written, people, fresh)
        shown += [text[at : one.start], instead]
        covered.append(CoveredPiece(one.what, written, instead))
        at = one.end
    return MaskedText("".join([*shown, text[at:]]), tuple(dict.fromkeys(covered)))


def _instead(what: CoveredKind, written: str, people: dict[str, int], fresh: Iterator[int]) -> str:
    """The same person keeps the same number, also when called by the last word of the name."""
    if what != "name":
        return {"phone": "[số máy]", "email": "[thư]", "card": "[số giấy tờ]"}[what]
    words = fold(without_ornaments(written)).split()
    whole, given = " ".join(words), words[-1]
    number = people.get(whole) or people.get(given) or next(fresh)
    people.setdefault(whole, number)
    people.setdefault(given, number)
    return f"[người {number}]"
