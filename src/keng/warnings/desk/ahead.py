"""What a page of the desk says of a text before it is sent: for whom, how soon, for how much."""

from collections.abc import Sequence
from typing import Any

from keng.channels.wire import OutgoingMessage
from keng.delivery.actions.dispatch import TextToSend
from keng.delivery.audience import Audience, SameRecipients
from keng.delivery.audience_words import audience_in_words
from keng.delivery.models import Dispatch
from keng.delivery.queries.before_sending import look_ahead
from keng.places.models import Unit
from keng.relay.cost_of_telling import cost_of_telling_leads


def before_sending_context(
    audience: Audience | SameRecipients,
    *,
    unit: Unit,
    texts: Sequence[TextToSend],
    is_urgent: bool,
    is_recall: bool = False,
) -> dict[str, Any]:
    """The context of delivery/before_sending.html."""
    kind = Dispatch.Kind.RECALL if is_recall else Dispatch.Kind.WARNING
    if isinstance(audience, SameRecipients) and not is_recall:
        kind = Dispatch.Kind.CORRECTION
    return {
        "ahead": look_ahead(
            audience,
            kind=kind,
            is_urgent=is_urgent,
            texts={one.language: OutgoingMessage(one.text, short=one.short) for one in texts},
        ),
        "audience_words": audience_in_words(audience),
        "leads_cost": cost_of_telling_leads(audience, unit=unit, kind=kind),
    }
