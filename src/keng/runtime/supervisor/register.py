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

from keng.runtime.errors import CannotContinue
from keng.runtime.postgres.postmaster import command_line
from keng.runtime.supervisor.sign import is_signed

# Where nobody buries the dead they stay listed: then it is not waited for longer.
_GONE_WITHIN = 5.0
# A command or a start of the other kind is waited for as long.
TURN_WITHIN = 60.0


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
                "Stop that one with `keng stop`, or name another folder in KENG_DATA."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def using_database(data: Path) -> Iterator[None]:
    """For a command that may have to start the embedded database, and then stops it at its end."""
    with _turn(data, fcntl.LOCK_SH, "Kẻng is just being started"):
        yield


@contextmanager
def starting_database(data: Path) -> Iterator[None]:
    """For whoever starts it to stay: a command before it would take it along when it ends."""
    with _turn(data, fcntl.LOCK_EX, "A `keng` command works"):
        yield


@contextmanager
def _turn(data: Path, kind: int, who: str) -> Iterator[None]:
    deadline = time.monotonic() + TURN_WITHIN
    with (data / "run" / "database.turn").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CannotContinue(
                        f"{who} with the data in {data}: wait for its end, then try again."
                    ) from None
                time.sleep(0.05)
            else:
                break
        yield


def supervisor_pid(data: Path) -> int | None:
    """Who holds this data folder, asked without touching the lock: a start is never disturbed."""
    path = data / "run" / "supervisor.lock"
    try:
        pid = int(path.read_text())
        lock = path.stat()
        held = Path(f"/proc/{pid}/fd")
        if not held.is_dir():
            # Elsewhere than on Linux the number must do.
            return pid if command_line(pid) else None
        for descriptor in held.iterdir():
            with suppress(OSError):
                if os.path.samestat(descriptor.stat(), lock):
                    return pid
    except (OSError, ValueError):
        pass
    return None


def registered_processes(data: Path) -> dict[str, dict[str, Any]]:
    """Name -> pid, port and command of what a supervisor started here last; empty without one."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((data / "run" / "processes.json").read_text())
    except (OSError, ValueError):
        return {}
    return found


class ProcessRegister:
    """<data>/run/processes.json: name -> pid, port and command. Each pid leads its own group."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file = data / "run" / "processes.json"
        self._entries: dict[str, dict[str, Any]] = {}
        self._is_written = True

    def add(self, name: str, pid: int, port: int | None, command: tuple[str, ...]) -> None:
        """Remember it; `write` puts it on the disk."""
        entry = {"pid": pid, "port": port, "command": " ".join(command)}
        if self._entries.get(name) != entry:
            self._entries[name] = entry
            self._is_written = False

    def remove(self, name: str) -> None:
        """It ended by itself, and its number may be given to anybody."""
        if self._entries.pop(name, None) is not None:
            self._is_written = False

    def write(self) -> None:
        """What is not on the disk yet. Raises OSError, and then tries again at the next call."""
        if self._is_written:
            return
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self._entries, indent=1) + "\n")
        draft.replace(self._file)
        self._is_written = True

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)

    def end_orphans(self) -> list[str]:
        """Children of a supervisor that was killed would keep the ports: end them.

        Also those whose leader is dead as well, as the worker of a server that was killed.
        """
        if not self._file.exists():
            return []
        ended = {}
        for name, entry in json.loads(self._file.read_text()).items():
            command = entry["command"].strip()
            if not command:
                continue
            leader = command_line(entry["pid"]).strip()
            if leader == command or (not leader and self._is_our_group(entry["pid"])):
                end_group(entry["pid"])
                ended[name] = entry["pid"]
        # Until the last of them is gone its port is taken, and the start would be refused.
        deadline = time.monotonic() + _GONE_WITHIN
        while any(map(_is_there, ended.values())) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.clear()
        return list(ended)

    def _is_our_group(self, group: int) -> bool:
        """Whether a group without its leader works with this data folder (Linux only).

        The number of a group that is there is not given away again, but it may have been once
        since the register was written: so its members are asked which data folder they are of, by
        the sign they bear (keng.runtime.unprivileged), or by what they were told.
        """
        ours = f"KENG_DATA={self._data}".encode()
        for member in _members(group):
            with suppress(OSError):
                if is_signed(member, self._data):
                    return True
            with suppress(OSError):
                if ours in Path(f"/proc/{member}/environ").read_bytes().split(b"\0"):
                    return True
        return False


def _members(group: int) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if os.getpgid(int(process.name)) == group:
                yield int(process.name)


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
