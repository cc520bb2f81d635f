"""What somebody asks about: the numbers and links in a look-up box, each in its one spelling."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from keng.kit.safe_text import as_dialled
from keng.language.fold import flatten, fold
from keng.language.indicators import extract
from keng.language.indicators.addresses import (
    hosts_above,
    is_machine,
    names_a_page,
    read_link,
    shown_link,
)
from keng.language.indicators.digits import phone_of
from keng.language.indicators.plates import read_plate

TermType = Literal["phone", "bank_account", "url", "handle", "plate"]
TermKey = tuple[TermType, str]

# A whole forwarded message is read; a book is not.
LONGEST_QUESTION = 4000
MOST_TERMS = 20
_ACCOUNT_MIN, _ACCOUNT_MAX = 6, 19
_NUMBER = re.compile(r"[+(]{0,2}[0-9oil][0-9oil ().\-_·•*~/]*")
_NO_DIGIT = re.compile(r"[^0-9]")
_LETTER_DIGITS = str.maketrans("oil", "011")
_HANDLE = re.compile(r"@([\w.]{3,40})")
# Such an address is a phone number.
_CHAT_LINK = re.compile(r"(?:zalo\.me|wa\.me)/\+?(\d{9,13})")
_DIGIT_WORDS = {
    "khong": "0",
    "mot": "1",
    "hai": "2",
    "ba": "3",
    "bon": "4",
    "tu": "4",
    "nam": "5",
    "lam": "5",
    "sau": "6",
    "bay": "7",
    "tam": "8",
    "chin": "9",
}


@dataclass(frozen=True, slots=True)
class LookupTerm:
    """One thing that is asked about."""

    type: TermType
    value: str
    """As listings and sightings keep it: +84912345678, evil.com/login."""
    shown: str
    """As it may stand on a page: a link in it cannot be tapped."""
    also: tuple[TermKey, ...] = ()
    """What answers for it as well: the site of a link, the account with a phone's digits."""

    @property
    def keys(self) -> tuple[TermKey, ...]:
        """Under what to look, the most exact first."""
        return ((self.type, self.value), *self.also)

    @property
    def may_name_a_person(self) -> bool:
        """A plate, a handle, somebody's page: for the desk only, no public answer names it."""
        return self.type in ("plate", "handle") or (self.type == "url" and names_a_page(self.value))


def listing_hash(kind: str, value: str) -> bytes:
    """SHA-256 of "type:value": what the prefix API serves and what a client compares."""
    return hashlib.sha256(f"{kind}:{value}".encode()).digest()


def lookup_terms_in(text: str) -> list[LookupTerm]:
    """What the text asks about, each once, in the order of the text: a number, or a message."""
    text = text[:LONGEST_QUESTION].strip()
    found: dict[TermKey, LookupTerm] = {
        (one.type, one.value): LookupTerm(one.type, one.value, *_how(one.type, one.value))
        for one in extract(text)
    }
    alone = only_lookup_term(text) if len(found) < 2 else None
    if alone:
        return [alone]
    for handle in _handles(text):
        found.setdefault((handle.type, handle.value), handle)
    return list(found.values())[:MOST_TERMS]


def only_lookup_term(text: str) -> LookupTerm | None:
    """The one number or link that is the whole text; None when there are other words."""
    text = text.strip().strip("\"'“”‘’<>,;:!?").strip()
    if not text or len(text) > 500:
        return None
    flat = flatten(text).flat.strip()
    plate = read_plate(flat)
    if plate:
        return LookupTerm("plate", plate, plate)
    number = None if is_machine(flat) else _number_alone(flat)
    if number:
        return number
    handle = _HANDLE.fullmatch(text)
    if handle:
        return _handle(handle[1])
    link = read_link(text)
    return LookupTerm("url", link, *_how("url", link)) if link else None


def _number_alone(flat: str) -> LookupTerm | None:
    """A bare number. One that a phone can have is a phone, and an account of the same digits."""
    flat = _in_digits(flat)
    if not _NUMBER.fullmatch(flat):
        return None
    letters = sum(character in "oil" for character in flat)
    digits = _NO_DIGIT.sub("", flat.translate(_LETTER_DIGITS))
    if letters * 2 >= len(digits):
        return None
    phone = phone_of(digits, plus=flat.lstrip("( ").startswith("+"))
    if phone:
        return LookupTerm("phone", phone, _dialled(phone), _accounts(phone, digits))
    if "+" not in flat and _ACCOUNT_MIN <= len(digits) <= _ACCOUNT_MAX:
        return LookupTerm("bank_account", digits, digits)
    return None


def _accounts(phone: str, digits: str) -> tuple[TermKey, ...]:
    """Many accounts and purses have the number of their holder's phone."""
    if not phone.startswith("+84"):
        return ()
    national = _dialled(phone).replace(" ", "")
    # Nine digits alone may be either; every other spelling is a phone's.
    either = (national, digits) if len(digits) == 9 else (national,)
    return tuple(("bank_account", account) for account in dict.fromkeys(either))


def _dialled(phone: str) -> str:
    shown = as_dialled(phone, " ")
    if not shown.startswith("+84"):
        return shown
    return shown[3:] if shown.startswith("+841") else f"0{shown[3:]}"


def _in_digits(flat: str) -> str:
    """Digits that are spelled out ("không chín một") as digits; any other text as it is."""
    words = flat.split()
    if not any(word in _DIGIT_WORDS for word in words):
        return flat
    read = [_DIGIT_WORDS.get(fold(word), word) for word in words]
    return "".join(read) if all(word.isdigit() for word in read) else flat


def _how(kind: TermType, value: str) -> tuple[str, tuple[TermKey, ...]]:
    """How it is shown, and what answers for it as well."""
    if kind == "phone":
        shown = _dialled(value)
        return shown, _accounts(value, shown.replace(" ", ""))
    if kind == "bank_account":
        # What a message calls an account may be known as the phone whose number it has.
        phone = phone_of(value, plus=False)
        return value, (("phone", phone),) if phone else ()
    if kind != "url":
        return value, ()
    above: list[TermKey] = [("url", host) for host in hosts_above(value)]
    number = _CHAT_LINK.fullmatch(value)
    phone = phone_of(number[1], plus=False) if number else None
    return shown_link(value), tuple([*above, ("phone", phone)] if phone else above)


def _handles(text: str) -> Iterator[LookupTerm]:
    for match in re.finditer(rf"(?<![\w.@/]){_HANDLE.pattern}(?![\w@])", text):
        handle = _handle(match[1])
        if handle:
            yield handle


def _handle(name: str) -> LookupTerm | None:
    value = name.lower().strip("._")
    return LookupTerm("handle", value, f"@{value}") if len(value) >= 3 else None
