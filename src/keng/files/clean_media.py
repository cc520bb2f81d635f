"""Sound and film without the position, the device and the tags in them; None if we cannot be sure.

Pictures lose theirs elsewhere: files.pictures.decoding draws them anew.

Nothing is decoded or written anew: boxes and chunks that do not carry sound or picture are blanked
where they stand, so that every offset in the file stays true.
"""

import itertools
import struct
from collections.abc import Iterator

# What a browser plays and we know how to clean.
PLAYABLE = ("audio/mp4", "video/mp4", "audio/mpeg", "audio/aac", "audio/wav")
# More than any camera or browser writes; a crafted file of 20 MB holds millions.
_MOST_PARTS = 10_000
_MOST_LEVELS = 16
_NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf"}
_NEEDED = {
    b"ftyp",
    b"styp",
    b"mdat",
    b"sidx",
    b"mvhd",
    b"tkhd",
    b"tref",
    b"elst",
    b"mdhd",
    b"hdlr",
    b"vmhd",
    b"smhd",
    b"dref",
    b"stsd",
    b"stts",
    b"ctts",
    b"cslg",
    b"stsc",
    b"stsz",
    b"stz2",
    b"stco",
    b"co64",
    b"stss",
    b"sdtp",
    b"sbgp",
    b"sgpd",
    b"mehd",
    b"trex",
    b"mfhd",
    b"tfhd",
    b"tfdt",
    b"trun",
}
# A track of another kind may write down where somebody went, second by second.
_TRACKS = {b"vide", b"soun"}
# HEVC, as newer phones write it.
_NOT_PLAYED = {b"hvc1", b"hev1"}


def playing_copy_of(content: bytes, mime: str) -> bytes | None:
    """The same sound or film with everything beside it blanked."""
    try:
        if mime in {"audio/mp4", "video/mp4"}:
            return _mp4(content)
        if mime in {"audio/mpeg", "audio/aac"}:
            return _without_tags(content)
        if mime == "audio/wav":
            return _wav(content)
    except (ValueError, struct.error):
        return None
    return None


def _mp4(content: bytes) -> bytes:
    made = bytearray(content)
    _clean(made, 0, len(made), itertools.count(1), level=1)
    return bytes(made)


def _clean(made: bytearray, at: int, end: int, parts: Iterator[int], *, level: int) -> None:
    """Blank what is not needed of the boxes between two places, as they are read."""
    if level > _MOST_LEVELS:
        message = "boxes too deep in each other"
        raise ValueError(message)
    for kind, head, start, stop in _boxes(made, at, end):
        _count(parts)
        if kind in _NESTED:
            _clean(made, start, stop, parts, level=level + 1)
        elif kind not in _NEEDED:
            made[head + 4 : head + 8] = b"free"
            made[start:stop] = bytes(stop - start)
        elif kind == b"stsd" and bytes(made[start + 12 : start + 16]) in _NOT_PLAYED:
            message = "a film that not every browser plays"
            raise ValueError(message)
        elif kind == b"hdlr" and bytes(made[start + 8 : start + 12]) not in _TRACKS:
            message = "a track that is neither sound nor picture"
            raise ValueError(message)


def _count(parts: Iterator[int]) -> None:
    if next(parts) > _MOST_PARTS:
        message = "more parts than a recording has"
        raise ValueError(message)


def _boxes(made: bytearray, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Kind, where it begins, where its content begins and ends."""
    while at < end:
        size, kind = struct.unpack_from(">I4s", made, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", made, start)
            start += 8
        elif size == 0:
            size = end - at
        if size < start - at or at + size > end:
            message = "a box that does not fit"
            raise ValueError(message)
        yield kind, at, start, at + size
        at += size


def _without_tags(content: bytes) -> bytes | None:
    at, parts = 0, itertools.count(1)
    while content.startswith(b"ID3", at) and len(content) - at > 10:
        _count(parts)
        size = 0
        for byte in content[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size
    content = content[at:]
    if content[-128:-125] == b"TAG":
        content = content[:-128]
    # Another kind of tag may stand at the end; then we are not sure.
    return None if b"APETAGEX" in content or content[:1] != b"\xff" else content


def _wav(content: bytes) -> bytes:
    made = bytearray(content[:12])
    at, parts = 12, itertools.count(1)
    while at + 8 <= len(content):
        _count(parts)
        kind, size = struct.unpack_from("<4sI", content, at)
        whole = content[at : at + 8 + size + size % 2]
        if kind in {b"fmt ", b"data", b"fact"}:
            made += whole
        at += max(len(whole), 8)
    struct.pack_into("<I", made, 4, len(made) - 8)
    return bytes(made)
