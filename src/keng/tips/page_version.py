"""What a page knew of a tip when it was made, so that nobody decides over somebody else's head.

A version is "<last decision>~<number of the reporter's messages>~<last note>~<last tick>": ids, a
number and a time of officers, or nothing; no id of a message, which would tell when it was written.
The first part alone is a version too: it says nothing about the others. It comes back in a form: a
part that no page wrote is one of a page that knew nothing.
Ticks of the check list are told, but stand in nobody's way.
"""

import datetime
from dataclasses import dataclass, field

from keng.accounts.models import Officer
from keng.kit.ids import read_id
from keng.kit.numbers import whole_number
from keng.tips.check_list import check_changed_at, check_changed_by, checks_of_tip
from keng.tips.models import Decision, DialogueMessage, Note, Tip, TipCheck

_TAKEN_BACK = "-"
# More messages than anybody writes, and no more than the database counts to.
_MOST_MESSAGES = 999_999


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What was done after a version, oldest first; `decisions` begins with one taken back."""

    decisions: list[Decision]
    messages: list[DialogueMessage]
    notes: list[Note]
    checks: list[TipCheck] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.decisions or self.messages or self.notes)


def page_version_of(
    decisions: list[Decision],
    messages: list[DialogueMessage],
    notes: list[Note],
    checks: list[TipCheck],
) -> str:
    """The version of rows that were read already, each list oldest first."""
    theirs = [each for each in messages if each.author == DialogueMessage.Author.REPORTER]
    return "~".join(
        (
            _mark(decisions[-1]) if decisions else "",
            str(len(theirs)),
            _last_id(notes),
            max((check_changed_at(each).isoformat() for each in checks), default=""),
        ),
    )


def changes_since(tip: Tip, version: str, officer: Officer) -> ChangesSince:
    """What happened to the tip after a page of this version. One's own notes change nothing."""
    last, *rest = version.split("~")
    decisions = _decisions_after(tip, last)
    if len(rest) != 3:
        return ChangesSince(decisions, [], [])
    theirs = tip.messages.filter(author=DialogueMessage.Author.REPORTER).order_by("id")
    notes = tip.notes.exclude(officer=officer).select_related("officer").order_by("id")
    known = whole_number(rest[0], most=_MOST_MESSAGES) or 0
    note = read_id(rest[1])
    return ChangesSince(
        decisions,
        list(theirs[known:]),
        list(notes.filter(id__gt=note) if note else notes),
        _checks_after(tip, rest[2], officer),
    )


def _checks_after(tip: Tip, last: str, officer: Officer) -> list[TipCheck]:
    known = _moment(last) or tip.received_at
    return [
        each
        for each in checks_of_tip(tip)
        if check_changed_at(each) > known and check_changed_by(each).pk != officer.pk
    ]


def _moment(written: str) -> datetime.datetime | None:
    """With its zone, as `page_version_of` writes it; None for anything else."""
    try:
        found = datetime.datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _decisions_after(tip: Tip, last: str) -> list[Decision]:
    steps = list(tip.decisions.select_related("by").order_by("id"))
    if not steps or _mark(steps[-1]) == last:
        return []
    known = last.removesuffix(_TAKEN_BACK)
    at = next((n for n, step in enumerate(steps) if str(step.pk) == known), -1)
    # The last one that the page knew may have been taken back since.
    was_taken_back = at >= 0 and _mark(steps[at]) != last
    return steps[at if was_taken_back else at + 1 :]


def _mark(step: Decision) -> str:
    return f"{step.pk}{_TAKEN_BACK if step.detail.get('taken_back') else ''}"


def _last_id(rows: list[Note]) -> str:
    return str(rows[-1].pk) if rows else ""
