"""Doing again, in a restored database, what was stopped or replaced after the backup was made."""

import uuid

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.secrets import new_row_secret
from keng.network.actions.lead_ways import end_lead_way, erase_lead_row
from keng.network.actions.subscriptions import mark_subscription_stopped
from keng.network.models import Group, Lead, Subscription

# The operator, at the machine: nobody at a desk.
_BY = "operator"


@work()
def stop_subscription_again(subscription_id: uuid.UUID) -> None:
    """As its person did; whose it is stands nowhere, so no entry names it."""
    mark_subscription_stopped(Subscription.objects.get(pk=subscription_id))


@work()
def stop_lead_again(lead_id: uuid.UUID) -> None:
    lead = lock(Lead.objects.filter(pk=lead_id)).get()
    lead.stopped_at, lead.stopped_by_link = times.now(), False
    lead.save(update_fields=["stopped_at", "stopped_by_link"])
    end_lead_way(lead.pk)
    record("lead.stopped", by=_BY, on=lead, chain=unit_chain(lead.unit_id))


@work()
def ask_to_erase_again(lead_id: uuid.UUID) -> None:
    """As their link asked; the time to call it off begins anew."""
    lead = lock(Lead.objects.filter(pk=lead_id)).get()
    lead.stopped_at = lead.erase_asked_at = times.now()
    lead.stopped_by_link = True
    lead.save(update_fields=["stopped_at", "erase_asked_at", "stopped_by_link"])
    record("lead.stopped", by=_BY, on=lead, chain=unit_chain(lead.unit_id))


@work()
def erase_lead_again(lead_id: uuid.UUID) -> None:
    """As they asked; who took the place on is asked anew."""
    lead = lock(Lead.objects.filter(pk=lead_id)).get()
    erase_lead_row(lead)
    record("lead.erased", by=_BY, on=lead, chain=unit_chain(lead.unit_id))


@work()
def end_lead_link_again(lead_id: uuid.UUID) -> None:
    """The link that was replaced opens nothing; the one given since is lost with the restore."""
    lead = lock(Lead.objects.filter(pk=lead_id)).get()
    lead.link_version += 1
    lead.link_secret = new_row_secret()
    lead.save(update_fields=["link_version", "link_secret"])
    record("lead.link_reissued", by=_BY, on=lead, chain=unit_chain(lead.unit_id))


@work()
def retire_group_again(group_id: uuid.UUID) -> None:
    group = lock(Group.objects.filter(pk=group_id)).get()
    group.is_active = False
    group.save(update_fields=["is_active"])
    record("group.retired", by=_BY, on=group, chain=unit_chain(group.unit_id))
