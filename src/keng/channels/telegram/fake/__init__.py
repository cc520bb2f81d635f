"""A Bot API on 127.0.0.1 that verifies as hard as Telegram does."""

import hmac
import json
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, NamedTuple

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer
from keng.channels.telegram.webhook import TELEGRAM_SECRET_HEADER

_MAX_TEXT = 4096
_MAX_CAPTION = 1024
# The provider takes HTTPS alone; a demo on this machine has none.
_OUR_WEBHOOKS = ("https://", "http://127.0.0.1", "http://localhost")
MAX_FILE = 20 * 1024 * 1024


@dataclass(slots=True)
class TelegramSettings:
    """Who this bot is, and how much it may send. What is not given is drawn by lot."""

    bot_token: str = field(
        default_factory=lambda: f"7{secrets.randbelow(10**9):09d}:{secrets.token_urlsafe(26)}",
        repr=False,
    )
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    username: str = "keng_bot"
    per_second: int = 30
    group_per_minute: int = 20
    blocked: list[str] = field(default_factory=list)
    no_rights: list[str] = field(default_factory=list)
    migrated: dict[str, str] = field(default_factory=dict)
    """Groups that have become supergroups: from the old id to the new one."""


class _Refused(NamedTuple):
    code: int
    description: str
    parameters: dict[str, Any]


class FakeTelegram(FakeProvider):
    """One bot. `files` are what people sent, by handle."""

    title = "Telegram"
    settings: TelegramSettings

    def __init__(self, settings: TelegramSettings | None = None) -> None:
        super().__init__(settings or TelegramSettings())
        self.files: dict[str, bytes] = {}
        self.webhook: dict[str, Any] = {}
        self._sent: deque[float] = deque()
        self._sent_to_group: dict[str, deque[float]] = {}
        self._updates = 10_000

    def credentials(self) -> Credentials:
        """What the adapter needs to talk as this bot."""
        own = self.settings
        return Credentials(
            bot_token=own.bot_token, webhook_secret=own.webhook_secret, api_base=self.base
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.bot_token, self.settings.webhook_secret)

    def answer(self, call: ProviderCall) -> web.Response:
        file = f"/file/bot{self.settings.bot_token}/"
        if call.path.startswith(file):
            return self._file(call.path.removeprefix(file))
        prefix, _, method = call.path.removeprefix("/bot").rpartition("/")
        if not hmac.compare_digest(prefix.encode(), self.settings.bot_token.encode()):
            return _refusal(_Refused(401, "Unauthorized", {}))
        handlers = {
            "getMe": self._me,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "getFile": self._get_file,
            "getUpdates": self._get_updates,
        }
        handler = handlers.get(method)
        if handler is None:
            return _refusal(_Refused(404, "Not Found", {}))
        found = handler(call)
        return (
            _refusal(found)
            if isinstance(found, _Refused)
            else json_answer({"ok": True, "result": found})
        )

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """One update for each of `updates`; `tamper` sends another secret, `duplicate` twice."""
        secret = "wrong-secret" if order.get("tamper") else self.settings.webhook_secret
        headers = {"content-type": "application/json", TELEGRAM_SECRET_HEADER: secret}
        calls = []
        for update in order["updates"]:
            self._updates += 1
            body = json.dumps({"update_id": self._updates, **update}).encode()
            calls += [("POST", headers, body)] * (2 if order.get("duplicate") else 1)
        return calls

    def order_of_text(self, person: str, text: str) -> Mapping[str, Any]:
        who = {"id": int(person)}
        message = {
            "message_id": self._updates + 1,
            "date": int(self.clock.now()),
            "chat": {**who, "type": "private"},
            "from": {**who, "is_bot": False},
            "text": text,
        }
        return {"updates": [{"message": message}]}

    def _me(self, call: ProviderCall) -> dict[str, Any]:
        return {"id": 7, "is_bot": True, "username": self.settings.username}

    def _set_webhook(self, call: ProviderCall) -> Any:
        body = call.json()
        if not str(body.get("url", "")).startswith(_OUR_WEBHOOKS):
            return _Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided", {})
        self.webhook = body
        self.settings.webhook_secret = str(body.get("secret_token", ""))
        return True

    def _webhook_info(self, call: ProviderCall) -> dict[str, Any]:
        return {"url": self.webhook.get("url", ""), "pending_update_count": 0}

    def _get_updates(self, call: ProviderCall) -> Any:
        if self.webhook:
            words = "Conflict: can't use getUpdates method while webhook is active"
            return _Refused(409, words, {})
        return []

    def _send_message(self, call: ProviderCall) -> Any:
        body = call.json()
        text, chat = str(body.get("text", "")), str(body.get("chat_id", ""))
        if not text:
            return _Refused(400, "Bad Request: message text is empty", {})
        if len(text) > _MAX_TEXT:
            return _Refused(400, "Bad Request: message is too long", {})
        return self._refusal_of(chat) or self._accept(chat, text, b"")

    def _send_photo(self, call: ProviderCall) -> Any:
        fields = _multipart(call)
        chat, caption = fields.get("chat_id", b"").decode(), fields.get("caption", b"").decode()
        if not fields.get("photo"):
            return _Refused(400, "Bad Request: there is no photo in the request", {})
        if len(caption) > _MAX_CAPTION:
            return _Refused(400, "Bad Request: message caption is too long", {})
        return self._refusal_of(chat) or self._accept(chat, caption, fields["photo"])

    def _get_file(self, call: ProviderCall) -> Any:
        handle = str(call.json().get("file_id", ""))
        if handle not in self.files:
            return _Refused(400, "Bad Request: wrong file_id", {})
        if len(self.files[handle]) > MAX_FILE:
            return _Refused(400, "Bad Request: file is too big", {})
        return {"file_id": handle, "file_path": f"documents/{handle}"}

    def _file(self, path: str) -> web.Response:
        content = self.files.get(path.removeprefix("documents/"))
        return web.Response(status=404) if content is None else web.Response(body=content)

    def _refusal_of(self, chat: str) -> _Refused | None:
        own = self.settings
        if chat in own.migrated:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            return _Refused(400, words, {"migrate_to_chat_id": int(own.migrated[chat])})
        if chat in own.blocked:
            return _Refused(403, "Forbidden: bot was blocked by the user", {})
        if chat in own.no_rights:
            return _Refused(400, "Bad Request: have no rights to send a message", {})
        now = self.clock.now()
        limits = [(self._sent, own.per_second, 1.0)]
        if chat.startswith("-"):
            in_group = self._sent_to_group.setdefault(chat, deque())
            limits.append((in_group, own.group_per_minute, 60.0))
        for times, most, window in limits:
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= most:
                wait = max(1, int(times[0] + window - now + 0.999))
                return _Refused(
                    429, f"Too Many Requests: retry after {wait}", {"retry_after": wait}
                )
        for times, _most, _window in limits:
            times.append(now)
        return None

    def _accept(self, chat: str, text: str, image: bytes) -> dict[str, Any]:
        self.deliver(chat, text, image=image, is_group=chat.startswith("-"))
        return {"message_id": len(self.delivered), "chat": {"id": chat}}


def _refusal(refused: _Refused) -> web.Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refused.code,
        "description": refused.description,
    }
    if refused.parameters:
        body["parameters"] = refused.parameters
    return json_answer(body, refused.code)


def _multipart(call: ProviderCall) -> dict[str, bytes]:
    head = f"content-type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + call.body)
    found = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        found[str(name)] = content if isinstance(content, bytes) else b""
    return found
