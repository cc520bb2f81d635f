"""Announcing meetings, and keeping the list of official channels."""

import datetime
import uuid

from django.db import IntegrityError, transaction

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.community.models import Meeting, OfficialChannel
from keng.community.rights import NotYours, own_desk, speaks
from keng.kit import times
from keng.places.models import Place


class ListedAlready(ValueError):
    """The same channel is on the list."""


@transaction.atomic
def announce(
    *, place: Place, starts_at: datetime.datetime, venue: str, about: str, by: Officer
) -> Meeting:
    """A meeting for everybody of the place. Raises NotYours."""
    made = Meeting.objects.create(
        unit_id=own_desk(by), place=place, starts_at=starts_at, venue=venue, about=about,
        announced_by=by,
    )  # fmt: skip
    record("meeting.announced", by=by, on=made, chain=unit_chain(made.unit_id))
    return made


@transaction.atomic
def call_off(pk: uuid.UUID, *, by: Officer) -> Meeting:
    """It does not take place; the page says so until its day is over. Raises NotYours."""
    found = Meeting.objects.visible_to(by).select_for_update(no_key=True).filter(pk=pk).first()
    if found is None or not speaks(by):
        raise NotYours
    if found.called_off_at is None:
        found.called_off_at = times.now()
        found.save(update_fields=["called_off_at"])
        record("meeting.called_off", by=by, on=found, chain=unit_chain(found.unit_id))
    return found


@transaction.atomic
def list_channel(*, kind: str, shown_as: str, by: Officer) -> OfficialChannel:
    """One more channel that is really ours, looked at today. Raises NotYours, ListedAlready."""
    unit_id = own_desk(by)
    try:
        with transaction.atomic():
            made = OfficialChannel.objects.create(
                unit_id=unit_id, kind=kind, shown_as=shown_as, checked_by=by,
                checked_on=times.local_date(times.now()),
            )  # fmt: skip
    except IntegrityError as error:
        raise ListedAlready from error
    record("channel.listed", by=by, on=made, chain=unit_chain(unit_id), detail={"kind": kind})
    return made


@transaction.atomic
def check_channels(*, by: Officer) -> int:
    """Every channel of the own desk was looked at today; how many. Raises NotYours."""
    unit_id = own_desk(by)
    listed = OfficialChannel.objects.filter(unit_id=unit_id, ended_at=None)
    count = listed.update(checked_on=times.local_date(times.now()), checked_by=by)
    first = listed.order_by("id").first()
    if first is not None:
        record(
            "channel.looked_at", by=by, on=first, chain=unit_chain(unit_id), detail={"count": count}
        )
    return count


@transaction.atomic
def end_channel(pk: uuid.UUID, *, by: Officer) -> OfficialChannel:
    """No longer ours: off the list at once. Raises NotYours."""
    found = (
        OfficialChannel.objects.visible_to(by).select_for_update(no_key=True).filter(pk=pk).first()
    )
    if found is None or not speaks(by):
        raise NotYours
    if found.ended_at is None:
        found.ended_at = times.now()
        found.save(update_fields=["ended_at"])
        record("channel.unlisted", by=by, on=found, chain=unit_chain(found.unit_id))
    return found
