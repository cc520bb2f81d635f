"""Announcing meetings, and keeping the list of official channels: written by one, let out by two.

What was never public goes without more ado. A channel that somebody doubts stays on the list with a
note, so that nobody uses it and no true one vanishes by one hand; a second person takes it off.
"""

import datetime
import uuid

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, Incomplete, NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.community import acts
from keng.community.models import Meeting, OfficialChannel
from keng.community.number_checks import (
    check_channel_numbers,
    check_meeting_numbers,
)
from keng.community.rights import own_desk
from keng.kit import times
from keng.language.indicators import extract
from keng.places.models import Place
from keng.releases import steps
from keng.releases.errors import HandInIt, NothingWaits


class ChannelListedAlready(AlreadyDone):
    """The same channel is on the list, or waits to come onto it."""

    sentence = _("This one is on the list already, or waits for it.")


class AccountIsNoChannel(Incomplete):
    """A bank account is no channel: nobody at a desk asks for money."""

    sentence = _("A bank account is no channel of a desk.")


@act(acts.PROPOSE_MEETING)
def propose_meeting(
    *, place: Place, starts_at: datetime.datetime, venue: str, about: str, by: Officer
) -> Meeting:
    """A meeting for everybody of the place; it waits for a second person. Raises NotAllowed."""
    made = Meeting(
        unit_id=_own_desk(by), place=place, starts_at=starts_at, venue=venue, about=about
    )
    made.hand_in(by)
    made.save()
    record(
        "meeting.proposed",
        by=by,
        on=made,
        chain=unit_chain(made.unit_id),
        detail=steps.release_detail(made),
    )
    return made


@act(acts.LET_OUT_MEETING)
def let_out_meeting(pk: uuid.UUID, *, seen: bytes, numbers: str = "", by: Officer) -> Meeting:
    """Put it on the page of the place; `numbers` as for approving a warning.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, NumbersUnchecked.
    """
    found = _locked_meeting(pk, by)
    checked = check_meeting_numbers(found, by=by)
    steps.let_out(found, seen=seen, by=by)
    checked.require_compared(numbers)
    record(
        "meeting.announced",
        by=by,
        on=found,
        chain=unit_chain(found.unit_id),
        detail=steps.release_detail(found),
    )
    return found


@act(acts.DROP_MEETING)
def drop_meeting(pk: uuid.UUID, *, by: Officer) -> Meeting:
    """What waits for a second person waits no more. Raises NotAllowed, NothingWaits."""
    found = _locked_meeting(pk, by)
    if not found.is_waiting:
        raise NothingWaits
    return _end_meeting(found, "meeting.dropped", by)


@act(acts.CALL_OFF_MEETING)
def call_off_meeting(pk: uuid.UUID, *, by: Officer) -> Meeting:
    """What was announced does not take place; the page says so until its day is over.

    Raises NotAllowed, NothingWaits.
    """
    found = _locked_meeting(pk, by)
    if not found.is_released:
        raise NothingWaits
    return _end_meeting(found, "meeting.called_off", by)


_KINDS_OF_NUMBERS = (OfficialChannel.Kind.PHONE, OfficialChannel.Kind.ABROAD)


@act(acts.PROPOSE_CHANNEL)
def propose_channel(*, kind: str, shown_as: str, country: str = "", by: Officer) -> OfficialChannel:
    """One more channel that is really ours; it waits for a second person.

    Raises NotAllowed, ChannelListedAlready, AccountIsNoChannel.
    """
    unit_id = _own_desk(by)
    if kind not in _KINDS_OF_NUMBERS and _names_an_account(shown_as):
        raise AccountIsNoChannel
    made = OfficialChannel(
        unit_id=unit_id,
        kind=kind,
        shown_as=shown_as,
        country=country,
        checked_by=by,
        checked_on=times.local_date(times.now()),
    )
    made.hand_in(by)
    try:
        with savepoint():
            made.save()
    except IntegrityError as error:
        raise ChannelListedAlready from error
    record(
        "channel.proposed",
        by=by,
        on=made,
        chain=unit_chain(unit_id),
        detail={"kind": kind, **steps.release_detail(made)},
    )
    return made


@act(acts.LET_OUT_CHANNEL)
def let_out_channel(
    pk: uuid.UUID, *, seen: bytes, numbers: str = "", by: Officer
) -> OfficialChannel:
    """Put it on the public list, looked at today; from now on it is official.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, NumbersUnchecked.
    """
    found = _locked_channel(pk, by)
    # Asked before: once it is out, its number is an official one.
    checked = check_channel_numbers(found, by=by)
    steps.let_out(found, seen=seen, by=by)
    checked.require_compared(numbers)
    found.checked_on, found.checked_by = times.local_date(times.now()), by
    found.save(update_fields=["checked_on", "checked_by"])
    record(
        "channel.listed",
        by=by,
        on=found,
        chain=unit_chain(found.unit_id),
        detail={"kind": found.kind, **steps.release_detail(found)},
    )
    return found


@act(acts.DROP_CHANNEL)
def drop_channel(pk: uuid.UUID, *, by: Officer) -> OfficialChannel:
    """What waits for a second person waits no more. Raises NotAllowed, NothingWaits."""
    found = _locked_channel(pk, by)
    if not found.is_waiting:
        raise NothingWaits
    _end_channel(found, by)
    record("channel.dropped", by=by, on=found, chain=unit_chain(found.unit_id))
    return found


@act(acts.CHECK_CHANNELS)
def check_channels(*, by: Officer) -> int:
    """Every channel of the own desk was looked at today; how many. Raises NotAllowed."""
    unit_id = _own_desk(by)
    listed = OfficialChannel.objects.sure().filter(unit_id=unit_id)
    channels = list(lock(listed))
    listed.filter(pk__in=[each.pk for each in channels]).update(
        checked_on=times.local_date(times.now()), checked_by=by
    )
    if channels:
        detail = {"count": len(channels)}
        record("channel.looked_at", by=by, on=channels[0], chain=unit_chain(unit_id), detail=detail)
    return len(channels)


@act(acts.DOUBT_CHANNEL)
def doubt_channel(pk: uuid.UUID, *, by: Officer) -> OfficialChannel:
    """No longer ours, or somebody took it over: from now on nobody is to use it.

    One is enough for the note; a second person takes it off. Raises NotAllowed, NothingWaits.
    """
    found = _locked_channel(pk, by)
    if not found.is_released or found.doubted_at is not None:
        raise NothingWaits
    found.doubted_at, found.doubted_by = times.now(), by
    found.save(update_fields=["doubted_at", "doubted_by"])
    record("channel.doubted", by=by, on=found, chain=unit_chain(found.unit_id))
    return found


@act(acts.KEEP_CHANNEL)
def keep_channel(pk: uuid.UUID, *, by: Officer) -> OfficialChannel:
    """It is ours after all: said by whoever doubted it, or by a second person.

    Raises NotAllowed, NothingWaits.
    """
    found = _locked_doubted_channel(pk, by)
    if found.doubted_by_id != by.pk and not RELEASING.may_act_for(by, found.unit):
        raise NotAllowed
    found.doubted_at, found.doubted_by = None, None
    found.save(update_fields=["doubted_at", "doubted_by"])
    record("channel.kept", by=by, on=found, chain=unit_chain(found.unit_id))
    return found


@act(acts.END_CHANNEL)
def end_channel(pk: uuid.UUID, *, by: Officer) -> OfficialChannel:
    """Off the list, by a second person to whoever doubted it.

    Raises NotAllowed, NothingWaits, HandInIt.
    """
    found = _locked_doubted_channel(pk, by)
    if found.doubted_by_id in tied_to(by):
        raise HandInIt
    _end_channel(found, by)
    record(
        "channel.unlisted",
        by=by,
        on=found,
        chain=unit_chain(found.unit_id),
        detail={"doubted_by": str(found.doubted_by_id)},
    )
    return found


def _locked_doubted_channel(pk: uuid.UUID, by: Officer) -> OfficialChannel:
    found = _locked_channel(pk, by)
    if found.doubted_at is None or found.ended_at is not None:
        raise NothingWaits
    return found


def _end_channel(found: OfficialChannel, by: Officer) -> None:
    found.ended_by = by
    found.save(update_fields=["ended_by"])
    steps.end(found)


def _end_meeting(found: Meeting, action: str, by: Officer) -> Meeting:
    steps.end(found)
    record(action, by=by, on=found, chain=unit_chain(found.unit_id))
    return found


def _locked_meeting(pk: uuid.UUID, by: Officer) -> Meeting:
    return lock_one(Meeting.objects.visible_to(by).select_related("unit", "place"), pk)


def _locked_channel(pk: uuid.UUID, by: Officer) -> OfficialChannel:
    return lock_one(OfficialChannel.objects.visible_to(by).select_related("unit"), pk)


def _own_desk(by: Officer) -> uuid.UUID:
    """The unit in whose name something new begins."""
    unit = own_desk(by)
    if unit is None:
        raise NotAllowed
    permit_over(unit.pk)
    return unit.pk


def _names_an_account(words: str) -> bool:
    return any(one.type == "bank_account" for one in extract(words))
