"""Somebody reports over a line that is cut at every request, and presses the button again.

Each request is sent twice: the first time the line is cut, before the form has gone, after it has
gone, or in the middle of the answer. The second time it stays. A browser does the same: it keeps
what was typed on its page and its cookies, and knows nothing of an answer that never came.
"""

import re
import socket
import urllib.parse
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from random import Random

from tests.load.web import field as field_on

_BOUNDARY = "one-of-our-own-boundaries"
_WITHIN = 60.0
_CODE = re.compile(r"<output[^>]*>([0-9A-Z-]{19})</output>")
_REDIRECTS = {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
CUTS = ("half of the form has gone", "the form has gone", "half of the answer has come")


@dataclass
class CutLine:
    """A browser whose line is cut once in every request."""

    port: int
    address: str
    """The address on this machine that it calls from: networks are counted by it."""
    dice: Random
    cookies: dict[str, str] = field(default_factory=dict)
    cuts: list[str] = field(default_factory=list)
    """At which point each of its requests was cut."""

    def report(self, text: str, picture: bytes) -> str:
        """All questions and the sending; the receipt code."""
        for step, answers in (
            ("who-gets", {"desk": "province"}),
            ("what", {"topic": "scam"}),
            ("where", {"choice": "online"}),
        ):
            self._answer(step, answers)
        self._answer("describe", {"text": text, "happening": "unsure"}, picture)
        page = self._answer("name", {"wish": "anonymous"})
        sent = {name: field_on(page, name) for name in ("csrfmiddlewaretoken", "token")}
        found = _CODE.search(self._ask("/report/check/", urllib.parse.urlencode(sent).encode()))
        return found[1] if found else ""

    def status(self, code: str) -> str:
        """What the page of this report says."""
        token = field_on(self._ask("/status/"), "csrfmiddlewaretoken")
        form = {"csrfmiddlewaretoken": token, "code": code}
        return self._ask("/status/", urllib.parse.urlencode(form).encode())

    def _answer(self, step: str, answers: dict[str, str], picture: bytes = b"") -> str:
        path = f"/report/{step}/"
        said = {"csrfmiddlewaretoken": field_on(self._ask(path), "csrfmiddlewaretoken"), **answers}
        if not picture:
            return self._ask(path, urllib.parse.urlencode(said).encode())
        return self._ask(path, _form_with_picture(said, picture), _BOUNDARY)

    def _ask(self, path: str, body: bytes | None = None, boundary: str = "") -> str:
        """What the page says, after one line that was cut; it follows where the answer leads."""
        cut = self.dice.choice(CUTS)
        self.cuts.append(cut)
        self._call(path, body, boundary, cut=cut)
        status, leads_to, page = self._call(path, body, boundary)
        if status in _REDIRECTS:
            return self._ask(urllib.parse.urlsplit(leads_to).path)
        assert status == HTTPStatus.OK, (path, status, page[:500])
        return page

    def _call(
        self, path: str, body: bytes | None, boundary: str, *, cut: str = ""
    ) -> tuple[int, str, str]:
        """Status, where it leads and the page; nothing of it, and no cookie, where it is cut."""
        head = self._head(path, body, boundary)
        with socket.create_connection(
            ("127.0.0.1", self.port), _WITHIN, source_address=(self.address, 0)
        ) as line:
            if cut == CUTS[0]:
                whole = head + (body or b"")
                line.sendall(whole[: self.dice.randrange(len(head) // 2, len(whole))])
                return 0, "", ""
            line.sendall(head + (body or b""))
            if cut == CUTS[1]:
                return 0, "", ""
            if cut == CUTS[2]:
                line.recv(self.dice.randrange(1, 200))
                return 0, "", ""
            answer = HTTPResponse(line)
            answer.begin()
            page = answer.read().decode()
            for each in answer.headers.get_all("Set-Cookie") or ():
                self._keep_cookie(each)
            return answer.status, answer.headers.get("Location", ""), page

    def _head(self, path: str, body: bytes | None, boundary: str) -> bytes:
        host = f"localhost:{self.port}"
        kind = f"multipart/form-data; boundary={boundary}" if boundary else _FORM
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
            f"Host: {host}",
            "Connection: close",
            "Accept-Language: vi",
            *([f"Cookie: {cookies}"] if cookies else []),
        ]
        if body is not None:
            lines += [f"Origin: http://{host}", f"Content-Type: {kind}"]
            lines += [f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def _keep_cookie(self, written: str) -> None:
        for name, morsel in SimpleCookie(written).items():
            if morsel.value and morsel["max-age"] != "0":
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)


_FORM = "application/x-www-form-urlencoded"


def _form_with_picture(said: dict[str, str], picture: bytes) -> bytes:
    says = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{says}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in said.items()]
    head = f'{says}"attached"; filename="anh.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return b"".join([*parts, head.encode(), picture, f"\r\n--{_BOUNDARY}--\r\n".encode()])
