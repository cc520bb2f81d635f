"""Files as phones make them: HEIC as an iPhone writes it, films with where they were taken, PDF.

Made here, since no file of anybody's phone may stand in this repository.
"""

import functools
import io
import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from keng.files.ffmpeg import ffmpeg_program

# Where the camera says that it was.
SPOT = "+21.2731+106.1946+010/"
DEVICE = "iPhone of Hoa"
# The kind of such a note, as H.264 wants one.
_NOTE = "086f3693-b7b3-4f2c-9653-21492feee5b8+"
_TILE = 512
_PARAMETER_SETS = (32, 33, 34)


def heic(picture: Image.Image, *, quarter_turns: int = 0) -> bytes:
    """A picture as HEIF in HEVC: tiles of 512 pixels side by side, a turn, and an Exif item.

    `quarter_turns` against the clock are what whoever shows it has to do.
    """
    wide, high = picture.size
    columns, rows = -(-wide // _TILE), -(-high // _TILE)
    canvas = Image.new("RGB", (columns * _TILE, rows * _TILE))
    canvas.paste(picture, (0, 0))
    sets: list[bytes] = []
    tiles = []
    for row in range(rows):
        for column in range(columns):
            corner = (column * _TILE, row * _TILE)
            tile = canvas.crop((*corner, corner[0] + _TILE, corner[1] + _TILE))
            sets, pieces = _hevc_still(tile.tobytes())
            tiles.append(b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces))
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, wide, high)
    exif = Image.Exif()
    exif[0x0110] = DEVICE
    items = [*tiles, grid, struct.pack(">I", 6) + exif.tobytes()]
    return _heif_file(items, _hevc_configuration(sets), picture.size, quarter_turns)


def film(
    *, video: str = "libx265", container: str = "mov", seconds: int = 2, size: str = "320x240"
) -> bytes:
    """A film with sound that says where and with what it was taken; what `container` names."""
    h264 = video == "libx264"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{container}"
        _ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=15:duration={seconds}"),
            *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"),
            *("-c:v", video, "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"),
            *(("-tag:v", "hvc1") if video == "libx265" else ()),
            # Between the pictures, as some cameras write it there.
            *(("-bsf:v", f"h264_metadata=sei_user_data={_NOTE}{DEVICE}") if h264 else ()),
            *("-movflags", "use_metadata_tags"),
            *("-metadata", f"com.apple.quicktime.location.ISO6709={SPOT}"),
            *("-metadata", f"com.apple.quicktime.model={DEVICE}"),
            *("-metadata", f"location={SPOT}", "-f", container, str(path)),
        )
        return path.read_bytes()


def recording(*, codec: str, container: str) -> bytes:
    """A second of sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sound.{container}"
        _ffmpeg(
            *("-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-ac", "1"),
            *("-c:a", codec, "-metadata", f"comment={DEVICE}", "-f", container, str(path)),
        )
        return path.read_bytes()


def pdf(*pages: str) -> bytes:
    """A document with a line on each page."""
    return _as_bytes(_document(*pages))


def locked_pdf(password: str) -> bytes:
    """An empty page that only whoever knows the password may see."""
    document = _document("")
    document.encrypt(user_password=password, owner_password="chu", algorithm="RC4-128")
    return _as_bytes(document)


def _document(*pages: str) -> PdfWriter:
    document = PdfWriter()
    document.add_metadata({"/Author": DEVICE})
    letters = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in letters.items()})
    fonts = DictionaryObject({NameObject("/F1"): document._add_object(font)})
    for words in pages:
        page = document.add_blank_page(width=595, height=842)
        drawn = DecodedStreamObject()
        drawn.set_data(f"BT /F1 40 Tf 30 780 Td ({words}) Tj ET".encode("ascii"))
        page[NameObject("/Contents")] = document._add_object(drawn)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    return document


def _as_bytes(document: PdfWriter) -> bytes:
    made = io.BytesIO()
    document.write(made)
    return made.getvalue()


def _ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    command = [ffmpeg_program(), "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


@functools.lru_cache(maxsize=64)
def _hevc_still(tile: bytes) -> tuple[list[bytes], list[bytes]]:
    """The parameter sets and the slices of a tile in RGB, as NAL units."""
    stream = _ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{_TILE}x{_TILE}", "-i", "pipe:0"),
        *("-frames:v", "1", "-c:v", "libx265", "-pix_fmt", "yuvj420p", "-preset", "ultrafast"),
        *("-x265-params", "keyint=1:info=0:log-level=none", "-f", "hevc", "pipe:1"),
        given=tile,
    )
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    sets = [unit for unit in units if unit[0] >> 1 in _PARAMETER_SETS]
    return sets, [unit for unit in units if unit[0] >> 1 < 32]


def _hevc_configuration(sets: list[bytes]) -> bytes:
    """An hvcC box, ISO/IEC 14496-15."""
    plain = next(unit for unit in sets if unit[0] >> 1 == 33).replace(b"\0\0\3", b"\0\0")
    made = b"\1" + plain[3:15] + b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f" + bytes([len(sets)])
    for unit in sets:
        made += struct.pack(">BHH", 0x80 | unit[0] >> 1, 1, len(unit)) + unit
    return _box(b"hvcC", made)


def _heif_file(
    items: list[bytes], configuration: bytes, size: tuple[int, int], quarter_turns: int
) -> bytes:
    """ISO/IEC 23008-12: tiles first, then the grid of them (primary), then Exif."""
    count = len(items) - 2
    grid_id, exif_id = count + 1, count + 2
    kinds = [b"hvc1"] * count + [b"grid", b"Exif"]
    entries = b"".join(
        _box(b"infe", b"\2\0\0" + bytes([at <= count]) + struct.pack(">HH", at, 0) + kind + b"\0")
        for at, kind in enumerate(kinds, 1)
    )
    properties = (
        configuration
        + _box(b"ispe", b"\0\0\0\0" + struct.pack(">II", _TILE, _TILE))
        + _box(b"ispe", b"\0\0\0\0" + struct.pack(">II", *size))
        + _box(b"irot", bytes([quarter_turns]))
        + _box(b"pixi", b"\0\0\0\0\3\x08\x08\x08")
    )
    told = b"".join(struct.pack(">HB", at, 3) + b"\x81\2\5" for at in range(1, count + 1))
    told += struct.pack(">HB", grid_id, 3) + b"\3\x84\5"
    meta_but_places = (
        _box(b"hdlr", b"\0" * 8 + b"pict" + b"\0" * 13)
        + _box(b"pitm", b"\0\0\0\0" + struct.pack(">H", grid_id))
        + _box(b"iinf", b"\0\0\0\0" + struct.pack(">H", len(items)) + entries)
        + _box(
            b"iref",
            b"\0\0\0\0"
            + _box(
                b"dimg",
                struct.pack(">HH", grid_id, count)
                + b"".join(struct.pack(">H", at) for at in range(1, count + 1)),
            )
            + _box(b"cdsc", struct.pack(">HHH", exif_id, 1, grid_id)),
        )
        + _box(
            b"iprp",
            _box(b"ipco", properties)
            + _box(b"ipma", b"\0\0\0\0" + struct.pack(">I", count + 1) + told),
        )
    )
    kind = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    places_size = 8 + 8 + len(items) * 14
    start = len(kind) + 12 + len(meta_but_places) + places_size + 8
    places = b""
    for at, item in enumerate(items, 1):
        places += struct.pack(">HHHII", at, 0, 1, start, len(item))
        start += len(item)
    location = _box(b"iloc", b"\0\0\0\0\x44\0" + struct.pack(">H", len(items)) + places)
    meta = _box(b"meta", b"\0\0\0\0" + meta_but_places + location)
    return kind + meta + _box(b"mdat", b"".join(items))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content
