"""Who is being called to a critical tip, and how far the calls came."""

import datetime
import uuid
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keng.delivery.models import Delivery, PagerWay
from keng.kit.time_words import moment_words
from keng.tips.models import Alarm, AlarmCall, Tip
from keng.tips.origins import channel_name

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_OUT_STATES = {Delivery.State.SENT, Delivery.State.DELIVERED, Delivery.State.READ}
_UNDER_WAY_STATES = {Delivery.State.QUEUED, Delivery.State.LEASED, Delivery.State.NOT_NOW}
# For one dispatch and officer: by which channel each of their pagers was called, and how far.
CallTries = dict[tuple[object, object], set[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """One line of the ladder."""

    who: str
    unit: str
    is_on_duty: bool
    times: int
    at: datetime.datetime
    outcome: str
    is_reached: bool
    has_taken: bool
    # When they answered by phone that they are coming.
    answered_at: datetime.datetime | None = None
    # Whoever has no pager or could not be called is to be phoned.
    is_to_be_phoned: bool = False
    # A colleague of the reader: the telephone of their desk stands beside the reader.
    is_of_own_desk: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CallRound:
    """One line of the tip's story: everybody who was called at one moment, or told to stand down.

    Rounds after each other that say the same of the same people are one line.
    """

    at: datetime.datetime
    words: str
    people: str


@dataclass(frozen=True, slots=True)
class CallsOfTip:
    """What was read of a tip's calls."""

    rows: list[AlarmCall]
    tries: CallTries


def alarm_of(tip: Tip) -> Alarm | None:
    """The calling for this tip, rung out or not; the tip was read with it."""
    return getattr(tip, "alarm", None)


def calls_of_alarm(alarm: Alarm | None) -> CallsOfTip:
    """Every call for a tip, oldest first, with what came of it."""
    if alarm is None:
        return CallsOfTip([], {})
    rows = list(alarm.calls.select_related("officer", "unit").order_by("id"))
    return CallsOfTip(rows, _tries_of_calls(rows))


def call_ladder(alarm: Alarm, calls: CallsOfTip, *, reader: "Officer") -> list[CalledPerson]:
    """Everybody who was called, in the order of the first call, with what came of the last one."""
    by_person: dict[object, list[AlarmCall]] = {}
    for call in calls.rows:
        if not call.is_stand_down:
            by_person.setdefault(call.officer_id, []).append(call)
    own = reader.own_unit_ids
    return [_called_person(alarm, theirs, calls, own) for theirs in by_person.values()]


def nobody_was_called(alarm: Alarm, ladder: list[CalledPerson]) -> bool:
    """Whether calls were due, and none of them went to anybody."""
    return alarm.rounds > 0 and all(one.is_to_be_phoned for one in ladder)


def count_stood_down(calls: CallsOfTip) -> dict[str, int]:
    """How many were told to stand down, and to how many the word is under way still."""
    told = [call for call in calls.rows if call.is_stand_down]
    states = [{state for _channel, state in _states_of_call(call, calls)} for call in told]
    out = sum(bool(each & _OUT_STATES) for each in states)
    return {
        "out": out,
        "under_way": sum(
            bool(each & _UNDER_WAY_STATES) for each in states if not each & _OUT_STATES
        ),
    }


def call_rounds(calls: CallsOfTip) -> list[CallRound]:
    """The story of the calls, oldest first."""
    found: list[CallRound] = []
    said, first, number = "", 0, 0
    for together in _calls_by_round(calls.rows):
        people = "; ".join(_round_words(call, calls) for call in together)
        at = together[0].at
        if together[0].is_stand_down:
            words = _("Those who were called were told to stand down")
            found.append(CallRound(at, words, people))
            said = ""
            continue
        number += 1
        if people == said:
            words = _("Calls %(first)d to %(last)d went out, the last one %(at)s")
            last = moment_words(at, "clock")
            found[-1] = CallRound(
                found[-1].at, words % {"first": first, "last": number, "at": last}, people
            )
            continue
        said, first = people, number
        found.append(CallRound(at, _("Call %(n)d went out") % {"n": number}, people))
    return sorted([*found, *_answers_of(calls.rows)], key=lambda one: one.at)


def _answers_of(rows: list[AlarmCall]) -> Iterable[CallRound]:
    """Who said by phone that they are coming; it is no call, and nobody has taken it by that."""
    for call in rows:
        if call.answered_at:
            yield CallRound(call.answered_at, _("Answered by phone"), _callee_name(call))


def _calls_by_round(rows: list[AlarmCall]) -> Iterable[list[AlarmCall]]:
    """The calls of one round each: they were noted at one moment."""
    found: dict[object, list[AlarmCall]] = {}
    for call in rows:
        found.setdefault((call.is_stand_down, call.at), []).append(call)
    return found.values()


def _called_person(
    alarm: Alarm, theirs: list[AlarmCall], calls: CallsOfTip, own_unit_ids: Container[uuid.UUID]
) -> CalledPerson:
    first, last = theirs[0], theirs[-1]
    states = {state for _channel, state in _states_of_call(last, calls)}
    is_room = first.officer is None
    is_own = not is_room and first.unit_id in own_unit_ids
    return CalledPerson(
        who=_callee_name(first),
        unit="" if is_room else first.unit.name,
        is_on_duty=first.is_on_duty and not is_room,
        times=len(theirs),
        at=last.at,
        outcome=_call_outcome(last, states) if last.ways else _("has no pager: phone them"),
        is_reached=bool(states & _OUT_STATES),
        has_taken=not is_room and first.officer_id == alarm.taken_by_id,
        answered_at=max((call.answered_at for call in theirs if call.answered_at), default=None),
        is_to_be_phoned=not last.ways or _is_lost(states),
        is_of_own_desk=is_own,
        phone="" if is_own else first.unit.desk_phone,
    )


def _round_words(call: AlarmCall, calls: CallsOfTip) -> str:
    """One person in one round: by what, and whether it came out."""
    if not call.ways:
        how = _("has no pager")
    elif call.is_joint:
        how = _call_outcome(call, {state for _channel, state in _states_of_call(call, calls)})
    else:
        by_channel: dict[str, set[str]] = {}
        for channel, state in _states_of_call(call, calls):
            by_channel.setdefault(channel, set()).add(state)
        how = ", ".join(
            f"{channel_name(channel)} {_outcome_words(states)}"
            for channel, states in sorted(by_channel.items())
        ) or _call_outcome(call, set())
    return f"{_callee_name(call)}: {how}"


def _callee_name(call: AlarmCall) -> str:
    return _("Emergency room") if call.officer is None else str(call.officer)


def _states_of_call(call: AlarmCall, calls: CallsOfTip) -> set[tuple[str, str]]:
    return calls.tries.get((call.dispatch_id, call.officer_id), set())


def _call_outcome(call: AlarmCall, states: set[str]) -> str:
    if call.is_joint and not _is_lost(states):
        return _("called for several tips at once")
    return _outcome_words(states)


def _outcome_words(states: set[str]) -> str:
    if not states:
        return _("called; the pager was removed since")
    if states & _OUT_STATES:
        return _("called")
    if states & _UNDER_WAY_STATES:
        return _("on its way")
    if states == {Delivery.State.CANCELLED}:
        return _("called off before it left")
    return _("could not be called: phone them")


def _is_lost(states: set[str]) -> bool:
    return bool(states) and not states & (
        _OUT_STATES | _UNDER_WAY_STATES | {Delivery.State.CANCELLED}
    )


def _tries_of_calls(calls: Iterable[AlarmCall]) -> CallTries:
    dispatches = {call.dispatch_id for call in calls}
    rows = list(
        Delivery.objects.filter(dispatch__in=dispatches).values_list(
            "dispatch", "recipient_kind", "recipient_ref", "channel", "state"
        )
    )
    owners = dict(
        PagerWay.objects.filter(pk__in=[row[2] for row in rows]).values_list("pk", "officer")
    )
    found: CallTries = {}
    for dispatch, kind, ref, channel, state in rows:
        owner = None if kind == Delivery.RecipientKind.ROOM else owners.get(ref, ref)
        found.setdefault((dispatch, owner), set()).add((channel, state))
    return found
