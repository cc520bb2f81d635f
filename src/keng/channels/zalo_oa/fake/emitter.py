"""Posts events to the webhook, and again by the provider's ladder when no answer comes in time."""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from keng.channels.zalo_oa.fake import events
from keng.channels.zalo_oa.fake.state import DeliveredMessage, FakeState

RETRY_LADDER = (30.0, 300.0, 900.0, 1800.0, 3600.0)
ANSWER_SECONDS = 2.0


@dataclass(slots=True)
class Emission:
    """One event on its way: every attempt is (status or 0, seconds taken)."""

    name: str
    msg_id: str
    raw: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    retry: bool
    attempts: list[tuple[int, float]] = field(default_factory=list)
    outcome: str = "pending"
    due: float = 0.0

    def summary(self) -> dict[str, Any]:
        attempts = [{"status": status, "seconds": seconds} for status, seconds in self.attempts]
        return {
            "name": self.name,
            "msg_id": self.msg_id,
            "outcome": self.outcome,
            "attempts": attempts,
        }


class Emitter:
    """Lives in the server's loop. After the last rung of the ladder the webhook is switched off."""

    def __init__(self, state: FakeState) -> None:
        self._state = state
        self._session: aiohttp.ClientSession | None = None
        self.emissions: list[Emission] = []
        self._waiting: list[Emission] = []

    async def run(self) -> None:
        """Until cancelled: the ladder by the fake's clock, and echoes of what was accepted."""
        while True:
            await asyncio.sleep(0.02)
            now = self._state.clock.now()
            for emission in [e for e in self._waiting if e.due <= now]:
                self._waiting.remove(emission)
                await self._attempt(emission)
            while self._state.accepted:
                await self._echo(self._state.accepted.popleft())

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def probe(self) -> int:
        """The console's check: an unsigned {}; the answer's status."""
        status, _ = await self._post(b"{}", {"Content-Type": "application/json"})
        if status == 200:
            self._state.webhook_enabled = True
        return status

    async def emit(
        self,
        specs: list[Mapping[str, Any]],
        *,
        duplicate: int = 0,
        shuffle: bool = False,
        tamper: bool = False,
        unsigned: bool = False,
        age: float = 0.0,
        retry: bool = True,
        concurrency: int = 16,
    ) -> list[Emission]:
        """Post every event once (plus `duplicate` copies) and wait for the first answers."""
        made = [self._prepare(spec, age, retry and not (tamper or unsigned)) for spec in specs]
        if tamper:
            for emission in made:
                emission.raw = _tampered(emission.raw)
        if unsigned:
            for emission in made:
                emission.headers.pop("X-ZEvent-Signature")
        copies = [_copy(emission) for emission in made for _ in range(duplicate)]
        batch = made + copies
        if shuffle:
            random.shuffle(batch)
        self.emissions += batch
        gate = asyncio.Semaphore(concurrency)

        async def first(emission: Emission) -> None:
            async with gate:
                await self._attempt(emission)

        await asyncio.gather(*map(first, batch))
        return batch

    def _prepare(self, spec: Mapping[str, Any], age: float, retry: bool) -> Emission:
        state = self._state
        now_ms = state.clock.now_ms() - int(age * 1000)
        event = events.build_event(spec, state.settings, now_ms=now_ms, msg_id=state.new_id())
        raw, headers = events.signed_event(event, state.settings)
        name = str(event.get("event_name", ""))
        self._remember(name, spec)
        message = event.get("message")
        msg_id = str(message.get("msg_id", "")) if isinstance(message, dict) else ""
        if written := events.written_message(spec, msg_id, now_ms):
            state.written.append(written)
        return Emission(name, msg_id, raw, headers, retry)

    def _remember(self, name: str, spec: Mapping[str, Any]) -> None:
        """What a person does opens the window; following and leaving change who follows."""
        user = str(spec.get("user", ""))
        if not user:
            return
        if name.startswith("user_send_") or name == "user_click_chatnow":
            self._state.touch(user)
        elif name in ("follow", "unfollow"):
            self._state.touch(user, follower=name == "follow")

    async def _attempt(self, emission: Emission) -> None:
        if not self._state.webhook_enabled:
            emission.outcome = "switched off"
            return
        tried = len(emission.attempts)
        headers = dict(emission.headers)
        if tried:
            headers["num_retry"] = str(tried)
        status, seconds = await self._post(emission.raw, headers)
        emission.attempts.append((status, round(seconds, 4)))
        if status == 200:
            emission.outcome = "done"
        elif not emission.retry:
            emission.outcome = "refused"
        elif tried < len(RETRY_LADDER):
            emission.due = self._state.clock.now() + RETRY_LADDER[tried]
            self._waiting.append(emission)
        else:
            emission.outcome = "given up"
            self._state.webhook_enabled = False

    async def _post(self, raw: bytes, headers: dict[str, str]) -> tuple[int, float]:
        """Status (0: no answer in time) and seconds."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                connector=aiohttp.TCPConnector(limit=0),
            )
        started = time.monotonic()
        status = 0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            url = self._state.settings.webhook_url
            async with self._session.post(url, data=raw, headers=headers) as reply:
                await reply.read()
                status = reply.status
        return status, time.monotonic() - started

    async def _echo(self, sent: DeliveredMessage) -> None:
        """What the provider reports of a message of ours: that it went out, that it arrived."""
        if not self._state.settings.webhook_url or sent.to == "visitor":
            return
        what = "image" if sent.image else "text"
        if sent.to == "group":
            name, who = f"oa_send_group_{what}", {"group": sent.recipient}
        else:
            name, who = f"oa_send_{what}", {"user": sent.recipient}
        out = {"kind": name, "msg_id": sent.id, "text": sent.text, **who}
        specs: list[Mapping[str, Any]] = [out]
        if sent.to == "user":
            specs.append({"kind": "user_received_message", "msg_id": sent.id, **who})
        await self.emit(specs)


def _copy(emission: Emission) -> Emission:
    return Emission(emission.name, emission.msg_id, emission.raw, dict(emission.headers), False)


def _tampered(raw: bytes) -> bytes:
    """One byte of an id or a word changed, still JSON."""
    at = raw.find(b'"id":"') + len(b'"id":"')
    other = b"1" if raw[at : at + 1] != b"1" else b"2"
    return raw[:at] + other + raw[at + 1 :]
