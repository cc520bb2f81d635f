"""A lead who asks to be erased, on their own page or by a desk: nothing about them is left.

The row stays without a name, because what was passed on is counted by it. A keyed hash of name and
address remains, so that no later sheet brings them back. Where they posted, and who answered to
them, is a place that waits for somebody (`vacant_places`).

The desk erases at once. A link may be in other hands, in a group even, and the name with it: what
it asks for is done after two days, in which the lead hears of it and the same link calls it off.
"""

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock, lock_one, take_turn
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.actions.lead_messages import LeadMessage, write_lead_messages
from keng.delivery.models import Delivery, Dispatch
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.language.fold import fold
from keng.network.actions.lead_ways import erase_lead_row
from keng.network.models import Lead, LeadWay
from keng.network.secret_links import lead_url
from keng.relay import acts
from keng.relay.messages_to_leads import ABOUT_ERASING, call_off_messages
from keng.relay.stopping import CALL_OFF_WITHIN, call_off_until

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_PORTION = 100
# Asked and called off in turn, it must not flood whoever reads there.
_TOLD_AGAIN_AFTER = datetime.timedelta(hours=1)


class NotTheirName(Refused):
    """Whoever has the link typed another name than the lead's."""

    sentence = _("This is not the name that your unit wrote down for this link.")


@act(acts.ASK_TO_BE_ERASED)
def ask_to_be_erased(lead: Lead, name: str) -> None:
    """The lead takes part no longer from now on, and is erased when the time to call it off ends.

    Raises NotTheirName.
    """
    taking_part = Lead.objects.filter(stopped_at__isnull=True)
    locked = lock(taking_part).filter(pk=lead.pk).first()
    if locked is None:
        # The second tap.
        return
    if fold(" ".join(name.split())) != fold(locked.name):
        raise NotTheirName
    locked.stopped_at = locked.erase_asked_at = times.now()
    locked.stopped_by_link = True
    locked.save(update_fields=["stopped_at", "erase_asked_at", "stopped_by_link"])
    # The address stays until then: one message says there how to call it off.
    call_off_messages(locked.pk)
    chain = unit_chain(locked.unit_id)
    record("lead.stopped", by=locked, on=locked, chain=chain, detail={"via": "link", "erase": 1})


@act(acts.ERASE_LEAD)
def erase_lead(lead_id: uuid.UUID, *, by: "Officer") -> None:
    """The desk erases a lead who asked for it. Raises NotAllowed."""
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    erase_lead_row(lead)
    # What is on its way to them the worker calls off (keng.relay.telling_leads).
    record("lead.erased", by=by, on=lead, chain=unit_chain(lead.unit_id))


def erase_who_asked() -> int:
    """The worker's part: whoever asked hears of it, and is erased two days later; how many."""
    return tell_of_erasing() + erase_next_who_asked()


@work()
def erase_next_who_asked() -> int:
    """A portion of those who can call it off no longer; how many were erased."""
    asked = Lead.objects.filter(
        erased_at__isnull=True, erase_asked_at__lt=times.now() - CALL_OFF_WITHIN
    )
    keys = list(asked.order_by("pk").values_list("pk", flat=True)[:_PORTION])
    leads = list(lock(asked.filter(pk__in=keys)))
    for lead in leads:
        erase_lead_row(lead)
        record("lead.erased", by="worker", on=lead, chain=unit_chain(lead.unit_id))
    return len(leads)


@work()
def tell_of_erasing() -> int:
    """One message on each lead's own way, of whom somebody asked to erase; how many."""
    if not take_turn(TurnLock.LEAD_MESSAGES):
        return 0
    told = Delivery.objects.filter(
        Q(created_at__gte=OuterRef("erase_asked_at"))
        | Q(created_at__gt=times.now() - _TOLD_AGAIN_AFTER),
        recipient_kind=Delivery.RecipientKind.LEAD,
        recipient_ref=OuterRef("pk"),
        dispatch__source_kind=ABOUT_ERASING,
    )
    untold = Lead.objects.filter(
        ~Exists(told),
        erased_at__isnull=True,
        erase_asked_at__isnull=False,
        way__confirmed_at__isnull=False,
        way__gone_at__isnull=True,
    )
    keys = list(untold.order_by("pk").values_list("pk", flat=True)[:_PORTION])
    leads = list(lock(untold.filter(pk__in=keys).select_related("unit")))
    ways = {way.pk: way for way in lock(LeadWay.objects.filter(pk__in=[one.pk for one in leads]))}
    for lead in leads:
        notice = Dispatch.objects.create(
            kind=Dispatch.Kind.NOTICE,
            is_urgent=False,
            unit=lead.unit,
            source_kind=ABOUT_ERASING,
            source_ref=lead.pk,
            expires_at=call_off_until(lead),
            materialised_at=times.now(),
        )
        write_lead_messages(notice, [(lead, ways[lead.pk], _message(lead))])
    return len(leads)


def _message(lead: Lead) -> LeadMessage:
    until = times.local_date(call_off_until(lead) or times.now())
    with translation.override(lead.language):
        subject = gettext("Everything about you is to be erased")
        text = gettext(
            "%(unit)s: with your link somebody, perhaps you, asked to erase everything about you. "
            "It is done on %(day)s. If it was not you, call it off before, and tell your desk: "
            "%(link)s"
        )
        words = {"unit": lead.unit.name, "day": f"{until:%d/%m/%Y}", "link": lead_url(lead)}
        return LeadMessage(subject, text % words)
