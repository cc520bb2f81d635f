"""What is sent slowly, in pieces or not to its end: it arrives whole, sealed, or leaves nothing."""

import http.client
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tests.load.web import field
from tests.security.slow import open_connection
from tests.stack import Stack

BOUNDARY = "kengkengkeng"
PLANTED = "chữ gieo vào tệp để tìm lại ".encode()


class Visitor:
    """Speaks HTTP to the residents' site by hand, and keeps its cookies."""

    def __init__(self, site: str, network: str = "10.9.9.9") -> None:
        self._site = urlsplit(site)
        self._network = network
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, body: bytes = b"", content_type: str = "", pace: float = 0.0
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """The status, the page and the headers; with `pace` so many bytes a second."""
        headers = {
            "Host": "localhost",
            "X-Forwarded-For": self._network,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://localhost{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body:
            headers |= {"Content-Type": content_type, "Content-Length": str(len(body))}
        place = (self._site.hostname or "", self._site.port)
        with closing(http.client.HTTPConnection(*place, timeout=900)) as connection:
            connection.putrequest("POST" if body else "GET", path, skip_host=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            step = 250 if pace else max(1, len(body))
            for start in range(0, len(body), step):
                connection.send(body[start : start + step])
                time.sleep(step / pace if pace else 0)
            answer = connection.getresponse()
            page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page, answer.headers

    def token(self, path: str) -> str:
        return field(self.ask(path)[1], "csrfmiddlewaretoken")

    def answer(self, step: str, **answers: str) -> int:
        path = f"/report/{step}/"
        form = {"csrfmiddlewaretoken": self.token(path), **answers}
        body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        return self.ask(path, body, "application/x-www-form-urlencoded")[0]

    def begin_report(self) -> None:
        for step, answers in (
            ("who-gets", {"desk": "province"}),
            ("what", {"topic": "scam"}),
            ("where", {"choice": "online"}),
        ):
            assert self.answer(step, **answers) == 303

    def describe(
        self, picture: bytes, *, token: str = "", pace: float = 0.0
    ) -> tuple[int, str, http.client.HTTPMessage]:
        path = "/report/describe/"
        body = form_with(token or self.token(path), picture)
        return self.ask(path, body, f"multipart/form-data; boundary={BOUNDARY}", pace)


def form_with(token: str, picture: bytes) -> bytes:
    parts = {"csrfmiddlewaretoken": token, "text": "words of a test", "happening": "unsure"}
    form = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    form += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attached"; filename="a.jpg"'
    form += "\r\nContent-Type: image/jpeg\r\n\r\n"
    # What begins like no picture is refused before anything else is asked.
    return form.encode() + b"\xff\xd8\xff\xe0" + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


def contents(files: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Those that are still there: a server removes some of its own meanwhile."""
    for path in files:
        try:
            content = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            continue
        yield path, content


def lying(stack: Stack) -> dict[Path, bytes]:
    return dict(contents((stack.data / "uploads").glob("*")))


def size_of_picture() -> int:
    """A real one where somebody wants to wait: KENG_TEST_NIGHTLY sends 1 MB, for seven minutes."""
    return 1_000_000 if os.environ.get("KENG_TEST_NIGHTLY") == "1" else 20_000


def test_a_picture_over_twenty_kilobits_a_second_is_not_refused(stack: Stack) -> None:
    before = lying(stack)
    visitor = Visitor(stack.public, "10.9.1.1")
    visitor.begin_report()
    picture = (PLANTED * 40_000)[: size_of_picture()]
    began = time.monotonic()
    assert visitor.describe(picture, pace=20_000 / 8)[0] == 303
    assert time.monotonic() - began > len(picture) / 2500
    (path,) = set(lying(stack)) - set(before)
    assert path.stat().st_size > len(picture)


def test_no_byte_of_an_upload_lies_on_the_disk_in_clear(stack: Stack) -> None:
    visitor = Visitor(stack.public, "10.9.1.2")
    visitor.begin_report()
    token = visitor.token("/report/describe/")
    body = form_with(token, PLANTED * 60_000)
    connection = open_connection(stack.public)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    head = (
        "POST /report/describe/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.9.1.2\r\n"
        f"X-Forwarded-Proto: https\r\nReferer: https://localhost/\r\nCookie: {cookies}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    before = lying(stack)
    with connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        until = time.monotonic() + 10
        while not set(lying(stack)) - set(before) and time.monotonic() < until:
            time.sleep(0.05)
        assert set(lying(stack)) - set(before)
        for folder, _folders, names in os.walk(stack.data):
            if "postgres" in Path(folder).parts:
                continue
            files = (Path(folder, name) for name in names)
            for path, content in contents(file for file in files if file.is_file()):
                assert PLANTED not in content, path
    # It hung up in the middle: nothing stays.
    until = time.monotonic() + 10
    while set(lying(stack)) - set(before) and time.monotonic() < until:
        time.sleep(0.05)
    assert set(lying(stack)) == set(before)


def test_a_form_without_end_in_sight_is_refused_in_words(stack: Stack) -> None:
    visitor = Visitor(stack.public)
    kind = "application/x-www-form-urlencoded"
    status, page, _headers = visitor.ask("/report/where/", b"q=" + b"a" * 600_000, kind)
    assert status == 413
    assert "Nội dung gửi lớn quá nên chưa nhận được" in page
    visitor.cookies["__Host-keng_language"] = "en"
    assert "This was too large to be received" in visitor.ask("/lookup/", b"a" * 600_000, kind)[1]


def test_whoever_is_still_sending_reads_why_it_was_refused(stack: Stack) -> None:
    visitor = Visitor(stack.public)
    kind = "application/x-www-form-urlencoded"
    body = b"q=" + b"a" * 600_000
    status, page, _headers = visitor.ask("/report/where/", body, kind, pace=500_000)
    assert status == 413
    assert "Nội dung gửi lớn quá nên chưa nhận được" in page


def test_what_browsers_and_clients_may_ask_for_is_answered(stack: Stack) -> None:
    def spoken(raw: bytes) -> bytes:
        with open_connection(stack.public) as connection:
            connection.sendall(raw)
            connection.settimeout(20)
            found = b""
            while b"\r\n\r\n" not in found:
                found += connection.recv(65536)
            return found

    host = b" HTTP/1.1\r\nHost: localhost\r\n"
    head = spoken(b"HEAD /" + host + b"\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert head.endswith(b"\r\n\r\n")
    waiting = spoken(
        b"POST /report/what/" + host + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    )
    assert waiting.startswith(b"HTTP/1.1 100 Continue")
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
    assert spoken(b"POST /report/what/" + host + chunks).startswith(b"HTTP/1.1 403")


def test_a_refused_form_leaves_no_file_and_a_sent_one_leaves_those_of_its_draft(
    stack: Stack,
) -> None:
    before = set(lying(stack))
    visitor = Visitor(stack.public, "10.9.1.4")
    visitor.begin_report()
    assert visitor.describe(PLANTED * 5000, token="b" * 64)[0] == 403
    body = form_with(visitor.token("/status/"), PLANTED * 5000)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    assert visitor.ask("/lookup/", body, kind)[0] < 500
    assert visitor.ask("/status/tip/", body, kind)[0] < 500
    assert set(lying(stack)) == before
    assert visitor.describe(PLANTED * 5000)[0] == 303
    assert len(set(lying(stack)) - before) == 1
