"""Provinces that publish summaries of their own, as real servers on this machine."""

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nacl.signing import SigningKey

from keng.merkle.notes import NoteKey, NoteKeyKind
from keng.national.province_instances import ProvinceInstance
from keng.national.summary_document import (
    LISTINGS_ADDRESS,
    SUMMARY_ADDRESS,
    ListingsReference,
    MonthFigures,
    SummaryDocument,
    WarningNotice,
)

MONDAY = dt.datetime(2026, 11, 30, 1, tzinfo=dt.UTC)
BAC_NINH, HO_CHI_MINH, HA_NOI = "24", "79", "01"
LISTINGS = b"".join(f"{hashlib.sha256(bytes([n])).hexdigest()}\n".encode() for n in range(3))


def summary_document(province: str, *, at: dt.datetime = MONDAY, **changed: Any) -> SummaryDocument:
    """A small one, signed at a moment."""
    plain = SummaryDocument(
        province=province,
        number=int(at.timestamp()),
        issued_at=at,
        valid_until=at + dt.timedelta(days=1),
        months=(
            MonthFigures("2026-10", 1, {"received": 120, "of_value": 40, "published": 3}),
            MonthFigures("2026-09", 2, {"received": 80, "of_value": "hidden", "published": 0}),
        ),
        warnings=(WarningNotice("BCD123", "scam_investment", 2, (province,), at),),
        listings=ListingsReference(3, hashlib.sha256(LISTINGS).hexdigest()),
    )
    return replace(plain, **changed)


@dataclass
class ProvinceAtWork:
    """What one province serves, and by which key."""

    province: str
    signs: SigningKey
    name: str
    note: bytes = b""
    listings: bytes = LISTINGS
    asked: list[tuple[str, str]] = field(default_factory=list)
    answer: Any = None
    """Instead of its files: called with the request."""
    port: int = 0

    @property
    def key(self) -> NoteKey:
        return NoteKey(self.name, NoteKeyKind.LOG, bytes(self.signs.verify_key))

    @property
    def instance(self) -> ProvinceInstance:
        return ProvinceInstance(
            self.province, f"http://127.0.0.1:{self.port}", self.key, is_private=True
        )

    def sign(self, text: str) -> bytes:
        signature = self.signs.sign(text.encode()).signature
        return f"{text}\n{self.key.line(signature)}".encode()

    def publish(self, **changed: Any) -> None:
        self.note = self.sign(summary_document(self.province, **changed).text)


@contextmanager
def province_at_work(province: str, **changed: Any) -> Iterator[ProvinceAtWork]:
    """Serves until the end."""
    works = ProvinceAtWork(
        province,
        SigningKey(hashlib.sha256(province.encode()).digest()),
        f"keng-{province}.example/log",
    )
    works.publish(**changed)

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            etag = self.headers.get("If-None-Match", "")
            works.asked.append((self.path, etag))
            if works.answer is not None:
                works.answer(self)
                return
            body = {SUMMARY_ADDRESS: works.note, LISTINGS_ADDRESS: works.listings}.get(self.path)
            own = f'"{hashlib.sha256(body or b"").hexdigest()}"'
            self.send_response(404 if body is None else 304 if etag == own else 200)
            self.send_header("ETag", own)
            self.end_headers()
            if body is not None and etag != own:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Who asked has hung up."""

    server = Server(("127.0.0.1", 0), Request)
    works.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield works
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def drip(request: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    request.send_response(200)
    request.end_headers()
    for _each in range(600):
        request.wfile.write(b"k")
        request.wfile.flush()
        time.sleep(0.05)
