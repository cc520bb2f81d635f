"""People who do not exist, planted by the ways in which people tell who they are."""

import os
import secrets
from dataclasses import dataclass

from keng.intake.incoming_tip import IncomingTip
from keng.intake.receive import receive_tip
from keng.network.actions.subscriptions import SubscriptionRequest, request_subscription
from keng.places.models import Unit
from keng.tips.attachments import store_attachment

_SYLLABLES = ("Quách", "Khuất", "Tống", "Nghiêm", "Thoại", "Uyển", "Khuê", "Nghĩa", "Trữ", "Xoan")


@dataclass(frozen=True)
class PlantedPeople:
    """What must not be found, by the way it came in; and the word that must."""

    sealed: dict[str, str]
    control: str


def plant_people() -> PlantedPeople:
    """In the database that runs; each time others."""
    unit = Unit.objects.filter(kind=Unit.Kind.COMMUNE).order_by("id").first()
    if unit is None:
        unit = Unit.objects.order_by("id")[0]
    name, inside = _name(), _name()
    phone, picture = f"09{secrets.randbelow(10**8):08d}", f"picture {secrets.token_hex(12)}"
    mailbox = f"{secrets.token_hex(9)}@nguoi.example"
    control = f"đốichứng{secrets.token_hex(9)}"
    new = IncomingTip(
        unit_id=unit.pk,
        text=f"Em tên là {inside} ở nhà số 5 ngõ 7. Cổng sau mất khoá, {control}.",
        contact={"name": name, "phone": phone},
        dedupe_key=os.urandom(32),
    )
    # Bytes that no camera makes, so that no copy to view is made of them.
    store_attachment(receive_tip(new), unit.pk, picture.encode() * 50)
    wish = SubscriptionRequest(
        channel="email", address=mailbox, place_ids=(), kinds=(), language="vi"
    )
    _subscribe(wish)
    return PlantedPeople(
        {
            "name given for an answer": name,
            "phone given for an answer": phone,
            "name in the own words": inside,
            "content of an original": picture,
            "mailbox of a subscriber": mailbox,
        },
        control,
    )


def _subscribe(wish: SubscriptionRequest) -> None:
    from keng.acts.work import work  # noqa: PLC0415 -- beside its one use

    work()(request_subscription)(wish)


def _name() -> str:
    return " ".join(secrets.choice(_SYLLABLES) for _ in range(5))
