"""The requests we make of the Graph API, and what its errors mean."""

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from keng.channels import reading
from keng.channels.meta_graph import app_secret_proof, graph_error_codes, graph_headers, graph_url
from keng.channels.outcomes import Outcome, OutcomeKind
from keng.channels.text import clean_text, split_text
from keng.channels.wire import Address, OutgoingMessage, Reply, Request

MAX_MESSENGER_TEXT = 2000
MESSENGER_OPEN_FOR = timedelta(hours=24)
_OPEN_FOR_HUMAN_AGENT = timedelta(days=7)
_WINDOW_CLOSED = 2018278
_OUTSIDE_WINDOW = frozenset({_WINDOW_CLOSED, 2534022})
_NOT_AVAILABLE = frozenset({551, 1545041})
CLOSED_CODES = tuple(sorted(map(str, _OUTSIDE_WINDOW)))
_PAUSES = {4: 900, 613: 300, 80004: 3600}
"""Seconds until the next try: of the app, of the page's calls, of Messenger's own limit."""
_MEANING: dict[int, tuple[OutcomeKind, str]] = {
    2: ("unknown", "passing fault"),
    10: ("config", "permission missing"),
    100: ("reject", "bad parameter"),
    190: ("config", "the page's token is dead"),
    200: ("config", "permission missing"),
    1200: ("unknown", "passing fault"),
    2018108: ("config", "the app is not live"),
}


def messenger_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> Generator[Request, Reply, Outcome]:
    """Text in parts, as an answer to who wrote; a picture needs a public address, and we have none.

    Ends with the outcome of the last part, or with unknown when only some parts got through.
    """
    text = clean_text(message.text)
    if not text:
        return Outcome("reject", reason="empty")
    if _is_known_closed(message, credentials, now):
        return Outcome("not_now", reason="window closed", code=str(_WINDOW_CLOSED))
    parts = split_text(text, MAX_MESSENGER_TEXT)
    outcome = Outcome("reject", reason="empty")
    for accepted, part in enumerate(parts):
        outcome = outcome_of_messenger_reply((yield _message_request(part, address, credentials)))
        if outcome.kind == "sent":
            continue
        if not accepted:
            return outcome
        reason = f"part {accepted + 1} of {len(parts)}: {outcome.kind}, {outcome.reason}"
        return Outcome("unknown", reason=reason, code=outcome.code, parts_sent=accepted)
    return replace(outcome, parts_sent=len(parts))


def outcome_of_messenger_reply(reply: Reply) -> Outcome:
    """What an answer to a message means. The subcode stands above the code."""
    body = reading.json_object(reply.body)
    if reply.status == 200 and body.get("message_id"):
        return Outcome("sent", provider_id=reading.string(body["message_id"], 120))
    code, subcode = graph_error_codes(reply)
    if subcode in _OUTSIDE_WINDOW:
        return Outcome("not_now", reason="window closed", code=str(subcode))
    if unavailable := {code, subcode} & _NOT_AVAILABLE:
        # For now alone: whoever switched messages off or left may come back and write.
        found = str(min(unavailable))
        return Outcome("not_now", reason="the person is not available", code=found)
    if code in _PAUSES:
        wait = _PAUSES[code]
        return Outcome(
            "retry", after_seconds=wait, reason="rate limit", code=str(code), rate_remaining=0
        )
    known = subcode if subcode in _MEANING else code
    kind, reason = _MEANING.get(known, ("unknown", f"HTTP {reply.status}"))
    scope: Literal["address", "account"] = "address" if kind == "gone" else "account"
    return Outcome(kind, reason=reason, code=str(known or reply.status), scope=scope)


def _is_known_closed(
    message: OutgoingMessage, credentials: Mapping[str, str], now: datetime
) -> bool:
    """Whether the window is over, as far as we heard: Meta is not asked what is known."""
    if message.heard_at is None:
        return False
    is_agent = credentials.get("human_agent") == "yes"
    return now - message.heard_at > (_OPEN_FOR_HUMAN_AGENT if is_agent else MESSENGER_OPEN_FOR)


def _message_request(text: str, address: Address, credentials: Mapping[str, str]) -> Request:
    body: dict[str, Any] = {
        "recipient": {"id": address.value},
        "messaging_type": "RESPONSE",
        "message": {"text": text},
        "appsecret_proof": app_secret_proof(credentials),
    }
    if credentials.get("human_agent") == "yes":
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    url = graph_url(credentials, f"{credentials.get('page_id', '')}/messages")
    return Request("POST", url, graph_headers(credentials), content)
