"""The simulated phones: signed JSON in through the ordinary webhook, rows of our own table out.

Body of a call: {"id", "at" (ms), "type", "from", "group"?, "text"?, "images"?: [url],
"location"?: [lat, lon]}. Header X-Keng-Signature: sha256=<HMAC-SHA256 of the body>.
credentials: secret.
"""

import hashlib
import hmac
import json
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from keng.channels import reading
from keng.channels.base import (
    CONTENT_KINDS,
    MAX_WEBHOOK_BODY,
    Address,
    Capabilities,
    Event,
    EventKind,
    Media,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    RecordWritten,
    TableRecord,
    header_value,
)
from keng.channels.events import STALE
from keng.channels.facts import ChatSubscribing, Facts
from keng.channels.text import clean_text

SANDBOX_SIGNATURE_HEADER = "x-keng-signature"
_KINDS: dict[str, EventKind] = {
    "text": "text",
    "image": "image",
    "location": "location",
    "follow": "follow",
    "unfollow": "unfollow",
    "erase": "erase",
    "seen": "seen",
}
_OLDEST = timedelta(hours=2)
_AHEAD = timedelta(minutes=5)


class Sandbox:
    """Behaves like any other channel, so that what works here works elsewhere."""

    code = "sandbox"
    transport: Literal["table"] = "table"
    can = Capabilities(
        can_person=True,
        can_group=True,
        can_receive=True,
        idempotent=True,
        any_account_reaches=True,
    )
    facts = Facts(
        name=_("Simulated phones"),
        origin=_("the simulated phone"),
        group_name=_("Simulated group"),
        holds_chats=True,
        subscribing=ChatSubscribing(_("A simulated phone of this demo.")),
        is_simulated=True,
        who_sees_sender=_("Sealed here. A simulated phone: nobody stands behind it."),
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        if len(raw) > MAX_WEBHOOK_BODY:
            return ParsedCall(False, 413, reason="too_large")
        secret = credentials.get("secret", "")
        given = header_value(headers, SANDBOX_SIGNATURE_HEADER).encode("utf-8", "replace")
        if not secret or not hmac.compare_digest(sandbox_signature(raw, secret).encode(), given):
            return ParsedCall(False, 401, reason="bad_signature")
        body = reading.json_object(raw)
        at = reading.moment_of_ms(body.get("at"))
        if at is None or not now - _OLDEST <= at <= now + _AHEAD:
            return ParsedCall(False, 401, reason=STALE)
        return ParsedCall(True, 200, (_event(body, at),), variant="hmac")

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[TableRecord, RecordWritten, Outcome]:
        text = clean_text(message.text)
        if not text and message.image is None:
            return Outcome("reject", reason="empty")
        written = yield TableRecord(
            address, text, message.image, message.image_mime, message.reference
        )
        return Outcome("sent", provider_id=written.id)


def _event(body: Mapping[str, Any], at: datetime) -> Event:
    raw_kind = reading.string(body.get("type"), 40)
    kind = _KINDS.get(raw_kind, "unknown")
    sender = reading.string(body.get("from"), 100) or None
    group = reading.string(body.get("group"), 100) or None
    images = reading.items(body.get("images"), 20)
    media = tuple(Media(url, "image") for url in map(reading.web_address, images) if url)
    pair = reading.items(body.get("location"), 2)
    location = reading.coordinates(*pair) if len(pair) == 2 else None
    if (kind == "location" and location is None) or (kind in CONTENT_KINDS and not sender):
        kind = "unknown"
    quoted = reading.string(body.get("refers"), 100)
    return Event(
        kind=kind,
        dedupe=reading.string(body.get("id"), 100)
        or reading.dedupe_digest(raw_kind, at, sender, group),
        conversation=f"{group}:{sender}" if group and sender else sender,
        sender=sender,
        group=group,
        text=clean_text(reading.string(body.get("text"), 10_000)),
        media=media,
        location=location,
        at=at,
        reply_address=sender,
        raw_kind=raw_kind,
        refers=(quoted,) if quoted else (),
    )


def sandbox_signature(raw: bytes, secret: str) -> str:
    """The value of the signature header for this body."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def compose_call(
    *,
    id: str,
    sender: str,
    at: datetime,
    type: str = "text",
    text: str = "",
    group: str = "",
    images: Sequence[str] = (),
    location: tuple[float, float] | None = None,
    secret: str,
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one webhook call, as the phones' page posts it from the server side."""
    body: dict[str, Any] = {"id": id, "at": int(at.astimezone(UTC).timestamp() * 1000)}
    body |= {"type": type, "from": sender, "text": text}
    if group:
        body["group"] = group
    if images:
        body["images"] = list(images)
    if location:
        body["location"] = list(location)
    raw = json.dumps(body, ensure_ascii=False).encode()
    return raw, {
        "content-type": "application/json",
        SANDBOX_SIGNATURE_HEADER: sandbox_signature(raw, secret),
    }
