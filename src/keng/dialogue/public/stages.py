"""How far a tip has come, as its reporter may know it.

A suspect can report too, and probe. Outside of scams there are three stages and fixed sentences,
and nothing here depends on whether the tip stands alone or belongs to an incident.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from keng.kit import times
from keng.language import taxonomy
from keng.language.category_names import label_for_reader
from keng.tips.messages import ANSWER_HELD_FOR, LONGEST_HELD
from keng.tips.models import DialogueMessage, Tip


@dataclass(frozen=True, slots=True)
class TipStage:
    """One line of the trail: what, when if that is known, and whether it is reached."""

    name: str
    at: datetime.datetime | None
    mark: str
    """ "done", "now" or nothing."""


def is_closed_for_reporter(tip: Tip) -> bool:
    """Closed, and said so: as long as the last answer is held, the desk may still take it back."""
    now = times.now()
    if tip.closed_at is None or tip.closed_at + ANSWER_HELD_FOR > now:
        return False
    may_be_held = tip.closed_at + LONGEST_HELD > now
    return not (may_be_held and tip.messages.filter(visible_at__gt=now).exists())


def status_heading(tip: Tip, spoken: Sequence[DialogueMessage], *, tells_danger: bool) -> str:
    """The state in one sentence; `spoken` is what people said, the last one last.

    Whoever tells of danger in a later message must not believe that it was read with the report.
    """
    desk = DialogueMessage.Author.DESK
    authors = [message.author for message in spoken]
    if is_closed_for_reporter(tip):
        return _("Your report is closed")
    if authors and authors[-1] == desk:
        return _("The desk has answered you")
    is_told_later = bool(
        spoken and tip.first_read_at is not None and spoken[-1].at > tip.first_read_at
    )
    if tells_danger and (desk in authors or is_told_later) and not _is_heard(tip, spoken[-1]):
        return _("Your new message is at the desk. Perhaps nobody has read it yet")
    if desk in authors or is_told_later:
        return _("What you wrote has arrived. The desk answers here")
    if _is_read(tip):
        return _("An officer has read your report")
    return _("Received. Nobody has read it yet")


def stages_of_tip(tip: Tip) -> list[TipStage]:
    """The stages, in order, with the one that is going on."""
    closed = is_closed_for_reporter(tip)
    read = _is_read(tip) or closed
    reading = _("Read by an officer") if read else _("An officer is to read it")
    rows: list[tuple[str, datetime.datetime | None, bool]] = [
        (_("Received by the desk"), tip.received_at, True),
        (reading, tip.first_read_at, read),
    ]
    if taxonomy.tells_more(tip.category):
        kind = label_for_reader(tip.category)
        rows.append((_("Sorted: %(kind)s") % {"kind": kind}, None, True))
    ending = _("Closed") if closed else _("The desk tells you the end")
    rows.append((ending, tip.closed_at, closed))
    return _marked(rows)


def _is_heard(tip: Tip, message: DialogueMessage) -> bool:
    """Whether somebody has taken up the danger that this message tells of."""
    return tip.danger_at is not None and tip.danger_at >= message.at and not tip.danger_unheard


def _is_read(tip: Tip) -> bool:
    return tip.first_read_at is not None or tip.state != Tip.State.RECEIVED


def _marked(rows: list[tuple[str, datetime.datetime | None, bool]]) -> list[TipStage]:
    """The first stage that is not reached is what is going on now."""
    stages, is_now = [], True
    for name, at, reached in rows:
        mark = "done" if reached else "now" if is_now else ""
        is_now = is_now and reached
        stages.append(TipStage(name, at if reached else None, mark))
    return stages
