"""What a service manager that started us is told: systemd's `Type=notify`, in its own words."""

import os
import socket
import time
from contextlib import suppress

from keng.kit.secret_files import CREDENTIALS_FOLDER

# What it gives to us alone: a child that spoke for us would be believed to be ready, and of secrets
# each is told its own.
SERVICE_SETTINGS = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", CREDENTIALS_FOLDER}
_ALIVE_EVERY = 5.0


class ServiceManager:
    """Silent where nobody asked to be told. Never raises and never blocks: it is only told."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._next = 0.0

    def is_ready(self) -> None:
        """Everything answers."""
        self._tell("READY=1")

    def is_stopping(self) -> None:
        self._tell("STOPPING=1")

    def is_alive(self) -> None:
        """As often as one likes; without it `WatchdogSec=` has us started anew."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _ALIVE_EVERY
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is no file.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)
            to.sendto(state.encode(), address)
