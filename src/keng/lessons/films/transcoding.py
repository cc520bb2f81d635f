"""Making a film that cheap phones play: H.264 baseline and AAC in an MP4 of at most 480 lines."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keng.files import ffmpeg
from keng.lessons.films.probe import (
    LONGEST_FILM_SECONDS,
    MOST_PIXELS,
    FilmFacts,
    FilmRefused,
    probe_film,
)

TRANSCODED_WITHIN = 600.0
_POSTER_WITHIN = 30.0
# Landscape at most 854×480, portrait 480×854; sides are even, as 4:2:0 needs them.
_SCALE = (
    "scale=w='if(gt(iw,ih),min(854,iw),min(480,iw))':h='if(gt(iw,ih),min(480,ih),min(854,ih))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1"
)
_PROGRESS = re.compile(r"out_time_us=(\d+)$")


@dataclass(frozen=True, slots=True)
class TranscodedFilm:
    """What came out."""

    seconds: int
    width: int
    height: int
    size: int


def transcode_film(
    source: Path, target: Path, poster: Path, facts: FilmFacts, progress: Callable[[int], None]
) -> TranscodedFilm:
    """Write the film and its poster frame; `progress` hears percents. Raises FilmRefused."""

    def hear(line: str) -> None:
        done = _PROGRESS.match(line)
        if done and facts.seconds:
            progress(min(99, int(int(done[1]) / 10_000 / facts.seconds)))

    quiet = ["-loglevel", "error", "-progress", "pipe:1", "-threads", "1"]
    reads = ["-max_pixels", str(MOST_PIXELS), "-f", facts.demuxer, "-i", str(source)]
    takes = ["-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn"]
    forgets = ["-map_metadata", "-1", "-map_chapters", "-1"]
    shape = ["-t", str(LONGEST_FILM_SECONDS + 2), "-vf", _SCALE, "-fpsmax", "30"]
    picture = ["-c:v", "libx264", "-profile:v", "baseline", "-level", "3.0", "-pix_fmt", "yuv420p"]
    effort = ["-preset", "veryfast", "-crf", "28", "-maxrate", "500k", "-bufsize", "1000k"]
    sound = ["-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "44100"]
    writes = ["-movflags", "+faststart", "-threads", "1", "-f", "mp4", "-y", str(target)]
    coding = picture + effort + sound
    asked = quiet + reads + takes + forgets + shape + coding + writes
    _run_or_refuse(asked, TRANSCODED_WITHIN, hear, source, target.parent)
    made = probe_film(target)
    at = "1" if made.seconds > 1 else "0"
    frame = ["-f", "mov", "-ss", at, "-i", str(target), "-frames:v", "1"]
    image = ["-f", "image2", "-update", "1", "-c:v", "mjpeg", "-q:v", "5", "-y", str(poster)]
    _run_or_refuse(
        ["-loglevel", "error", *frame, *image], _POSTER_WITHIN, None, target, poster.parent
    )
    if not poster.exists():
        raise FilmRefused("broken")
    return TranscodedFilm(
        max(1, round(made.seconds)), made.width, made.height, target.stat().st_size
    )


def _run_or_refuse(
    arguments: list[str],
    within: float,
    hear: Callable[[str], None] | None,
    source: Path,
    folder: Path,
) -> None:
    try:
        code, _ = ffmpeg.run_ffmpeg(
            arguments, within=within, reads=[source], writes=[folder], line=hear
        )
    except ffmpeg.TookTooLong:
        raise FilmRefused("too_slow") from None
    if code != 0:
        raise FilmRefused("broken")
