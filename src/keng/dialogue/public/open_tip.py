"""Which tip a browser has open: fifteen minutes in a sealed cookie that does not hold the code."""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError

from keng.kit import cookies, times
from keng.kit.secrets import box
from keng.tips import receipt_codes
from keng.tips.models import Receipt

COOKIE = "keng_b"
LIFE = timedelta(minutes=15)
_BOX = "opened tip"


@dataclass(frozen=True, slots=True)
class Opened:
    """The tip that is open, and the end of its code, by which its reporter recognises it."""

    tip_id: uuid.UUID
    tail: str
    receipt: bytes


def open_tip(response: HttpResponse, code: str) -> None:
    """Let the browser see this tip for fifteen minutes."""
    _put(response, receipt_codes.hash_of(code), code[-4:])


def stay_open(response: HttpResponse, opened: Opened) -> None:
    """The fifteen minutes begin again."""
    _put(response, opened.receipt, opened.tail)


def close(response: HttpResponse) -> None:
    """Close the tip in this browser."""
    cookies.forget(response, COOKIE)


def opened_by(request: HttpRequest) -> Opened | None:
    """The tip this browser has open; None when there is none or its time is over."""
    try:
        plain = box(_BOX).decrypt(urlsafe_b64decode(request.COOKIES.get(COOKIE, "")))
        said = json.loads(plain)
    except (CryptoError, ValueError):
        return None
    if said["until"] < times.now().timestamp():
        return None
    receipt = bytes.fromhex(said["receipt"])
    tip_id = Receipt.objects.filter(hash=receipt).values_list("tip_id", flat=True).first()
    return Opened(tip_id, said["tail"], receipt) if tip_id else None


def _put(response: HttpResponse, receipt: bytes, tail: str) -> None:
    until = (times.now() + LIFE).timestamp()
    said = {"receipt": receipt.hex(), "tail": tail, "until": until}
    sealed = bytes(box(_BOX).encrypt(json.dumps(said).encode()))
    cookies.put(
        response, COOKIE, urlsafe_b64encode(sealed).decode(), seconds=int(LIFE.total_seconds())
    )
