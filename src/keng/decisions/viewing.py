"""What an officer has looked at, and what they say of a number or link they saw."""

import uuid

from django.db.models import QuerySet

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.decisions import acts
from keng.files import store
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.kit.viewing_copies import NoCopy
from keng.tips import deadlines, quarantine, viewing_copies
from keng.tips.errors import CopyAskedForAlready, NotYours
from keng.tips.lock import lock_tip
from keng.tips.models import Attachment, Sighting, Tip


@act(acts.NOTE_FIRST_READ)
def note_first_read(tip_id: uuid.UUID, *, by: Officer) -> None:
    """Somebody has read the tip, not only paged past it: its reporter is told, its look clock ends.

    Nothing happens where the officer does not see the tip, or it was read before. Raises
    NotAllowed where they see none at all.
    """
    visible = Tip.objects.visible_to(by).filter(pk=tip_id, first_read_at__isnull=True)
    tip = lock(visible).first()
    if tip is None:
        permit_anywhere()
        return
    permit_over(tip.responsible_unit_id)
    tip.first_read_at = times.now()
    deadlines.stop_clocks(tip, deadlines.LOOK_CLOCK)
    if tip.urgency == Urgency.P1 and tip.assigned_to_id is None and not tip.urgency_is_rated:
        # Looked at is not taken on: it stays among the urgent ones until somebody says what it is.
        deadlines.start_clock(tip, deadlines.TAKE_CLOCK, at=tip.first_read_at)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["first_read_at", "due_at"])
    record("tip.read", by=by, on=tip, chain=unit_chain(tip.responsible_unit_id))


def viewable_attachments(officer: Officer) -> QuerySet[Attachment]:
    """Files of which the officer may see a copy."""
    visible = Attachment.objects.filter(tip__in=Tip.objects.visible_to(officer))
    # Out of scope: its words are sealed, and so is what came with them.
    kept = visible.exclude(viewing_path="").exclude(tip__kind=Tip.Kind.OUT_OF_SCOPE)
    return kept.select_related("tip")


@act(acts.SHOW_ATTACHMENT)
def show_attachment(attachment_id: uuid.UUID, *, by: Officer) -> Attachment:
    """Uncover a file: it may show a face or a card, so every look is on record. Raises NotYours."""
    attachment = viewable_attachments(by).filter(pk=attachment_id).first()
    if attachment is None:
        permit_anywhere()
        raise NotYours
    permit_over(attachment.tip.responsible_unit_id)
    _record_of_file("attachment.shown", attachment, by=by)
    return attachment


@act(acts.REQUEST_COPY)
def request_copy(attachment_id: uuid.UUID, *, by: Officer) -> Attachment:
    """Have the copy made for which nobody had asked. Raises NotYours, CopyAskedForAlready."""
    found = _locked_file(attachment_id, by=by)
    if found.no_copy != NoCopy.ON_REQUEST:
        raise CopyAskedForAlready
    viewing_copies.ask_for_copy(found)
    _record_of_file("attachment.copy_asked", found, by=by)
    return found


@act(acts.COVER_PARTS)
def keep_covered_copy(attachment_id: uuid.UUID, *, picture: bytes, by: Officer) -> Attachment:
    """Keep a copy with parts black, in place of the one before; copy and original stay.

    `picture` is what `files.redact` made of the copy to view. Raises NotYours.
    """
    found = _locked_file(attachment_id, by=by)
    if not found.viewing_path or found.kind != Attachment.Kind.IMAGE:
        raise NotYours
    store.discard_files([found.covered_path])
    found.covered_path = store.keep_viewing_copy(picture)
    found.save(update_fields=["covered_path"])
    _record_of_file("attachment.covered", found, by=by)
    return found


@act(acts.QUARANTINE_FILE)
def quarantine_file(attachment_id: uuid.UUID, *, by: Officer) -> Attachment:
    """Destroy every copy of a file at once, and hold its original sealed against all that purges.

    Also of a tip that has ended. Raises NotYours.
    """
    found = _locked_file(attachment_id, by=by)
    quarantine.quarantine_attachment(found)
    _record_of_file("attachment.quarantined", found, by=by)
    return found


def _record_of_file(action: str, file: Attachment, *, by: Officer) -> None:
    record(
        action,
        by=by,
        on=file,
        chain=unit_chain(file.tip.responsible_unit_id),
        detail={"tip": str(file.tip_id)},
    )


def _locked_file(attachment_id: uuid.UUID, *, by: Officer) -> Attachment:
    """A file whose original is there, under the lock of its tip, ended or not. Raises NotYours."""
    of_tip = Attachment.objects.filter(pk=attachment_id).values_list("tip_id", flat=True).first()
    if of_tip is None:
        permit_anywhere()
        raise NotYours
    # The tip first: who makes a copy of one of its files holds it, too.
    tip = lock_tip(of_tip, by=by, closed_too=True)
    found = tip.attachments.exclude(original_path="").filter(pk=attachment_id).first()
    if found is None:
        raise NotYours
    found.tip = tip
    return found


@act(acts.SET_SIGHTING_ROLE)
def set_sighting_role(
    sighting_id: uuid.UUID, *, role: str, by: Officer, seen: str | None = None
) -> Sighting:
    """Say whether a number, account or link was used in the offence. Raises NotYours."""
    tip_id = Sighting.objects.filter(pk=sighting_id).values_list("tip_id", flat=True).first()
    if tip_id is None:
        permit_anywhere()
        raise NotYours
    # The tip first, as everybody does: whoever declines it removes its sightings.
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    sighting = tip.sightings.filter(pk=sighting_id).first()
    if sighting is None:
        raise NotYours
    # The same value may stand in the tip several times: it has one role.
    tip.sightings.filter(indicator=sighting.indicator_id).update(
        role=Sighting.Role(role), decided_by=by
    )
    record(
        "sighting.role",
        by=by,
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"sighting": str(sighting.pk), "role": role},
    )
    return sighting
