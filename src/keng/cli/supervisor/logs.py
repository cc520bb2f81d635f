"""What the processes say: to a file each, and to the terminal with the name in front."""

import asyncio
import logging
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from keng.kit.private import private

LARGEST = 10 * 1024 * 1024


class _PrivateFile(RotatingFileHandler):
    """A log that no other account of the machine reads; the older ones keep their rights."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=private)


class Log:
    """The voice of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        self._file = _PrivateFile(
            folder / f"{name}.log", maxBytes=LARGEST, backupCount=2, encoding="utf-8"
        )

    def say(self, line: str) -> None:
        record = logging.LogRecord(self._name, logging.INFO, "", 0, line, None, None)
        self._file.emit(record)
        print(f"{self._name:<8} | {line}", file=sys.stderr, flush=True)

    async def follow(self, stream: asyncio.StreamReader) -> None:
        """Until the process and all it started have closed it."""
        rest = b""
        while chunk := await stream.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.say(line.decode(errors="replace"))
        if rest:
            self.say(rest.decode(errors="replace"))

    def close(self) -> None:
        self._file.close()
