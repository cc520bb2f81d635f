"""In front of both sites: a request is taken in whole before one of their few threads works on it.

Django works in threads, and a thread that waited for a slow phone would be one less for everybody.
So the event loop takes the body in and sends the answer out, and a thread has a request only from
its last byte to the last byte of its answer.
"""

import asyncio
import codecs
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, connection
from django.urls import Resolver404, resolve
from django.utils.http import parse_header_parameters

from keng.kit import alive, metrics
from keng.kit.bare_headers import bare_headers
from keng.kit.changes import STREAM_GRANT
from keng.kit.database import this_process
from keng.kit.health import Health
from keng.kit.machine_metrics import site_registry
from keng.kit.metrics_server import serve_metrics
from keng.kit.rate_limits import network_of_scope
from keng.kit.uploads import NO_FILES, SEALED_UPLOADS, FilesTaken, files_taken_by
from keng.site.bodies import (
    BodyIntake,
    BodyLimits,
    BodyRefused,
    CallerGone,
    RequestBody,
    RequestHead,
)
from keng.site.cookie_names import cookies_of_request
from keng.site.errors import BODY_NOT_TAKEN, TURNED_AWAY
from keng.site.request_turns import Caller, RequestTurns, TurnedAway

if TYPE_CHECKING:
    from keng.site.change_streams import ChangeStreams

REQUEST_THREADS = 4
# For a monitor. Answered here: it must not wait for a thread, nor for what every page asks first.
HEALTH_PATH = b"/health/"
# A connection that is closed while a body is still coming is reset, and with it the answer that the
# sender has not read yet. So what was refused is read on and forgotten (a "lingering close"), for
# less time than a process has to stop in, and for so many at once.
DISCARD_SECONDS, DISCARD_IDLE_SECONDS = 15.0, 5.0
MOST_DISCARDED = 64
# Whoever was too slow, or one too many, is let go at once.
_DISCARDED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
# How a form may be written. Python knows others that are no words at all, such as zlib, and reading
# a form by one of those ends in an error.
_CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
SiteAnswer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Front:
    """The ASGI application of a site, around its WSGI application."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        limits: BodyLimits | None = None,
        streams: "ChangeStreams | None" = None,
    ) -> None:
        self._application = application
        self._streams = streams
        self._bodies = BodyIntake(
            limits or BodyLimits(form_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        )
        self._turns = RequestTurns(REQUEST_THREADS)
        self._threads = ThreadPoolExecutor(REQUEST_THREADS, thread_name_prefix="request")
        # Whoever is told to come again is told so beside those whose turn it is.
        self._turning_away = ThreadPoolExecutor(1, thread_name_prefix="turning-away")
        self._health = Health(this_process())
        self._process = this_process()
        self._discarded = 0
        self._sign = alive.Heartbeat(self._process)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["raw_path"] == HEALTH_PATH:
            await self._answer_health(scope, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        serve_metrics(self._process, lambda: site_registry(self._process))
        beating = asyncio.create_task(self._beat())
        if self._streams is not None:
            self._streams.start()
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if self._streams is not None:
                    await self._streams.close()
                beating.cancel()
                self._sign.end()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _beat(self) -> None:
        """For as long as the threads that answer get to what is asked of them."""
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._threads, self._sign.beat)
            await asyncio.sleep(alive.BEAT_EVERY / 2)

    async def _answer_health(self, scope: Any, send: Any) -> None:
        status, method = 405, scope["method"]
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        headers += bare_headers()
        if method in {"GET", "HEAD"}:
            status = 200 if await self._health.is_well() else 503
            headers += self._health.headers(scope)
        else:
            headers.append((b"allow", b"GET, HEAD"))
        content = b"ok" if status == 200 else b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        caller = Caller(receive)
        try:
            await self._serve_caller(scope, caller, send)
        except CallerGone:
            return
        finally:
            caller.forget()

    async def _serve_caller(self, scope: Any, caller: Caller, send: Any) -> None:
        environ, body = wsgi_environ(scope), RequestBody()
        try:
            await self._take_in(environ, body, scope, caller.receive)
            began = time.perf_counter()
            status, headers, content = await self._answer_in_turn(environ, caller)
            metrics.requests.labels(self._process, metrics.status_class(status)).observe(
                time.perf_counter() - began
            )
        finally:
            body.drop()
        if (grant := environ.get(STREAM_GRANT)) and status == HTTPStatus.OK:
            if self._streams is not None and self._streams.may_open():
                headers = [each for each in headers if each[0] != b"content-length"]
                await self._streams.serve(grant, headers, caller.receive, send)
                return
            # Its page asks by itself, and for a stream again after a while.
            status = HTTPStatus.SERVICE_UNAVAILABLE
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        if environ.get(BODY_NOT_TAKEN) in _DISCARDED and self._discarded < MOST_DISCARDED:
            await send({"type": "http.response.body", "body": content, "more_body": True})
            await self._discard_rest(caller.receive)
            content = b""
        await send({"type": "http.response.body", "body": content})

    async def _answer_in_turn(self, environ: dict[str, Any], caller: Caller) -> SiteAnswer:
        """By one of the threads, or in words why there is none just now. Raises CallerGone."""
        loop = asyncio.get_running_loop()
        try:
            async with self._turns.turn(caller if _only_reads(environ) else None):
                return await loop.run_in_executor(self._threads, self._answer, environ)
        except TurnedAway:
            metrics.requests_turned_away.labels(self._process).inc()
            environ[TURNED_AWAY] = True
            return await loop.run_in_executor(self._turning_away, self._answer, environ)

    async def _discard_rest(self, receive: Any) -> None:
        """Read what still comes of a body that was refused."""
        self._discarded += 1
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                is_coming = True
                while is_coming:
                    async with asyncio.timeout(DISCARD_IDLE_SECONDS):
                        is_coming = (await receive()).get("more_body", False)
        except TimeoutError:
            return
        finally:
            self._discarded -= 1

    async def _take_in(
        self, environ: dict[str, Any], body: RequestBody, scope: Any, receive: Any
    ) -> None:
        if not _is_readable(environ.get("CONTENT_TYPE", "")):
            environ[BODY_NOT_TAKEN] = HTTPStatus.BAD_REQUEST
            # Or the page that says so would be made by it.
            environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"] = "", "0"
            return
        length = environ.get("CONTENT_LENGTH", "")
        is_open = "HTTP_TRANSFER_ENCODING" in environ
        if not is_open and length in {"", "0"}:
            return
        is_open = is_open or not length.isdecimal()
        head = RequestHead(
            network=network_of_scope(scope, behind_proxy=settings.BEHIND_TLS),
            length=None if is_open else int(length),
            content_type=environ.get("CONTENT_TYPE", ""),
        )
        files = _files_taken(environ)
        if files.only_from is not None:
            loop = asyncio.get_running_loop()
            may_send = await loop.run_in_executor(
                self._threads, _may_send_files, files.only_from, environ
            )
            files = files if may_send else files.from_stranger()
        try:
            await self._bodies.receive_body(body, receive, head=head, files=files)
        except BodyRefused as error:
            environ[BODY_NOT_TAKEN] = error.status
            body.drop()
            body.content = b""
        environ["CONTENT_LENGTH"] = str(len(body.content))
        environ["wsgi.input"] = BytesIO(body.content)
        environ[SEALED_UPLOADS] = body.sealed

    def _answer(self, environ: dict[str, Any]) -> SiteAnswer:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
            started[:] = [int(status[:3]), headers]

        # Whole, so that the thread is free before the first byte leaves: no page is large, and a
        # player gets a film in stretches.
        parts = self._application(environ, start_response)
        try:
            content = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        status, headers = started
        if BODY_NOT_TAKEN in environ:
            # The rest of the body is still on its way, and nobody will read it.
            headers.append(("Connection", "close"))
        encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        return status, encoded, content


def wsgi_environ(scope: Any) -> dict[str, Any]:
    """What WSGI calls a request, without its body."""
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        # With an underscore it would pass for one that the proxy sets.
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    return environ


def _only_reads(environ: dict[str, Any]) -> bool:
    """Whether nothing of it is lost that cannot be asked for again."""
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"} and BODY_NOT_TAKEN not in environ


def _is_readable(content_type: str) -> bool:
    """Whether the charset that a request names for its words, if it names one, is one for words."""
    try:
        _kind, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name in _CHARSETS
    except (LookupError, ValueError):
        return False


def _files_taken(environ: dict[str, Any]) -> FilesTaken:
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    try:
        return files_taken_by(resolve(path).func)
    except Resolver404:
        return NO_FILES


def _may_send_files(
    only_from: Callable[[Mapping[str, str]], bool], environ: dict[str, Any]
) -> bool:
    """Whether this browser may send any to the view that asks so. While nobody can say, not."""
    connection.close_if_unusable_or_obsolete()
    try:
        return only_from(cookies_of_request(environ))
    except (DatabaseError, SuspiciousOperation):
        return False
