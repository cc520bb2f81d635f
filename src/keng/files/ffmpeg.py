"""Running ffmpeg on files that strangers made: confined, without network, with a time limit."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO, BinaryIO

import imageio_ffmpeg

from keng.files.killed_late import killed_after

FFMPEG_OFF = "off"
_CPU_SECONDS = 900
_MOST_LINES = 200
# A program that was broken into ends no line, and would fill our memory with one.
_LONGEST_LINE = 4096
_MOST_PIXELS = 100_000_000
_OPEN_FILES = 64
# Of a stranger's file: its three streams, two of them once more, and one that the loader needs.
_OPEN_STREAMS = 6


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
    arguments: Sequence[str],
    *,
    within: float,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    line: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run it; returns its exit code and the end of what it complained about.

    Of what is no program it reads what lies at or below `reads`, changes what is below `writes`.
    `line` gets each line of its standard output while it runs. Raises TookTooLong.
    """
    command = [
        sys.executable,
        "-I",
        "-m",
        "keng.files.limited_program",
        _limits(_CPU_SECONDS, _OPEN_FILES, reads, writes),
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
    heard: list[str] = []
    reader = threading.Thread(target=_read_complaints, args=(process.stderr, heard))
    with process:
        reader.start()
        try:
            with killed_after(process, within) as is_late:
                for each in _lines_of(process.stdout):
                    if line is not None:
                        line(each.strip())
                code = process.wait()
        finally:
            reader.join()
    if is_late.is_set():
        raise TookTooLong
    return code, "".join(heard)


def can_convert() -> bool:
    """Whether `convert_bytes` works here: it needs files that are in memory alone."""
    return hasattr(os, "memfd_create") and bool(ffmpeg_program())


def convert_bytes(
    content: bytes, demuxer: str, writes: Sequence[str], *, within: float
) -> tuple[int, bytes, str]:
    """Run it on a stranger's file; its exit code, what it made, the first of its complaints.

    It reads its input and writes its output in memory: nothing lies on a disk in clear, and it can
    open no other file. `writes` are the options of the output. Raises TookTooLong.
    """
    command = [
        sys.executable,
        "-I",
        "-m",
        "keng.files.limited_program",
        # Its threads together may work longer than the clock runs: that one decides, and tells why.
        _limits(int(within) * 2 + 1, _OPEN_STREAMS),
        ffmpeg_program(),
        *("-hide_banner", "-nostdin", "-loglevel", "info", "-nostats"),
        *("-protocol_whitelist", "fd", "-threads", "1", "-max_pixels", str(_MOST_PIXELS)),
        *("-f", demuxer, "-fd", "0", "-i", "fd:"),
        *writes,
        *(("-fd", "1", "-y", "fd:") if writes else ()),
    ]
    with _in_memory(content) as given, _in_memory(b"") as made:
        process = subprocess.Popen(
            command, stdin=given, stdout=made, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        heard: list[str] = []
        with process, killed_after(process, within) as is_late:
            _read_complaints(process.stderr, heard)
            code = process.wait()
        if is_late.is_set():
            raise TookTooLong
        made.seek(0)
        return code, made.read(), "".join(heard)


def _limits(cpu: int, files: int, reads: Sequence[Path] = (), writes: Sequence[Path] = ()) -> str:
    """As `keng.files.limited_program` takes them."""
    paths = {"reads": list(map(str, reads)), "writes": list(map(str, writes))}
    return json.dumps({"cpu": cpu, "files": files, **paths})


def _in_memory(content: bytes) -> BinaryIO:
    file = os.fdopen(os.memfd_create("stranger"), "w+b")
    file.write(content)
    file.seek(0)
    return file


def _lines_of(stream: IO[str] | None) -> Iterator[str]:
    """Its lines; one that is too long in pieces."""
    if stream is not None:
        yield from iter(lambda: stream.readline(_LONGEST_LINE), "")


def _read_complaints(stream: IO[str] | None, heard: list[str]) -> None:
    """The first lines of the complaints: a broken file can make millions."""
    for number, each in enumerate(_lines_of(stream)):
        if number < _MOST_LINES:
            heard.append(each)
