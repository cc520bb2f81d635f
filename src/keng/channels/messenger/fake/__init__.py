"""A page of Facebook's on 127.0.0.1: its messages, its windows, its signed webhook."""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer
from keng.channels.messenger.webhook import SIGNATURE_HEADER, sign_messenger_call
from keng.channels.meta_graph import app_secret_proof

_MAX_TEXT = 2000
WINDOW_SECONDS = 24 * 3600
HUMAN_AGENT_SECONDS = 7 * 24 * 3600


@dataclass(slots=True)
class MessengerSettings:
    """Whose page this is. What is not given is drawn by lot."""

    page_id: str = field(default_factory=lambda: f"1{secrets.randbelow(10**14):014d}")
    page_token: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    verify_token: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    name: str = "Kẻng"
    has_human_agent: bool = False
    is_live: bool = True


class FakeMessenger(FakeProvider):
    """One page. `wrote_at` is when each person wrote last, by the fake's clock."""

    title = "Messenger"
    settings: MessengerSettings

    def __init__(self, settings: MessengerSettings | None = None) -> None:
        super().__init__(settings or MessengerSettings())
        self.wrote_at: dict[str, float] = {}
        self.away: set[str] = set()

    def credentials(self) -> Credentials:
        """What the adapter needs to talk as this page."""
        own = self.settings
        return Credentials(
            page_id=own.page_id,
            page_token=own.page_token,
            app_secret=own.app_secret,
            verify_token=own.verify_token,
            api_base=self.base,
        )

    def secrets(self) -> tuple[str, ...]:
        own = self.settings
        return (own.page_token, own.app_secret, own.verify_token)

    def answer(self, call: ProviderCall) -> web.Response:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(token.encode(), self.settings.page_token.encode()):
            return _refusal(190, "Invalid OAuth access token", status=400)
        proof = str(call.json().get("appsecret_proof") or call.form().get("appsecret_proof", ""))
        if proof != app_secret_proof(self.credentials()):
            return _refusal(100, "Invalid appsecret_proof provided", status=400)
        match call.path.split("/"):
            case ["", version, "me"] if version.startswith("v") and call.method == "GET":
                return json_answer({"id": self.settings.page_id, "name": self.settings.name})
            case ["", version, page, "messages"] if version.startswith("v"):
                return self._send(page, call.json())
            case _:
                return _refusal(2500, "Unknown path", status=404)

    def challenge_query(self, challenge: str) -> str:
        """The query by which Meta asks for the webhook."""
        return (
            f"hub.mode=subscribe&hub.verify_token={self.settings.verify_token}"
            f"&hub.challenge={challenge}"
        )

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """All of `messaging` in one entry; `tamper`: wrongly signed, `duplicate`: twice."""
        now = self.clock.now()
        items = []
        for item in order["messaging"]:
            person = str(item.get("sender", {}).get("id", ""))
            self.wrote_at[person] = now
            items.append({"timestamp": int(now * 1000), **item})
        body = {"object": "page", "entry": [{"id": self.settings.page_id, "messaging": items}]}
        raw = json.dumps(body).encode()
        secret = "wrong-secret" if order.get("tamper") else self.settings.app_secret
        headers = {
            "content-type": "application/json",
            SIGNATURE_HEADER: sign_messenger_call(raw, secret),
        }
        return [("POST", headers, raw)] * (2 if order.get("duplicate") else 1)

    def order_of_text(self, person: str, text: str) -> Mapping[str, Any]:
        item = {
            "sender": {"id": person},
            "recipient": {"id": self.settings.page_id},
            "message": {"mid": f"m_{secrets.token_hex(10)}", "text": text},
        }
        return {"messaging": [item]}

    def _send(self, page: str, body: Mapping[str, Any]) -> web.Response:
        person = str(body.get("recipient", {}).get("id", ""))
        text = str(body.get("message", {}).get("text", ""))
        if page != self.settings.page_id or not person or not 1 <= len(text) <= _MAX_TEXT:
            return _refusal(100, "Invalid parameter")
        if not self.settings.is_live:
            return _refusal(200, "App not live", subcode=2018108)
        if person in self.away:
            return _refusal(551, "This person isn't available right now")
        if not self._is_open(person, body):
            return _refusal(10, "Outside of allowed window", subcode=2018278)
        return json_answer({"recipient_id": person, "message_id": self.deliver(person, text)})

    def _is_open(self, person: str, body: Mapping[str, Any]) -> bool:
        since = self.clock.now() - self.wrote_at.get(person, float("-inf"))
        if body.get("messaging_type") == "MESSAGE_TAG":
            return self.settings.has_human_agent and since <= HUMAN_AGENT_SECONDS
        return since <= WINDOW_SECONDS


def _refusal(code: int, words: str, *, subcode: int = 0, status: int = 400) -> web.Response:
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return json_answer({"error": error}, status)
