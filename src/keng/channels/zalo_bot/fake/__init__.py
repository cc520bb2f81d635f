"""A bot platform on 127.0.0.1 that verifies as hard as the notes on the real one say."""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer
from keng.channels.zalo_bot.webhook import ZALO_BOT_SECRET_HEADER

_MAX_TEXT = 2000
_SECRET_LENGTHS = range(8, 257)


@dataclass(slots=True)
class ZaloBotSettings:
    """Who this bot is, and how much it may send. What is not given is drawn by lot."""

    bot_token: str = field(
        default_factory=lambda: f"{secrets.randbelow(10**9):09d}:{secrets.token_urlsafe(24)}",
        repr=False,
    )
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    account_name: str = "Bot Kẻng"
    month_quota: int = 3000
    blocked: list[str] = field(default_factory=list)
    is_flat: bool = False
    """Whether events come without the wrapping that the documentation has."""


class FakeZaloBot(FakeProvider):
    """One bot with a free plan."""

    title = "Zalo bot"
    settings: ZaloBotSettings

    def __init__(self, settings: ZaloBotSettings | None = None) -> None:
        super().__init__(settings or ZaloBotSettings())
        self.webhook_url = ""

    def credentials(self) -> Credentials:
        """What the adapter needs to talk as this bot."""
        own = self.settings
        return Credentials(
            bot_token=own.bot_token, webhook_secret=own.webhook_secret, api_base=self.base
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.bot_token, self.settings.webhook_secret)

    def answer(self, call: ProviderCall) -> web.Response:
        token, _, method = call.path.removeprefix("/bot").rpartition("/")
        if not hmac.compare_digest(token.encode(), self.settings.bot_token.encode()):
            return _refusal(401, "Unauthorized")
        body = call.json()
        match method:
            case "getMe":
                return _accepted({"id": "1", "account_name": self.settings.account_name})
            case "setWebhook":
                return self._set_webhook(body)
            case "getUpdates" if self.webhook_url:
                return _refusal(400, "a webhook is set")
            case "getUpdates":
                return _refusal(408, "Request timeout")
            case "sendMessage":
                return self._send(body)
            case _:
                return _refusal(404, "Not found")

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """One call for each of `events`; `tamper` sends another secret, `duplicate` twice."""
        secret = "wrong-secret" if order.get("tamper") else self.settings.webhook_secret
        headers = {"content-type": "application/json", ZALO_BOT_SECRET_HEADER: secret}
        calls = []
        for event in order["events"]:
            body = event if self.settings.is_flat else {"ok": True, "result": event}
            call = ("POST", headers, json.dumps(body).encode())
            calls += [call] * (2 if order.get("duplicate") else 1)
        return calls

    def order_of_text(self, person: str, text: str) -> Mapping[str, Any]:
        message = {
            "message_id": secrets.token_hex(10),
            "date": self.clock.now_ms(),
            "from": {"id": person, "is_bot": False},
            "chat": {"id": person, "chat_type": "PRIVATE"},
            "text": text,
        }
        return {"events": [{"event_name": "message.text.received", "message": message}]}

    def _set_webhook(self, body: Mapping[str, Any]) -> web.Response:
        secret, url = str(body.get("secret_token", "")), str(body.get("url", ""))
        if not url or len(secret) not in _SECRET_LENGTHS:
            return _refusal(400, "url and secret_token of 8 to 256 letters are needed")
        self.webhook_url, self.settings.webhook_secret = url, secret
        return _accepted({"url": url, "updated_at": self.clock.now_ms()})

    def _send(self, body: Mapping[str, Any]) -> web.Response:
        chat, text = str(body.get("chat_id", "")), str(body.get("text", ""))
        if not chat or not 1 <= len(text) <= _MAX_TEXT:
            return _refusal(400, "text of 1 to 2000 letters is needed")
        if chat in self.settings.blocked:
            return _refusal(403, "Forbidden")
        if len(self.delivered) >= self.settings.month_quota:
            return _refusal(429, "Quota exceeded")
        sent = self.deliver(chat, text)
        return _accepted({"message_id": sent, "date": self.clock.now_ms()})


def _accepted(result: Mapping[str, Any]) -> web.Response:
    return json_answer({"ok": True, "result": result})


def _refusal(code: int, description: str) -> web.Response:
    """Under HTTP 200, as the platform answers: the code stands in the body."""
    return json_answer({"ok": False, "error_code": code, "description": description})
