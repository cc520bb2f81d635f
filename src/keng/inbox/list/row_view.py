"""How the rows of a list read: put together here, so that the template only sets them."""

import datetime
import uuid
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from keng.inbox.list.inbox_query import DeadlineGroup
from keng.inbox.list.inbox_row import InboxRow, RowFlag
from keng.kit import time_words, times
from keng.kit.safe_text import defang, first_words
from keng.kit.urgency import URGENT_LEVELS, Happening, Urgency
from keng.language.taxonomy import category_label
from keng.tips.deadlines import clock_name
from keng.tips.models import Tip
from keng.tips.origins import channel_name, from_afar_notes, tapped_topic
from keng.tips.reporter_times import ending_time, reporter_time

_EXCERPT_WORDS, _BRIEF_WORDS, _NEXT_TIP_WORDS = 22, 5, 80
_NEXT_TIPS = 3


class RowView(NamedTuple):
    """A row in words."""

    pk: uuid.UUID
    url: str
    is_new: bool
    is_hot: bool
    urgency: str
    # Nobody has rated it: the machine and the reporter's taps say so.
    is_suggested: bool
    excerpt: str
    # Said of the box that ticks it.
    brief: str
    # What makes it stand out, in a word or two each.
    flags: list[str]
    # Place, channel, category.
    where: str
    incident_id: uuid.UUID | None
    title: str
    grouped: int
    incident_size: int
    # Colour, moment and words of its deadline; or else when it was closed.
    tone: str
    due: str
    left: str
    closed: str
    # A matter for named officers, of which the line says no more than that it is there.
    is_bare: bool = False


def row_views(rows: list[InboxRow]) -> list[RowView]:
    """Each row of a page."""
    at, language = times.now(), get_language() or "vi"
    nobody = uuid.UUID(int=0)
    before, after = reverse("tip", args=[nobody]).split(str(nobody))
    found = []
    for row in rows:
        due, urgency = _due_time(row), (row.group_flags or row.urgency)[:2]
        left = (
            f"{clock_name(row.clock_code or '')} {time_words.deadline_words(due, at)}"
            if due
            else ""
        )
        found.append(
            RowView(
                row.pk,
                f"{before}{row.pk}{after}",
                is_new=_has_flag(row, RowFlag.UNREAD, itself=row.first_read_at is None),
                is_hot=urgency in {Urgency.P0, Urgency.P1},
                urgency=urgency,
                is_suggested=_is_suggested(row, urgency),
                excerpt=_excerpt(row),
                brief=defang(first_words(row.text, _BRIEF_WORDS)) or row.reference,
                flags=_flag_words(row),
                where=_origin_words(row, language),
                incident_id=row.incident_id,
                title=defang(row.incident_title or ""),
                grouped=row.grouped,
                incident_size=row.incident_size,
                tone=_deadline_tone(row, due, at),
                due=due.astimezone(times.VIETNAM).isoformat(timespec="minutes") if due else "",
                left=left.strip(),
                closed=_closed_words(row),
                is_bare=not row.is_readable,
            )
        )
    return found


class NextTipView(NamedTuple):
    """One of the first rows, with more of its words than a row has room for."""

    row: RowView
    group: str
    said: str


def next_tip_views(groups: list[DeadlineGroup]) -> list[NextTipView]:
    """The first rows of a page, for the side where no tip is open yet."""
    first = [(group.label, row) for group in groups for row in group.rows][:_NEXT_TIPS]
    views = row_views([row for _label, row in first])
    return [
        NextTipView(view, label, defang(first_words(row.text, _NEXT_TIP_WORDS)) or view.excerpt)
        for view, (label, row) in zip(views, first, strict=True)
    ]


def beside_url_start(here: str) -> str:
    """The list at this address with a tip beside it, up to the tip's id."""
    return f"{here}{'&' if '?' in here else '?'}tip="


def _is_suggested(row: InboxRow, urgency: str) -> bool:
    return urgency == row.urgency and urgency in URGENT_LEVELS and not row.urgency_is_rated


def _is_outside(row: InboxRow) -> bool:
    return bool(row.place_province) and row.place_province != row.province_code


def _excerpt(row: InboxRow) -> str:
    if not row.is_readable:
        return bare_tip_words(row.reference)
    if row.text:
        return defang(first_words(row.text, _EXCERPT_WORDS))
    if row.outcome == Tip.Outcome.WITHDRAWN:
        return _("Taken back by the reporter")
    return _("Content is sealed")


def bare_tip_words(reference: str) -> str:
    """What stands for the words of a matter for named officers."""
    return " · ".join(filter(None, [_("For named officers"), reference]))


def _origin_words(row: InboxRow, language: str) -> str:
    # Tips of one incident came in by several channels.
    parts: list[str | None] = []
    if not row.category:
        parts += _tapped_topic_words(row)
    parts += [row.place_name, channel_name(row.channel) if row.incident_size == 1 else ""]
    if row.incident_size == 1 and row.is_readable:
        at = time_words.moment_words(reporter_time(row.received_at, row), "short")
        parts.append(_("received %(at)s") % {"at": at})
    if row.category:
        parts.append(category_label(row.category, language))
    elif row.guess:
        # Only the machine says so.
        parts.append(f"{category_label(row.guess, language)}?")
    return " · ".join(part for part in parts if part)


def _tapped_topic_words(row: InboxRow) -> list[str]:
    """What the reporter tapped, until an officer has sorted the tip."""
    topic = tapped_topic(row.topic, row.channel) if row.incident_size == 1 else ""
    return [_("chose: %(topic)s") % {"topic": topic}] if topic else []


def _due_time(row: InboxRow) -> datetime.datetime | None:
    return reporter_time(row.due_at, row) if row.due_at else None


def _closed_words(row: InboxRow) -> str:
    at = row.closed_at
    return time_words.moment_words(ending_time(at, row), "short") if at else ""


def _deadline_tone(row: InboxRow, due: datetime.datetime | None, at: datetime.datetime) -> str:
    """Red while a critical tip has not ended, however far its deadline is."""
    if due is None:
        return ""
    return "danger" if row.urgency == Urgency.P0 else time_words.deadline_state(due, at)


def _has_flag(row: InboxRow, flag: RowFlag, *, itself: bool) -> bool:
    """Whether it is true of the tip itself, or of another one that its line stands for."""
    return itself or flag in (row.group_flags or "")


def _flag_words(row: InboxRow) -> list[str]:
    found = []
    if row.moved_to:
        found.append(_("now under: %(group)s") % {"group": row.moved_to})
    if _has_flag(row, RowFlag.FEARS, itself=row.feared_at is not None):
        found.append(_("Reporter fears being found out"))
    if _has_flag(row, RowFlag.NOW, itself=row.happening == Happening.NOW):
        found.append(_("Happening now"))
    if _has_flag(row, RowFlag.MONEY, itself=row.money_moved):
        found.append(_("Money has moved"))
    if row.incident_size == 1:
        found += from_afar_notes(row.language, outside=_is_outside(row))
    # An incident's line says how many it is of already.
    if row.duplicate_count and row.incident_size == 1:
        found.append(
            ngettext("%(count)d more alike", "%(count)d more alike", row.duplicate_count)
            % {"count": row.duplicate_count}
        )
    if _has_flag(row, RowFlag.AGAIN, itself=bool(row.waiting_since and row.first_answered_at)):
        found.append(_("Reporter wrote again"))
    return found
