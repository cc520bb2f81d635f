"""Many browsers in one process, each with an address and cookies of its own, a page a minute each.

python -m keng_dev.bench.crowd_callers CROWD ANSWERS reads a Crowd as JSON, and writes what it found
as JSON into the second file: what callers of ten minutes found is more than a pipe takes at once.
They speak as the proxy in front does: one request a connection, and whose it is in a header.
"""

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import uvloop

ADDRESS = "127.0.0.1"
PAGE_EVERY = 60.0
# Whoever waits longer has gone.
ANSWERED_WITHIN = 30.0
# What people paste into the look-up.
NUMBER = "0912 {:03d} 415"
_FIELD = re.compile(rb'<input[^>]*name="csrfmiddlewaretoken"[^>]*value="([^"]*)"')
_STREAM = "/changes/"
_HEARD = {"alarm": ("alarm bar", "/alarm/"), "tips": ("news of the list", "/tips/news/")}
# How soon a page asks after its stream spoke (changes.js).
_ASKS_WITHIN = 0.3
_OPENS_AGAIN_AFTER = 20.0


@dataclass
class Browser:
    """One visitor: who they are to the proxy, their cookies, and what they open in turn."""

    address: str
    pages: list[str]
    """Kinds of Page, in the order in which they come; then from the first again."""
    cookies: dict[str, str] = field(default_factory=dict)
    code: str = ""
    """A resident's receipt code."""
    tip: str = ""
    """The address of the tip that an officer opens."""
    has_stream: bool = False


@dataclass
class Crowd:
    """What one process of callers does."""

    port: int
    browsers: list[Browser]
    seconds: float
    warms_seconds: float = 0.0
    """For so long at first, how late an answer is does not count; what it is does."""
    one_after_the_other: bool = False
    """Each opens one page of each kind and waits for it: nobody else asks meanwhile."""


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    crowd = Crowd(**{**told, "browsers": [Browser(**each) for each in told["browsers"]]})
    Path(sys.argv[2]).write_text(json.dumps(uvloop.run(_Callers(crowd).call())))


def crowd_as_json(crowd: Crowd) -> str:
    """For the file that a process of callers reads."""
    return json.dumps(asdict(crowd))


class _Callers:
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._ms: defaultdict[str, list[float]] = defaultdict(list)
        self._answers: Counter[str] = Counter()
        self._streams_lost = 0
        self._counts_from = time.perf_counter() + crowd.warms_seconds

    async def call(self) -> dict[str, object]:
        """Until the time is over; what was answered, how late, and for how much CPU."""
        if self._crowd.one_after_the_other:
            for browser in self._crowd.browsers:
                for page in dict.fromkeys(browser.pages):
                    await self._open_page(browser, page)
        else:
            until = time.monotonic() + self._crowd.seconds
            count = len(self._crowd.browsers)
            await asyncio.gather(
                *(
                    self._live(browser, n * PAGE_EVERY / count, until)
                    for n, browser in enumerate(self._crowd.browsers)
                )
            )
        return {
            "ms": self._ms,
            "answers": self._answers,
            "streams_lost": self._streams_lost,
            "cpu": time.process_time(),
        }

    async def _live(self, browser: Browser, begins_after: float, until: float) -> None:
        """By its own clock, however late answers are: a crowd does not wait for a slow server."""
        at = time.monotonic() + begins_after
        await asyncio.sleep(begins_after)
        listening = asyncio.create_task(self._listen(browser)) if browser.has_stream else None
        number = random.randrange(len(browser.pages))  # noqa: S311 -- no secret
        while time.monotonic() < until:
            await self._open_page(browser, browser.pages[number % len(browser.pages)])
            number += 1
            at += PAGE_EVERY
            await asyncio.sleep(max(min(at, until) - time.monotonic(), 0))
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _open_page(self, browser: Browser, page: str) -> None:
        match page:
            case "home page":
                await self._ask(browser, page, "/")
            case "look-up":
                number = NUMBER.format(random.randrange(1000))  # noqa: S311 -- no secret
                await self._ask(browser, page, "/lookup/", {"q": number})
            case "report form":
                await self._ask(browser, page, "/report/who-gets/")
            case "receipt page":
                await self._open_receipt(browser)
            case "list of tips":
                await self._ask(browser, page, "/tips/")
            case "tip":
                await self._ask(browser, page, browser.tip)
            case "what waits":
                await self._ask(browser, page, "/waiting/")
            case _:
                raise ValueError(page)

    async def _open_receipt(self, browser: Browser) -> None:
        """The code is typed once in a browser; then the page is opened again and again."""
        if browser.code:
            asked = await self._ask(browser, "question for the code", "/status/")
            token = _FIELD.search(asked)
            if token is None:
                self._answers["no field for the code"] += 1
                return
            form = {"csrfmiddlewaretoken": token[1].decode(), "code": browser.code}
            await self._ask(browser, "code sent", "/status/", form)
            browser.code = ""
        await self._ask(browser, "receipt page", "/status/tip/")

    async def _ask(
        self, browser: Browser, page: str, path: str, form: dict[str, str] | None = None
    ) -> bytes:
        began, status, body = time.perf_counter(), "unanswered", b""
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ANSWERED_WITHIN):
                status, body = await self._answer(browser, path, form)
        self._answers[status] += 1
        if began >= self._counts_from:
            self._ms[page].append((time.perf_counter() - began) * 1000)
        return body

    async def _answer(
        self, browser: Browser, path: str, form: dict[str, str] | None
    ) -> tuple[str, bytes]:
        async with self._line() as (reader, writer):
            writer.write(_request(browser, path, form, "Connection: close"))
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookie, _, content = value.strip().partition(";")[0].partition("=")
                browser.cookies[cookie] = content
        return lines[0].split(" ")[1] if lines[0] else "unanswered", body

    async def _listen(self, browser: Browser) -> None:
        """Hear of changes as a page of the desk does; a stream that ends is opened again."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._hear(browser)
            await asyncio.sleep(_OPENS_AGAIN_AFTER * (0.5 + random.random()))  # noqa: S311 -- no secret

    async def _hear(self, browser: Browser) -> None:
        async with self._line() as (reader, writer):
            writer.write(_request(browser, _STREAM, None, "Accept: text/event-stream"))
            status = await reader.readline()
            if b" 200 " not in status:
                self._answers[status.split(b" ")[1].decode() if status else "unanswered"] += 1
                return
            while line := await reader.readline():
                kind = line.decode().strip().removeprefix("event: ")
                if kind in _HEARD:
                    page, path = _HEARD[kind]
                    await asyncio.sleep(random.random() * _ASKS_WITHIN)  # noqa: S311 -- no secret
                    if kind == "tips":
                        path = f"{path}?at={time.time():.3f}&known=&folder=open"
                    await self._ask(browser, page, path)
        self._streams_lost += 1

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(ADDRESS, self._crowd.port)
        try:
            yield reader, writer
        finally:
            writer.close()


def _request(browser: Browser, path: str, form: dict[str, str] | None, *more: str) -> bytes:
    body = urlencode(form).encode() if form else b""
    lines: Sequence[str] = (
        f"{'POST' if form else 'GET'} {path} HTTP/1.1",
        "Host: localhost",
        # What the proxy in front says, of which it is the only one that may.
        "X-Forwarded-Proto: https",
        f"X-Forwarded-For: {browser.address}",
        "Origin: https://localhost",
        "Accept-Language: vi",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in browser.cookies.items())}",
        *(("HX-Request: true",) if path.startswith(("/alarm/", "/tips/news/")) else ()),
        *((f"Content-Length: {len(body)}",) if form else ()),
        *(("Content-Type: application/x-www-form-urlencoded",) if form else ()),
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


if __name__ == "__main__":
    main()
