"""Sending one text to one audience: every recipient a row, all of them in one transaction."""

import dataclasses
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
from keng.channels.by_hand import BY_HAND
from keng.delivery import acts, recipients
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.audience import Audience, SameRecipients
from keng.delivery.models import Approval, Delivery, Dispatch, DispatchText
from keng.delivery.rights import may_stop_or_resend
from keng.kit import times

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit

_URGENT, _BULK = 0, 9


class AudienceChanged(ChangedMeanwhile):
    """Between approval and sending a recipient was added, left or moved: approve again."""


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
    """Freeze texts and recipients, in the transaction of the act that asked whether it may be sent.

    Raises AudienceChanged when it is not the approved audience.

    Of SameRecipients only the definition was approved: who that is, is what the rows say now. With
    a reason in `ends_earlier` what went to them before ends first, in the middle of being sent: no
    sender can take one of those rows any more, none comes back, and it is certain who has it.
    """
    ended: list[tuple[Dispatch, int]] = []
    if ends_earlier and isinstance(audience, SameRecipients):
        moment = times.now()
        earlier = _lock_earlier(audience.dispatches, by)
        ended = [(each, _end_deliveries(each, at=moment)) for each in earlier]
        audience = dataclasses.replace(audience, called_off_at=moment)
    dispatch = Dispatch.objects.create(
        kind=kind,
        is_urgent=is_urgent,
        unit=unit,
        approval=approval,
        source_kind=source_kind,
        source_ref=source_ref,
        materialised_at=times.now(),
    )
    written = _write_texts(dispatch, texts)
    with connection.cursor() as cursor:
        _insert_deliveries(cursor, dispatch, written, audience, expires_at)
        count, digest = _digest(cursor, dispatch)
        counted = audience.hash if isinstance(audience, SameRecipients) else digest
        if approval is not None and counted != bytes(approval.audience_hash):
            raise AudienceChanged
        tasks = _insert_tasks(cursor, dispatch, audience)
        # Sent to the sender at commit: it need not wait for its next look.
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    for each, unsent in ended:
        _record_end(each, unsent, by=by, reason=ends_earlier)
    record(
        "dispatch.sent",
        by=by,
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={
            "kind": kind,
            "recipients": count,
            "relay_tasks": tasks,
            "digest": digest.hex(),
            "approval": str(approval.pk) if approval else "",
        },
    )
    return dispatch


def _write_texts(dispatch: Dispatch, texts: Sequence[TextToSend]) -> list[DispatchText]:
    return DispatchText.objects.bulk_create(
        DispatchText(
            dispatch=dispatch,
            language=one.language,
            subject=one.subject,
            text=one.text,
            image_path=one.image_path,
        )
        for one in texts
    )


@act(acts.CANCEL_DISPATCH)
def cancel_dispatch(dispatch_id: uuid.UUID, *, by: "Officer") -> int:
    """Take back whatever has not left yet; returns how many. What is being sent now is sent once.

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


def _insert_deliveries(
    cursor: Any,
    dispatch: Dispatch,
    texts: list[DispatchText],
    audience: Audience | SameRecipients,
    expires_at: datetime.datetime | None,
) -> None:
    query = audience.query()
    text_of = (
        "CASE r.language "
        + " ".join(f"WHEN %(language{n})s THEN %(text{n})s::uuid" for n in range(len(texts)))
        + " ELSE %(text0)s::uuid END"
    )
    values = dict(query.values)
    for n, text in enumerate(texts):
        values |= {f"language{n}": text.language, f"text{n}": text.pk}
    values |= {
        "dispatch": dispatch.pk,
        "urgent": dispatch.is_urgent,
        "expires_at": expires_at,
        "priority": _URGENT if dispatch.is_urgent else _BULK,
    }
    cursor.execute(
        # Our own words only; values are bound.
        f"{query.sql} INSERT INTO delivery_delivery (id, dispatch_id, account_id, channel, "  # noqa: S608
        "recipient_kind, recipient_ref, text_id, address, address_sealed, priority, is_urgent, "
        "state, code, settled_at, not_before, expires_at) "
        f"SELECT {recipients.NEW_ID_SQL}, %(dispatch)s, r.account_id, r.channel, r.recipient_kind, "
        f"r.recipient_ref, {text_of}, r.address, r.address_sealed, %(priority)s, %(urgent)s, "
        # Nobody can reach it: that is an outcome too, on record from the first moment.
        f"CASE WHEN {_NO_ACCOUNT} THEN 'rejected' ELSE 'queued' END, "
        f"CASE WHEN {_NO_ACCOUNT} THEN 'no_account' ELSE '' END, "
        f"CASE WHEN {_NO_ACCOUNT} THEN now() END, {_NOT_BEFORE}, %(expires_at)s "
        "FROM recipients r",
        values,
    )


_NO_ACCOUNT = "r.account_id IS NULL AND r.channel <> %(hand)s"
# The hour in Vietnam, and when the person's quiet time ends; urgent things do not wait for it.
_NOW_IN_VIETNAM = "(now() AT TIME ZONE INTERVAL '+07:00')"
_IS_QUIET = (
    f"CASE WHEN r.quiet_from <= r.quiet_to "
    f"THEN {_NOW_IN_VIETNAM}::time >= r.quiet_from AND {_NOW_IN_VIETNAM}::time < r.quiet_to "
    f"ELSE {_NOW_IN_VIETNAM}::time >= r.quiet_from OR {_NOW_IN_VIETNAM}::time < r.quiet_to END"
)
_NOT_BEFORE = (
    "CASE WHEN NOT %(urgent)s AND r.quiet_from IS NOT NULL AND r.quiet_to IS NOT NULL "
    f"AND {_IS_QUIET} THEN ({_NOW_IN_VIETNAM}::date + r.quiet_to "
    f"+ CASE WHEN r.quiet_to <= {_NOW_IN_VIETNAM}::time THEN INTERVAL '1 day' ELSE INTERVAL '0' END"
    ") AT TIME ZONE INTERVAL '+07:00' ELSE now() END"
)


def _digest(cursor: Any, dispatch: Dispatch) -> tuple[int, bytes]:
    cursor.execute(
        # Our own words only; values are bound.
        f"SELECT count(*), {recipients.DIGEST_SQL} FROM delivery_delivery WHERE dispatch_id = %s",  # noqa: S608
        [dispatch.pk],
    )
    count, digest = cursor.fetchone()
    return count, bytes(digest)


_TASKS_FROM_GROUPS = """
  SELECT lg.lead_id, d.recipient_ref AS group_id
  FROM delivery_delivery d
  JOIN network_lead_groups lg ON lg.group_id = d.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id
  WHERE d.dispatch_id = %(dispatch)s AND d.channel = %(hand)s AND l.stopped_at IS NULL"""

# Who was asked to pass on is asked to correct, also those who left the group since.
_TASKS_FROM_EARLIER = """
  SELECT DISTINCT t.lead_id, t.group_id
  FROM delivery_relaytask t
  JOIN network_lead l ON l.id = t.lead_id
  JOIN delivery_delivery d ON d.dispatch_id = %(dispatch)s AND d.recipient_ref = t.group_id
  WHERE t.dispatch_id = ANY(%(dispatches)s::uuid[]) AND l.stopped_at IS NULL"""


def _insert_tasks(cursor: Any, dispatch: Dispatch, audience: Audience | SameRecipients) -> int:
    """One task for each lead and group by hand, and one for whoever stands above such a lead."""
    values: dict[str, Any] = {"dispatch": dispatch.pk, "hand": BY_HAND}
    asked = _TASKS_FROM_GROUPS
    if isinstance(audience, SameRecipients):
        asked = _TASKS_FROM_EARLIER
        values["dispatches"] = list(audience.dispatches)
    cursor.execute(
        # Our own words only; values are bound.
        f"WITH RECURSIVE asked AS ({asked}), upward(lead_id) AS ("  # noqa: S608
        "  SELECT l.above_id FROM asked a JOIN network_lead l ON l.id = a.lead_id"
        "  WHERE l.above_id IS NOT NULL"
        "  UNION"
        "  SELECT l.above_id FROM upward u JOIN network_lead l ON l.id = u.lead_id"
        "  WHERE l.above_id IS NOT NULL"
        ") INSERT INTO delivery_relaytask (id, dispatch_id, lead_id, group_id) "
        f"SELECT {recipients.NEW_ID_SQL}, %(dispatch)s, lead_id, group_id FROM asked "
        "UNION ALL "
        f"SELECT {recipients.NEW_ID_SQL}, %(dispatch)s, u.lead_id, NULL::uuid FROM upward u "
        "JOIN network_lead l ON l.id = u.lead_id "
        "WHERE l.stopped_at IS NULL AND u.lead_id NOT IN (SELECT lead_id FROM asked)",
        values,
    )
    count: int = cursor.rowcount
    return count
