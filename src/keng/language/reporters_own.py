"""The reporter's own contact, cut from the text that officers read, and sealed by the caller."""

import re
from itertools import chain, pairwise

from keng.language.fold import FlatText, flatten, fold
from keng.language.indicators import Indicator, english, extract_flat, far_east
from keng.language.indicators.links import find_emails
from keng.language.indicators.roles import may_hold_own
from keng.language.indicators.wording import ME, MINE, SURNAMES, compiled, phrases, said

CUT = "[…]"

_DIGIT_OR_AT = re.compile(r"[\d@]")
_FIRST_PERSON = re.compile(
    rf"(?<!\w)(?:{ME}|{said('form_field')}|{english.FIRST_PERSON})(?!\w)|{far_east.FIRST_PERSON}"
)
_MAIL_WORD = said("mail")
_OWN_MAIL_BEFORE = compiled(
    rf"(?:\b{_MAIL_WORD}\s+{MINE}|\b{said('write_back')}(?:\s+{phrases('cho lai toi ve voi')})*"
    rf"\s+{ME}(?:\s+{phrases('qua theo ve')})?"
    rf"(?:\s+{_MAIL_WORD})?)[\s:]*(?:la\s+)?$"
)
_OWN_MAIL_AFTER = compiled(rf"[\s,(\-]{{0,3}}(?:la\s+)?(?:{_MAIL_WORD}\s+)?(?:cua\s+)?{ME}(?!\w)")
_OWN_MAIL_ENGLISH = compiled(rf"\b(?:{english.MAIL_IS}){english.MAIL_FILLER}")
_ID_CARD = compiled(
    rf"\b(?:{said('card')}\s+(?:so\s+)?{MINE}[\s:]*(?:la\s+|so\s+)*|{english.CARD_IS})"
    r"(?P<own>[a-z]?\d(?:[ .]?\d){6,11})(?!\d)"
)
_NAME_SAID = compiled(
    rf"(?:\b{ME}\s+(?:ten\s+la|la|ten)|\b{said('name_field')})\s*+:?\s*+"
    rf"(?:{phrases('ong ba anh chi')}\s+)?(?P<own>{SURNAMES}(?:[ ]+[^\W\d_]+){{1,4}})"
)

_NAME_IN_ENGLISH = compiled(rf"\b{english.NAME_IS}\s*(?P<own>[^\W\d_]+(?:[ ]+[^\W\d_]+){{1,4}})")


def cut(text: str) -> tuple[str, list[str]]:
    """The text to show, and what was cut: own phone, e-mail, card, and the name with them."""
    if not _DIGIT_OR_AT.search(text):
        return text, []
    flat = flatten(text)
    if not _FIRST_PERSON.search(flat.flat):
        return text, []
    spans = [*_phones(flat), *_mails(flat), *_cards(flat)]
    if not spans:
        return text, []
    return _without(text, sorted({*spans, *_names(flat)}))


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
        for mail in find_emails(far_east.apart(text))
        if any(
            words.search(text.flat[max(0, mail.start - 60) : mail.start])
            for words in (_OWN_MAIL_BEFORE, _OWN_MAIL_ENGLISH, far_east.OWN_MAIL)
        )
        or _OWN_MAIL_AFTER.match(text.flat, mail.end)
    ]


def _cards(text: FlatText) -> list[tuple[int, int]]:
    return [
        (text.start(m.start("own")), text.end(m.end("own"))) for m in _ID_CARD.finditer(text.flat)
    ]


def _names(text: FlatText) -> list[tuple[int, int]]:
    """A name in capitals after "tôi là", as far as the capitals go."""
    found = []
    for match in chain(*(each.finditer(text.flat) for each in (_NAME_SAID, _NAME_IN_ENGLISH))):
        end = start = match.start("own")
        words = 0
        for word in re.finditer(r"[^\W\d_]+", match["own"]):
            at = start + word.start()
            if not text.written(at, at + 1).isupper() or (
                words and fold(text.written(end, at)).strip()
            ):
                break
            end, words = start + word.end(), words + 1
        if words >= 2:
            found.append((text.start(start), _through_marks(text, end)))
    return found


def _through_marks(text: FlatText, end: int) -> int:
    """The end of a name with the combining marks that follow its last letter."""
    last = text.end(end)
    while last < len(text.original) and not fold(text.original[last]):
        last += 1
    return last


def _without(text: str, spans: list[tuple[int, int]]) -> tuple[str, list[str]]:
    apart = [spans[0]] + [later for earlier, later in pairwise(spans) if later[0] >= earlier[1]]
    shown, at = [], 0
    for start, end in apart:
        shown += [text[at:start], CUT]
        at = end
    return "".join([*shown, text[at:]]), [text[start:end] for start, end in apart]
