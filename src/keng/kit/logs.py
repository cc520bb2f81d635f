"""Lines of the logs: identities and secrets stay out of them, and a repetition is told once.

The supervisor loads it too, so nothing here loads Django before a line asks for it.
"""

import datetime
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TextIO

_PHONE = re.compile(r"(?<![\w-])(?:\+?84|0)[\s.-]?\d(?:[\s.-]?\d){7,10}(?![\w-])")
# What other programs and other processes than the sites speak of.
_TOKEN = re.compile(r"/(?:bot|r|relay|hooks)[<:/][^\s\"']+")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# A word of a path that nobody thought up: a digest, a token. Not the number of a row.
_ROW = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_RANDOM = re.compile(rf"(?<=/)(?!{_ROW}(?![\w-]))(?=[a-z-]*[A-Z0-9_])[\w-]{{20,}}")
# The same again within so long is counted, and told with the next one or at the end.
REPEATS_FOLDED_FOR = 60.0
_MOST_FOLDED = 500
# Given as `extra` by whoever says that the database is away: each task of each lane says it in its
# own words, every second, and one of them is enough.
DATABASE_AWAY = {"folds_as": "the database is away"}


def database_away(state: str) -> dict[str, str]:
    """The same where the database gave a reason: its SQLSTATE, so that each is told by itself."""
    return {"folds_as": f"{DATABASE_AWAY['folds_as']} ({state})"} if state else DATABASE_AWAY


def are_json() -> bool:
    """Whether the operator has a program read the logs (KENG_LOG_FORMAT)."""
    return os.environ.get("KENG_LOG_FORMAT") == "json"


def json_line(
    *,
    moment: float,
    process: str,
    level: str,
    logger: str,
    message: str,
    exception: str = "",
) -> str:
    """One line of a log for a program, without its end; its time is UTC."""
    at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    parts = {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "process": process,
        "level": level,
        "logger": logger,
        "message": message,
    }
    if exception:
        parts["exception"] = exception
    return json.dumps(parts, ensure_ascii=False)


def is_json_line(line: str) -> bool:
    """Whether a process of ours has said it in the form of `json_line`."""
    try:
        parts = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(parts, dict) and "time" in parts and "message" in parts


_process_names: list[str] = []


def log_as(name: str) -> None:
    """Lines for a program bear this name from now on: one account may have several processes."""
    _process_names[:] = [name]


class LogLines(logging.Formatter):
    """A record as a line for people, or for a program, as KENG_LOG_FORMAT has it."""

    def __init__(self) -> None:
        # With the offset: whoever puts lines of several machines together reads one time.
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._are_json = are_json()

    def format(self, record: logging.LogRecord) -> str:
        if not self._are_json:
            return super().format(record)
        exception = record.exc_text or ""
        if record.exc_info and not exception:
            exception = _frames(record.exc_info, record.exc_info[0])
        return json_line(
            moment=record.created,
            process=(_process_names or [os.environ.get("KENG_PROCESS", "owner")])[0],
            level=record.levelname,
            logger=record.name,
            message=record.getMessage(),
            exception=exception,
        )


@dataclass(slots=True)
class _Folded:
    """What was told at a moment, and how often it came again since.

    Not the record: its traceback would keep what people wrote in memory.
    """

    logger: str
    level: int
    at: float
    words: str
    count: int = 0


class FoldRepeats(logging.StreamHandler[TextIO]):
    """Writes what is repeated once, and then how often it came.

    Warnings and worse: with the database away some of them come ten times a second, and would
    push what came before them out of the files.
    """

    def __init__(
        self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(stream)
        self._clock = clock
        self._folded: dict[object, _Folded] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock."""
        now = self._clock()
        self._tell_folded(until=now - REPEATS_FOLDED_FOR)
        if record.levelno >= logging.WARNING:
            words: str | None = getattr(record, "folds_as", None)
            key = words or (record.name, record.levelno, record.getMessage(), record.exc_text)
            known = self._folded.get(key)
            if known is not None:
                known.count += 1
                return
            if len(self._folded) >= _MOST_FOLDED:
                self._tell_folded(until=now)
            self._folded[key] = _Folded(
                record.name, record.levelno, now, words or record.getMessage()
            )
        super().emit(record)

    def close(self) -> None:
        """At the end of the process: what was only counted is told."""
        self.acquire()
        try:
            self._tell_folded(until=self._clock())
        finally:
            self.release()
        super().close()

    def _tell_folded(self, *, until: float) -> None:
        """How often each came again that was told before this moment."""
        for key, each in list(self._folded.items()):
            if each.at > until:
                continue
            del self._folded[key]
            if each.count:
                seconds = max(1, round(self._clock() - each.at))
                told = logging.makeLogRecord(
                    {
                        "name": each.logger,
                        "levelno": each.level,
                        "levelname": logging.getLevelName(each.level),
                        "msg": f"{each.words} ({each.count} more like it in {seconds} s)",
                    }
                )
                super().emit(told)


class ScrubSecrets(logging.Filter):
    """Replace what looks like a phone number or a secret path before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; always let the record pass."""
        record.msg = scrubbed(record.getMessage())
        record.args = ()
        if record.exc_info:
            # A traceback's last line may quote a value; the type and the place are enough.
            kind = record.exc_info[0]
            record.exc_text = _frames(record.exc_info, kind)
        return True


def scrubbed(message: str) -> str:
    """Without numbers of phones and secret paths, and one line whatever was sent to us."""
    message = _without_secrets(_PHONE.sub("[phone]", message))
    # One line of ours is one line: nobody adds another one by what they send.
    return _CONTROLS.sub(_escaped, message)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def _without_secrets(message: str) -> str:
    message = _TOKEN.sub("/[…]", message)
    if (marked := _marked()) is not None:
        message = marked.sub(r"\1[…]", message)
    return _RANDOM.sub("[…]", message)


def _marked() -> re.Pattern[str] | None:
    """What the addresses of this process mark as secret, once it has read them.

    They are not read for the sake of a line: it may be about their failing.
    """
    if "django.conf" not in sys.modules:
        return None
    from django.conf import settings  # noqa: PLC0415 -- the settings themselves name this module

    name = settings.ROOT_URLCONF if settings.configured else ""
    module = sys.modules.get(name)
    return _marked_in(name) if getattr(module, "handler500", None) else None


@cache
def _marked_in(urlconf: str) -> re.Pattern[str] | None:
    # Needs Django's addresses, which processes without pages never load.
    from keng.kit.secret_paths import secret_path_pattern, url_routes  # noqa: PLC0415

    return secret_path_pattern(url_routes(sys.modules[urlconf].urlpatterns))


def _frames(exc_info: object, kind: type[BaseException] | None) -> str:
    import traceback  # noqa: PLC0415 -- only when something went wrong

    frames = traceback.format_tb(exc_info[2])  # type: ignore[index]
    return "".join(frames) + (kind.__name__ if kind else "")
