"""A gateway for text messages on 127.0.0.1 that answers as eSMS, SpeedSMS or VietGuys does."""

import base64
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer
from keng.channels.sms.fitting import sms_parts

SmsProfile = Literal["esms", "speedsms", "vietguys"]


@dataclass(slots=True)
class SmsSettings:
    """Which gateway it plays, and what it has. What is not given is drawn by lot."""

    profile: SmsProfile = "esms"
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    api_key: str = field(default_factory=lambda: secrets.token_hex(15).upper(), repr=False)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(15).upper(), repr=False)
    brand: str = "KENG"
    balance: int = 10_000
    """How many parts it may still send."""
    per_minute: int = 60
    dead: list[str] = field(default_factory=list)
    """Numbers behind which nobody is, as 0901234567."""


class FakeSms(FakeProvider):
    """Phones that show what they got; `parts` is what the carriers count."""

    title = "SMS"
    settings: SmsSettings

    def __init__(self, settings: SmsSettings | None = None) -> None:
        super().__init__(settings or SmsSettings())
        self.parts = 0
        self.receipt_urls: dict[str, str] = {}
        """By message, where it is told what became of it."""
        self._references: dict[str, str] = {}
        self._sent: deque[float] = deque()

    def credentials(self) -> Credentials:
        """What the adapter needs to send through this gateway."""
        own = self.settings
        return Credentials(
            profile=own.profile,
            api_key=own.api_key,
            secret_key=own.secret_key,
            brand=own.brand,
            webhook_secret=own.webhook_secret,
            api_base=self.base,
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.api_key, self.settings.secret_key)

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """eSMS's own word on a message: order {"id", "status"?, "is_failed"?}."""
        is_failed, sms_id = bool(order.get("is_failed")), str(order["id"])
        references = {sent: reference for reference, sent in self._references.items()}
        query = {
            "SMSID": sms_id,
            "SendFailed": str(int(is_failed)),
            "SendStatus": str(order.get("status", 5)),
            "SendSuccess": str(int(not is_failed)),
            "TotalPrice": "300.0000",
            "TotalReceiver": "1",
            "TotalSent": "1",
            "RequestId": references.get(sms_id, ""),
            "TypeId": "2",
            "telcoid": "1",
            "phonenumber": "0901234567",
        }
        return [("GET", {}, urlencode(query).encode())]

    async def emit(self, order: Mapping[str, Any], url: str) -> list[int]:
        """To the address that came with the message, whatever `url` says."""
        return await super().emit(order, self.receipt_urls[str(order["id"])])

    def answer(self, call: ProviderCall) -> web.Response:
        match (self.settings.profile, call.path):
            case ("esms", "/MainService.svc/json/SendMultipleMessage_V4_post_json/"):
                return json_answer(self._esms(call.json()))
            case ("speedsms", "/index.php/sms/send"):
                return self._speedsms(call)
            case ("vietguys", "/api/index.php"):
                return json_answer(self._vietguys(call.form()))
            case _:
                return web.Response(status=404)

    def _esms(self, body: Mapping[str, Any]) -> dict[str, Any]:
        own = self.settings
        if (body.get("ApiKey"), body.get("SecretKey")) != (own.api_key, own.secret_key):
            return {"CodeResult": "101", "ErrorMessage": "Authorize Failed"}
        if body.get("Brandname") != own.brand:
            return {"CodeResult": "104", "ErrorMessage": "Brandname not exist"}
        reference, phone = str(body.get("RequestId", "")), str(body.get("Phone", ""))
        if reference and reference in self._references:
            return {"CodeResult": "124", "SMSID": self._references[reference]}
        if not phone or phone in own.dead:
            return {"CodeResult": "108", "ErrorMessage": "Phone not valid"}
        sent = self._accept(phone, str(body.get("Content", "")))
        if not sent:
            return {"CodeResult": "103", "ErrorMessage": "Balance not enough"}
        self._references[reference] = sent
        if callback := str(body.get("CallbackUrl", "")):
            self.receipt_urls[sent] = callback
        return {"CodeResult": "100", "CountRegenerate": 0, "SMSID": sent}

    def _speedsms(self, call: ProviderCall) -> web.Response:
        own, body = self.settings, call.json()
        pair = base64.b64encode(f"{own.api_key}:x".encode()).decode()
        if call.headers.get("authorization") != f"Basic {pair}":
            return json_answer({"status": "error", "code": "008"}, 401)
        now = self.clock.now()
        while self._sent and self._sent[0] <= now - 60:
            self._sent.popleft()
        if len(self._sent) >= own.per_minute:
            return json_answer({}, 429, X_Rate_Limit_Reset="30")
        self._sent.append(now)
        phones = body.get("to") or []
        phone = "0" + str(phones[0])[2:] if phones and phones[0] else ""
        if not phone or phone in own.dead:
            return json_answer({"status": "error", "code": "105"})
        sent = self._accept(phone, str(body.get("content", "")))
        if not sent:
            return json_answer({"status": "error", "code": "300"})
        data = {"tranId": sent, "totalSMS": 1, "totalPrice": 250, "invalidPhone": []}
        return json_answer({"status": "success", "code": "00", "data": data})

    def _vietguys(self, form: Mapping[str, str]) -> dict[str, Any]:
        own = self.settings
        if (form.get("u"), form.get("pwd")) != (own.api_key, own.secret_key):
            return {"error": -5, "msgid": ""}
        reference = form.get("bid", "")
        if reference in self._references:
            return {"error": 0, "msgid": self._references[reference]}
        phone = "0" + form.get("phone", "")[2:]
        if len(phone) < 10 or phone in own.dead:
            return {"error": -10, "msgid": ""}
        sent = self._accept(phone, form.get("sms", ""))
        if not sent:
            return {"error": -9, "msgid": ""}
        self._references[reference] = sent
        return {"error": 0, "msgid": sent, "carrier": "VTL"}

    def _accept(self, phone: str, text: str) -> str:
        """The id of the message; empty where the money does not reach."""
        parts = sms_parts(text)
        if parts > self.settings.balance:
            return ""
        self.settings.balance -= parts
        self.parts += parts
        return self.deliver(phone, text)
