"""What changed between two versions, word by word."""

import difflib
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from keng.language import taxonomy
from keng.warnings import part_names
from keng.warnings.content import CHANGE_NOTE, CONSEQUENCE, SHORT_FORM, WARNING_FIELDS
from keng.warnings.models import Version
from keng.warnings.outgoing_text import date_words


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Some words: kept, taken out (old side) or put in (new side)."""

    words: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part that is not the same any more."""

    part: str
    old: list[DiffPiece]
    new: list[DiffPiece]


def changed_parts(old: Version, new: Version, *, only: str = "") -> list[PartChange]:
    """Every part of every language that differs, then category, severity and validity.

    `only` names the one language that its reader has chosen; the public page has no short form.
    """
    found: list[PartChange] = []
    fields = (*WARNING_FIELDS, CONSEQUENCE, *([] if only else [SHORT_FORM]))
    names = part_names.part_headings(new.category)
    for language in [only] if only else dict.fromkeys([*old.texts, *new.texts]):
        for field in fields:
            before = old.texts.get(language, {}).get(field, "")
            after = new.texts.get(language, {}).get(field, "")
            label = names[field] if language in {"vi", only} else f"{names[field]} ({language})"
            _compare(found, label, before, after)
    _compare(
        found,
        _("Category"),
        taxonomy.category_label(old.category),
        taxonomy.category_label(new.category),
    )
    _compare(found, _("Severity"), old.get_severity_display(), new.get_severity_display())
    _compare(found, _("Valid until"), _day(old), _day(new))
    return found


def changed_notes(old: Version, new: Version) -> list[PartChange]:
    """What two drafts of a correction say differently of what it changes and why."""
    found: list[PartChange] = []
    for language in dict.fromkeys([*old.texts, *new.texts]):
        label = _("What this correction changes, and why")
        _compare(
            found,
            label if language == "vi" else f"{label} ({language})",
            old.texts.get(language, {}).get(CHANGE_NOTE, ""),
            new.texts.get(language, {}).get(CHANGE_NOTE, ""),
        )
    return found


def _compare(found: list[PartChange], label: str, before: str, after: str) -> None:
    if before != after:
        found.append(PartChange(label, *word_diff(before, after)))


def _day(version: Version) -> str:
    return date_words(version.valid_until) if version.valid_until else _("no end")


def word_diff(before: str, after: str) -> tuple[list[DiffPiece], list[DiffPiece]]:
    """Both texts in pieces; joined, they are the texts again."""
    old, new = _words(before), _words(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    left: list[DiffPiece] = []
    right: list[DiffPiece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if old[a:b]:
            left.append(DiffPiece("".join(old[a:b]), tag != "equal"))
        if new[c:d]:
            right.append(DiffPiece("".join(new[c:d]), tag != "equal"))
    return left, right


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
