"""What runs here, on disk: one supervisor for each data folder, no children of a dead one."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from keng.cli.errors import CannotContinue
from keng.cli.postgres.postmaster import command_line

# Where nobody buries the dead they stay listed: then it is not waited for longer.
_GONE_WITHIN = 5.0


@contextmanager
def only_supervisor(data: Path) -> Iterator[None]:
    """Hold the data folder; the lock dies with the process, so a killed one blocks nobody."""
    path = data / "run" / "supervisor.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotContinue(
                f"Kẻng already runs with the data in {data} (process {lock.read().strip()}). "
                "Stop that one with Ctrl-C, or name another folder in KENG_DATA."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_supervised(data: Path) -> bool:
    """Whether a supervisor holds this data folder now."""
    try:
        with only_supervisor(data):
            return False
    except CannotContinue:
        return True


class Register:
    """<data>/run/processes.json: name -> pid, port and command. Each pid leads its own group."""

    def __init__(self, data: Path) -> None:
        self._file = data / "run" / "processes.json"
        self._entries: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pid: int, port: int | None, command: tuple[str, ...]) -> None:
        entry = {"pid": pid, "port": port, "command": " ".join(command)}
        if self._entries.get(name) != entry:
            self._entries[name] = entry
            self._write()

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)

    def end_orphans(self) -> list[str]:
        """Children of a supervisor that was killed would keep the ports: end them."""
        if not self._file.exists():
            return []
        ended = {}
        for name, entry in json.loads(self._file.read_text()).items():
            command = entry["command"].strip()
            if command and command_line(entry["pid"]).strip() == command:
                end_group(entry["pid"])
                ended[name] = entry["pid"]
        # Until the last of them is gone its port is taken, and the start would be refused.
        deadline = time.monotonic() + _GONE_WITHIN
        while any(map(_is_there, ended.values())) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.clear()
        return list(ended)

    def _write(self) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self._entries, indent=1) + "\n")
        draft.replace(self._file)


def _is_there(group: int) -> bool:
    """Whether anybody of a process group is left, were it only to be buried."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def end_group(pid: int) -> None:
    """A killed server leaves workers behind; they are in its process group."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
