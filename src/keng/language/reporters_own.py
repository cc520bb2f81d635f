"""The writer's own contact and name, cut from what officers read, and sealed by the caller.

Where nobody seals them, `mask_everybody` leaves neither these nor names and numbers of others.
"""

import re
from collections.abc import Iterable

from keng.language.disguise import flatten_readable
from keng.language.fold import FlatText, flatten
from keng.language.indicators import Indicator, english, extract_flat, far_east
from keng.language.indicators.links import find_emails
from keng.language.indicators.patterns import ME, MINE, any_listed, any_phrase, compile_pattern
from keng.language.indicators.roles import may_hold_own
from keng.language.masking import CoveredPiece, MaskedText, mask_people
from keng.language.own_names import own_names

CUT_MARK = "[…]"

_DIGIT_OR_AT = re.compile(r"[\d@]")
_FIRST_PERSON = re.compile(
    rf"(?<!\w)(?:{ME}|{any_listed('form_field')}|{english.ENGLISH_FIRST_PERSON})(?!\w)|{far_east.FAR_EAST_FIRST_PERSON}"
)
_MAIL_WORD = any_listed("mail")
_OWN_MAIL_BEFORE = compile_pattern(
    rf"(?:\b{_MAIL_WORD}\s+{MINE}|\b{any_listed('write_back')}"
    rf"(?:\s+{any_phrase('cho lai toi ve voi')})*\s+{ME}(?:\s+{any_phrase('qua theo ve')})?"
    rf"(?:\s+{_MAIL_WORD})?)[\s:]*(?:la\s+)?$"
)
_OWN_MAIL_AFTER = compile_pattern(
    rf"[\s,(\-]{{0,3}}(?:la\s+)?(?:{_MAIL_WORD}\s+)?(?:cua\s+)?{ME}(?!\w)"
)
_OWN_MAIL_ENGLISH = compile_pattern(rf"\b(?:{english.MAIL_IS}){english.MAIL_FILLER}")
_ID_CARD = compile_pattern(
    rf"\b(?:{any_listed('card')}\s+(?:so\s+)?{MINE}[\s:]*(?:la\s+|so\s+)*|{english.CARD_IS})"
    r"(?P<own>[a-z]?\d(?:[ .]?\d){6,11})(?!\d)"
)

_HOUSE_NUMBER = re.compile(r"\d{1,5}\w?(?:[/\-]\d{1,5}\w?)*")


def cut_reporters_own(text: str) -> tuple[str, list[str]]:
    """The text to show, and what was cut: own phone, e-mail, card, name and number of the house."""
    if not text:
        return "", []
    readable = flatten_readable(text)
    # Of a text that hides nothing both are the same.
    flat = readable if readable.source.starts is None and readable.as_given == text else None
    spans = [*_contacts(text, readable), *own_names(flat or flatten(text))]
    return _without(text, sorted(spans)) if spans else (text, [])


def mask_everybody(text: str) -> MaskedText:
    """The text without its writer and without other people."""
    shown, own = cut_reporters_own(text)
    masked = mask_people(shown)
    return MaskedText(
        masked.text, (*(CoveredPiece("own", one, CUT_MARK) for one in own), *masked.covered)
    )


def _contacts(text: str, flat: FlatText) -> list[tuple[int, int]]:
    if not _DIGIT_OR_AT.search(text) or not _FIRST_PERSON.search(flat.flat):
        return []
    return [*_phones(flat), *_mails(flat), *_cards(flat)]


def kinds_of_pieces(pieces: Iterable[str]) -> tuple[str, ...]:
    """What these pieces are by their form: "name", "address", "phone", …; each once."""
    return tuple(sorted(set(map(_kind_of, pieces))))


def _kind_of(piece: str) -> str:
    digits = sum(character.isdigit() for character in piece)
    if "@" in piece:
        return "email"
    if digits < 8:
        if not digits:
            return "name"
        return "address" if _HOUSE_NUMBER.fullmatch(piece) else "chat"
    return "phone" if digits <= 11 else "id_card"


def _phones(text: FlatText) -> list[tuple[int, int]]:
    """Every place of a number that is declared as own in one of them."""
    if not may_hold_own(text.flat):
        return []
    found = extract_flat(text)
    own = {
        one.value for one in found if one.type == "phone" and one.context_role == "reporters_own"
    }
    return [
        (one.start, one.end)
        for one in found
        if (one.type == "phone" and one.value in own) or _own_chat_link(one)
    ]


def _own_chat_link(one: Indicator) -> bool:
    return one.type == "url" and one.context_role == "reporters_own"


def _mails(text: FlatText) -> list[tuple[int, int]]:
    return [
        (text.start(mail.start), text.end(mail.end))
        for mail in find_emails(far_east.letters_as_barriers(text))
        if any(
            words.search(text.flat[max(0, mail.start - 60) : mail.start])
            for words in (_OWN_MAIL_BEFORE, _OWN_MAIL_ENGLISH, far_east.FAR_EAST_OWN_MAIL)
        )
        or _OWN_MAIL_AFTER.match(text.flat, mail.end)
    ]


def _cards(text: FlatText) -> list[tuple[int, int]]:
    return [
        (text.start(m.start("own")), text.end(m.end("own"))) for m in _ID_CARD.finditer(text.flat)
    ]


def _without(text: str, spans: list[tuple[int, int]]) -> tuple[str, list[str]]:
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    shown, at = [], 0
    for start, end in apart:
        shown += [text[at:start], CUT_MARK]
        at = end
    return "".join([*shown, text[at:]]), [text[start:end] for start, end in apart]
