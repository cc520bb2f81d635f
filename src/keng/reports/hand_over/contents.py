"""What stands in a hand-over file, in words; of the reporter nothing but what they told."""

import datetime
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.kit import times
from keng.kit.time_words import moment_words
from keng.kit.viewing_copies import NoCopy
from keng.language.taxonomy import category_label
from keng.tips.models import Attachment, Decision, DialogueMessage, Tip
from keng.tips.reporter_times import reporter_time


@dataclass(frozen=True, slots=True)
class HandedLine:
    """Something said or decided."""

    at: str
    who: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file that came with the tip, and under which names it lies in the hand-over file."""

    number: int
    kind: str
    came_at: str
    copy: str
    original: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Everything that stands on the page."""

    title: str
    facts: tuple[tuple[str, str], ...]
    words: str
    dialogue: tuple[HandedLine, ...]
    decisions: tuple[HandedLine, ...]
    files: tuple[HandedFile, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For a program that reads it."""
        return asdict(self)


def hand_over_of(tip: Tip, decision: Decision) -> HandOver:
    """The file that this decision is about."""
    said = tip.messages.filter(visible_at__lte=times.now()).order_by("id")
    steps = tip.decisions.select_related("by").order_by("id")
    return HandOver(
        title=_("Hand-over file of tip %(number)s") % {"number": tip.reference},
        facts=_facts(tip, decision),
        words=tip.text,
        dialogue=tuple(_line_of_message(message, tip) for message in said),
        decisions=tuple(_line_of_decision(step) for step in steps),
        files=tuple(_file(n, file, tip) for n, file in enumerate(files_of(tip), start=1)),
        notes=(
            _("Name, telephone and chat of the reporter are not in this file."),
            _(
                "Copies have neither place nor device in them. The originals lie beside them, "
                "sealed to the key of the unit; whoever holds that key opens them."
            ),
            _("Files in quarantine are not in this file, neither copy nor original."),
            _("To check that nothing was changed: sha256sum -c SHA256SUMS"),
        ),
    )


def files_of(tip: Tip) -> list[Attachment]:
    """In the order in which the desk numbers them."""
    return list(tip.attachments.order_by("id"))


def is_handed_over(file: Attachment) -> bool:
    """Whether copy and original go along."""
    return file.no_copy != NoCopy.QUARANTINED and bool(file.original_path)


def _facts(tip: Tip, decision: Decision) -> tuple[tuple[str, str], ...]:
    place = ", ".join(filter(None, (tip.place_detail, tip.place.name if tip.place else "")))
    return (
        (_("Number"), tip.reference),
        (_("Unit"), tip.responsible_unit.name),
        (_("Came in"), _moment(reporter_time(tip.received_at, tip))),
        (_("Category"), category_label(tip.category) if tip.category else "–"),
        (_("Urgency"), tip.get_urgency_display()),
        (_("Place"), place or "–"),
        (_("State"), tip.get_state_display()),
        (_("File made"), _moment(decision.at)),
        (_("Made by"), str(decision.by)),
        (_("What for"), str(Decision.HandedFor(decision.detail["handed_for"]).label)),
        (_("Reason"), decision.reason),
    )


def _line_of_message(message: DialogueMessage, tip: Tip) -> HandedLine:
    is_theirs = message.author == DialogueMessage.Author.REPORTER
    at = reporter_time(message.at, tip) if is_theirs else message.at
    return HandedLine(_moment(at), str(message.get_author_display()), "", message.text)


def _line_of_decision(step: Decision) -> HandedLine:
    return HandedLine(_moment(step.at), str(step.by), str(step.get_kind_display()), step.reason)


def _file(number: int, file: Attachment, tip: Tip) -> HandedFile:
    if not is_handed_over(file):
        why = _("not in this file")
        if file.no_copy == NoCopy.QUARANTINED:
            why = str(NoCopy.QUARANTINED.label)
        return HandedFile(number, str(file.get_kind_display()), _came(file, tip), why, why)
    copy = f"copies/file-{number}*" if file.viewing_path else file.get_no_copy_display()
    return HandedFile(
        number,
        str(file.get_kind_display()),
        _came(file, tip),
        copy or _("no copy to view"),
        f"originals/file-{number}.sealed",
    )


def _came(file: Attachment, tip: Tip) -> str:
    return _moment(reporter_time(file.at, tip))


def _moment(at: datetime.datetime) -> str:
    return moment_words(at)
