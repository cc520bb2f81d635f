"""What stands in a hand-over file, in words; of the reporter nothing but what they told."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.audit.models import Entry
from keng.kit import times
from keng.kit.time_words import moment_words
from keng.kit.viewing_copies import NoCopy
from keng.language.taxonomy import category_label
from keng.tips.models import Attachment, Decision, DialogueMessage, Tip
from keng.tips.reporter_times import reporter_time

COPIES, ORIGINALS = "copies/", "originals/"


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
class HandedSum:
    """The fingerprint of one file of the package, so that paper alone can hold it to that."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Everything that stands on the page."""

    title: str
    facts: tuple[tuple[str, str], ...]
    words: str
    dialogue: tuple[HandedLine, ...]
    decisions: tuple[HandedLine, ...]
    files: tuple[HandedFile, ...]
    sums: tuple[HandedSum, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For a program that reads it."""
        return asdict(self)


def hand_over_of(
    tip: Tip, decision: Decision, parts: Mapping[int, tuple[HandedSum, ...]]
) -> HandOver:
    """The file that this decision is about; `parts` are its copies and originals, by number."""
    said = tip.messages.filter(visible_at__lte=times.now()).order_by("id")
    files = files_of(tip)
    return HandOver(
        title=_("Hand-over file of tip %(number)s") % {"number": tip.reference},
        facts=_facts(tip, decision),
        words=tip.text,
        dialogue=tuple(_line_of_message(message, tip) for message in said),
        decisions=_decisions(tip, files),
        files=tuple(
            _file(n, file, tip, [part.name for part in parts.get(n, ())])
            for n, file in enumerate(files, start=1)
        ),
        sums=tuple(part for each in parts.values() for part in each),
        notes=(
            _("Name, telephone and chat of the reporter are not in this file."),
            _(
                "Copies have neither place nor device in them. The originals lie beside them, "
                "sealed to the key of the unit; whoever holds that key opens them."
            ),
            _("Files in quarantine are not in this file, neither copy nor original."),
            _whom_to_ask(tip),
            _("To check that nothing was changed, on Linux: sha256sum -c SHA256SUMS"),
            _(
                "On Windows, for one file after the other: certutil -hashfile hand-over.json "
                "SHA256. What it says has to be what stands beside the file's name in SHA256SUMS, "
                "and in the list of fingerprints on this page."
            ),
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


def _whom_to_ask(tip: Tip) -> str:
    """Who has a sealed original opened."""
    unit = tip.responsible_unit
    if not unit.desk_phone:
        return _(
            "To have a sealed original opened, ask whoever leads %(unit)s. Two of its officers "
            "open it together."
        ) % {"unit": unit.name}
    return _(
        "To have a sealed original opened, ask whoever leads %(unit)s, telephone %(phone)s. Two of "
        "its officers open it together."
    ) % {"unit": unit.name, "phone": unit.desk_phone}


def _decisions(tip: Tip, files: list[Attachment]) -> tuple[HandedLine, ...]:
    """Each decision on the tip, and that files were put in quarantine, which is on record alone."""
    lines = [
        (step.at, _line_of_decision(step)) for step in tip.decisions.select_related("by").all()
    ]
    lines += _quarantines(files)
    return tuple(line for _at, line in sorted(lines, key=lambda each: each[0]))


def _quarantines(files: list[Attachment]) -> list[tuple[datetime.datetime, HandedLine]]:
    numbers = {str(file.pk): n for n, file in enumerate(files, start=1)}
    entries = Entry.objects.filter(
        object_kind="attachment", object_id__in=list(numbers), action="attachment.quarantined"
    ).only("at", "actor_id", "object_id")
    people = {str(pk): each for pk, each in _people({entry.actor_id for entry in entries})}
    return [
        (
            entry.at,
            HandedLine(
                _moment(entry.at),
                str(people.get(entry.actor_id, "–")),
                _("File %(n)d put in quarantine, its copies destroyed")
                % {"n": numbers[entry.object_id]},
            ),
        )
        for entry in entries
    ]


def _people(ids: set[str]) -> Iterable[tuple[uuid.UUID, Officer]]:
    return Officer.objects.in_bulk(list(ids)).items()


def _line_of_decision(step: Decision) -> HandedLine:
    return HandedLine(_moment(step.at), str(step.by), str(step.get_kind_display()), step.reason)


def _file(number: int, file: Attachment, tip: Tip, names: list[str]) -> HandedFile:
    if not is_handed_over(file):
        why = _("not in this file")
        if file.no_copy == NoCopy.QUARANTINED:
            why = str(NoCopy.QUARANTINED.label)
        return HandedFile(number, str(file.get_kind_display()), _came(file, tip), why, why)
    copies = [name for name in names if name.startswith(COPIES)]
    originals = [name for name in names if name.startswith(ORIGINALS)]
    return HandedFile(
        number,
        str(file.get_kind_display()),
        _came(file, tip),
        "\n".join(copies) or str(file.get_no_copy_display()) or _("no copy to view"),
        "\n".join(originals) or _("not in this file"),
    )


def _came(file: Attachment, tip: Tip) -> str:
    return _moment(reporter_time(file.at, tip))


def _moment(at: datetime.datetime) -> str:
    return moment_words(at)
