"""A gateway for calls on 127.0.0.1: it rings phones that say what they heard, and tell a key.

`emit {"id": of a call, "key": "1"}` presses a key in a call that waits for one; the gateway posts
it to the address that came with the call, whatever `url` says.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer


@dataclass(slots=True)
class VoiceSettings:
    """Whose gateway this is. What is not given is drawn by lot."""

    api_key: str = field(default_factory=lambda: f"SK.0.{secrets.token_urlsafe(18)}")
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    caller: str = "842471000000"


class FakeVoice(FakeProvider):
    """Every phone is answered at once."""

    title = "Calls"
    settings: VoiceSettings

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        super().__init__(settings or VoiceSettings())
        self.key_urls: dict[str, str] = {}
        """By call, where a key that is pressed in it is posted."""

    def credentials(self) -> Credentials:
        """What the adapter needs to call through this gateway."""
        own = self.settings
        return Credentials(
            profile="stringee",
            api_key=own.api_key,
            secret_key=own.secret_key,
            caller=own.caller,
            webhook_secret=own.webhook_secret,
            api_base=self.base,
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.secret_key,)

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """The key that was pressed, in Stringee's form."""
        pressed = {"time": str(self.clock.now_ms()), "dtmf": str(order["key"]), "timeout": False}
        body = json.dumps(pressed | {"call_id": str(order["id"]), "customField": ""})
        return [("POST", {"content-type": "application/json"}, body.encode())]

    async def emit(self, order: Mapping[str, Any], url: str) -> list[int]:
        return await super().emit(order, self.key_urls[str(order["id"])])

    def answer(self, call: ProviderCall) -> web.Response:
        if call.path != "/v1/call2/callout" or call.method != "POST":
            return web.Response(status=404)
        if not self._is_signed(call.headers.get("x-stringee-auth", "")):
            return json_answer({"r": 1, "message": "Token is invalid"})
        body = call.json()
        targets, actions = body.get("to") or [{}], body.get("actions") or [{}]
        number, text = str(targets[0].get("number", "")), str(actions[0].get("text", ""))
        if body.get("from", {}).get("number") != self.settings.caller:
            return json_answer({"r": 6, "message": "From number is not yours"})
        if not number.isdigit() or len(number) < 11 or not text:
            return json_answer({"r": 4, "message": "To number is invalid"})
        call_id = self.deliver(number, text)
        for action in actions:
            if action.get("action") == "input":
                self.key_urls[call_id] = str(action.get("eventUrl", ""))
        return json_answer({"r": 0, "message": "success", "call_id": call_id})

    def _is_signed(self, token: str) -> bool:
        """Whether the token is signed with the key's secret and still lives (RFC 7519)."""
        signed, _, signature = token.rpartition(".")
        key = self.settings.secret_key.encode()
        right = hmac.new(key, signed.encode(), hashlib.sha256).digest()
        try:
            claims = json.loads(_segment(signed.partition(".")[2]))
            is_right = hmac.compare_digest(_segment(signature), right)
        except ValueError:
            return False
        is_ours = claims.get("iss") == self.settings.api_key and claims.get("rest_api") is True
        return is_right and is_ours and claims.get("exp", 0) > self.clock.now()


def _segment(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
