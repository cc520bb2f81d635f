"""A small file that unfolds into hundreds of megabytes costs the sites nothing and no minute."""

import contextlib
import http.cookiejar
import io
import re
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Self

import pytest
from PIL import Image

from tests.load.web import field
from tests.stack import Stack

MB = 1024
# What the site may grow by while it takes five of them: the files themselves, and no pixel.
MOST_GROWTH = 60 * MB
WITHIN = 60.0
_CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
STEPS = (
    ("who-gets", {"desk": "province"}),
    ("what", {"topic": "scam"}),
    ("where", {"choice": "online"}),
)


@pytest.fixture(scope="module")
def stack():
    with Stack(bare=True) as running:
        yield running


def bomb() -> bytes:
    """60 million pixels with their transparency in a quarter of a megabyte."""
    made = io.BytesIO()
    Image.new("RGBA", (7740, 7740), (200, 10, 10, 255)).save(made, "PNG")
    return made.getvalue()


class Visitor:
    """A browser without a screen that reports with files."""

    def __init__(self, site: str) -> None:
        self._site = site
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def report(self, files: list[bytes]) -> str:
        """The receipt code."""
        for step, answers in STEPS:
            self._answer(step, answers)
        self._answer("describe", {"text": "Có người gửi ảnh lạ", "happening": "unsure"}, files)
        page = self._answer("name", {"wish": "anonymous"})
        names = ("csrfmiddlewaretoken", "token")
        sent = self._open("/report/check/", {name: field(page, name) for name in names})
        found = _CODE.search(sent)
        assert found, sent
        return found[0]

    def status(self, code: str) -> str:
        """What the page of the report says."""
        token = field(self._open("/status/"), "csrfmiddlewaretoken")
        return self._open("/status/", {"csrfmiddlewaretoken": token, "code": code})

    def _answer(self, step: str, answers: dict[str, str], files: list[bytes] | None = None) -> str:
        path = f"/report/{step}/"
        form = {"csrfmiddlewaretoken": field(self._open(path), "csrfmiddlewaretoken"), **answers}
        return self._open(path, form, files)

    def _open(
        self, path: str, form: dict[str, str] | None = None, files: list[bytes] | None = None
    ) -> str:
        data, headers = None, {}
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
        if form is not None and files:
            data = _parts(form, files)
            headers["Content-Type"] = "multipart/form-data; boundary=edge"
        request = urllib.request.Request(self._site + path, data, headers)
        with self._opener.open(request, timeout=WITHIN) as answer:
            return str(answer.read().decode())


def _parts(form: dict[str, str], files: list[bytes]) -> bytes:
    lines = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    lines += [
        b'--edge\r\nContent-Disposition: form-data; name="attached"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + content + b"\r\n"
        for content in files
    ]
    return b"".join(lines) + b"--edge--\r\n"


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, children.read_text().split())
    return found


def resident(pid: int) -> int:
    """Kilobytes in memory of the process with its children."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{each}/status").read_text()
            total += int((re.search(r"VmRSS:\s+(\d+)", status) or [0, 0])[1])
    return total


class Peaks:
    """The most that each process took while this was open."""

    def __init__(self, **pids: int) -> None:
        self._pids = pids
        self.before = {name: resident(pid) for name, pid in pids.items()}
        self.most = dict(self.before)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._end.set()
        self._thread.join()

    def grown(self, name: str) -> int:
        """Kilobytes."""
        return self.most[name] - self.before[name]

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            for name, pid in self._pids.items():
                self.most[name] = max(self.most[name], resident(pid))


def test_five_bombs_in_a_report_are_taken_at_once_and_the_site_stays_small(stack):
    content = bomb()
    assert len(content) < 300_000
    visitor, pids = Visitor(stack.public), {n: stack.pid(n) for n in ("public", "worker")}
    Visitor(stack.public).report([])  # What a first report loads is not the picture's.
    with Peaks(**pids) as peaks:
        began = time.monotonic()
        code = visitor.report([content] * 5)
        took = time.monotonic() - began
        assert peaks.grown("public") < MOST_GROWTH
        deadline = time.monotonic() + WITHIN
        while "không mở được" not in (page := visitor.status(code)):
            assert time.monotonic() < deadline, page
            time.sleep(0.2)
    print(f"taken in {took:.1f} s; grown by", {name: peaks.grown(name) for name in pids})
    assert peaks.grown("public") < MOST_GROWTH
    # The worker itself, and one child at a time beside it.
    assert peaks.grown("worker") < 300_000_000 / 1024 + MOST_GROWTH
