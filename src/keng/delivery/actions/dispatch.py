"""Sending one text to one audience, stopping that, and sending again what nobody knows of."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, NotAllowed
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record, unit_chain
from keng.delivery import acts
from keng.delivery.actions.calling_off import (
    MESSAGES_TO_LEADS,
    REMINDERS_TO_LEADS,
    call_off_deliveries,
)
from keng.delivery.audience import Audience, SameRecipients
from keng.delivery.models import (
    Approval,
    Delivery,
    DigestEntry,
    Dispatch,
    DispatchAudience,
    DispatchText,
)
from keng.delivery.rights import may_stop_or_resend
from keng.kit import times
from keng.kit.worker_tasks import WORK_CHANNEL

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit


class AudienceChanged(ChangedMeanwhile):
    """The approval is not for this audience: asked by send_dispatch(), not again for the rows."""


class DispatchTakenBack(ChangedMeanwhile):
    """The dispatch was stopped, corrected or recalled: its text goes to nobody any more."""

    sentence = _("It was taken back or replaced: nothing of it is sent again.")


@dataclass(frozen=True, slots=True)
class TextToSend:
    """What is sent in one language. The first one is for everybody without a text of their own."""

    language: str
    text: str
    subject: str = ""
    image_path: str = ""
    """Of its picture, below the data folder."""
    short: str = ""
    """The same in few words, for channels that charge by length."""


def send_dispatch(
    *,
    kind: str,
    unit: "Unit",
    approval: Approval | None,
    texts: Sequence[TextToSend],
    audience: Audience | SameRecipients,
    source_kind: str,
    source_ref: uuid.UUID | None,
    is_urgent: bool,
    by: Any,
    expires_at: datetime.datetime | None = None,
    ends_earlier: str = "",
) -> Dispatch:
    """Write text and audience down, in the transaction of the act that asked whether it may go out.

    The worker makes the rows as soon as that has committed (`actions.materialising`). `audience` is
    what define_audience() found. Raises AudienceChanged when it is not the approved one.

    Of SameRecipients only the definition was approved: who that is, is what the rows say. With a
    reason in `ends_earlier` what went to them before ends first, in the middle of being sent: no
    sender can take one of those rows any more, none comes back, and what has no rows yet gets none.
    """
    digest = audience.hash
    if approval is not None and digest != bytes(approval.audience_hash):
        raise AudienceChanged
    moment: datetime.datetime | None = None
    ended: list[tuple[Dispatch, int]] = []
    if ends_earlier and isinstance(audience, SameRecipients):
        moment = times.now()
        earlier = _lock_earlier(audience.dispatches, by)
        ended = [(each, _end_deliveries(each, at=moment)) for each in earlier]
    dispatch = Dispatch.objects.create(
        kind=kind,
        is_urgent=is_urgent,
        unit=unit,
        approval=approval,
        source_kind=source_kind,
        source_ref=source_ref,
        expires_at=expires_at,
        earlier_ended_at=moment,
    )
    DispatchAudience.objects.create(dispatch=dispatch, definition=audience.definition)
    _write_texts(dispatch, texts)
    with connection.cursor() as cursor:
        # Told to the worker at commit: it need not wait for its next look.
        cursor.execute("SELECT pg_notify(%s, '')", [WORK_CHANNEL])
    for each, unsent in ended:
        _record_end(each, unsent, by=by, reason=ends_earlier)
    record(
        "dispatch.sent",
        by=by,
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={
            "kind": kind,
            "audience": digest.hex(),
            "people": approval.people if approval else 0,
            "approval": str(approval.pk) if approval else "",
        },
    )
    return dispatch


def _write_texts(dispatch: Dispatch, texts: Sequence[TextToSend]) -> None:
    DispatchText.objects.bulk_create(
        DispatchText(
            dispatch=dispatch,
            language=one.language,
            subject=one.subject,
            text=one.text,
            image_path=one.image_path,
            short=one.short,
        )
        for one in texts
    )


@act(acts.CANCEL_DISPATCH)
def cancel_dispatch(dispatch_id: uuid.UUID, *, by: "Officer") -> int:
    """Take back whatever no sender holds yet; returns how many. What one holds may still go, once.

    What has no rows yet gets none.
    Raises NotAllowed unless the officer works at the unit that sends or above it.
    """
    dispatch = lock_one(Dispatch.objects.visible_to(by), dispatch_id)
    unsent = _end_deliveries(dispatch, at=times.now())
    _record_end(dispatch, unsent, by=by, reason="")
    return unsent


def _lock_earlier(dispatch_ids: Sequence[uuid.UUID], by: "Officer") -> list[Dispatch]:
    """What went out before, all of it at once. Raises NotAllowed."""
    found = list(lock(Dispatch.objects.select_related("unit").filter(pk__in=dispatch_ids)))
    if not all(may_stop_or_resend(by, each) for each in found):
        raise NotAllowed
    return found


def _end_deliveries(dispatch: Dispatch, *, at: datetime.datetime) -> int:
    """Call the rows of a locked dispatch off; how many had not left."""
    unsent = call_off_deliveries(Delivery.objects.filter(dispatch=dispatch), at=at)
    # Made later, so after them in the order of locks; nobody counts them as recipients. What else
    # such a digest names waits again (`actions.digest_entries`).
    to_leads = Delivery.objects.filter(
        dispatch__source_kind__in=[MESSAGES_TO_LEADS, REMINDERS_TO_LEADS],
        dispatch__source_ref=dispatch.pk,
    )
    # A digest may name a correction before that has rows of its own: by the entry of what it
    # replaces.
    kept = DispatchAudience.objects.filter(dispatch=dispatch).values_list("definition", flat=True)
    replaced = [key for definition in kept for key in definition.get("earlier", ())]
    digests = DigestEntry.objects.taken().filter(dispatch__in=[dispatch.pk, *replaced])
    later = to_leads.values("pk").union(digests.values("delivery_ref"))
    call_off_deliveries(Delivery.objects.filter(pk__in=later), at=at)
    dispatch.cancelled_at = dispatch.cancelled_at or at
    dispatch.save(update_fields=["cancelled_at"])
    return unsent


def _record_end(dispatch: Dispatch, unsent: int, *, by: "Officer", reason: str) -> None:
    record(
        "dispatch.cancelled",
        by=by,
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"unsent": unsent, "reason": reason},
    )


@act(acts.RESEND_UNKNOWN)
def resend_unknown(dispatch_id: uuid.UUID, *, by: "Officer") -> int:
    """A person sends once more where nobody knows whether it arrived; returns how many.

    At the sender's next look; earlier tries still count, so that its next failure may be its last.
    Raises DispatchTakenBack: what was recalled or replaced is not sent again by anybody. Raises
    NotAllowed like cancel_dispatch().
    """
    dispatch = lock_one(Dispatch.objects.visible_to(by), dispatch_id)
    if dispatch.cancelled_at is not None:
        raise DispatchTakenBack
    again = Delivery.objects.filter(
        dispatch=dispatch, state=Delivery.State.UNKNOWN, called_off_at__isnull=True
    ).update(
        state=Delivery.State.QUEUED,
        settled_at=None,
        leased_by=None,
        leased_until=None,
        not_before=times.now(),
    )
    record(
        "dispatch.unknown_resent",
        by=by,
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"again": again},
    )
    return again
