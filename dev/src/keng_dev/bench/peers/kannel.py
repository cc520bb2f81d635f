"""Kannel: bearerbox with one HTTP gateway, which is the sink, and the smsbox that takes messages.

Each message is one short text, so that it is one call of the gateway: longer ones Kannel would cut.
Nothing is kept on a disk. The programs are the system's own (Debian: kannel).
"""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from http import HTTPStatus
from pathlib import Path
from typing import Self

import aiohttp

from keng.delivery.sender.rows import SENT_AT_ONCE
from keng.runtime.errors import CannotContinue
from keng_dev.bench.web_process import free_port

_TEXT = "Canh bao: co nguoi goi dien tu xung can bo phuong, bao cai ung dung gia."
_WITHIN = 20.0
_SETTINGS = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {boxes}
log-level = 4
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"

group = smsc
smsc = http
smsc-id = sink
system-type = generic
port = {answers}
send-url = "{sink}?to=%p&text=%b"
status-success-regex = "Success"
max-pending-submits = {side_by_side}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {messages}
log-level = 4

group = sendsms-user
username = bench
password = bench
default-sender = 113
max-messages = 1
"""


def find_bearerbox() -> str | None:
    """Where Kannel's main program is; its smsbox lies beside it."""
    found = shutil.which("bearerbox")
    return found if found and Path(found).with_name("smsbox").exists() else None


class Kannel:
    """Running while the block does."""

    def __init__(self, bearerbox: str, sink: str) -> None:
        self._programs = (bearerbox, str(Path(bearerbox).with_name("smsbox")))
        self._ports = {name: free_port() for name in ("admin", "boxes", "answers", "messages")}
        self._sink = sink
        self._folder = tempfile.TemporaryDirectory(prefix="keng-kannel-")
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        file = Path(self._folder.name) / "kannel.conf"
        settings = _SETTINGS.format(**self._ports, sink=self._sink, side_by_side=SENT_AT_ONCE)
        file.write_text(settings)
        for program, port in zip(self._programs, ("boxes", "messages"), strict=True):
            command = [program, "--verbosity", "4", str(file)]
            with (Path(self._folder.name) / "log").open("ab") as log:
                self._running.append(subprocess.Popen(command, stdout=log, stderr=log))
            self._wait_for(self._ports[port])
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self._running):
            process.kill()
            process.wait()
        self._folder.cleanup()

    def hand_over(self, count: int) -> None:
        """So many messages, 64 at once, as its clients do."""
        asyncio.run(self._hand_over(count))

    async def _hand_over(self, count: int) -> None:
        left = iter(range(count))
        url = f"http://127.0.0.1:{self._ports['messages']}/cgi-bin/sendsms"
        parameters = {"username": "bench", "password": "bench", "text": _TEXT}

        async def work(session: aiohttp.ClientSession) -> None:
            for number in left:
                message = parameters | {"to": f"8490{number:07d}"}
                async with session.get(url, params=message) as reply:
                    if reply.status != HTTPStatus.ACCEPTED:
                        raise CannotContinue(f"Kannel answered {reply.status}")

        connector = aiohttp.TCPConnector(limit=SENT_AT_ONCE)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(work(session) for _ in range(SENT_AT_ONCE)))

    def _wait_for(self, port: int) -> None:
        end = time.monotonic() + _WITHIN
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        log_text = (Path(self._folder.name) / "log").read_text(errors="replace")
        raise CannotContinue(f"Kannel did not start: {log_text.strip()[-300:]}")
