"""A lead who asks to be erased, on their own page or by a desk: nothing about them is left.

The row stays without a name, because what was passed on is counted by it. A keyed hash of name and
address remains, so that no later sheet brings them back. Where they posted, and who answered to
them, is a place that waits for somebody (`vacant_places`).
"""

import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record, unit_chain
from keng.language.fold import fold
from keng.network.actions.lead_ways import erase_lead_row
from keng.network.models import Lead
from keng.relay import acts
from keng.relay.messages_to_leads import call_off_messages

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class NotTheirName(Refused):
    """Whoever has the link typed another name than the lead's."""

    sentence = _("This is not the name that your unit wrote down for this link.")


@act(acts.ERASE_ONESELF)
def erase_oneself(lead: Lead, name: str) -> None:
    """The lead wants to be erased, and types their name: a link may be in other hands.

    Raises NotTheirName.
    """
    locked = lock(Lead.objects.filter(erased_at__isnull=True)).filter(pk=lead.pk).first()
    if locked is None:
        # The second tap.
        return
    if fold(" ".join(name.split())) != fold(locked.name):
        raise NotTheirName
    erase_lead_row(locked)
    call_off_messages(locked.pk)
    _record(locked, by=locked)


@act(acts.ERASE_LEAD)
def erase_lead(lead_id: uuid.UUID, *, by: "Officer") -> None:
    """The desk erases a lead who asked for it. Raises NotAllowed."""
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    erase_lead_row(lead)
    # What is on its way to them the worker calls off (keng.relay.telling_leads).
    _record(lead, by=by)


def _record(lead: Lead, *, by: "Officer | Lead") -> None:
    record("lead.erased", by=by, on=lead, chain=unit_chain(lead.unit_id))
