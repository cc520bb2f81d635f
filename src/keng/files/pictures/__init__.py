"""What a file is, by its first bytes: nothing of it is decoded here.

The pixels of a picture are looked at in a process of its own (`confined`, `decoding`).
"""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftyphev", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    # An old QuickTime file says nothing before its films.
    (4, b"moov", "video/quicktime"),
    (4, b"wide", "video/quicktime"),
    (4, b"mdat", "video/quicktime"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    # Of dictating machines: a quarter of the usual rate.
    (0, b"\xff\xe3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"fLaC", "audio/flac"),
    (0, b"caff", "audio/x-caf"),
    (8, b"AIFF", "audio/aiff"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
)
UNKNOWN_KIND = "application/octet-stream"
# More of a file is not needed to tell its kind.
LONGEST_MAGIC = 12
# Of these a copy to view is made by the library that draws pictures.
DRAWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def mime_of(content: bytes) -> str:
    """The type the bytes show, whatever their sender called them."""
    for at, magic, mime in _MAGIC:
        if content.startswith(magic, at):
            return mime
    return UNKNOWN_KIND
