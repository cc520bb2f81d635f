"""Whether somebody who may not see a tip has seen its code: read before it is answered."""

import datetime
from dataclasses import dataclass

from keng.tips.models import HandedCode, TakenDown, Tip


@dataclass(frozen=True, slots=True)
class CodeInHands:
    """Of a report that was taken down past a desk."""

    is_link: bool
    """It went out as the link of a chat, not on paper."""
    exchanged_at: datetime.datetime | None


def code_in_hands(tip: Tip) -> CodeInHands | None:
    """None where whoever took it down may read the tip anyway, or nobody did."""
    taken: TakenDown | None = getattr(tip, "taken_down", None)
    if taken is None:
        return None
    if taken.manner == TakenDown.Manner.CHAT:
        may_read = Tip.objects.visible_to(taken.officer).filter(pk=tip.pk).exists()
        return None if may_read else CodeInHands(is_link=True, exchanged_at=None)
    # The desk may not read the code, not even to put rows in order.
    row = HandedCode.objects.filter(tip=tip).order_by("tip").values_list("exchanged_at").first()
    return CodeInHands(is_link=False, exchanged_at=row[0]) if row else None
