"""A lead who wants no more: at once, since it is their consent, and undone by the same link.

Whoever holds the link can press it, so the desk sees it as a wish and can ask the lead.
"""

import datetime

from keng.acts.act import act
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.network.actions.lead_ways import end_lead_way
from keng.network.models import Lead
from keng.relay import acts
from keng.relay.messages_to_leads import call_off_messages

RESUME_WITHIN = datetime.timedelta(days=14)
CALL_OFF_WITHIN = datetime.timedelta(days=2)
"""How long the link calls the erasing off that it asked for (keng.relay.erasing)."""


def resume_until(lead: Lead) -> datetime.datetime | None:
    """Until when the link itself takes the lead back; None when only the desk can."""
    if lead.stopped_at is None or not lead.stopped_by_link:
        return None
    until = call_off_until(lead) or lead.stopped_at + RESUME_WITHIN
    return until if until > times.now() else None


def call_off_until(lead: Lead) -> datetime.datetime | None:
    """Until when an erasing can be called off; None when nobody asked for it."""
    return lead.erase_asked_at + CALL_OFF_WITHIN if lead.erase_asked_at else None


@act(acts.STOP_LEAD)
def stop_lead(lead: Lead) -> None:
    """The lead takes part no longer. What was open stays as it is and waits, should they return."""
    locked = lock(Lead.objects.all()).get(pk=lead.pk)
    if locked.stopped_at is not None:
        return
    locked.stopped_at, locked.stopped_by_link = times.now(), True
    locked.save(update_fields=["stopped_at", "stopped_by_link"])
    end_lead_way(locked.pk)
    call_off_messages(locked.pk)
    _record("lead.stopped", locked)


@act(acts.RESUME_LEAD)
def resume_lead(lead: Lead) -> bool:
    """The lead takes part again and is not erased; False if too late, or the desk ended it."""
    locked = lock(Lead.objects.all()).get(pk=lead.pk)
    if resume_until(locked) is None:
        return False
    locked.stopped_at, locked.stopped_by_link, locked.erase_asked_at = None, False, None
    locked.save(update_fields=["stopped_at", "stopped_by_link", "erase_asked_at"])
    _record("lead.taken_back", locked)
    return True


def _record(action: str, lead: Lead) -> None:
    record(action, by=lead, on=lead, chain=unit_chain(lead.unit_id), detail={"via": "link"})
