"""Hostile files and requests, made here: no file of that sort stands in this repository.

Each has its kind, and what is planted in it may be found nowhere after it was looked at.
"""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

from tests import phone_files

# A command, a script and a link of each would leave this name somewhere.
CANARY = "kenghostile417"
_TOUCH = f"touch /tmp/{CANARY}"
_MAGICS = (
    b"\xff\xd8\xff\xe0",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\xff\xff\xff\xffWEBP",
    b"\0\0\0\x18ftypavif",
    b"\0\0\0\x18ftypheic",
    b"\0\0\0\x18ftypmif1",
    b"\0\0\0\x18ftypM4A ",
    b"\0\0\0\x18ftypqt  ",
    b"\0\0\0\x18ftypisom",
    b"\0\0\0\x18moov",
    b"\x1aE\xdf\xa3",
    b"RIFF\xff\xff\xff\xffAVI ",
    b"OggS",
    b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
    b"\xff\xfb\x90\x64",
    b"\xff\xf1\x50\x80",
    b"#!AMR\n",
    b"RIFF\xff\xff\xff\xffWAVE",
    b"%PDF-1.7\n",
)
_NOT_SHOWN = {
    "svg with script": f"<svg xmlns='http://www.w3.org/2000/svg'><script>{CANARY}</script></svg>",
    "svg with entity": "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    "svg in a link": "<svg xmlns='http://www.w3.org/2000/svg'><a href='javascript:0'/></svg>",
    "html": f"<!doctype html><script>{CANARY}</script>",
    "html with a redirect": "<meta http-equiv=refresh content='0;url=//keng.example'>",
    "entities that grow": "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><l>&b;</l>",
    "playlist": "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "list of files": "ffconcat version 1.0\nfile /etc/passwd\n",
    "stream description": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    "shell script": f"#!/bin/sh\n{_TOUCH}\n",
    "postscript": f"%!PS\n(%pipe%{_TOUCH}) (w) file\n",
    "vector commands": f"push graphic-context\nimage over 0,0 0,0 '|{_TOUCH}'\n",
    "php": "<?php system('id'); ?>",
    "calendar": "BEGIN:VCALENDAR\nATTACH:file:///etc/passwd\nEND:VCALENDAR\n",
    "link of a desktop": f"[Desktop Entry]\nType=Application\nExec={_TOUCH}\n",
    "rich text": "{\\rtf1{\\object\\objdata 0105}}",
    "registry": "Windows Registry Editor Version 5.00\n",
    "formula": f"=cmd|'/c {_TOUCH}'!A1\n",
}
_PROGRAMS = {
    "windows program": b"MZ\x90\0" + bytes(60),
    "linux program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "java class": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "android package": b"PK\x03\x04" + bytes(26) + b"AndroidManifest.xml",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
    "shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(60),
    "tiff": b"II*\0\x08\0\0\0\xff\xff" + bytes(40),
    "tiff of motorola": b"MM\0*\0\0\0\x08\xff\xff" + bytes(40),
    "bitmap": b"BM\xff\xff\xff\xff\0\0\0\0" + struct.pack("<IIii", 54, 40, 2**30, 2**30),
    "icon": b"\0\0\x01\0\xff\xff" + bytes(40),
    "photoshop": b"8BPS\0\x01" + bytes(6) + b"\xff\xff" + bytes(20),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
    "pixel map": b"P6 999999 999999 255\n",
    "flash": b"CWS\x0a\xff\xff\xff\x7fx\x9c",
    "gzip bomb": zlib.compress(bytes(2_000_000), 9),
    "tar that climbs": b"../../etc/cron.d/x".ljust(257, b"\0") + b"ustar",
    "nothing at all": b"",
    "one byte": b"\xff",
    "only zeros": bytes(4096),
    "cut in its magic": b"\x89PNG",
}


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """A kind and its bytes; several of a kind."""
    yield from ((kind, said.encode()) for kind, said in _NOT_SHOWN.items())
    yield from _PROGRAMS.items()
    yield from (("svg after blanks", b" " * n + b"<svg onload=x>") for n in (1, 40))
    yield from (("utf-16 page", "<script>".encode(code)) for code in ("utf-16", "utf-16-be"))
    yield from _packed_files()
    yield from _broken_by_magic()
    yield from _pictures()
    yield from _containers()
    yield from _sounds()
    yield from _documents()


def _packed_files() -> Iterator[tuple[str, bytes]]:
    names = ("../../x", "/etc/x", "..\\..\\x", "a\0b", "x" * 5000, "\u202egpj.exe", "con", ".")
    for name in names:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(zipfile.ZipInfo(name.replace("\0", "_")), bytes(100))
        yield "zip with a name that leads away", made.getvalue().replace(b"a_b", b"a\0b")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", bytes(10_000_000))
    yield "zip bomb", made.getvalue()
    gif = _encoded("GIF")
    yield "picture that is an archive", gif + made.getvalue()[-2000:]
    yield "picture that is an archive", _encoded("PNG") + made.getvalue()[-2000:]
    yield "archive that says it is a document", made.getvalue()[:300] + b"%PDF-1.7\n"


def _broken_by_magic() -> Iterator[tuple[str, bytes]]:
    """Right in its first bytes, and nothing, noise or text after them."""
    noise = bytes(itertools.islice(itertools.cycle(range(255, 0, -7)), 3000))
    for magic in _MAGICS:
        yield "right at first and cut", magic
        yield "right at first and noise", magic + noise
        yield "right at first and a script", magic + f"<script>{CANARY}</script>".encode()


def _encoded(form: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, form, **options)
    return made.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)


def _png(*chunks: bytes, width: int = 40, height: int = 30, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + b"".join(chunks)


def _pictures() -> Iterator[tuple[str, bytes]]:
    rows = zlib.compress((b"\0" + bytes(120)) * 30)
    bomb = zlib.compress(bytes(20_000_000), 9)
    for side in (2**31 - 1, 100_000, 20_000):
        picture = _png(_chunk(b"IDAT", bomb), _chunk(b"IEND", b""), width=side, height=side)
        yield "picture of billions of pixels", picture
    made = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(made, "PNG")
    yield "100 megapixels", made.getvalue()
    profile = _chunk(b"iCCP", b"x\0\0" + bomb)
    yield "colour profile that grows", _png(profile, _chunk(b"IDAT", rows), _chunk(b"IEND", b""))
    text = _chunk(b"zTXt", b"x\0\0" + bomb)
    yield "comment that grows", _png(text, _chunk(b"IDAT", rows), _chunk(b"IEND", b""))
    yield "picture of no size", _png(_chunk(b"IDAT", rows), width=0, height=0)
    yield "picture of an unheard depth", _png(_chunk(b"IDAT", rows), depth=7)
    yield "chunk longer than the file", _png(struct.pack(">I", 2**31 - 1) + b"IDAT" + rows)
    yield "chunk with a wrong sum", _png(_chunk(b"IDAT", rows)[:-4] + b"\0\0\0\0")
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        whole = _encoded(form, (200, 150))
        yield "picture that was cut", whole[: len(whole) // 2]
        middle = len(whole) // 2
        yield "picture with noise inside", whole[:middle] + b"\xff\0" * 40 + whole[middle + 80 :]
        yield "picture with a page behind it", whole + f"<script>{CANARY}</script>".encode()
    jpeg = bytearray(_encoded("JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield "jpeg of 65,535 by 65,535", bytes(jpeg)
    progressive = _encoded("JPEG", (64, 64), progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    yield "jpeg of a thousand scans", progressive[:-2] + scan * 1000 + b"\xff\xd9"
    exif = Image.Exif()
    exif[0x010E] = f"<script>{CANARY}</script>" * 500
    yield "exif with a script", _encoded("JPEG", exif=exif.tobytes())
    yield (
        "exif that points at itself",
        _encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 90),
    )
    frames = [Image.new("P", (8, 8), n % 255) for n in range(500)]
    made = io.BytesIO()
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    yield "gif of 500 frames", made.getvalue()
    gif = bytearray(_encoded("GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    yield "gif of 65,535 by 65,535", bytes(gif)
    yield "webp that says it is large", b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff" * 6
    yield "webp that says it is large", b"RIFF\x20\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\xff"


def _box(kind: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if size is None else size, kind) + content


def _containers() -> Iterator[tuple[str, bytes]]:
    deep = b""
    for _level in range(300):
        deep = _box(b"moov", deep)
    many = _box(b"free") * 20_000
    for brand in (b"heic", b"mif1", b"avif", b"isom", b"qt  "):
        head = _box(b"ftyp", brand + bytes(4) + brand)
        kind = f"broken boxes of {brand.decode().strip()}"
        yield kind, head + _box(b"meta", size=0)
        yield kind, head + _box(b"meta", bytes(20), size=2**32 - 1)
        yield kind, head + struct.pack(">I4sQ", 1, b"mdat", 2**63)
        yield kind, head + _box(b"meta", bytes(4) + _box(b"iloc", b"\xff" * 64))
    isom = _box(b"ftyp", b"isom" + bytes(8))
    yield "boxes deep in each other", isom + deep
    yield "more boxes than a film has", isom + many
    yield "table of billions of samples", isom + _box(b"moov", _box(b"stsz", b"\xff" * 12))
    yield "reference to another file", isom + _box(b"moov", _box(b"url ", b"file:///etc/passwd\0"))
    yield (
        "matroska of unheard size",
        b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + b"\x18S\x80g\x01" + b"\xff" * 7,
    )
    yield "avi with an endless index", b"RIFF\xff\xff\xff\xffAVI idx1\xff\xff\xff\xff" + bytes(64)
    film = phone_files.film(video="libx264", container="mp4", seconds=1)
    yield "film that was cut", film[: len(film) // 2]
    yield "film with noise inside", film[:2000] + b"\xff" * 2000 + film[4000:]
    yield "film that says where it was taken", film


def _sounds() -> Iterator[tuple[str, bytes]]:
    yield "ogg page that lies", b"OggS\0\x02" + b"\xff" * 20 + b"\xff" * 255
    yield "amr of wrong frames", b"#!AMR\n" + b"\x3c" + b"\xff" * 200
    yield (
        "wave of no channels",
        b"RIFF$\0\0\0WAVEfmt \x10\0\0\0" + bytes(16) + b"data\xff\xff\xff\xff",
    )
    yield "wave of many parts", b"RIFF$\0\0\0WAVE" + b"LIST\0\0\0\0" * 20_000
    yield "mp3 of many tags", b"ID3\x03\0\0\0\0\0\0" * 20_000 + b"\xff\xfb"
    yield "aac of no length", b"\xff\xf1\x50\x80\0\x1f\xfc" * 50


def _documents() -> Iterator[tuple[str, bytes]]:
    plain = phone_files.pdf("one page")
    for inside in (
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction << /S /Launch /F (/bin/sh) >>",
        b"/OpenAction << /S /URI /URI (file:///etc/passwd) >>",
        b"/AcroForm << /XFA (x) >>",
    ):
        yield "pdf that acts", plain.replace(b"/Type /Catalog", b"/Type /Catalog " + inside, 1)
    yield "pdf of a huge page", plain.replace(b"/MediaBox", b"/UserUnit 99999 /MediaBox", 1)
    yield "pdf whose pages are each other", plain.replace(b"/Kids [", b"/Kids [ 1 0 R 1 0 R ", 1)
    yield "pdf that was cut", plain[: len(plain) // 2]
    yield "pdf with a password", phone_files.locked_pdf("417")
    yield "pdf that is an archive too", plain + b"PK\x05\x06" + bytes(18)


def hostile_names() -> list[tuple[str, str]]:
    """Names under which a good file is sent."""
    return [
        ("name that leads away", "../../../../etc/passwd"),
        ("name that leads away", "..\\..\\windows\\win.ini"),
        ("name that leads away", "/dev/null"),
        ("name that leads away", "....//....//x.jpg"),
        ("name of a script", "a.jpg.php"),
        ("name of a script", "<img src=x onerror=alert(1)>.jpg"),
        ("name of a script", "{{7*7}}.jpg"),
        ("name of a command", f"$({_TOUCH}).jpg"),
        ("name of a command", f"|{_TOUCH}"),
        ("name of a command", "-rf.jpg"),
        ("name in reverse", "anh\u202egpj.exe"),
        ("name nobody sees", "a\u200b\u2060.jpg"),
        ("name nobody sees", "\u00a0"),
        ("long name", "x" * 300 + ".jpg"),
        ("long name", "ả" * 5000 + ".jpg"),
        ("long name", "." * 2000),
        ("name of a device", "CON.jpg"),
        ("name of a device", "aux"),
        ("name with a line", "a\r\nSet-Cookie: x=1.jpg"),
        ("name with a statement", "'; DROP TABLE tips_tip; --.jpg"),
        ("name with a percent", "%00%2e%2e%2f.jpg"),
        ("name of pictures", "🔥" * 200 + ".jpg"),
        ("name in no accent", "a\u0301\u0301\u0301" * 100 + ".jpg"),
        ("no name", ""),
        ("no name", "."),
        ("hidden name", ".htaccess"),
    ]


def hostile_bodies() -> Iterator[tuple[str, bytes, bytes]]:
    """A kind, the type that a request says and its body."""
    form = b"multipart/form-data; boundary=x"
    head = b'--x\r\nContent-Disposition: form-data; name="attached"; filename="a.jpg"\r\n\r\n'
    file = head + b"\xff\xd8\r\n"
    yield "no boundary", b"multipart/form-data", file
    yield "empty boundary", b"multipart/form-data; boundary=", file
    yield "boundary of another form", b"multipart/form-data; boundary=y", file + b"--x--\r\n"
    yield "boundary of 300 letters", b"multipart/form-data; boundary=" + b"b" * 300, file
    yield "boundary with a line", b'multipart/form-data; boundary="x\ty"', file
    yield "two boundaries", form + b"; boundary=y", file + b"--x--\r\n"
    yield "never ends", form, file
    yield "ends at once", form, b"--x--\r\n"
    yield "empty", form, b""
    yield "no form at all", form, b"\0" * 2000
    yield "only boundaries", form, b"--x\r\n" * 300 + b"--x--\r\n"
    yield "lines without a return", form, file.replace(b"\r\n", b"\n") + b"--x--\n"
    for odd in (
        b"",
        b"Content-Disposition: form-data",
        b'Content-Disposition: form-data; name="a',
        b"Content-Disposition: attachment; filename=a.jpg",
        b'Content-Disposition: form-data; name="text"; name="attached"',
        b'Content-Disposition: form-data; name="attached"; filename="a"; filename="b"',
        b"Content-Disposition: form-data; name=attached; filename*=UTF-8''%00%2e%2e%2f",
        b"Content-Disposition: form-data; name=attached; filename*=utf-99'x'a.jpg",
        b'Content-Disposition: form-data; name="attached"; filename="a\0b.jpg"',
        b'Content-Disposition: form-data; name="attached"; filename="\xff\xfe.jpg"',
        b'Content-Disposition: form-data; name="' + b"n" * 5000 + b'"',
        b"Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
        b"Content-Disposition : form-data; name=a",
        b" folded: yes\r\nContent-Disposition: form-data; name=a",
        b"No colon here",
        b"X: " + b"y" * 20_000,
        b"\r\n".join(b"X-%d: y" % n for n in range(300)),
        b"Content-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=z",
        b"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
        b"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=zlib",
        b"Content-Disposition: form-data; name=a\r\nContent-Length: 99999999999",
        b"Content-Disposition: form-data; name=__proto__",
    ):
        yield "odd head of a part", form, b"--x\r\n" + odd + b"\r\n\r\nwords\r\n--x--\r\n"
    yield "words before the first part", form, b"GET / HTTP/1.1\r\n\r\n" + file + b"--x--\r\n"
    yield "words after the last part", form, file + b"--x--\r\n" + b"z" * 5000
    yield "many parts", form, file * 2000 + b"--x--\r\n"
    yield "large words", form, file.replace(b'; filename="a.jpg"', b"") + b"w" * 50_000
    yield "other type", b"text/xml", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;"
    yield "other type", b"application/json", b'{"text":' * 5000
    yield "other type", b"application/x-www-form-urlencoded", b"a=1&" * 10_000
    yield "other type", b"application/x-www-form-urlencoded", b"text=%00%ff%fe%C0%AE"
    yield "type of nothing", b"\xff/\xfe", file
    yield "type of 10,000 letters", b"multipart/" + b"m" * 10_000, file
