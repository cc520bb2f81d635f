"""What a file is, by its first bytes, and a picture without the place and device it came from."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

LARGEST_SIDE = 2048
# A small file can unfold into more memory than the machine has.
MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
)


def mime_of(content: bytes) -> str:
    """The type the bytes show, whatever their sender called them."""
    for at, magic, mime in _MAGIC:
        if content.startswith(magic, at):
            return mime
    return "application/octet-stream"


def viewing_copy_of(content: bytes) -> bytes | None:
    """The picture as JPEG, upright, with nothing beside the pixels; None if we cannot read it."""
    # Three processes may need it and hardly ever do: it costs each of them 2 MB.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            plain = _on_white(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=88)
    return made.getvalue()


def _on_white(picture: "Image.Image") -> "Image.Image":
    """RGB pixels in a new image, so that no metadata comes along."""
    from PIL import Image  # noqa: PLC0415 -- as above

    layer = picture.convert("RGBA")
    plain = Image.new("RGB", layer.size, "white")
    plain.paste(layer, mask=layer.getchannel("A"))
    return plain
