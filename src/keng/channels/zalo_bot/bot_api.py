"""The requests we make of the bot platform, and what its answers mean: HTTP 200 is not enough."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.upkeep import AccountCheck, AccountFinding, WebhookRegistration
from keng.channels.wire import Reply, Request
from keng.kit.times import local_date, start_of

ZALO_BOT_HOST = "bot-api.zaloplatforms.com"
_JSON = {"content-type": "application/json", "accept": "application/json"}
_SECRET_LENGTHS = range(8, 257)


def fault_of_zalo_bot_secret(value: str) -> str | None:
    """What is wrong with a secret of the webhook; None where nothing is."""
    if len(value) in _SECRET_LENGTHS and value.isascii() and value.isprintable():
        return None
    return "not 8 to 256 letters without accents, digits and signs"


def zalo_bot_request(
    method: str, body: Mapping[str, Any], credentials: Mapping[str, str], *, delivers: bool = True
) -> Request:
    """A call of a method, the token in its path."""
    base = https_beyond_this_machine(credentials.get("api_base") or f"https://{ZALO_BOT_HOST}")
    token = quote(credentials.get("bot_token", ""), safe=":")
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    url = f"{base.rstrip('/')}/bot{token}/{method}"
    return Request("POST", url, dict(_JSON), content, delivers=delivers)


def outcome_of_zalo_bot_reply(reply: Reply, now: datetime) -> Outcome:
    """What an answer to a message means."""
    body = reading.json_object(reply.body)
    if reply.status == 200 and body.get("ok") is True:
        result = reading.mapping(body.get("result"))
        return Outcome("sent", provider_id=reading.string(result.get("message_id"), 100))
    code = int(reading.number(body.get("error_code")) or reply.status)
    if code == 400:
        return Outcome("reject", reason="refused", code="400")
    if code in (401, 404):
        return Outcome("config", reason="the bot's token is wrong", code=str(code))
    if code == 403:
        return Outcome(
            "gone", reason="blocked, or never wrote to the bot", code="403", scope="address"
        )
    if code == 429:
        tomorrow = start_of(local_date(now) + timedelta(days=1)) + timedelta(minutes=5)
        return Outcome("not_now", until=tomorrow, reason="quota used", code="429")
    return Outcome("unknown", reason=f"HTTP {reply.status}", code=str(code))


def _account_question(credentials: Mapping[str, str]) -> Request:
    return zalo_bot_request("getMe", {}, credentials, delivers=False)


def _finding_of_account(reply: Reply) -> AccountFinding:
    body = reading.json_object(reply.body)
    if body.get("ok") is not True:
        words = reading.string(body.get("description"), 120) or f"HTTP {reply.status}"
        return AccountFinding(False, f"the provider says {words}: see `keng channel renew`")
    name = reading.string(reading.mapping(body.get("result")).get("account_name"), 80)
    return AccountFinding(True, f"the provider knows it as {name!r}")


def _registration_request(credentials: Mapping[str, str], hook: str) -> Request:
    body = {"url": hook, "secret_token": credentials.get("webhook_secret", "")}
    return zalo_bot_request("setWebhook", body, credentials, delivers=False)


def _finding_of_registration(reply: Reply) -> AccountFinding:
    body = reading.json_object(reply.body)
    if body.get("ok") is True:
        return AccountFinding(True, "the provider posts to our webhook from now on")
    words = reading.string(body.get("description"), 120) or f"HTTP {reply.status}"
    return AccountFinding(False, f"the provider does not take our webhook: {words}")


ZALO_BOT_CHECK = AccountCheck(_account_question, _finding_of_account)
ZALO_BOT_WEBHOOK = WebhookRegistration(_registration_request, _finding_of_registration)
