"""What a file is, before anything of it is played: its first bytes, its length, its size."""

import re
from dataclasses import dataclass
from pathlib import Path

from keng.files import ffmpeg

LONGEST_FILM_SECONDS = 180
MOST_FILM_BYTES = 100 * 1024 * 1024
MOST_PIXELS = 4096 * 2304
_WIDEST = 4096
_PROBED_WITHIN = 20.0
_DURATION = re.compile(r"Duration: (\d{2,}):(\d\d):(\d\d)\.(\d+)")
_PICTURE = re.compile(
    r"Stream #\d{1,4}:\d{1,4}.{0,200}?: Video: .{0,300}?, ([1-9]\d{0,5})x([1-9]\d{0,5})\b"
)


class FilmRefused(Exception):
    """It cannot be a film here; holds why, as a code of Film.Problem."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film that may be tried. `seconds` is 0 when the file does not say."""

    demuxer: str
    seconds: float
    width: int
    height: int


def demuxer_of(start: bytes) -> str:
    """Which reader the first bytes ask for; "" for anything that is no film of a phone or a PC.

    Naming it keeps ffmpeg from guessing: a playlist that lists other files is never read as one.
    """
    if start[4:8] == b"ftyp":
        return "mov"
    return "matroska" if start.startswith(b"\x1aE\xdf\xa3") else ""


def probe_film(path: Path) -> FilmFacts:
    """Look at a file. Raises FilmRefused."""
    with path.open("rb") as file:
        demuxer = demuxer_of(file.read(16))
    if not demuxer:
        raise FilmRefused("no_film")
    try:
        _, said = ffmpeg.run_ffmpeg(
            ["-f", demuxer, "-i", str(path)], within=_PROBED_WITHIN, reads=[path]
        )
    except ffmpeg.TookTooLong:
        raise FilmRefused("too_slow") from None
    picture = _PICTURE.search(said)
    if picture is None:
        raise FilmRefused("broken")
    width, height = int(picture[1]), int(picture[2])
    if not (0 < width <= _WIDEST and 0 < height <= _WIDEST and width * height <= MOST_PIXELS):
        raise FilmRefused("too_wide")
    length = _DURATION.search(said)
    seconds = int(length[1]) * 3600 + int(length[2]) * 60 + int(length[3]) if length else 0
    if seconds > LONGEST_FILM_SECONDS:
        raise FilmRefused("too_long")
    return FilmFacts(demuxer, seconds, width, height)
