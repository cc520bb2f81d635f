"""What rings on a desk: the gravest first, and among equals whoever waits longest."""

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from keng.accounts.models import Officer
from keng.alarms.bundle_queries import bundle_size_for
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.secrets import keyed_hash
from keng.tips.gravity import Stake, danger_message, stake_of
from keng.tips.models import Tip
from keng.tips.models.tip import OnlookerOf

# A flood must not make every page of the desk slow: of more than that the newest are looked at.
MOST_IN_BAR = 200
# What the order hangs on: every page of the desk asks it, and whole tips are ten times as dear.
_COMPARED = (
    *("text", "category", "happening", "money_moved", "received_at", "danger_at", "danger_unheard"),
    *("suggestion__tip", "suggestion__categories"),
)


@dataclass(frozen=True, slots=True)
class RingingTip:
    """One tip that calls people, and the words for which it does."""

    tip: Tip
    words: str
    since: datetime.datetime
    stake: Stake

    @property
    def is_about_money(self) -> bool:
        """Whether nothing worse than money is at stake."""
        return self.stake == Stake.MONEY


@dataclass(frozen=True, slots=True)
class AlarmBar:
    """The one that is shown, its place among all, and which come before and after it."""

    shown: RingingTip
    place: int
    total: int
    ids: list[uuid.UUID]
    # One for each call: a page that knows them all has nothing new to say.
    marks: list[str]
    newest: RingingTip
    # How many tips that the officer sees ring as one with the one that is shown; 1: it rings alone.
    bundled: int

    @property
    def earlier(self) -> uuid.UUID:
        """The one before; before the first comes the last, so that one key goes through all."""
        return self.ids[self.place - 2]

    @property
    def later(self) -> uuid.UUID:
        """The one after; after the last comes the first."""
        return self.ids[self.place % self.total]


def alarm_bar_for(officer: Officer, at: uuid.UUID | None = None) -> AlarmBar | None:
    """What the red bar shows: the gravest, or the one at which the officer is; None when all is
    quiet, as nearly always.
    """
    found = ringing_tips_of(officer)
    if not found:
        return None
    ids = [each.tip.pk for each in found]
    place = ids.index(at) if at in ids else 0
    newest = max(found, key=lambda each: (each.since, each.tip.pk))
    marks = [_call_mark(each) for each in found]
    bundled = bundle_size_for(officer, ids[place])
    tips = Tip.objects.visible_to(officer).select_related("place", "assigned_to")
    shown = tips.filter(pk=ids[place]).first()
    if shown is None:
        # Somebody moved it out of their sight since the list was read: what rings now?
        return alarm_bar_for(officer)
    shown_call = replace(found[place], tip=shown)
    return AlarmBar(shown_call, place + 1, len(found), ids, marks, newest, bundled)


def ringing_tips_of(officer: Officer) -> list[RingingTip]:
    """All that rings for the officer, in the order of the bar; of the tips only what that takes."""
    asked = {"unit_ids": officer.unit_ids, "own_unit_ids": officer.own_unit_ids}
    ids = [row[0] for row in _RINGING.fetch_rows(**asked)]
    if not ids:
        return []
    tips = Tip.objects.visible_to(officer).filter(pk__in=ids)
    compared = tips.select_related("suggestion").only(*_COMPARED)
    return sorted(map(_ringing_tip, compared), key=_gravity_key)


def _call_mark(each: RingingTip) -> str:
    """Another one for each call; it does not tell when the reporter wrote."""
    return keyed_hash("alarm mark", each.tip.pk.bytes, each.since.isoformat())[:8].hex()


def _gravity_key(each: RingingTip) -> tuple[Stake, datetime.datetime, uuid.UUID]:
    return each.stake, each.since, each.tip.pk


def _ringing_tip(tip: Tip) -> RingingTip:
    told = danger_message(tip) if tip.danger_unheard else None
    words, since = (told.text, told.at) if told else (tip.text, tip.received_at)
    return RingingTip(tip, words, since, stake_of(tip))


def _ringing_query(**onlooker: Any) -> QuerySet[Tip, Any]:
    visible = Tip.objects.visible_to(OnlookerOf(**onlooker))
    return visible.ringing().order_by("-id").values_list("pk")[:MOST_IN_BAR]


_RINGING = CompiledQuery(_ringing_query)
