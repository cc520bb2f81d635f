"""How a word may stand in a file without standing there as it is written."""

import base64
import bz2
import lzma
import re
import shutil
import subprocess
import unicodedata
import zlib
from collections.abc import Callable, Iterator

from keng.language.fold import fold

# Of one compressed stream, and how many of a file: what a thief would have patience for.
_MOST_OPENED = 32 * 1024 * 1024
_MOST_STREAMS = 2000
_ZSTD = shutil.which("zstd")
_ZIP_MAGIC, _ZSTD_MAGIC = b"PK\x03\x04", b"\x28\xb5\x2f\xfd"
_BZIP_MAGIC, _XZ_MAGIC = b"BZh", b"\xfd7zXZ\x00"
_STREAM = re.compile(
    rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|"
    + b"|".join(map(re.escape, (_ZIP_MAGIC, _ZSTD_MAGIC, _BZIP_MAGIC, _XZ_MAGIC)))
)
_ZIP_HEAD = 30
_ZSTD_SECONDS = 20


def disguises(word: str) -> dict[bytes, str]:
    """Each as the bytes to look for, with what it is called."""
    spelt = {
        "as it is written": word,
        "folded": fold(word),
        "in capitals": word.upper(),
        "decomposed": unicodedata.normalize("NFD", word),
        "reversed": word[::-1],
        "folded and reversed": fold(word)[::-1],
    }
    found: dict[bytes, str] = {}
    for name, text in spelt.items():
        raw = text.encode()
        for form, shape in _shapes(raw, text):
            found.setdefault(form, f"{name}{shape}")
    return found


def _shapes(raw: bytes, text: str) -> Iterator[tuple[bytes, str]]:
    yield raw, ""
    yield raw[::-1], ", bytes reversed"
    yield text.encode("utf-16-le"), " in UTF-16"
    yield raw.hex().encode(), " in hex"
    yield raw.hex().upper().encode(), " in hex"
    # Wherever it begins among groups of three: only what its own bytes decide.
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        start, end = (0, 2, 3)[before], len(encoded) - 4
        yield encoded[start:end], " in base64"
        yield encoded[start:end].replace(b"+", b"-").replace(b"/", b"_"), " in base64"


def find_disguised(content: bytes, wanted: dict[bytes, str]) -> str:
    """By what name it was found; "" where it is not there."""
    for form, name in wanted.items():
        if form in content:
            return name
    return ""


def opened_streams(content: bytes) -> Iterator[bytes]:
    """What is inside of whatever looks like gzip, zlib (also in a PDF or PNG), zip, zstd, …"""
    for count, match in enumerate(_STREAM.finditer(content)):
        if count == _MOST_STREAMS:
            return
        stream = memoryview(content)[match.start() :]
        opened = _OPENERS.get(match[0], _opened_zlib)(stream)
        if opened:
            yield opened


def _opened_zlib(stream: memoryview) -> bytes:
    return _inflated(stream, zlib.MAX_WBITS | 32)


def _opened_zip_member(stream: memoryview) -> bytes:
    """What follows one head of a file in an archive; a table at its end is not needed."""
    names = int.from_bytes(stream[26:28], "little") + int.from_bytes(stream[28:30], "little")
    return _inflated(stream[_ZIP_HEAD + names :], -zlib.MAX_WBITS)


def _inflated(stream: memoryview, wbits: int) -> bytes:
    opener = zlib.decompressobj(wbits=wbits)
    try:
        return opener.decompress(stream, _MOST_OPENED)
    except zlib.error:
        return b""


def _opened_bzip(stream: memoryview) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(bytes(stream), _MOST_OPENED)
    except OSError:
        return b""


def _opened_xz(stream: memoryview) -> bytes:
    try:
        return lzma.LZMADecompressor().decompress(bytes(stream), _MOST_OPENED)
    except lzma.LZMAError:
        return b""


def _opened_zstd(stream: memoryview) -> bytes:
    if _ZSTD is None:
        return b""
    try:
        done = subprocess.run(
            [_ZSTD, "--decompress", "--stdout", "--quiet", "--memory=64MB"],
            input=stream[:_MOST_OPENED],
            capture_output=True,
            check=False,
            timeout=_ZSTD_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout[:_MOST_OPENED]


_OPENERS: dict[bytes, Callable[[memoryview], bytes]] = {
    _ZIP_MAGIC: _opened_zip_member,
    _ZSTD_MAGIC: _opened_zstd,
    _BZIP_MAGIC: _opened_bzip,
    _XZ_MAGIC: _opened_xz,
}
