"""Running ffmpeg on files that strangers made: confined, on local files only, with a time limit."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache

import imageio_ffmpeg

FFMPEG_OFF = "off"
_CPU_SECONDS = 900
_MOST_LINES = 200


class TookTooLong(Exception):
    """It did not end within its time."""


@cache
def ffmpeg_program() -> str:
    """The ffmpeg to run: KENG_FFMPEG, or the one that came along; "" when films are off."""
    wanted = os.environ.get("KENG_FFMPEG", "")
    if wanted == FFMPEG_OFF:
        return ""
    if wanted:
        return shutil.which(wanted) or ""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        # No wheel with a program for this kind of machine.
        return ""


def films_are_on() -> bool:
    """Whether films can be prepared here."""
    return bool(ffmpeg_program())


def run_ffmpeg(
    arguments: Sequence[str], *, within: float, line: Callable[[str], None] | None = None
) -> tuple[int, str]:
    """Run it; returns its exit code and the end of what it complained about.

    `line` gets each line of its standard output while it runs. Raises TookTooLong.
    """
    command = [
        sys.executable,
        "-m",
        "keng.lessons.films.confined",
        str(_CPU_SECONDS),
        ffmpeg_program(),
        "-hide_banner",
        "-nostdin",
        "-protocol_whitelist",
        "file",
        *arguments,
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    late = threading.Event()
    heard: list[str] = []

    def stop() -> None:
        late.set()
        process.kill()

    reader = threading.Thread(target=_read_complaints, args=(process.stderr, heard))
    watchdog = threading.Timer(within, stop)
    with process:
        reader.start()
        watchdog.start()
        try:
            for each in process.stdout or ():
                if line is not None:
                    line(each.strip())
            code = process.wait()
        finally:
            watchdog.cancel()
            process.kill()
            reader.join()
            watchdog.join()
    if late.is_set():
        raise TookTooLong
    return code, "".join(heard)


def _read_complaints(stream: object, heard: list[str]) -> None:
    """The first lines of the complaints: a broken file can make millions."""
    for number, each in enumerate(stream):  # type: ignore[var-annotated, arg-type]
        if number < _MOST_LINES:
            heard.append(each)
