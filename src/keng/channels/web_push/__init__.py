"""Web Push to a browser: encrypted for it alone (RFC 8291), signed as ours (RFC 8292).

The address is a subscription as the browser gives it, in JSON (see Subscription). credentials:
vapid_private, subject, api_base? (a push service of one's own, exempt from the host check),
push_hosts? (further hosts, with commas).
"""

import hashlib
import json
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.channels import reading
from keng.channels.base import (
    RECEIVES_NOTHING,
    Address,
    Capabilities,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    Reply,
    Request,
    header_value,
)
from keng.channels.facts import Facts
from keng.channels.ssrf import UrlRefused
from keng.channels.text import clean_text, one_line
from keng.channels.web_push.subscription import (
    PUSH_HOSTS,
    NotASubscription,
    PushSubscription,
    to_base64url,
)

__all__ = ["NotASubscription", "PushSubscription", "WebPush"]
# A call that could not be shown for so long calls to something else.
_TTL = 1800
# A phone that was off until tomorrow still shows a warning of today.
_TTL_OF_WARNING = 86_400
_GONE = {404, 410}
# 406 is how the service of Windows says that it is asked too often.
_BUSY = {406, 429}


class WebPush:
    """One notification to one browser. The push service sees neither words nor sender's user."""

    code = "web_push"
    transport: Literal["http"] = "http"
    can = Capabilities(can_person=True, rate_per_minute=6_000)
    facts = Facts(
        name=_("Notifications of a browser"), origin=_("push to a device"), hosts=PUSH_HOSTS
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return RECEIVES_NOTHING

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        if not credentials.get("vapid_private"):
            return Outcome("config", reason="no key to sign with")
        try:
            request = build_push(message, address, credentials, now)
        except (NotASubscription, UrlRefused):
            return Outcome("gone", reason="not a subscription", scope="address")
        return outcome_of_push_reply((yield request), is_repeatable=request.is_repeatable)


def build_push(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> Request:
    """The request for one notification. Raises NotASubscription, ssrf.UrlRefused."""
    # Only the sender gets here: the other processes do not pay for the library.
    from keng.channels.web_push import encryption, vapid  # noqa: PLC0415

    found = PushSubscription.from_json(address.value)
    target = found.target(credentials)
    said = {"title": one_line(message.subject, 120), "body": clean_text(message.text)[:1000]}
    if message.unsubscribe_url:
        said["stop"] = message.unsubscribe_url
    body = encryption.encrypt_push(json.dumps(said, ensure_ascii=False).encode(), found)
    topic = topic_of(message.reference)
    return Request(
        "POST",
        target.url,
        {
            "authorization": vapid.vapid_authorization(target.url, credentials, now),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_TTL_OF_WARNING if message.is_bulk else _TTL),
            "urgency": "high",
            **({"topic": topic} if topic else {}),
        },
        body,
        is_repeatable=bool(topic),
    )


def topic_of(reference: str) -> str:
    """One delivery's own: a push that is tried again takes the place of the one that waits there.

    32 letters, as many as a topic may have; "" without a reference.
    """
    if not reference:
        return ""
    return to_base64url(hashlib.sha256(reference.encode()).digest())[:32]


def outcome_of_push_reply(reply: Reply, *, is_repeatable: bool) -> Outcome:
    """What the push service's answer means (RFC 8030)."""
    status, code = reply.status, f"http_{reply.status}"
    if 200 <= status < 300:
        return Outcome("sent", provider_id=header_value(reply.headers, "location")[-120:])
    if status in _GONE:
        return Outcome("gone", reason="the browser unsubscribed", code=code, scope="address")
    if status >= 500 and status != 503 and not is_repeatable:
        return Outcome("unknown", reason="the push service failed", code=code)
    if status in _BUSY or status >= 500:
        after = reading.string(header_value(reply.headers, "retry-after"), 6)
        wait = int(after) if after.isascii() and after.isdigit() else 30
        return Outcome("retry", after_seconds=wait, reason="the push service is busy", code=code)
    if status == 400:
        # Our own set-up, as it seems; but whoever subscribes chooses the address that is asked, and
        # one odd address may not stop the calls to everybody else.
        return Outcome(
            "config", reason="the push service cannot read it", code=code, scope="address"
        )
    if status in {401, 403}:
        # Another key than the browser subscribed to, or a wrong clock of ours: for the latter no
        # device may be forgotten.
        return Outcome("config", reason="the push service refused the signature", code=code)
    return Outcome("reject", reason="the push service refused it", code=code)
