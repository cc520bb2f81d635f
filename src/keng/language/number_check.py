"""A text's numbers and links beside known ones: the same, one slip of the finger away, or new."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from keng.language.fold import FlatText, flatten
from keng.language.indicators import Indicator, extract_flat, is_own_site
from keng.language.indicators.digits import DigitGroup, digit_runs, followed_by_unit

ComparedKind = Literal["phone", "bank_account", "url", "number"]
KnownStanding = Literal["official", "other_desk", "used", "reported", "undecided", "not_used"]
ComparedStanding = KnownStanding | Literal["misplaced", "near", "unknown"]

# The part of a warning that says whom to call.
CALL_PART = "call"
# Fewer digits than these are no telephone or account, and are read only where somebody is called.
_FEWEST_DIGITS = 7
_SHORT = re.compile(r"(?<![\d.,/+\-])1\d{2,3}(?!\d|[.,/\-]\d)")
_TO_BE_CALLED = re.compile(r"\b(?:goi|call|dial)\b[^\d.\n]{0,20}$")


class KnownNumber(NamedTuple):
    """A number or link that stands somewhere; `source` is the caller's own key for where."""

    kind: ComparedKind
    value: str
    standing: KnownStanding
    source: str


class ComparedNumber(NamedTuple):
    """A number or link as it is written, and the known one that it is, or nearly is."""

    quote: str
    standing: ComparedStanding
    known: KnownNumber | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to look: the desk's own, or confirmed as used in the offence."""
        return self.standing in ("official", "used")


class _Written(NamedTuple):
    start: int
    quote: str
    key: str
    is_link: bool


class _Known(NamedTuple):
    key: str
    number: KnownNumber


def compare_numbers(
    texts: Mapping[str, Mapping[str, str]], known: Iterable[KnownNumber]
) -> list[ComparedNumber]:
    """Every telephone, account and link of the texts, each once, in the order of the words.

    `texts` holds words by language and part; a number that was used in an offence is out of place
    in the part `CALL_PART`. What is known exactly is never called a slip of something else.
    `known` is only gone through where the texts have a number or a link.
    """
    every_written = [
        (written, part == CALL_PART)
        for parts in texts.values()
        for part, words in parts.items()
        for written in _written_numbers(words, is_call=part == CALL_PART)
    ]
    if not every_written:
        return []
    numbers: list[_Known] = []
    links: list[_Known] = []
    for each in known:
        if each.kind == "url":
            links.append(_Known(_link_key(each.value), each))
        else:
            numbers.append(_Known(_digits_key(each.value), each))
    found: dict[tuple[str, bool], ComparedNumber] = {}
    for written, is_call in every_written:
        among = links if written.is_link else numbers
        found.setdefault((written.key, is_call), _compared(written, among, is_call=is_call))
    return list(found.values())


def _compared(written: _Written, known: list[_Known], *, is_call: bool) -> ComparedNumber:
    # The desk's own numbers are what belongs into that part; elsewhere a slip is one of the others.
    order = ("official", "other_desk", "used", "reported", "undecided", "not_used")
    wanted = order if is_call else ("used", "official", "other_desk", *order[3:])
    same = [each.number for each in known if _is_same(written, each)]
    if same:
        best = min(same, key=lambda number: order.index(number.standing))
        if is_call and best.standing not in ("official", "other_desk"):
            return ComparedNumber(written.quote, "misplaced", best)
        return ComparedNumber(written.quote, best.standing, best)
    near = [each.number for each in known if _is_near(written, each)]
    if near:
        best = min(near, key=lambda number: wanted.index(number.standing))
        return ComparedNumber(written.quote, "near", best)
    return ComparedNumber(written.quote, "unknown")


def _is_same(written: _Written, known: _Known) -> bool:
    if written.key == known.key:
        return True
    # Another page of a site that is somebody's own is the same site.
    host = written.key.partition("/")[0]
    return written.is_link and is_own_site(host) and host == known.key.partition("/")[0]


def _is_near(written: _Written, known: _Known) -> bool:
    if not written.is_link:
        return within_one_slip(written.key, known.key)
    host, known_host = written.key.partition("/")[0], known.key.partition("/")[0]
    if is_own_site(known_host):
        return within_one_slip(host, known_host)
    return within_one_slip(written.key, known.key)


def within_one_slip(one: str, other: str) -> bool:
    """Whether one becomes the other by one sign more, less or wrong, or two that change places."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    at = next((i for i, sign in enumerate(shorter) if sign != longer[i]), len(shorter))
    if len(shorter) != len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at : at + 2] == longer[at : at + 2][::-1]
    return shorter[at + 1 :] == longer[at + 1 :] or (
        swapped and shorter[at + 2 :] == longer[at + 2 :]
    )


def _digits_key(value: str) -> str:
    """The digits by which a telephone or an account is the same, however it is written."""
    plus = value.strip().startswith("+") and not value.strip().startswith("+84")
    digits = re.sub(r"\D", "", value)
    if value.strip().startswith("+84"):
        digits = digits[2:]
    # The nought at the front is often left out, or doubled with the number of the country.
    if len(digits) > _FEWEST_DIGITS:
        digits = digits.removeprefix("0")
    return f"+{digits}" if plus else digits


def _link_key(value: str) -> str:
    return value.lower().removeprefix("www.").rstrip("/")


def _written_numbers(words: str, *, is_call: bool) -> Iterator[_Written]:
    text = flatten(words)
    indicators = extract_flat(text)
    taken = _Taken(len(words))
    for one in indicators:
        taken.add(one.start, one.end)
    found = [_of_indicator(words, one) for one in indicators if one.type != "plate"]
    for groups in _unread_digits(text, taken):
        start, end = text.start(groups[0].start), text.end(groups[-1].end)
        taken.add(start, end)
        digits = "".join(group.digits for group in groups)
        found.append(_Written(start, words[start:end], _digits_key(digits), is_link=False))
    for match in _SHORT.finditer(text.flat):
        start, end = text.start(match.start()), text.end(match.end())
        before = text.flat[max(0, match.start() - 26) : match.start()]
        if not is_call and not _TO_BE_CALLED.search(before):
            continue
        if followed_by_unit(text.flat, match.end()) or taken.has_any_of(start, end):
            continue
        found.append(_Written(start, words[start:end], match.group(), is_link=False))
    return iter(sorted(found))


def _of_indicator(words: str, one: Indicator) -> _Written:
    is_link = one.type == "url"
    key = _link_key(one.value) if is_link else _digits_key(one.value)
    return _Written(one.start, words[one.start : one.end], key, is_link)


class _Taken:
    """Which places of a text were read already. Asking costs what is asked about, however many."""

    def __init__(self, length: int) -> None:
        self._places = bytearray(length)

    def add(self, start: int, end: int) -> None:
        self._places[start:end] = b"\1" * (end - start)

    def has_any_of(self, start: int, end: int) -> bool:
        return self._places.find(1, start, end) >= 0


def _unread_digits(text: FlatText, taken: _Taken) -> Iterator[list[DigitGroup]]:
    """Digits that read as no telephone and no account: one of them may have been forgotten."""
    for run in digit_runs(text.flat):
        kept: list[DigitGroup] = []
        for group in run:
            if taken.has_any_of(text.start(group.start), text.end(group.end)):
                yield from _long_enough(kept)
                kept = []
            else:
                kept.append(group)
        yield from _long_enough(kept)


def _long_enough(groups: list[DigitGroup]) -> Iterator[list[DigitGroup]]:
    if sum(len(group.digits) for group in groups) >= _FEWEST_DIGITS:
        yield groups
