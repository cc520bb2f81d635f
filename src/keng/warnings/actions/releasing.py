"""Letting a warning out and correcting it: always to people whom a list names."""

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.delivery.actions import dispatch as sending
from keng.delivery.audience import AudiencePlan, SameRecipients, groups_in_audience, plan_audience
from keng.delivery.models import Approval, Dispatch
from keng.kit import times
from keng.warnings import acts, card, outgoing_text, rights, verify_codes
from keng.warnings.actions.drafting import lock_warning, warning_id_of
from keng.warnings.actions.errors import (
    NotSubmitted,
    NotYours,
    NumbersUnchecked,
    SetUpAnAuthor,
    StaleApproval,
)
from keng.warnings.content import audience_of, warning_content_of
from keng.warnings.known_numbers import NumberCheck, check_warning
from keng.warnings.models import Reading, Version, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.NOTE_READING)
def note_reading(version: Version, seen: AudiencePlan, *, by: "Officer") -> None:
    """Keep what an approver was shown, so that the next look can say what changed.

    Raises NotAllowed.
    """
    permit_over(version.warning.unit_id)
    groups = [group.id for group in groups_in_audience(audience_of(version))]
    Reading.objects.update_or_create(
        version=version,
        officer=by,
        defaults={
            "at": times.now(),
            "audience_hash": seen.hash,
            "groups": groups,
            "people": seen.subscribers,
        },
    )


@act(acts.APPROVE_WARNING)
def approve_warning(
    version_id: uuid.UUID,
    *,
    text_hash: bytes,
    audience_hash: bytes,
    numbers: str = "",
    by: "Officer",
) -> Dispatch:
    """Publish and send exactly the text and the list the approver looked at.

    `numbers` is the digest of the check whose open lines the approver ticked as compared. Raises
    StaleApproval when text or list changed since, NumbersUnchecked, NotAllowed, NotSubmitted.
    """
    warning_id = warning_id_of(Version.objects.visible_to(by), version_id)
    warning, version = lock_warning(warning_id, by=by)
    if version.pk != version_id or bytes(version.text_hash) != text_hash:
        raise StaleApproval("text")
    # A correction that waited while the warning was recalled would bring it back to life.
    is_recalled = warning.state == Warning.State.RECALLED
    if version.submitted_at is None or version.published_at is not None or is_recalled:
        raise NotSubmitted
    if rights.has_hand_in(by, version):
        raise NotYours
    if rights.set_up_an_author(by, version):
        raise SetUpAnAuthor
    if warning_content_of(version).hash != bytes(version.text_hash):
        raise StaleApproval("text")
    if plan_audience(audience_of(version)).hash != audience_hash:
        raise StaleApproval("audience")
    checked = note_numbers(version, numbers, by=by)
    approval = Approval.objects.create(
        text_hash=text_hash, audience_hash=audience_hash, approved_by=by, author=version.made_by
    )
    try:
        dispatch = send_version(warning, version, approval, by)
    except sending.AudienceChanged as error:
        raise StaleApproval("audience") from error
    publish_version(warning, version, approval, dispatch)
    record(
        "warning.approved",
        by=by,
        on=version,
        chain=unit_chain(warning.unit_id),
        detail={
            "text": text_hash.hex(),
            "audience": audience_hash.hex(),
            "dispatch": str(dispatch.pk),
            "unmatched_numbers": checked.counts(),
        },
    )
    return dispatch


def note_numbers(version: Version, ticked: str, *, by: "Officer") -> NumberCheck:
    """Keep which numbers were let out although they stand nowhere. Raises NumbersUnchecked."""
    checked = check_warning(version.warning, version.texts, officer=by)
    if checked.digest and checked.digest != ticked:
        raise NumbersUnchecked
    version.unmatched_numbers = [
        {"quote": line.quote, "standing": line.standing} for line in checked.open_lines
    ]
    version.save(update_fields=["unmatched_numbers"])
    return checked


def send_version(warning: Warning, version: Version, approval: Approval, by: "Officer") -> Dispatch:
    """Send an approved version to whom it is for."""
    content, audience = warning_content_of(version), audience_of(version)
    is_correction = isinstance(audience, SameRecipients)
    code = verify_codes.give_code(version).code
    stamp = outgoing_text.stamp_of(version, code)
    until = content.valid_until
    return sending.send_dispatch(
        kind=Dispatch.Kind.CORRECTION if is_correction else Dispatch.Kind.WARNING,
        unit=warning.unit,
        approval=approval,
        texts=[
            dataclasses.replace(
                text, image_path=card.stored_card(card.card_of(version, code, text.language))
            )
            for text in outgoing_text.warning_messages(content, stamp)
        ],
        audience=audience,
        source_kind="warning_version",
        source_ref=version.pk,
        is_urgent=content.severity == Warning.Severity.URGENT,
        by=by,
        # The end of a day is the start of the next one.
        expires_at=times.start_of(until + datetime.timedelta(days=1)) if until else None,
        ends_earlier="corrected" if is_correction else "",
    )


def publish_version(
    warning: Warning, version: Version, approval: Approval, dispatch: Dispatch
) -> None:
    """What was sent is what the public reads."""
    now = times.now()
    version.approval, version.dispatch, version.published_at = approval, dispatch, now
    version.save(update_fields=["approval", "dispatch", "published_at"])
    warning.state, warning.published_at = Warning.State.PUBLISHED, now
    warning.category, warning.severity = version.category, version.severity
    warning.valid_until = version.valid_until
    warning.save(update_fields=["state", "published_at", "category", "severity", "valid_until"])
