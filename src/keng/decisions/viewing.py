"""What an officer has looked at, and what they say of a number or link they saw."""

import uuid

from django.db.models import QuerySet

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.decisions import acts
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips import deadlines
from keng.tips.errors import NotYours
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
    record(
        "attachment.shown",
        by=by,
        on=attachment,
        chain=unit_chain(attachment.tip.responsible_unit_id),
        detail={"tip": str(attachment.tip_id)},
    )
    return attachment


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
