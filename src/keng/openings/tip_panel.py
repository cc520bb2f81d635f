"""What the page of a tip shows of openings."""

from dataclasses import dataclass

from keng.kit.urgency import Urgency
from keng.tips.models import Tip
from keng.vault.models import OpeningRequest, UnitKey

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class OpeningPanel:
    """What was asked for, newest first, and whether more can be."""

    asked: list[OpeningRequest]
    can_ask: bool
    can_call_back: bool


def opening_panel(tip: Tip) -> OpeningPanel:
    """Nothing can be asked for before a key of the desk was split among holders."""
    asked = OpeningRequest.objects.filter(tip_ref=tip.pk).order_by("-asked_at")[:MOST_SHOWN]
    split = UnitKey.objects.filter(unit=tip.responsible_unit_id, epoch__isnull=False)
    can_ask = tip.withdrawn_at is None and split.exists()
    has_phone = "phone" in tip.identity_holds
    return OpeningPanel(list(asked), can_ask, can_ask and has_phone and tip.urgency == Urgency.P0)
