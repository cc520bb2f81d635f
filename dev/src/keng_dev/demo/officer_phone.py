"""The phone of an officer that lies on a table: its pagers, what it shows, what is done with it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from keng.accounts.models import Officer
from keng.channels.web_push import PushSubscription
from keng.delivery.models import ChannelAccount, PagerWay
from keng.delivery.push_account import PUSH_CHANNEL
from keng.duty import chat_pagers, pager_acts
from keng.kit.secrets import keyed_hash
from keng_dev.demo.channels import fake_settings, zalo_url
from keng_dev.demo.officer_number import NUMBER, USERNAME, ZALO_USER
from keng_dev.demo.vault import SealBatch

_DEVICE = "Điện thoại mô phỏng"
_SECONDS = 5


class PhoneIsAway(ConnectionError):
    """The process that plays the providers does not answer."""


@dataclass(frozen=True, slots=True)
class PhoneItem:
    """One thing on the screen."""

    by: str
    """sms, zalo, push or voice."""
    at: datetime
    title: str
    text: str
    call_id: str = ""
    state: str = ""
    """Of a call: ringing, answered, pressed, declined or missed."""
    asks: bool = False
    """Whether the call waits for a key."""


@dataclass(frozen=True, slots=True)
class PhoneScreen:
    """What lies on the screen now, newest first; the call that rings or is held comes before."""

    call: PhoneItem | None
    items: list[PhoneItem]


def make_pagers(zalo: ChannelAccount, seals: SealBatch) -> None:
    """Its number for texts and calls, and its chat with the official account."""
    officer = Officer.objects.get(username=USERNAME)
    for kind in pager_acts.PHONE_KINDS:
        pager_acts.add_phone_pager(NUMBER, kind, by=officer)
    chat_hash = keyed_hash("conversation", str(zalo.pk), ZALO_USER)
    PagerWay.objects.create(
        officer=officer,
        kind=PagerWay.Kind.CHAT,
        account=zalo,
        chat_hash=chat_hash,
        address_hash=chat_pagers.address_hash_of(chat_hash),
        address_sealed=seals.for_sender(ZALO_USER, kind="address"),
        hint=zalo.name[:80],
    )


def refresh_device() -> None:
    """The device that takes pushes lies at the port of the fakes, which may be another one now."""
    account = ChannelAccount.objects.filter(channel=PUSH_CHANNEL).first()
    officer = Officer.objects.filter(username=USERNAME).first()
    is_elsewhere = account is not None and account.base_url not in ("", zalo_url())
    has_pagers = PagerWay.objects.filter(officer=officer, kind=PagerWay.Kind.CHAT).exists()
    if account is None or officer is None or not has_pagers:
        return
    known = PagerWay.objects.filter(officer=officer, kind=PagerWay.Kind.PUSH, hint=_DEVICE)
    if is_elsewhere and not known.exists():
        # A test has a push service of its own.
        return
    if account.base_url == zalo_url() and known.exists():
        return
    # With a large library, once in a demo's life.
    from keng.channels.web_push.fake import FakePushService  # noqa: PLC0415

    account.base_url = zalo_url()
    account.save(update_fields=["base_url"])
    known.delete()
    device = FakePushService(zalo_url()).browser(int(fake_settings()["phone"]["push"]))
    found = PushSubscription.from_json(
        json.dumps({"endpoint": device.endpoint, **device.subscription()["keys"]})
    )
    pager_acts.add_device_pager(found, _DEVICE, by=officer)


def phone_screen() -> PhoneScreen:
    """Raises PhoneIsAway."""
    found = [_item(one) for one in _ask("screen")["shown"]]
    held = [one for one in found if one.state in ("ringing", "answered")]
    call = held[-1] if held else None
    return PhoneScreen(call, [one for one in reversed(found) if one is not call])


def do_with_call(call_id: str, what: str) -> None:
    """Answer it, decline it, or press 1 in it. Raises PhoneIsAway."""
    _ask(what, {"id": call_id, "key": "1"})


def reply_in_chat(text: str) -> None:
    """As the officer writes to the official account. Raises PhoneIsAway."""
    _post("/_fake/emit", {"events": [{"kind": "text", "user": ZALO_USER, "text": text}]})


def _item(one: dict[str, Any]) -> PhoneItem:
    return PhoneItem(
        by=one["by"],
        at=datetime.fromtimestamp(one["at"], UTC),
        title=one["title"],
        text=one["text"],
        call_id=one.get("id", ""),
        state=one.get("state", ""),
        asks=one.get("asks", False),
    )


def _ask(name: str, body: dict[str, Any] | None = None) -> Any:
    return _post(f"/_phone/{name}", body)


def _post(path: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    asked = Request(zalo_url() + path, data)  # noqa: S310 -- a fake of this machine
    try:
        with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 -- as above
            return json.loads(answer.read())
    except (URLError, TimeoutError, ValueError) as error:
        raise PhoneIsAway from error
