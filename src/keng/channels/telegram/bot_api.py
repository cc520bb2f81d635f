"""The requests we make of the Bot API, and what its answers mean. The token stands in each path."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.upkeep import AccountCheck, AccountFinding, MediaLookup, WebhookRegistration
from keng.channels.wire import Reply, Request

TELEGRAM_HOST = "api.telegram.org"
_API_BASE = f"https://{TELEGRAM_HOST}"
_JSON = {"content-type": "application/json", "accept": "application/json"}
_BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
_TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,100}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_UPDATES = ["message", "my_chat_member"]
_GONE_WORDS = (
    "chat not found",
    "group is deactivated",
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked",
    "bot is not a member",
    "bot can't initiate conversation",
)
_NO_RIGHT_WORDS = ("have no rights to send", "chat_write_forbidden", "not enough rights")


def fault_of_token(value: str) -> str | None:
    """What is wrong with a bot's token; None where nothing is."""
    return None if _TOKEN.fullmatch(value) else "no token of a bot: 123456:ABC… is what one is like"


def fault_of_bot_name(value: str) -> str | None:
    """What is wrong with a bot's name; None where nothing is."""
    return None if _BOT_NAME.fullmatch(value) else "no name of a bot: 5 to 32 letters, digits or _"


def bot_page(settings: Mapping[str, str]) -> str:
    """Opens the chat with the bot; "" where no name of it is known."""
    name = settings.get("bot_name", "")
    return f"https://t.me/{name}" if name else ""


def bot_url(settings: Mapping[str, str], code: str) -> str:
    """Opens the chat with the code written into it already; "" where no name is known.

    Source: Telegram, "Deep linking" of the Bot Features page.
    """
    page = bot_page(settings)
    return f"{page}?start={code}" if page else ""


def fault_of_telegram_secret(value: str) -> str | None:
    """What is wrong with a secret of the webhook; None where nothing is."""
    if _WEBHOOK_SECRET.fullmatch(value):
        return None
    return "not 16 to 256 letters without accents, digits, _ or -"


def method_url(method: str, credentials: Mapping[str, str]) -> str:
    """The address of a method, the token in it."""
    return f"{_base(credentials)}/bot{quote(credentials.get('bot_token', ''), safe=':')}/{method}"


def telegram_request(
    method: str, body: Mapping[str, Any], credentials: Mapping[str, str], *, delivers: bool = True
) -> Request:
    """A call of a method with a body in JSON."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Request("POST", method_url(method, credentials), dict(_JSON), content, delivers=delivers)


def outcome_of_telegram_reply(reply: Reply) -> Outcome:
    """What an answer to a message means. The words decide where one code has many meanings."""
    body = reading.json_object(reply.body)
    if reply.status == 200 and body.get("ok") is True:
        result = reading.mapping(body.get("result"))
        return Outcome("sent", provider_id=reading.string(result.get("message_id"), 100))
    code = int(reading.number(body.get("error_code")) or reply.status)
    words = reading.string(body.get("description"), 300).lower()
    parameters = reading.mapping(body.get("parameters"))
    if code == 429:
        return _outcome_of_too_many(parameters)
    if moved := reading.string(parameters.get("migrate_to_chat_id"), 40):
        return Outcome("moved", new_address=moved, code="migrated", reason="group was migrated")
    if code in (400, 403):
        return _outcome_of_refusal(code, words)
    if code in (401, 404, 409):
        return Outcome("config", reason="the bot's token or webhook is wrong", code=str(code))
    return Outcome("unknown", reason=f"HTTP {reply.status}", code=str(code))


def _outcome_of_too_many(parameters: Mapping[str, Any]) -> Outcome:
    """The whole bot waits: the limit that was met is not told."""
    wait = reading.number(parameters.get("retry_after"))
    seconds = int(min(max(wait if wait is not None else 30, 1), 3600))
    return Outcome(
        "retry", after_seconds=seconds, reason="rate limit", code="429", rate_remaining=0
    )


def _outcome_of_refusal(code: int, words: str) -> Outcome:
    if any(each in words for each in _GONE_WORDS):
        return Outcome("gone", reason="blocked or left", code=str(code), scope="address")
    if any(each in words for each in _NO_RIGHT_WORDS):
        return Outcome("not_now", reason="the bot may not write there", code="no_rights")
    if code == 403:
        return Outcome("gone", reason="forbidden", code="403", scope="address")
    return Outcome("reject", reason="refused", code=str(code))


def _base(credentials: Mapping[str, str]) -> str:
    return https_beyond_this_machine(credentials.get("api_base") or _API_BASE).rstrip("/")


def _account_question(credentials: Mapping[str, str]) -> Request:
    return telegram_request("getMe", {}, credentials, delivers=False)


def _finding_of_account(reply: Reply) -> AccountFinding:
    body = reading.json_object(reply.body)
    if body.get("ok") is not True:
        words = reading.string(body.get("description"), 120) or f"HTTP {reply.status}"
        return AccountFinding(False, f"the provider says {words}: see `keng channel renew`")
    name = reading.string(reading.mapping(body.get("result")).get("username"), 80)
    return AccountFinding(True, f"the provider knows it as @{name}")


def _registration_request(credentials: Mapping[str, str], hook: str) -> Request:
    body = {
        "url": hook,
        "secret_token": credentials.get("webhook_secret", ""),
        "allowed_updates": _UPDATES,
        "max_connections": 20,
    }
    return telegram_request("setWebhook", body, credentials, delivers=False)


def _finding_of_registration(reply: Reply) -> AccountFinding:
    body = reading.json_object(reply.body)
    if body.get("ok") is True:
        return AccountFinding(True, "the provider posts to our webhook from now on")
    words = reading.string(body.get("description"), 120) or f"HTTP {reply.status}"
    return AccountFinding(False, f"the provider does not take our webhook: {words}")


def _file_question(credentials: Mapping[str, str], handle: str) -> Request:
    return telegram_request("getFile", {"file_id": handle}, credentials, delivers=False)


def _address_of_file(credentials: Mapping[str, str], reply: Reply) -> str:
    result = reading.mapping(reading.json_object(reply.body).get("result"))
    path = reading.string(result.get("file_path"), 500)
    if not path:
        return ""
    token = quote(credentials.get("bot_token", ""), safe=":")
    return f"{_base(credentials)}/file/bot{token}/{quote(path)}"


TELEGRAM_CHECK = AccountCheck(_account_question, _finding_of_account)
TELEGRAM_WEBHOOK = WebhookRegistration(_registration_request, _finding_of_registration)
MEDIA_LOOKUP = MediaLookup(_file_question, _address_of_file)
