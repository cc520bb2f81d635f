"""The page of a country on HTTP: files of one folder, and nothing else is looked for."""

import logging
import os
import re
import shutil
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from keng.national.national_pages import CONTENT_TYPES, page_file

log = logging.getLogger(__name__)
_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,40}(?:\.en)?(\.[a-z]{3,4})")
# Whoever says nothing for so long is hung up on.
_SECONDS_OF_SILENCE = 10.0
_MOST_AT_ONCE = 100
_BYTES_AT_ONCE = 64 * 1024
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class NationalServer(ThreadingHTTPServer):
    """Listens until it is shut down; who comes while too many are answered is hung up on."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], folder: Path) -> None:
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__(address, partial(NationalRequest, folder))

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, if there is a place left."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The place is given back whatever happens."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody hung up, or a fault of ours: one line, and the next one is heard."""
        log.warning("A request was not answered.")


class NationalRequest(BaseHTTPRequestHandler):
    """One request for one file."""

    protocol_version = "HTTP/1.1"
    server_version = "keng-national"
    sys_version = ""
    timeout = _SECONDS_OF_SILENCE

    def __init__(self, folder: Path, *arguments: Any) -> None:
        self._folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """A file as it was written."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Its headers alone."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who reads is nobody's business."""

    def _answer(self, *, with_body: bool) -> None:
        name = self.path.partition("?")[0].removeprefix("/") or page_file("", "vi")
        parts = _FILE.fullmatch(name)
        kind = CONTENT_TYPES.get(parts[1], "") if parts else ""
        if not kind:
            self._send_missing()
            return
        try:
            with (self._folder / name).open("rb") as file:
                self._send_head(HTTPStatus.OK, kind, os.fstat(file.fileno()).st_size)
                if with_body:
                    # In parts: many large files are not held at once, and each has its own time.
                    shutil.copyfileobj(file, self.wfile, _BYTES_AT_ONCE)
        except FileNotFoundError:
            self._send_missing()

    def _send_missing(self) -> None:
        self._send_head(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", 0)

    def _send_head(self, status: HTTPStatus, kind: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "public, max-age=60")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "same-origin")
        if not kind.startswith("text/html"):
            # Pages and programs of others read it, too.
            self.send_header("Access-Control-Allow-Origin", "*")
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            # The body that nobody reads must not be heard as another request.
            self.send_header("Connection", "close")
        self.end_headers()
