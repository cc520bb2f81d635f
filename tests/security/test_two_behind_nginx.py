"""Two of each site behind the nginx of the guide: who is asked when one of them fails.

What may be repeated is asked of the other one, and nobody sees that the first failed. What may not
be is sent once, whatever becomes of it: a form that was taken before its process died would
otherwise be taken twice. A provider's call is repeated: a message that comes again is written once.
"""

import http.client
import os
import re
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.security.test_behind_nginx import PROGRAM, example, needs_nginx, wait_until
from tests.stack import free_ports

FORM = b"text=words"


class _Site(ThreadingHTTPServer):
    """One that counts what it is asked, and fails in one way."""

    def __init__(self, fails_by: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.fails_by = fails_by
        self.asked: Counter[str] = Counter()


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        # Everything has arrived by now.
        self.server.asked[self.command] += 1
        self.close_connection = True
        if self.server.fails_by == "dies":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(int(self.server.fails_by or 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def _behind_nginx(first: _Site, second: _Site, folder: Path) -> Iterator[int]:
    """The port of the residents' address; both of each site stand behind it, the first first."""
    with ExitStack() as ending:
        for site in (first, second):
            threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
            ending.callback(site.server_close)
            ending.callback(site.shutdown)
        public, desk = free_ports(2)
        words = example().replace("/var/log/nginx", str(folder))
        behind = " ".join(
            f"server 127.0.0.1:{site.server_port} max_fails=0;" for site in (first, second)
        )
        words, count = re.subn(r"server 127\.0\.0\.1:800\d max_fails=0;", behind, words)
        assert count == 3
        for port in (public, desk):
            words = words.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};", 1)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        file = folder / "nginx.conf"
        file.write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/pid;\n"
            f"events {{}}\nhttp {{\n{places}{words}\n}}\n"
        )
        assert PROGRAM is not None
        process = subprocess.Popen(
            [PROGRAM, "-e", f"{folder}/start.log", "-p", str(folder), "-c", str(file)],
            env=os.environ,
        )
        ending.callback(process.wait, 20)
        ending.callback(process.terminate)
        wait_until(lambda: _listens(public))
        yield public


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _status(port: int, method: str, path: str) -> int:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        caller.request(method, path, FORM if method == "POST" else None)
        with caller.getresponse() as answer:
            answer.read()
            return answer.status
    finally:
        caller.close()


@needs_nginx
@pytest.mark.parametrize(("fails_by", "status"), [("dies", 502), ("503", 503), ("502", 502)])
def test_a_page_is_asked_of_the_other_one_and_a_form_is_sent_once(
    tmp_path: Path, fails_by: str, status: int
) -> None:
    first, second = _Site(fails_by), _Site()
    with _behind_nginx(first, second, tmp_path) as port:
        # In turn one of them is asked first.
        assert [_status(port, "GET", "/") for _ in range(6)] == [200] * 6
        assert first.asked["GET"] == 3
        assert second.asked["GET"] == 6
        answers = Counter(_status(port, "POST", "/report/check/") for _ in range(6))
        assert answers == {200: 3, status: 3}
        assert (first.asked["POST"], second.asked["POST"]) == (3, 3)


@needs_nginx
@pytest.mark.parametrize("fails_by", ["dies", "503"])
def test_a_call_of_a_provider_is_sent_to_the_other_one(tmp_path: Path, fails_by: str) -> None:
    first, second = _Site(fails_by), _Site()
    with _behind_nginx(first, second, tmp_path) as port:
        assert [_status(port, "POST", "/hooks/zalo_oa/a") for _ in range(4)] == [200] * 4
    assert (first.asked["POST"], second.asked["POST"]) == (2, 4)


@needs_nginx
def test_a_form_reaches_the_other_one_where_the_first_is_not_there(tmp_path: Path) -> None:
    """Nothing was said to it yet, so nothing can have been taken."""
    first, second = _Site(), _Site()
    with _behind_nginx(first, second, tmp_path) as port:
        first.shutdown()
        first.server_close()
        assert [_status(port, "POST", "/report/check/") for _ in range(4)] == [200] * 4
    assert (first.asked["POST"], second.asked["POST"]) == (0, 4)


@needs_nginx
def test_with_both_at_503_each_visitor_is_told_and_none_is_locked_out_after(
    tmp_path: Path,
) -> None:
    first, second = _Site("503"), _Site("503")
    with _behind_nginx(first, second, tmp_path) as port:
        assert [_status(port, "GET", "/") for _ in range(4)] == [503] * 4
        first.fails_by = second.fails_by = ""
        assert [_status(port, "GET", "/") for _ in range(4)] == [200] * 4
