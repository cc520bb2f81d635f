"""What the processes say: to a file each, and to the terminal with the name in front.

Where a program reads the logs (KENG_LOG_FORMAT=json) each line is one of `json_line`: those of our
processes are already, and what anything else says there is put into one.

Nobody who speaks here waits, and nothing that is said here raises: a line is put aside, and a
thread each writes the files, standard output and standard error. A full disk, a terminal that
stands still and one that has gone cost lines; they never cost the supervision of the processes.
"""

import asyncio
import datetime
import os
import select
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from keng.kit import logs

LARGEST_LOG = 10 * 1024 * 1024
# What may wait for a disk or a terminal that stands still, in bytes; beyond it lines are left out.
MOST_WAITING = 4 * 1024 * 1024
# A line without an end is cut into pieces of this size.
LONGEST_LINE = 64 * 1024
# With this Python begins what ends a process.
_TRACEBACK = "Traceback (most recent call last)"
# How long a stop waits for what is still to be written.
LOGS_END_WITHIN = 2.0


class LogTarget(Protocol):
    """Where lines go. `write` may wait for as long as it likes, and raise OSError."""

    def write(self, line: bytes) -> None: ...


class LogWriter:
    """A thread that writes what others put aside."""

    def __init__(self, name: str) -> None:
        self._lines: deque[tuple[LogTarget, bytes]] = deque()
        self._waiting = 0
        self._lost: Counter[LogTarget] = Counter()
        self._is_closing = False
        self._changed = threading.Condition()
        # The interpreter does not wait for it: it may stand in a write that never ends.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, target: LogTarget, line: bytes, *, is_kept: bool = False) -> None:
        """Have a line written, in its turn; `is_kept`: also when too much waits already."""
        with self._changed:
            if self._waiting + len(line) > MOST_WAITING and not is_kept:
                self._lost[target] += 1
                return
            self._lines.append((target, line))
            self._waiting += len(line)
            self._changed.notify()

    def close(self) -> None:
        """Wait until all is written, but not for long."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(LOGS_END_WITHIN)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._is_closing)
                if not self._lines:
                    return
                target, line = self._lines.popleft()
                lost = self._lost.pop(target, 0)
            lost = _write(target, line, lost)
            with self._changed:
                self._waiting -= len(line)
                if lost:
                    self._lost[target] += lost


def _write(target: LogTarget, line: bytes, lost: int) -> int:
    """How many lines are still to be confessed to: those that were lost before, or this one too."""
    try:
        if lost:
            told = own_line(f"({lost} lines could not be written here)", level="WARNING")
            target.write(f"{told}\n".encode())
            lost = 0
        target.write(line)
    except OSError:
        return lost + bool(line)
    return lost


def own_line(message: str, *, level: str = "INFO") -> str:
    """A line of the supervisor's own, with its moment."""
    now = time.time()
    if logs.are_json():
        return logs.json_line(
            moment=now, process="supervisor", level=level, logger="supervisor", message=message
        )
    at = datetime.datetime.fromtimestamp(now).astimezone()
    return f"{at:%Y-%m-%dT%H:%M:%S%z} {level} supervisor {message}"


class LogFile:
    """Grows to LARGEST, then begins anew beside its two predecessors."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def write(self, line: bytes) -> None:
        descriptor = self._opened()
        if os.fstat(descriptor).st_size + len(line) > LARGEST_LOG:
            for older, newer in ((2, 1), (1, 0)):
                with suppress(FileNotFoundError):
                    self._numbered(newer).replace(self._numbered(older))
            self._descriptor = None
            os.close(descriptor)
            descriptor = self._opened()
        if os.write(descriptor, line) < len(line):
            # The disk is full in the middle of a line: the rest is lost, the next one is its own.
            os.write(descriptor, b"\n")

    def _opened(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return self._descriptor

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


class Terminal:
    """Standard output or standard error, written to without Python's buffer and its lock."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, line: bytes) -> None:
        while line:
            try:
                line = line[os.write(self._descriptor, line) :]
            except BlockingIOError:
                # Somebody who shares it does not want to wait; this thread may.
                select.select([], [self._descriptor], [])


class ProcessLogs:
    """The voices of all processes of one supervisor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = LogWriter("log files")
        self._announcements = LogWriter("standard output")
        self._lines = LogWriter("standard error")
        self._stdout = Terminal(1)
        self._stderr = Terminal(2)

    def voice(self, name: str, *, at_terminal: bool = True) -> "Voice":
        file = LogFile(self._folder / f"{name}.log")
        # So that it is there for whoever follows it before the first line.
        self._files.put(file, b"")
        return Voice(name, file, self, at_terminal=at_terminal)

    def announce(self, text: str) -> None:
        """To whoever sits at the terminal, and into no file: it may be a password."""
        self._announcements.put(self._stdout, f"{text}\n".encode(), is_kept=True)

    def write(self, name: str, file: LogFile, line: str, *, at_terminal: bool) -> None:
        self._files.put(file, f"{line}\n".encode())
        if at_terminal:
            told = line if logs.are_json() else f"{name:<8} | {line}"
            self._lines.put(self._stderr, f"{told}\n".encode())

    def close(self) -> None:
        for writer in (self._files, self._announcements, self._lines):
            writer.close()


class Voice:
    """What one process says."""

    def __init__(self, name: str, file: LogFile, logs: ProcessLogs, *, at_terminal: bool) -> None:
        self._name = name
        self._file = file
        self._logs = logs
        self._at_terminal = at_terminal

    def say(self, line: str) -> None:
        """One line of the process's own, as it came or as a program reads it."""
        if logs.are_json() and not logs.is_json_line(line):
            line = logs.json_line(
                moment=time.time(),
                process=self._name,
                level="ERROR" if line.startswith(_TRACEBACK) else "INFO",
                logger="output",
                # Not through the filter of its logging, which may not have been set up yet.
                message=logs.scrubbed(line),
            )
        self._logs.write(self._name, self._file, line, at_terminal=self._at_terminal)

    async def follow(self, stream: asyncio.StreamReader) -> None:
        """Until the process and all it started have closed it."""
        rest = b""
        while chunk := await stream.read(LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._say_whatever(line)
        if rest:
            self._say_whatever(rest)

    def _say_whatever(self, line: bytes) -> None:
        """Where nobody reads on, the process waits for ever: one line is less than that."""
        try:
            self.say(line.decode(errors="replace"))
        except Exception as error:  # noqa: BLE001 -- a line from outside, in whatever form
            told = own_line(f"(a line was left out: {type(error).__name__})", level="WARNING")
            self._logs.write(self._name, self._file, told, at_terminal=self._at_terminal)
