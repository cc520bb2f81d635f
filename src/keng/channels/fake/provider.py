"""One provider behind one port of this machine: what a fake of one channel is derived from.

A fake says in `answer` what its provider answers. The rest is the same for all: every call is
written down, faults that a test ordered come first, and under /_fake/ one may ask and change:

GET  journal   delivered   inbox (a page)   state
POST next {fault}   clear   clock {"set", "stopped", "advance"}   settings {..}   emit {..}
     write, fault, move-clock (the forms of that page)
"""

import asyncio
import contextlib
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import page
from keng.channels.fake.clock import FakeClock
from keng.channels.fake.faults import Fault, Faults

_ANSWER_SECONDS = 5.0
_MOST_SHOWN = 500
PAGE_FORMS = ("write", "fault", "move-clock")


@dataclass(slots=True)
class ProviderCall:
    """One request as a fake's handlers see it. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; an empty one for anything else."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def form(self) -> dict[str, str]:
        """The fields of a form, or of the query of a GET."""
        raw = self.body.decode() if self.method == "POST" else self.query
        return {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}


@dataclass(slots=True)
class CallRecord:
    """One call that came. `has_secret_in_query`: a secret stood where logs and proxies see it."""

    n: int
    at: float
    method: str
    path: str
    status: int = 0
    fault: str = ""
    has_secret_in_query: bool = False


@dataclass(slots=True)
class DeliveredText:
    """What somebody can read, or hear, now."""

    id: str
    at: float
    recipient: str
    text: str
    image: bytes = field(default=b"", repr=False)
    is_group: bool = False


def json_answer(value: object, status: int = 200, **headers: str) -> web.Response:
    """An answer in JSON; the names of further headers have _ for -."""
    text = json.dumps(value, ensure_ascii=False)
    more = {name.replace("_", "-"): content for name, content in headers.items()}
    return web.Response(text=text, status=status, headers=more, content_type="application/json")


class FakeProvider(ABC):
    """Settings are a dataclass of the fake's own, which /_fake/settings changes field by field."""

    title = "fake"
    webhook_url = ""
    """Where what somebody writes by the page of the inbox is posted; empty: nobody can."""

    page_faults: page.PageFaults = page.HTTP_FAULTS
    """What may be ordered on the page."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.clock = FakeClock()
        self.faults = Faults()
        self.journal: list[CallRecord] = []
        self.delivered: list[DeliveredText] = []
        self.posted: list[tuple[int, float]] = []
        """Status (0: no answer) and seconds of each webhook call that this fake made."""
        self.base = ""

    @abstractmethod
    def answer(self, call: ProviderCall) -> web.Response:
        """What the provider answers."""

    @abstractmethod
    def credentials(self) -> Credentials:
        """What the adapter needs to talk to it."""

    def secrets(self) -> tuple[str, ...]:
        """What may stand in no query."""
        return ()

    @abstractmethod
    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """What `emit` posts for an order of a test: method, headers and body of each call."""

    def order_of_text(self, person: str, text: str) -> Mapping[str, Any]:
        """What `emit` is to post where this person writes these words. ValueError: nobody can."""
        raise ValueError("nobody writes by it")

    def deliver(
        self, recipient: str, text: str, *, image: bytes = b"", is_group: bool = False
    ) -> str:
        """Somebody can read it from now on; its id."""
        sent = DeliveredText(
            f"{self.title}-{len(self.delivered) + 1}",
            self.clock.now(),
            recipient,
            text,
            image,
            is_group,
        )
        self.delivered.append(sent)
        return sent.id

    def texts_of(self, recipient: str) -> list[str]:
        """What one person or group can read, oldest first."""
        return [each.text for each in self.delivered if each.recipient == recipient]

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[None]:
        """Listen on 127.0.0.1 while this lasts."""
        runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def emit(self, order: Mapping[str, Any], url: str) -> list[int]:
        """Post to the webhook at `url` what the provider would; the statuses (0: no answer)."""
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            return [await self._post(session, url, *call) for call in self.webhook_calls(order)]

    async def _post(
        self,
        session: aiohttp.ClientSession,
        url: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
    ) -> int:
        began = time.monotonic()
        status = 0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            target = f"{url}?{body.decode()}" if method == "GET" else url
            data = None if method == "GET" else body
            async with session.request(method, target, data=data, headers=headers) as reply:
                await reply.read()
                status = reply.status
        self.posted.append((status, time.monotonic() - began))
        return status

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = ProviderCall(request.method, request.path, request.query_string, headers)
        if call.path.startswith("/_fake/"):
            call.body = await request.read()
            return await self._control(call)
        fault = self.faults.next_fault(call.path)
        entry = self._log_call(call, fault)
        if fault is not None and fault.drop == "before_read":
            return cut_connection(request)
        call.body = await request.read()
        is_replaced = fault is not None and fault.replaces
        response = ordered_answer(fault) if fault and is_replaced else self.answer(call)
        entry.status = response.status
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.drop:
                return cut_connection(request)
            if fault.truncate is not None:
                return await truncated_answer(request, response, fault.truncate)
        return response

    def _log_call(self, call: ProviderCall, fault: Fault | None) -> CallRecord:
        has_secret = any(secret and secret in call.query for secret in self.secrets())
        entry = CallRecord(
            len(self.journal),
            self.clock.now(),
            call.method,
            _without_secrets(call.path, self.secrets()),
            fault=fault.name if fault else "",
            has_secret_in_query=has_secret,
        )
        self.journal.append(entry)
        return entry

    async def _control(self, call: ProviderCall) -> web.Response:
        name = call.path.removeprefix("/_fake/")
        try:
            if call.method == "GET":
                return self._shown(name)
            if name in PAGE_FORMS:
                return await self._sent_form(name, call.form())
            return json_answer(await self._changed(name, json.loads(call.body or b"{}")))
        except (KeyError, TypeError, ValueError) as error:
            return json_answer({"error": f"{type(error).__name__}: {error}"}, 400)

    def _shown(self, name: str) -> web.Response:
        if name == "journal":
            return json_answer([asdict(entry) for entry in self.journal])
        if name == "delivered":
            shown = [asdict(each) | {"image": len(each.image)} for each in self.delivered]
            return json_answer(shown)
        if name == "inbox":
            return self._page()
        if name == "state":
            leaks = sum(entry.has_secret_in_query for entry in self.journal)
            return json_answer(
                {
                    "now": self.clock.now(),
                    "calls": len(self.journal),
                    "delivered": len(self.delivered),
                    "secrets_in_queries": leaks,
                }
            )
        raise KeyError(name)

    async def _sent_form(self, name: str, form: Mapping[str, str]) -> web.Response:
        """A form of the page was sent; it is shown anew with what became of it."""
        if name == "write":
            order = self.order_of_text(form["person"], form["text"])
            (status,) = await self.emit(order, self.webhook_url)
            return self._page(f"Webhook: HTTP {status}")
        if name == "move-clock":
            self.clock.advance(60 * float(form["minutes"]))
            return self._page("Đã chỉnh đồng hồ.")
        if form.get("do") == "clear":
            self.faults.clear()
            return self._page("Đã bỏ hết lỗi.")
        words, fault = self.page_faults[form["fault"]]
        count = min(max(int(form["count"]), 1), 1000)
        self.faults.next(**fault, address=form.get("address", ""), count=count)
        return self._page(f"Đã đặt lỗi: {words}.")

    async def _changed(self, name: str, body: Mapping[str, Any]) -> object:
        if name == "next":
            self.faults.next(**body)
        elif name == "clear":
            self.faults.clear()
        elif name == "clock":
            if "set" in body:
                self.clock.set(float(body["set"]), stopped=bool(body.get("stopped")))
            self.clock.advance(float(body.get("advance", 0)))
        elif name == "settings":
            self._change_settings(body)
        elif name == "emit":
            return await self.emit(body, str(body["url"]))
        else:
            raise KeyError(name)
        return {"ok": True}

    def _change_settings(self, body: Mapping[str, Any]) -> None:
        known = {each.name for each in fields(self.settings)}
        for name, value in body.items():
            if name not in known:
                raise KeyError(name)
            setattr(self.settings, name, value)

    def _page(self, result: str = "") -> web.Response:
        """For curious eyes and for a test's browser, newest last; `result` of the last form."""
        parts = [
            page.status_line(result),
            page.messages_part(self._message_items()),
            page.writing_part() if self.webhook_url else "",
            page.faults_part(self.page_faults, self.faults.waiting),
            page.clock_part(self.clock),
            page.calls_part(self.journal),
        ]
        text = page.fake_page(self.title, *parts)
        return web.Response(text=text, content_type="text/html")

    def _message_items(self) -> str:
        return page.message_items(self.delivered[-_MOST_SHOWN:])


def _without_secrets(path: str, secrets: tuple[str, ...]) -> str:
    """Some providers want their token in the path; the journal is read by people."""
    for secret in filter(None, secrets):
        path = path.replace(secret, "…")
    return path


def ordered_answer(fault: Fault) -> web.Response:
    """What a test ordered in place of the provider's answer."""
    status = fault.status or 200
    if isinstance(fault.body, str):
        return web.Response(text=fault.body, status=status)
    return json_answer(fault.body if fault.body is not None else {}, status)


def cut_connection(request: web.BaseRequest) -> web.Response:
    """Close the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def truncated_answer(
    request: web.BaseRequest, response: web.Response, count: int
) -> web.StreamResponse:
    """Promise the whole answer, send the first bytes of it, and close."""
    whole = response.body if isinstance(response.body, bytes) else b""
    part = web.StreamResponse(status=response.status)
    part.content_type = "application/json"
    part.content_length = len(whole)
    await part.prepare(request)
    await part.write(whole[:count])
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
    return part


class Served(Protocol):
    """What can be run in a thread: one provider, or several behind one port."""

    title: str

    def serving(self, port: int = 0) -> contextlib.AbstractAsyncContextManager[None]: ...


FakeT = TypeVar("FakeT", bound=Served)


@contextlib.contextmanager
def running_provider(fake: FakeT, *, port: int = 0) -> Iterator[FakeT]:
    """The fake in a thread of this process, for tests. Raises OSError where the port is taken."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    up = threading.Event()
    failed: list[BaseException] = []

    async def serve() -> None:
        async with fake.serving(port):
            up.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(serve())
        except OSError as error:
            failed.append(error)
        finally:
            loop.close()
            up.set()

    thread = threading.Thread(target=work, name=f"fake-{fake.title}", daemon=True)
    thread.start()
    up.wait()
    if failed:
        thread.join()
        raise failed[0]
    try:
        yield fake
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()
