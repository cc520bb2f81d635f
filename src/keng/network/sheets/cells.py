"""What the words of a cell mean: a kind, a channel, a number, yes or no, a lead, an officer."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng import channels
from keng.language.fold import fold
from keng.network.forms.groups import group_channel_name, group_channels
from keng.network.models import GroupKind, Lead
from keng.network.sheets.columns import in_both_languages

if TYPE_CHECKING:
    from keng.accounts.models import Officer

MOST_MEMBERS = 2_000_000
YES, NO = gettext_lazy("yes"), gettext_lazy("no")
_THOUSANDS = re.compile(r"^\d{1,3}(?:[. ,]\d{3})+$")
# Eight digits or more in a row, however they are grouped: somebody's phone number.
_PHONE = re.compile(r"(?:\+?\d[\s.\-]?){8,}")


class WrongCell(ValueError):
    """The cell cannot be understood; its text is for the officer."""


def parse_name(words: str) -> str:
    """The name of a group. Raises WrongCell."""
    if not words:
        raise WrongCell(_("the name is missing"))
    if len(words) > 160:
        raise WrongCell(_("the name has more than 160 letters"))
    without_phone_number(words)
    return words


def without_phone_number(words: str) -> str:
    """The words, unless a phone number stands in them. Raises WrongCell."""
    if _PHONE.search(words):
        raise WrongCell(_("a phone number stands in it. Kẻng keeps no phone numbers: take it out"))
    return words


def parse_group_kind(words: str) -> str:
    """The code of a kind of group. Raises WrongCell."""
    wanted = fold(words)
    for one in GroupKind:
        if wanted in {
            one.value,
            *map(fold, in_both_languages(one.label)),
            *_ALSO.get(one.value, ()),
        }:
            return str(one.value)
    known = "; ".join(str(one.label) for one in GroupKind)
    if not words:
        raise WrongCell(_("the kind is missing. Kinds: %(kinds)s") % {"kinds": known})
    raise WrongCell(
        _("“%(words)s” is no kind of group. Kinds: %(kinds)s") % {"words": words, "kinds": known}
    )


# What desks write in their own lists.
_ALSO = {
    "residents": ("dan cu", "cu dan", "khu dan cu", "nhan dan"),
    "landlords": ("chu nha tro", "nha tro", "khu tro"),
    "lodging": ("nha nghi", "khach san", "nha nghi, khach san"),
    "school": ("truong hoc", "truong", "phu huynh"),
    "youth_union": ("doan", "doan thanh nien", "thanh nien"),
    "team": ("to tu quan",),
    "front": ("mat tran",),
    "mobilisation": ("dan van", "tuyen giao va dan van", "ban tuyen giao va dan van"),
}


def parse_channel(words: str) -> str:
    """The code of a channel that reaches groups. Raises WrongCell."""
    wanted, able = fold(words), [code for code, _label in group_channels()]
    for code in able:
        facts = channels.get_channel(code).facts
        labels = in_both_languages(facts.group_name)
        if wanted in {code, *map(fold, labels), *map(fold, facts.cell_words)}:
            return code
    known = ", ".join(map(group_channel_name, able))
    raise WrongCell(
        _("“%(words)s” is no way to reach a group. Possible: %(ways)s")
        % {"words": words, "ways": known}
    )


def parse_members(words: str) -> int:
    """A count; points and spaces between thousands are fine. Raises WrongCell."""
    digits = re.sub(r"[. ,]", "", words) if _THOUSANDS.match(words) else words
    if not (digits.isascii() and digits.isdigit()):
        raise WrongCell(_("“%(words)s” is not a number of members") % {"words": words})
    if len(digits) > 9 or int(digits) > MOST_MEMBERS:
        raise WrongCell(_("“%(words)s” members are more than there can be") % {"words": words})
    return int(digits)


def parse_yes_or_no(words: str) -> bool:
    """Whether the group is in use. Raises WrongCell."""
    wanted = fold(words)
    if wanted in {"1", "x", "true", *map(fold, in_both_languages(YES))}:
        return True
    if wanted in {"0", "false", *map(fold, in_both_languages(NO))}:
        return False
    raise WrongCell(_("“%(words)s” is neither yes nor no") % {"words": words})


def parse_leads(words: str, known: Sequence[Lead], unit: str) -> list[Lead]:
    """The leads of the unit with these names. Raises WrongCell."""
    found = []
    for part in re.split(r"[;\n]", without_phone_number(words)):
        wanted = " ".join(part.split())
        fits = [lead for lead in known if fold(lead.name) == fold(wanted)]
        if wanted and not fits:
            raise WrongCell(
                _(
                    "%(unit)s has no lead “%(name)s”. Add them under Leads first, when they have "
                    "agreed, or leave the cell empty"
                )
                % {"unit": unit, "name": wanted}
            )
        if len(fits) > 1:
            raise WrongCell(
                _("%(unit)s has several leads “%(name)s”: choose on the page of the group")
                % {"unit": unit, "name": wanted}
            )
        found += fits
    return found


def parse_officer(words: str, known: "Iterable[Officer]", unit: str) -> "Officer":
    """The officer of the unit with this name, with or without the rank. Raises WrongCell."""
    wanted = fold(words)
    fits = [one for one in known if wanted in {fold(one.name), fold(str(one))}]
    if len(fits) != 1:
        told: dict[str, Any] = {"unit": unit, "name": words}
        raise WrongCell(
            _("%(unit)s has several officers “%(name)s”: choose on the page of the group") % told
            if fits
            else _("no officer “%(name)s” works at %(unit)s") % told
        )
    return fits[0]
