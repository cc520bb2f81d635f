"""Which tip a browser has open: for fifteen minutes its code stands in a sealed cookie.

Only there: it is hashed anew with each request. The hash itself lies in a row, and the key of the
seal beside it, so whoever has the disk could make a cookie of the hash, and be any reporter.
"""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError

from keng.kit import cookies, times
from keng.kit.secrets import site_box
from keng.tips import receipt_codes

OPEN_TIP_COOKIE = "keng_b"
TIP_STAYS_OPEN_FOR = timedelta(minutes=15)
_BOX = "code of the opened tip"


@dataclass(frozen=True, slots=True)
class OpenedTip:
    """The tip that is open, and the code that opened it."""

    tip_id: uuid.UUID
    code: str = field(repr=False)

    @property
    def tail(self) -> str:
        """The end of the code, by which its reporter recognises it."""
        return self.code[-4:]


def open_tip_in_browser(response: HttpResponse, code: str) -> None:
    """Let the browser see the tip of this code for fifteen minutes."""
    until = (times.now() + TIP_STAYS_OPEN_FOR).timestamp()
    # Sealed: who finds the phone reads no code in its cookies, and opens nothing later.
    sealed = bytes(site_box(_BOX).encrypt(json.dumps({"code": code, "until": until}).encode()))
    cookies.put_cookie(
        response,
        OPEN_TIP_COOKIE,
        urlsafe_b64encode(sealed).decode(),
        seconds=int(TIP_STAYS_OPEN_FOR.total_seconds()),
    )


def keep_tip_open(response: HttpResponse, opened: OpenedTip) -> None:
    """The fifteen minutes begin again."""
    open_tip_in_browser(response, opened.code)


def close_tip_in_browser(response: HttpResponse) -> None:
    """Close the tip in this browser."""
    cookies.forget_cookies(response, OPEN_TIP_COOKIE)


def tip_open_in_browser(request: HttpRequest) -> OpenedTip | None:
    """The tip this browser has open; None when there is none or its time is over."""
    try:
        plain = site_box(_BOX).decrypt(urlsafe_b64decode(request.COOKIES.get(OPEN_TIP_COOKIE, "")))
        said = json.loads(plain)
    except (CryptoError, ValueError):
        return None
    if said["until"] < times.now().timestamp():
        return None
    tip_id = receipt_codes.tip_id_of_code(said["code"])
    return OpenedTip(tip_id, said["code"]) if tip_id else None
