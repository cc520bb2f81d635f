"""What every open page of the desk shows where a colleague needs a second yes this minute."""

import uuid
from dataclasses import dataclass

from keng.accounts.models import Officer
from keng.accounts.who import SECOND_FOR_OPENING
from keng.openings.second_person import can_be_second, standing_requests, tip_words
from keng.tips.models import Tip


@dataclass(frozen=True, slots=True)
class WaitingEmergency:
    """An emergency opening that this officer can agree to."""

    request_id: uuid.UUID
    asker: Officer
    reference: str
    """The number of the tip; none of its words."""

    @property
    def mark(self) -> str:
        """By it a page knows that it has rung for this one."""
        return f"opening-{self.request_id.hex[-12:]}"


def waiting_emergencies(officer: Officer) -> list[WaitingEmergency]:
    """Those that wait for this officer, the oldest first; nearly always none."""
    if not SECOND_FOR_OPENING.includes(officer):
        return []
    asked = list(
        standing_requests()
        .filter(is_emergency=True)
        .exclude(asked_by_ref=officer.pk)
        .order_by("id")
    )
    tips = Tip.objects.select_related("responsible_unit").in_bulk([each.tip_ref for each in asked])
    askers = Officer.objects.in_bulk([each.asked_by_ref for each in asked])
    return [
        WaitingEmergency(each.pk, askers[each.asked_by_ref], tip_words(each)[0])
        for each in asked
        if each.tip_ref in tips
        and can_be_second(officer, tips[each.tip_ref], askers[each.asked_by_ref], each.unit_key_ref)
    ]
