"""The fake push service (RFC 8030) and its browsers (RFC 8291)."""

import json
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, running_provider
from keng.channels.web_push.encryption import CURVE, decrypt_push, public_point
from keng.channels.web_push.fake.vapid_check import fault_of_vapid, key_of_vapid
from keng.channels.web_push.subscription import to_base64url
from keng.channels.web_push.vapid import new_vapid_key

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_URGENCIES = {"very-low", "low", "normal", "high"}
_LONGEST_BODY = 4096


@dataclass(slots=True)
class PushSettings:
    """`per_minute`: how many pushes it takes; 0: any."""

    per_minute: int = 0
    vapid_private: str = field(default_factory=lambda: new_vapid_key()[0], repr=False)
    """What `credentials` gives whoever tries it without an account of their own."""


@dataclass
class WaitingPush:
    """What a browser that is off gets when it comes back, until then or never."""

    until: float
    topic: str
    words: dict[str, str]


@dataclass
class FakeBrowser:
    """One subscription, with the keys that only the browser has."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey
    auth: bytes
    shown: list[dict[str, str]] = field(default_factory=list)
    status: int = 201
    """What the service answers for it from now on."""
    server_key: str = ""
    """The only key that may send to it; empty: the first that does."""
    is_on: bool = True
    waiting: list[WaitingPush] = field(default_factory=list)

    def subscription(self) -> dict[str, Any]:
        """As PushSubscription.toJSON() says it."""
        keys = {"p256dh": to_base64url(public_point(self.private)), "auth": to_base64url(self.auth)}
        return {"endpoint": self.endpoint, "keys": keys}


class Refusal(Exception):
    """The service does not take this push."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class FakePushService(FakeProvider):
    """The browsers by their path. With `url` whoever serves that hands over what comes: `take`."""

    title = "Push"
    settings: PushSettings

    def __init__(self, url: str = "", settings: PushSettings | None = None) -> None:
        super().__init__(settings or PushSettings())
        self._url = url
        self._browsers: dict[str, FakeBrowser] = {}
        self._taken: deque[float] = deque()
        self._arrived = threading.Condition()

    @property
    def url(self) -> str:
        return self._url or self.base

    def credentials(self) -> Credentials:
        """What the adapter needs to push to its browsers."""
        return Credentials(
            vapid_private=self.settings.vapid_private,
            subject="mailto:canh-bao@keng.example",
            api_base=self.url,
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.vapid_private,)

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """None: a push service tells nobody what became of a push."""
        return []

    def browser(self, number: int = 0) -> FakeBrowser:
        """A new subscription; with `number` the same one whenever it is asked for with that."""
        path = f"/push/{len(self._browsers)}"
        secret = len(self._browsers).to_bytes(16)
        key = ec.derive_private_key(number, CURVE) if number else ec.generate_private_key(CURVE)
        browser = FakeBrowser(self.url + path, key, secret)
        self._browsers[path] = browser
        return browser

    def _message_items(self) -> str:
        """What the browsers showed, and before it how each is subscribed."""
        subscribed = "".join(
            f"<li><b>{escape(path)}</b><p>{escape(json.dumps(browser.subscription()))}</p></li>"
            for path, browser in list(self._browsers.items())[-10:]
        )
        return subscribed + super()._message_items()

    def answer(self, call: ProviderCall) -> web.Response:
        if call.method != "POST":
            return web.Response(status=405, headers={"allow": "POST"})
        status = self.status_of_push(call.path, call.headers, call.body)
        if status == 201:
            place = f"{self.url}/message/{len(self.journal)}"
            return web.Response(status=201, headers={"location": place})
        wait = {"retry-after": "30"} if status in (429, 503) else {}
        return web.Response(status=status, headers=wait)

    def status_of_push(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status for one request."""
        browser = self._browsers.get(path)
        if browser is None:
            return 404
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            self._check(browser, lower, body)
            words = _read_as_browser(browser, body)
        except Refusal as refusal:
            return refusal.status
        if browser.status == 201:
            self._pass_on(browser, lower, words)
        return browser.status

    def _check(self, browser: FakeBrowser, headers: Mapping[str, str], body: bytes) -> None:
        """Raises Refusal for what a push service does not take."""
        now, authorization = self.clock.now(), headers.get("authorization", "")
        if not authorization:
            raise Refusal(401, "nobody says who sends")
        if fault := fault_of_vapid(authorization, self.url, now):
            raise Refusal(403, fault)
        key = key_of_vapid(authorization)
        browser.server_key = browser.server_key or key
        if browser.server_key != key:
            raise Refusal(403, "another key than the browser subscribed to")
        ttl = headers.get("ttl", "")
        if not (ttl.isascii() and ttl.isdigit()):
            raise Refusal(400, "no TTL")
        if headers.get("urgency", "normal") not in _URGENCIES:
            raise Refusal(400, "no such urgency")
        if "topic" in headers and not _TOPIC.fullmatch(headers["topic"]):
            raise Refusal(400, "no topic of base64url, or longer than 32")
        if headers.get("content-encoding") != "aes128gcm":
            raise Refusal(415, "not encrypted by RFC 8291")
        if len(body) > _LONGEST_BODY:
            raise Refusal(413, "too long")
        self._count(now)

    def _count(self, now: float) -> None:
        while self._taken and self._taken[0] <= now - 60:
            self._taken.popleft()
        if self.settings.per_minute and len(self._taken) >= self.settings.per_minute:
            raise Refusal(429, "too many")
        self._taken.append(now)

    def _pass_on(
        self, browser: FakeBrowser, headers: Mapping[str, str], words: dict[str, str]
    ) -> None:
        if browser.is_on:
            self._show(browser, words)
            return
        topic, until = headers.get("topic", ""), self.clock.now() + int(headers["ttl"])
        if topic:
            browser.waiting = [each for each in browser.waiting if each.topic != topic]
        browser.waiting.append(WaitingPush(until, topic, words))

    def switch_on(self, browser: FakeBrowser) -> None:
        """It comes back and shows what waited and is not too old."""
        browser.is_on = True
        waiting, browser.waiting = browser.waiting, []
        for push in waiting:
            if push.until > self.clock.now():
                self._show(browser, push.words)

    def _show(self, browser: FakeBrowser, words: dict[str, str]) -> None:
        with self._arrived:
            browser.shown.append(words)
            name = browser.endpoint.removeprefix(self.url)
            self.deliver(name, f"{words.get('title', '')}\n\n{words.get('body', '')}")
            self._arrived.notify_all()

    def wait_for(self, browser: FakeBrowser, words: str, within: float = 40) -> dict[str, str]:
        """The newest notification with these words."""

        def matching() -> list[dict[str, str]]:
            return [one for one in browser.shown if words in f"{one['title']} {one['body']}"]

        with self._arrived:
            if not self._arrived.wait_for(matching, within):
                raise AssertionError(f"no push with {words!r}: {browser.shown}")
            return matching()[-1]


def _read_as_browser(browser: FakeBrowser, body: bytes) -> dict[str, str]:
    try:
        words = json.loads(decrypt_push(body, browser.private, browser.auth))
    except (InvalidTag, ValueError, IndexError):
        raise Refusal(400, "the browser cannot read it") from None
    if not isinstance(words, dict):
        raise Refusal(400, "no notification")
    return words


@contextmanager
def running_push_service() -> Iterator[FakePushService]:
    """A service for as long as the block runs."""
    with running_provider(FakePushService()) as service:
        yield service
