"""Letting a warning out and correcting it: always to people whom a list names."""

import dataclasses
import uuid
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.delivery.actions import dispatch as sending
from keng.delivery.audience import (
    Audience,
    AudiencePlan,
    SameRecipients,
    count_subscribers,
    define_audience,
    groups_in_audience,
)
from keng.delivery.models import Approval, Dispatch
from keng.kit import times
from keng.releases import steps
from keng.releases.errors import TextChanged
from keng.warnings import acts, card, outgoing_text, verify_codes
from keng.warnings.actions.drafting import lock_warning, warning_id_of
from keng.warnings.content import audience_of, end_of_validity, warning_content_of
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
            "people": seen.people,
        },
    )


@act(acts.APPROVE_WARNING)
def approve_warning(
    version_id: uuid.UUID, *, seen: bytes, people: int, numbers: str = "", by: "Officer"
) -> Dispatch:
    """Publish and send exactly the text and the audience that the second person looked at.

    `people` is how many subscribers they saw: are there many more by the time of sending, it is
    held (`held_acts`). `numbers` is the digest of the check whose open lines they ticked as
    compared. Raises NotAllowed, HandInIt, NothingWaits, NumbersUnchecked; TextChanged when text or
    groups changed.
    """
    warning_id = warning_id_of(Version.objects.visible_to(by), version_id)
    warning, version = lock_warning(warning_id, by=by)
    if version.pk != version_id:
        raise TextChanged
    checked, dispatch = release_version(
        version, seen=seen, people=people, numbers=numbers, released_by=by, by=by
    )
    record(
        "warning.approved",
        by=by,
        on=version,
        chain=unit_chain(warning.unit_id),
        detail={
            **steps.release_detail(version),
            "dispatch": str(dispatch.pk),
            "unmatched_numbers": checked.counts(),
        },
    )
    return dispatch


def release_version(
    version: Version,
    *,
    seen: bytes,
    people: int,
    numbers: str,
    released_by: "Officer",
    by: "Officer",
) -> tuple[NumberCheck, Dispatch]:
    """Let a version out, send it and show it to the public, in the act of whoever sends it.

    By a pattern whoever let that out lets out each use of it. Raises HandInIt, NothingWaits,
    TextChanged, NumbersUnchecked.
    """
    # Defined before what was seen is compared: a group that comes in between makes it stale.
    audience = define_audience(audience_of(version))
    steps.let_out(version, seen=seen, by=released_by)
    checked = _note_numbers(version, numbers, by=by)
    version.approval = Approval.objects.create(
        text_hash=seen,
        audience_hash=audience.hash,
        # It came with a form: nobody saw more people than there are.
        people=min(people, count_subscribers(audience)),
        approved_by=released_by,
        author=version.made_by,
    )
    version.dispatch = _send_version(version, audience, version.approval, by)
    version.save(update_fields=["approval", "dispatch"])
    warning = version.warning
    warning.state, warning.published_at = Warning.State.PUBLISHED, version.released_at
    warning.category, warning.severity = version.category, version.severity
    warning.valid_until = version.valid_until
    warning.save(update_fields=["state", "published_at", "category", "severity", "valid_until"])
    return checked, version.dispatch


def _note_numbers(version: Version, ticked: str, *, by: "Officer") -> NumberCheck:
    """Keep which numbers were let out although they stand nowhere. Raises NumbersUnchecked."""
    checked = check_warning(version.warning, version.texts, officer=by)
    checked.require_compared(ticked)
    version.unmatched_numbers = [
        {"quote": line.quote, "standing": line.standing} for line in checked.open_lines
    ]
    version.save(update_fields=["unmatched_numbers"])
    return checked


def _send_version(
    version: Version, audience: Audience | SameRecipients, approval: Approval, by: "Officer"
) -> Dispatch:
    """Send an approved version to the audience that was approved with it."""
    content = warning_content_of(version)
    is_correction = isinstance(audience, SameRecipients)
    code = verify_codes.give_code(version).code
    stamp = outgoing_text.stamp_of(version, code)
    return sending.send_dispatch(
        kind=Dispatch.Kind.CORRECTION if is_correction else Dispatch.Kind.WARNING,
        unit=version.warning.unit,
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
        expires_at=end_of_validity(content.valid_until),
        ends_earlier="corrected" if is_correction else "",
    )
