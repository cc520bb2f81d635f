"""How the rows of a list read: put together here, so that the template only sets them."""

import datetime
import uuid
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from keng.inbox.list.by_incident import AGAIN, FEARS, MONEY, NOW, UNREAD
from keng.inbox.list.inbox_row import Row
from keng.kit import phrases, times
from keng.kit.words import defang, first_words
from keng.language.taxonomy import label
from keng.tips.decision_words import clock_name
from keng.tips.models import Tip
from keng.tips.models.tip import URGENT_LEVELS
from keng.tips.origins import channel_name, from_afar_notes, tapped_topic
from keng.tips.reporter_times import ending_time, reporter_time

_WORDS, _FEW_WORDS = 22, 8


class Shown(NamedTuple):
    """A row in words."""

    pk: uuid.UUID
    url: str
    is_new: bool
    is_hot: bool
    urgency: str
    # Nobody has rated it: the machine and the reporter's taps say so.
    is_suggested: bool
    said: str
    # Said of the box that ticks it.
    briefly: str
    # What makes it stand out, in a word or two each.
    flags: list[str]
    # Place, channel, category.
    where: str
    incident_id: uuid.UUID | None
    title: str
    together: int
    whole: int
    # Colour, moment and words of its deadline; or else when it was closed.
    tone: str
    due: str
    left: str
    closed: str


def shown(rows: list[Row]) -> list[Shown]:
    """Each row of a page."""
    at, language = times.now(), get_language() or "vi"
    nobody = uuid.UUID(int=0)
    before, after = reverse("tip", args=[nobody]).split(str(nobody))
    found = []
    for row in rows:
        due, urgency = _due(row), (row.stands_out or row.urgency)[:2]
        left = (
            f"{clock_name(row.clock_code or '')} {phrases.deadline_words(due, at)}" if due else ""
        )
        found.append(
            Shown(
                row.pk,
                f"{before}{row.pk}{after}",
                is_new=_any(row, UNREAD, itself=row.first_read_at is None),
                is_hot=urgency in {"P0", "P1"},
                urgency=urgency,
                is_suggested=_is_suggested(row, urgency),
                said=_said(row),
                briefly=defang(first_words(row.text, _FEW_WORDS)),
                flags=_flags(row),
                where=_where(row, language),
                incident_id=row.incident_id,
                title=defang(row.incident_title or ""),
                together=row.together,
                whole=row.whole,
                tone=_tone(row, due, at),
                due=due.astimezone(times.VIETNAM).isoformat() if due else "",
                left=left.strip(),
                closed=_closed(row),
            )
        )
    return found


def opens_beside(here: str) -> str:
    """The list at this address with a tip beside it, up to the tip's id."""
    return f"{here}{'&' if '?' in here else '?'}tip="


def _is_suggested(row: Row, urgency: str) -> bool:
    return urgency == row.urgency and urgency in URGENT_LEVELS and not row.urgency_is_rated


def _is_outside(row: Row) -> bool:
    return bool(row.place_province) and row.place_province != row.province_code


def _said(row: Row) -> str:
    if row.text:
        return defang(first_words(row.text, _WORDS))
    if row.outcome == Tip.Outcome.WITHDRAWN:
        return _("Taken back by the reporter")
    return _("Content is sealed")


def _where(row: Row, language: str) -> str:
    # Tips of one incident came in by several channels.
    parts: list[str | None] = []
    if not row.category:
        parts += _tapped(row)
    parts += [row.place_name, channel_name(row.channel) if row.whole == 1 else ""]
    if row.whole == 1:
        at = phrases.moment_words(reporter_time(row.received_at, row), "short")
        parts.append(_("received %(at)s") % {"at": at})
    if row.category:
        parts.append(label(row.category, language))
    elif row.guess:
        # Only the machine says so.
        parts.append(f"{label(row.guess, language)}?")
    return " · ".join(part for part in parts if part)


def _tapped(row: Row) -> list[str]:
    """What the reporter tapped, until an officer has sorted the tip."""
    topic = tapped_topic(row.topic, row.channel) if row.whole == 1 else ""
    return [_("chose: %(topic)s") % {"topic": topic}] if topic else []


def _due(row: Row) -> datetime.datetime | None:
    return reporter_time(row.due_at, row) if row.due_at else None


def _closed(row: Row) -> str:
    at = row.closed_at
    return phrases.moment_words(ending_time(at, row), "short") if at else ""


def _tone(row: Row, due: datetime.datetime | None, at: datetime.datetime) -> str:
    """Red while a critical tip has not ended, however far its deadline is."""
    if due is None:
        return ""
    return "danger" if row.urgency == "P0" else phrases.deadline_state(due, at)


def _any(row: Row, what: str, *, itself: bool) -> bool:
    """Whether it is true of the tip itself, or of another one that its line stands for."""
    return itself or what in (row.stands_out or "")


def _flags(row: Row) -> list[str]:
    found = []
    if _any(row, FEARS, itself=row.feared_at is not None):
        found.append(_("Reporter fears being found out"))
    if _any(row, NOW, itself=row.happening == Tip.Happening.NOW):
        found.append(_("Happening now"))
    if _any(row, MONEY, itself=row.money_moved):
        found.append(_("Money has moved"))
    if row.whole == 1:
        found += from_afar_notes(row.language, outside=_is_outside(row))
    # An incident's line says how many it is of already.
    if row.alike and row.whole == 1:
        found.append(
            ngettext("%(count)d more alike", "%(count)d more alike", row.alike)
            % {"count": row.alike}
        )
    if _any(row, AGAIN, itself=bool(row.waiting_since and row.first_answered_at)):
        found.append(_("Reporter wrote again"))
    return found
