"""Sending a dispatch again to whoever was missed: asked by an officer, done by the worker.

It is the same text under the same approval, in the rows that are there already: nobody gets a
second row, and nobody whom it may have reached is sent it again (`queries.missed`).
"""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile
from keng.acts.locks import lock, lock_one
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery import acts
from keng.delivery.actions.dispatch import DispatchTakenBack
from keng.delivery.models import Dispatch
from keng.delivery.queries.missed import MISSED, missed_values
from keng.delivery.recipients import NEW_ID_SQL
from keng.kit import times
from keng.kit.worker_tasks import WORK_CHANNEL

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class DispatchOver(ChangedMeanwhile):
    """Its day is past, or its rows are still to be made."""

    sentence = _("It is over, or not sent yet: nothing of it is sent again.")


_ASKED = Q(resend_asked_at__isnull=False) & (
    Q(resent_at__isnull=True) | Q(resent_at__lt=F("resend_asked_at"))
)
# Of rows `way` with their account. What that puts off is sent now and not by the hour of before.
SEND_BY_WAY = """UPDATE delivery_delivery d
SET state = 'queued', code = '', settled_at = NULL, not_before = now(), account_id = way.account,
  other_account_at = CASE WHEN d.account_id <> way.account THEN now() ELSE d.other_account_at END
FROM way WHERE d.id = way.id AND d.state = 'rejected'"""
ASK_LEADS_OF_WAY = f"""INSERT INTO delivery_relaytask (id, dispatch_id, lead_id, group_id)
SELECT {NEW_ID_SQL}, %(dispatch)s, l.id, way.recipient_ref
FROM way JOIN network_lead_groups lg ON lg.group_id = way.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id
WHERE l.stopped_at IS NULL"""  # noqa: S608 -- our own pieces
_AGAIN = f"""{MISSED}
{SEND_BY_WAY} AND way.next = 'again'
"""
_ASK_LEADS = f"""{MISSED}
{ASK_LEADS_OF_WAY} AND way.next = 'lead'
ON CONFLICT DO NOTHING
"""


@act(acts.RESEND_MISSED)
def ask_resend(dispatch_id: uuid.UUID, *, by: "Officer") -> bool:
    """Have it sent again to whoever was missed; False when that was asked a moment ago.

    No second person is asked: text and list are those that were approved. Raises
    DispatchTakenBack, DispatchOver, NotAllowed.
    """
    dispatch = lock_one(Dispatch.objects.visible_to(by), dispatch_id)
    now = times.now()
    if dispatch.cancelled_at is not None:
        raise DispatchTakenBack
    if dispatch.materialised_at is None or (dispatch.expires_at and dispatch.expires_at <= now):
        raise DispatchOver
    if Dispatch.objects.filter(_ASKED, pk=dispatch.pk).exists():
        return False
    dispatch.resend_asked_at = now
    dispatch.save(update_fields=["resend_asked_at"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WORK_CHANNEL])
    record(
        "dispatch.resend_asked",
        by=by,
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={},
    )
    return True


def resend_to_missed() -> int:
    """Do what was asked of every dispatch; how many dispatches that were."""
    asked = Dispatch.objects.filter(_ASKED, cancelled_at__isnull=True).order_by("resend_asked_at")
    return sum(_resend(key) for key in asked.values_list("pk", flat=True)[:20])


@work()
def _resend(dispatch_id: uuid.UUID) -> int:
    """All of one dispatch in one transaction: killed, nothing of it was done."""
    locked = lock(Dispatch.objects.filter(_ASKED, pk=dispatch_id, cancelled_at__isnull=True))
    dispatch = next(iter(locked), None)
    if dispatch is None:
        return 0
    resend_by(dispatch, _ASK_LEADS, _AGAIN, missed_values(dispatch.pk))
    return 1


def resend_by(
    dispatch: Dispatch, ask_leads: str, send: str, values: dict[str, Any], **detail: bool
) -> None:
    """By these statements of ours, in the caller's transaction; it goes on record.

    The dispatch is locked and asked for: a trigger lets the worker do it only then.
    """
    with connection.cursor() as cursor:
        # Leads first: what goes by machine is no longer among the missed afterwards.
        cursor.execute(ask_leads, values)
        tasks = cursor.rowcount
        cursor.execute(send, values)
        again = cursor.rowcount
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    dispatch.resent_at = times.now()
    dispatch.save(update_fields=["resent_at"])
    record(
        "dispatch.missed_resent",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"again": again, "relay_tasks": tasks} | detail,
    )
