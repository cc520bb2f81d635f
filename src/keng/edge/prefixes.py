"""Looking up by a prefix: whoever asks compares at home, and no answer tells how much is in it.

GET /lookup/v1/prefix/<4 hex digits> answers with the SHA-256 hashes of all confirmed entries that
begin so. Four digits make 65,536 answers: some two thousand of the mobile numbers in use in Vietnam
share each, so a question does not tell which one was meant, and of a million entries each answer
holds about fifteen. Every answer has the same number of hashes, filled up with some that stand for
nothing and never change, so that its length says nothing on the way.
"""

import asyncio
import contextlib
import hashlib
import logging
import math
import re
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings

from keng.edge.http import Scope, Send
from keng.kit import times
from keng.kit.bare_headers import bare_headers
from keng.kit.database import session_name
from keng.kit.rate_limits import RateLimits, limit_of_setting, network_of_scope
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.kit.secrets import derive_key
from keng.kit.task_ending import end_tasks

logger = logging.getLogger(__name__)
PREFIX_DIGITS = 4
_PREFIX = re.compile(rf"[0-9a-f]{{{PREFIX_DIGITS}}}")
_HASH_BYTES = 32
_REST_DIGITS = 2 * _HASH_BYTES - PREFIX_DIGITS
# What is confirmed is public, on the look-up page as here.
ANSWER_NOTE = (
    b"The entries behind these hashes are public. No match says nothing good about a number. "
    b"Some hashes only fill the answer up."
)
# Made smaller on the way, each answer would have a size of its own.
_CACHE_CONTROL = b"public, max-age=600, no-transform"
LEAST_HASHES = 64
_MOST_WAITING = 2000
_MOST_AT_ONCE = 256
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
# One index range for each prefix; the index holds grade and last day, so no row is read.
PREFIX_SQL = """
SELECT asked.n, l.lookup_hash
FROM unnest(%(firsts)s::bytea[], %(lasts)s::bytea[]) WITH ORDINALITY AS asked(first, last, n)
CROSS JOIN LATERAL (
  SELECT lookup_hash FROM lookup_listing
  WHERE status = 'listed' AND grade = 'confirmed' AND expires_on >= %(today)s
    AND lookup_hash BETWEEN asked.first AND asked.last
) l
"""
_LARGEST_SQL = """
SELECT coalesce(max(held), 0) FROM (
  SELECT count(*) AS held FROM lookup_listing WHERE status = 'listed' AND grade = 'confirmed'
  GROUP BY substring(lookup_hash FROM 1 FOR 2)
) counted
"""


class LookupBusy(Exception):
    """Too many wait, or the database is away."""


def prefix_bounds(prefix: str) -> tuple[bytes, bytes]:
    """The first and the last hash that begin so."""
    return tuple(bytes.fromhex(prefix.ljust(2 * _HASH_BYTES, end)) for end in "0f")  # type: ignore[return-value]


class FillerHashes:
    """The hashes that stand for nothing: the same for one prefix today, tomorrow, at every edge."""

    def __init__(self) -> None:
        self._key = derive_key("lookup filler")

    def entries(self, prefix: str, count: int) -> list[str]:
        """So many of them; those of a smaller count are among those of a larger one."""
        stream = hashlib.shake_256(self._key + prefix.encode()).hexdigest(count * _HASH_BYTES)
        return [
            stream[at : at + _REST_DIGITS]
            for at in range(0, count * 2 * _HASH_BYTES, 2 * _HASH_BYTES)
        ]


class PrefixAnswers:
    """The body of each answer."""

    def __init__(self) -> None:
        self._filler = FillerHashes()
        self.entries = LEAST_HASHES
        """How many hashes an answer holds; when one has more, all are made larger for good."""

    def make_room(self, most: int) -> None:
        """From now on no answer is full with so many."""
        while most > self.entries:
            self.entries *= 2

    def body(self, prefix: str, found: Sequence[bytes]) -> bytes:
        """The real ones among the fillers, in the order of their digits."""
        real = {each.hex()[PREFIX_DIGITS:] for each in found}
        self.make_room(len(real))
        fillers = self._filler.entries(prefix, self.entries - len(real))
        listed = '","'.join(sorted([*real, *fillers]))
        head = b'{"version":1,"prefix":"%b","note":"%b","hashes":["' % (
            prefix.encode(),
            ANSWER_NOTE,
        )
        return b"%b%b%b" % (head, listed.encode(), b'"]}')


class PrefixLookup:
    """One connection; who asks while a query is on its way shares the next one."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._answers = PrefixAnswers()
        self._limits = _limits()
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            await end_tasks([self._task])
        self._fail(self._waiting)

    async def serve(self, prefix: str, scope: Scope, send: Send) -> None:
        """Answer one question. Nothing of it is kept or written to a log."""
        prefix = prefix.lower()
        if scope["method"] != "GET":
            await _send_error(send, 405, (b"allow", b"GET"))
            return
        if not _PREFIX.fullmatch(prefix):
            await _send_error(send, 400)
            return
        wait = self._limits.wait(network_of_scope(scope, behind_proxy=settings.BEHIND_TLS))
        if wait:
            note_refused_try(RefusedTry.TOO_OFTEN, "limit prefix API")
            await _send_error(send, 429, (b"retry-after", b"%d" % math.ceil(wait)))
            return
        try:
            body = await self._ask(prefix)
        except LookupBusy:
            await _send_error(send, 503, (b"retry-after", b"1"))
            return
        await _send_json(send, 200, body, (b"cache-control", _CACHE_CONTROL))

    def _ask(self, prefix: str) -> asyncio.Future[bytes]:
        if not self.is_connected or len(self._waiting) >= _MOST_WAITING:
            raise LookupBusy
        # Whoever hangs up must not take the answer away from others with the same prefix.
        asked = self._waiting.get(prefix)
        if asked is None:
            asked = self._waiting[prefix] = asyncio.get_running_loop().create_future()
            self._arrived.set()
        return asyncio.shield(asked)

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._dsn,
                    autocommit=True,
                    prepare_threshold=0,
                    connect_timeout=3,
                    application_name=session_name("edge lookup"),
                )
                async with connection:
                    # Whatever the prefix, the plan is the same range of the index: made once.
                    await connection.execute("SET plan_cache_mode = force_generic_plan")
                    largest = await (await connection.execute(_LARGEST_SQL)).fetchone()
                    self._answers.make_room(largest[0] if largest else 0)
                    self.is_connected, pause = True, _FIRST_PAUSE
                    await self._read(connection)
            except Exception as error:  # noqa: BLE001 -- whatever it was, looking up comes back
                logger.warning("Looking up is away (%s).", type(error).__name__)
            finally:
                self.is_connected = False
            self._fail(self._waiting)
            self._waiting = {}
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> None:
        async with connection.cursor(binary=True) as cursor:
            while True:
                await self._arrived.wait()
                taken = dict(list(self._waiting.items())[:_MOST_AT_ONCE])
                for prefix in taken:
                    del self._waiting[prefix]
                if not self._waiting:
                    self._arrived.clear()
                try:
                    await self._answer(cursor, taken)
                except BaseException:
                    self._fail(taken)
                    raise

    async def _answer(
        self, cursor: psycopg.AsyncCursor[Any], taken: dict[str, asyncio.Future[bytes]]
    ) -> None:
        firsts, lasts = zip(*map(prefix_bounds, taken), strict=True)
        values = {
            "firsts": list(firsts),
            "lasts": list(lasts),
            "today": times.local_date(times.now()),
        }
        await cursor.execute(PREFIX_SQL, values)
        found: list[list[bytes]] = [[] for _ in taken]
        async for number, digest in cursor:
            found[number - 1].append(digest)
        for (prefix, asked), hashes in zip(taken.items(), found, strict=True):
            if not asked.done():
                asked.set_result(self._answers.body(prefix, hashes))

    @staticmethod
    def _fail(waiting: dict[str, asyncio.Future[bytes]]) -> None:
        for asked in waiting.values():
            if not asked.done():
                asked.set_exception(LookupBusy())
                # A caller that hung up asks no more.
                asked.exception()


def _limits() -> RateLimits:
    """So many at once and for each second: KENG_LOOKUP_NETWORK_LIMIT, KENG_LOOKUP_LIMIT."""
    return RateLimits(
        network=limit_of_setting("KENG_LOOKUP_NETWORK_LIMIT", "240,2"),
        process=limit_of_setting("KENG_LOOKUP_LIMIT", "8000,4000"),
    )


async def _send_error(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    body = b'{"version":1,"error":"%s"}' % _ERRORS[status]
    await _send_json(send, status, body, (b"cache-control", b"no-store"), *headers)


_ERRORS = {
    400: b"a prefix is %d hex digits" % PREFIX_DIGITS,
    405: b"GET only",
    429: b"too many questions; see retry-after",
    503: b"try again",
}


async def _send_json(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    with contextlib.suppress(OSError):
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", b"%d" % len(body)),
                    # An app in a browser may ask as well: what it gets is public.
                    (b"access-control-allow-origin", b"*"),
                    *bare_headers(),
                    *headers,
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})
