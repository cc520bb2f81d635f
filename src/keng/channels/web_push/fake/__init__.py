"""A push service with its browsers, for tests: it checks the signature and reads what came.

with running() as service:
    browser = service.browser()             # what PushManager.subscribe would give
    service.wait_for(browser, "words")      # the notification, decrypted as a browser does
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keng.channels.web_push.encryption import CURVE, decrypt_push, public_point
from keng.channels.web_push.subscription import from_base64url, to_base64url


@dataclass
class FakeBrowser:
    """One subscription, with the keys that only the browser has."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey
    auth: bytes
    shown: list[dict[str, str]] = field(default_factory=list)
    status: int = 201
    """What the service answers for it from now on."""

    def subscription(self) -> dict[str, Any]:
        """As PushSubscription.toJSON() says it."""
        keys = {"p256dh": to_base64url(public_point(self.private)), "auth": to_base64url(self.auth)}
        return {"endpoint": self.endpoint, "keys": keys}


class FakePushService:
    """The browsers by their path. With `url` whoever serves that hands over what comes: `take`."""

    def __init__(self, url: str = "") -> None:
        self._browsers: dict[str, FakeBrowser] = {}
        self._arrived = threading.Condition()
        self.url = url
        if not url:
            self._make_server()

    def _make_server(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                self.send_response(service.take(self.path, dict(self.headers.items()), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def browser(self, number: int = 0) -> FakeBrowser:
        """A new subscription; with `number` the same one whenever it is asked for with that."""
        path = f"/push/{len(self._browsers)}"
        secret = len(self._browsers).to_bytes(16)
        key = ec.derive_private_key(number, CURVE) if number else ec.generate_private_key(CURVE)
        made = FakeBrowser(self.url + path, key, secret)
        self._browsers[path] = made
        return made

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """The status for one request."""
        browser = self._browsers.get(path)
        if browser is None:
            return 404
        given = {name.lower(): value for name, value in headers.items()}
        if not self._is_signed(given.get("authorization", "")) or "ttl" not in given:
            return 403
        if browser.status != 201:
            return browser.status
        try:
            words = json.loads(decrypt_push(body, browser.private, browser.auth))
        except (InvalidTag, ValueError):
            return 400
        with self._arrived:
            browser.shown.append(words)
            self._arrived.notify_all()
        return 201

    def _is_signed(self, authorization: str) -> bool:
        """Whether the token is for us, fresh, and signed with the key that stands beside it."""
        parts = dict(
            part.strip().split("=", 1)
            for part in authorization.removeprefix("vapid ").split(",")
            if "=" in part
        )
        try:
            signed, _dot, signature = parts["t"].rpartition(".")
            claims = json.loads(from_base64url(signed.split(".")[1]))
            key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(parts["k"]))
            raw = from_base64url(signature)
            pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
            key.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, KeyError, ValueError, IndexError):
            return False
        left = float(claims["exp"]) - time.time()
        return bool(claims["aud"] == self.url) and 0 < left <= 24 * 3600

    def wait_for(self, browser: FakeBrowser, words: str, within: float = 40) -> dict[str, str]:
        """The newest notification with these words."""

        def found() -> list[dict[str, str]]:
            return [one for one in browser.shown if words in f"{one['title']} {one['body']}"]

        with self._arrived:
            if not self._arrived.wait_for(found, within):
                raise AssertionError(f"no push with {words!r}: {browser.shown}")
            return found()[-1]


@contextmanager
def running_push_service() -> Iterator[FakePushService]:
    """A service for as long as the block runs."""
    service = FakePushService()
    service.start()
    try:
        yield service
    finally:
        service.stop()
