"""What rings on a desk: a life first, then the gravest; among equals whoever waits longest."""

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.sight import counting
from keng.alarms.bundle_queries import bundle_size_for
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.secrets import keyed_hash
from keng.tips.gravity import (
    Stake,
    StakeFacts,
    call_first,
    danger_message_at,
    order_of_critical,
    stake_of_facts,
    words_of_danger,
)
from keng.tips.models import Tip
from keng.tips.models.tip import OnlookerOf, is_readable_by, sight_values

# A flood must not make every page of the desk slow: of more than that the newest are looked at.
MOST_IN_BAR = 200
# All of a tip that may become another while it rings, and that the bar shows or is ordered by:
# whoever tells open pages of a change compares these, and the bar's template has no others.
CHANGING_COLUMNS = (
    *("urgency", "urgency_is_rated", "gravity_band", "category", "happening", "money_moved"),
    *("danger_at", "danger_unheard", "place", "do_not_contact", "do_not_call", "is_for_named"),
    *("assigned_to", "closed_at"),
)


@dataclass(frozen=True, slots=True)
class RingingTip:
    """One tip that calls people, and the words for which it does."""

    tip_id: uuid.UUID
    words: str
    since: datetime.datetime
    stake: Stake
    gravity: int
    """Its `keng.tips.gravity.order_of_critical`."""
    told_before: str = ""
    """The words of the report, where danger was told later."""
    is_bare: bool = False
    """A matter for named officers: its words are not this officer's."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Whom to call for what was told, most needed first."""
        return call_first([self.words, self.told_before], is_due=True)

    @property
    def is_about_money(self) -> bool:
        """Whether nothing worse than money is at stake."""
        return self.stake == Stake.MONEY


@dataclass(frozen=True, slots=True)
class AlarmBar:
    """The tip that is shown, its place among all, and which come before and after it."""

    tip: Tip
    other_desk: str
    """The desk whose it is; "" for one at which the officer sits."""
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


@counting()
def alarm_bar_for(officer: Officer, at: uuid.UUID | None = None) -> AlarmBar | None:
    """What the red bar shows: the gravest, or the one at which the officer is; None when all is
    quiet, as nearly always.
    """
    found = ringing_tips_of(officer)
    if not found:
        return None
    ids = [each.tip_id for each in found]
    place = ids.index(at) if at in ids else 0
    tips = Tip.objects.listed_for(officer).only("channel", "responsible_unit", *CHANGING_COLUMNS)
    related = tips.select_related("place", "assigned_to", "responsible_unit")
    tip = related.filter(pk=ids[place]).first()
    if tip is None:
        # Somebody moved it out of their sight since the list was read: what rings now?
        return alarm_bar_for(officer)
    return AlarmBar(
        tip=tip,
        other_desk=""
        if tip.responsible_unit_id in officer.own_unit_ids
        else tip.responsible_unit.name,
        shown=found[place],
        place=place + 1,
        total=len(found),
        ids=ids,
        marks=[_call_mark(each) for each in found],
        newest=max(found, key=lambda each: (each.since, each.tip_id)),
        bundled=bundle_size_for(officer, tip.pk),
    )


@counting()
def ringing_tips_of(officer: Officer) -> list[RingingTip]:
    """All that rings for the officer, in the order of the bar; of the tips only what that takes."""
    rows = _RINGING.fetch_rows(**sight_values(officer))
    return sorted((_ringing_tip(*row) for row in rows), key=_gravity_key)


def _call_mark(each: RingingTip) -> str:
    """Another one for each call; it does not tell when the reporter wrote."""
    return keyed_hash("alarm mark", each.tip_id.bytes, each.since.isoformat())[:8].hex()


def _gravity_key(each: RingingTip) -> tuple[Stake, int, datetime.datetime, uuid.UUID]:
    return each.stake, each.gravity, each.since, each.tip_id


def _ringing_tip(is_readable: bool, *columns: Any) -> RingingTip:
    """Of one whose words are for others, what stands for them; its place is that of its words."""
    found = _readable_tip(*columns)
    if is_readable:
        return found
    return replace(found, words=_("A matter for named officers"), told_before="", is_bare=True)


def _readable_tip(
    received_at: datetime.datetime, danger_unheard: bool, is_rated: bool, band: int, *facts: Any
) -> RingingTip:
    tip = StakeFacts(*facts)
    gravity = order_of_critical(urgency_is_rated=is_rated, band=band, is_taken=False)
    told = danger_message_at(tip.tip_id, tip.danger_at)
    stake = stake_of_facts(tip, told)
    if told is None or not danger_unheard:
        return RingingTip(tip.tip_id, tip.text, received_at, stake, gravity)
    words = words_of_danger(tip.text, told)
    return RingingTip(tip.tip_id, words, told.at, stake, gravity, tip.text)


def _ringing_query(**onlooker: Any) -> QuerySet[Tip, Any]:
    """Its columns: what `_ringing_tip` takes, the last of them in the order of StakeFacts."""
    viewer = OnlookerOf(**onlooker)
    listed = Tip.objects.listed_for(viewer).ringing().annotate(is_readable=is_readable_by(viewer))
    facts = ("pk", "text", "category", "happening", "money_moved", "danger_at")
    guess = KeyTextTransform("code", KeyTransform(0, "suggestion__categories"))
    own = ("is_readable", "received_at", "danger_unheard", "urgency_is_rated", "gravity_band")
    rows = listed.order_by("-id").values_list(*own, *facts, guess)
    return rows[:MOST_IN_BAR]


_RINGING = CompiledQuery(_ringing_query)
