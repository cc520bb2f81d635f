"""Captions: WebVTT, SRT, or lines that begin with a time; kept as plain WebVTT."""

import re
from dataclasses import dataclass

MOST_CUES = 400
_LAST_SECONDS = 4.0
_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_SPAN = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_LINE = re.compile(rf"^\s*{_TIME}\s+(\S.*)$")
_TAG = re.compile(r"<[^<>]*>")


class NoCaptions(ValueError):
    """No line of it can be shown at a time."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown from one moment to another, in seconds."""

    start: float
    end: float
    words: str


def as_webvtt(text: str) -> str:
    """What somebody uploaded or wrote, as WebVTT without any markup. Raises NoCaptions."""
    lines = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues = _spanned(lines) if any(_SPAN.match(line) for line in lines) else _timed(lines)
    cues = [cue for cue in cues if cue.words and cue.end > cue.start][:MOST_CUES]
    if not cues:
        raise NoCaptions
    blocks = [f"{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.words}" for cue in cues]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def _spanned(lines: list[str]) -> list[Cue]:
    """Blocks of WebVTT or SRT: a line with two times, then words until an empty line."""
    cues: list[Cue] = []
    words: list[str] | None = None
    times = (0.0, 0.0)
    for line in [*lines, ""]:
        span = _SPAN.match(line)
        if span:
            times = (_seconds(span.groups()[:4]), _seconds(span.groups()[4:8]))
            words = []
        elif words is not None and line.strip():
            words.append(_plain(line))
        elif words is not None:
            cues.append(Cue(*times, "\n".join(filter(None, words))))
            words = None
    return cues


def _timed(lines: list[str]) -> list[Cue]:
    """Lines such as "0:07 Cúp máy.": each is shown until the next one."""
    found = [(_seconds(m.groups()[:4]), _plain(m[5])) for m in map(_LINE.match, lines) if m]
    ends = [start for start, _ in found[1:]]
    return [
        Cue(start, end, words)
        for (start, words), end in zip(
            found, [*ends, found[-1][0] + _LAST_SECONDS] if found else [], strict=True
        )
    ]


def _plain(line: str) -> str:
    # An arrow would begin another cue; a bracket could be markup.
    return _TAG.sub("", line).replace("-->", "→").replace("<", "‹").replace("&", "+").strip()


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + (int((rest or "").ljust(3, "0")) / 1000 if rest else 0)


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
