"""A copy to view of whatever phones make: picture, film, sound, document; made in confinement.

Neither position nor device is in it. What runs there is in `files.pictures` for what is drawn, and
in `files.ffmpeg` for what a library of ours cannot read: HEIC and AVIF, films, sound.
"""

import re

from keng.files import ffmpeg
from keng.files.pictures import DRAWN, confined, mime_of
from keng.files.pictures.confined import CannotCopy
from keng.kit.viewing_copies import NoCopy

# What ffmpeg reads, each with its reader: naming it keeps it from guessing, and a list that names
# other files is never read as one.
_DEMUXERS = {
    "image/heic": "mov",
    "image/avif": "mov",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-msvideo": "avi",
    "audio/mp4": "mov",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/x-caf": "caf",
    "audio/aiff": "aiff",
    "audio/wav": "wav",
}
_PICTURE_WITHIN = 40.0
_PROBED_WITHIN = 20.0
# With both of them no longer than a worker keeps a file to itself (tips.viewing_copies).
_FILM_WITHIN = 140.0
_MOST_BYTES = 60 * 1024**2
_FORGETS = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn")
# H.264 as it is, of which only what draws pictures stays: between them a camera may write where it
# is, second by second.
_AS_IT_IS = ("-c:v", "copy", "-bsf:v", "filter_units=pass_types=1-5|7-11|13")
_STREAM = re.compile(r"Stream #0:\d{1,4}.{0,200}?: (Video|Audio): (\w{1,30})")
# Landscape at most 1280×720, portrait 720×1280: a number plate stays readable.
_SCALE = (
    "scale=w='if(gt(iw,ih),min(1280,iw),min(720,iw))':h='if(gt(iw,ih),min(720,ih),min(1280,ih))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1"
)


def has_copies(mime: str) -> bool:
    """Whether copies of this kind can be made here."""
    if mime in DRAWN or mime == "application/pdf":
        return True
    return mime in _DEMUXERS and ffmpeg.can_convert()


def copy_to_view(content: bytes) -> bytes:
    """A picture as JPEG, pages as `files.documents` has them, a film or sound as MP4.

    Raises CannotCopy.
    """
    mime = mime_of(content)
    if mime == "application/pdf":
        return confined.copy_pages(content)
    if mime in DRAWN:
        return confined.copy_picture(content)
    if not has_copies(mime):
        raise CannotCopy(NoCopy.UNKNOWN)
    if mime.startswith("image/"):
        return confined.copy_picture(_picture_for_drawing(content, _DEMUXERS[mime]))
    return _recording(content, _DEMUXERS[mime])


def _picture_for_drawing(content: bytes, demuxer: str) -> bytes:
    """What only ffmpeg reads, as JPEG. Raises CannotCopy."""
    writes = ("-frames:v", "1", *_FORGETS, "-c:v", "mjpeg", "-q:v", "2", "-f", "image2pipe")
    return _converted(content, demuxer, writes, within=_PICTURE_WITHIN)


def _recording(content: bytes, demuxer: str) -> bytes:
    """Film and sound alone, in what every browser plays; as it is where it is that already."""
    try:
        _code, _none, said = ffmpeg.convert_bytes(content, demuxer, (), within=_PROBED_WITHIN)
    except ffmpeg.TookTooLong:
        raise CannotCopy(NoCopy.BROKEN) from None
    found = dict(reversed(_STREAM.findall(said)))
    sound = ("-c:a", "copy") if found.get("Audio") == "aac" else ("-c:a", "aac", "-b:a", "96k")
    if "Video" not in found or found["Video"] == "mjpeg":
        if "Audio" not in found:
            raise CannotCopy(NoCopy.BROKEN)
        writes = ("-map", "0:a:0", "-vn", *_FORGETS, *sound, "-f", "ipod")
        return _converted(content, demuxer, writes, within=_FILM_WITHIN)
    drawn = ("-vf", _SCALE, "-fpsmax", "30", "-pix_fmt", "yuv420p", "-c:v", "libx264")
    effort = ("-preset", "veryfast", "-crf", "26", "-threads", "1")
    film = _AS_IT_IS if found["Video"] == "h264" else (*drawn, *effort)
    takes = ("-map", "0:v:0", "-map", "0:a:0?", *_FORGETS)
    return _converted(content, demuxer, (*takes, *film, *sound, "-f", "mp4"), within=_FILM_WITHIN)


def _converted(content: bytes, demuxer: str, writes: tuple[str, ...], *, within: float) -> bytes:
    try:
        code, made, _said = ffmpeg.convert_bytes(content, demuxer, writes, within=within)
    except ffmpeg.TookTooLong:
        raise CannotCopy(NoCopy.LATE) from None
    if len(made) > _MOST_BYTES:
        raise CannotCopy(NoCopy.TOO_LARGE)
    if code != 0 or not made:
        raise CannotCopy(NoCopy.BROKEN)
    return made
