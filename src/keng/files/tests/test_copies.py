"""What phones make can be opened: as a picture, a film or sound that says nothing of its maker."""

import io
import json
import os
import subprocess
import sys
import time

import pytest
from PIL import Image

from keng.files import copies, ffmpeg, limited_program, openable
from keng.files.clean_media import playing_copy_of
from keng.files.documents import document_copy, pages_of_copy
from keng.files.openable import why_not_openable
from keng.files.pictures import confined, mime_of
from keng.kit.uploads import IncomingFile, SealedUpload
from tests import phone_files

MINE = (phone_files.DEVICE.encode(), b"21.2731", b"106.19")


def picture(size=(1200, 900)):
    """Red, and blue in the upper left quarter."""
    made = Image.new("RGB", size, "red")
    made.paste("blue", (0, 0, size[0] // 2, size[1] // 2))
    return made


def says_nothing(copy):
    return not any(word in copy for word in MINE)


def is_blue(opened, across, down):
    red, _green, blue = opened.getpixel((across * opened.width // 4, down * opened.height // 4))
    return blue > 150 > red


@pytest.mark.parametrize(("turns", "blue_at"), [(0, (1, 1)), (3, (3, 1)), (2, (3, 3))])
def test_a_picture_of_an_iphone_is_a_jpeg_upright_and_without_its_maker(turns, blue_at):
    sent = phone_files.heic(picture(), quarter_turns=turns)
    assert mime_of(sent) == "image/heic"
    assert phone_files.DEVICE.encode() in sent
    copy = copies.copy_to_view(sent)
    assert says_nothing(copy)
    with Image.open(io.BytesIO(copy)) as opened:
        assert opened.format == "JPEG"
        assert opened.size == ((900, 1200) if turns == 3 else (1200, 900))
        assert not opened.getexif()
        assert is_blue(opened, *blue_at)
        assert not is_blue(opened, 4 - blue_at[0], 4 - blue_at[1])


def test_the_largest_picture_of_an_iphone_fits():
    tile = Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).resize((512, 512))
    large = Image.new("RGB", (8064, 6048))
    for left in range(0, large.width, 512):
        for top in range(0, large.height, 512):
            large.paste(tile, (left, top))
    copy = copies.copy_to_view(phone_files.heic(large))
    with Image.open(io.BytesIO(copy)) as opened:
        assert opened.size == (2048, 1536)


@pytest.mark.parametrize(
    ("video", "container"), [("libx265", "mov"), ("libx264", "mov"), ("libx265", "mp4")]
)
def test_a_film_of_a_phone_plays_in_every_browser_and_says_nothing(video, container):
    sent = phone_files.film(video=video, container=container)
    assert playing_copy_of(sent, mime_of(sent)) is None
    copy = copies.copy_to_view(sent)
    assert mime_of(copy) == "video/mp4"
    assert says_nothing(copy)
    assert b"avc1" in copy
    assert b"mp4a" in copy
    assert b"hvc1" not in copy


@pytest.mark.parametrize(
    ("codec", "container", "mime"),
    [
        ("libopus", "ogg", "audio/ogg"),
        ("libopus", "webm", "video/webm"),
        ("libmp3lame", "mp3", "audio/mpeg"),
        ("flac", "flac", "audio/flac"),
        ("pcm_s16le", "caf", "audio/x-caf"),
        ("pcm_s16be", "aiff", "audio/aiff"),
        ("aac", "3gp", "video/mp4"),
        ("aac", "mov", "video/quicktime"),
    ],
)
def test_sound_that_is_not_played_as_it_came_becomes_sound_that_is(codec, container, mime):
    sent = phone_files.recording(codec=codec, container=container)
    assert mime_of(sent) == mime
    copy = copies.copy_to_view(sent)
    assert mime_of(copy) == "audio/mp4"
    assert says_nothing(copy)


def test_the_pages_of_a_document_are_pictures_and_say_nothing():
    sent = phone_files.pdf("So du 5000000", "Chuyen khoan", "Trang ba")
    pages, total = pages_of_copy(copies.copy_to_view(sent))
    assert (len(pages), total) == (3, 3)
    assert all(map(says_nothing, pages))
    with Image.open(io.BytesIO(pages[0])) as first, Image.open(io.BytesIO(pages[1])) as second:
        assert first.format == "JPEG"
        assert first.width > 1000
        # Something is written on it, and something else on the next.
        assert first.convert("L").getextrema() == (0, 255)
        top = (0, 0, first.width, 400)
        assert first.crop(top).tobytes() != second.crop(top).tobytes()


def test_of_a_long_document_the_first_pages_are_shown_and_the_rest_is_counted():
    sent = phone_files.pdf(*(f"Trang {number}" for number in range(confined.MOST_PAGES + 3)))
    pages, total = pages_of_copy(copies.copy_to_view(sent))
    assert (len(pages), total) == (confined.MOST_PAGES, confined.MOST_PAGES + 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: phone_files.locked_pdf("khach"), "locked"),
        (lambda: b"%PDF-1.7\n" + os.urandom(500), "broken"),
        (lambda: phone_files.heic(picture())[:900], "broken"),
        (lambda: b"\0\0\0\x18ftypheic" + os.urandom(4000), "broken"),
        (lambda: phone_files.film()[:3000], "broken"),
        (lambda: b"\0\0\0\x14ftypqt  " + bytes(12), "broken"),
        (lambda: b"OggS" + os.urandom(4000), "broken"),
        # A list of other files is never read as one.
        (lambda: b"\0\0\0\x14ftypqt  #EXTM3U\nfile:///etc/passwd\n", "broken"),
        (lambda: b"MZ\x90\0" + bytes(40), "unknown"),
        (lambda: b"PK\x03\x04" + bytes(40), "unknown"),
    ],
)
def test_what_has_no_copy_says_why(content, reason):
    with pytest.raises(copies.CannotCopy) as refused:
        copies.copy_to_view(content())
    assert refused.value.reason == reason


def test_a_film_that_takes_too_long_is_given_up(monkeypatch):
    sent = phone_files.film()
    monkeypatch.setattr(copies, "_FILM_WITHIN", 0.05)
    began = time.monotonic()
    with pytest.raises(copies.CannotCopy) as refused:
        copies.copy_to_view(sent)
    assert refused.value.reason == "late"
    assert time.monotonic() - began < 60


def test_without_ffmpeg_pictures_and_documents_are_shown_and_the_rest_is_not(monkeypatch):
    monkeypatch.setattr(ffmpeg, "ffmpeg_program", lambda: "")
    assert copies.has_copies("image/jpeg")
    assert copies.has_copies("application/pdf")
    assert not copies.has_copies("image/heic")
    assert not copies.has_copies("video/quicktime")


def test_who_converts_reads_no_file_and_knows_no_network(tmp_path):
    """Another program in its place tries what a broken decoder would."""
    tries = tmp_path / "tries"
    tries.write_text(
        # Not that of an environment of Python, whose own files it could not read.
        f"#!{os.path.realpath(sys.executable)} -I\n"
        "import os, socket, resource, sys\n"
        "def refused(act):\n"
        "    try: act()\n"
        "    except OSError: return True\n"
        "free = [os.dup(0)]\n"
        "while not refused(lambda: free.append(os.dup(0))): pass\n"
        "assert len(free) <= 4, free\n"
        "for each in free: os.close(each)\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert sorted(set(os.environ) - {'LC_CTYPE'}) == ['MALLOC_ARENA_MAX']\n"
        "import ctypes\n"
        "assert ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1\n"
        "import threading\n"
        "began = threading.Thread(target=lambda: None)\n"
        "began.start(); began.join()\n"
        "def shared():\n"
        "    if ctypes.CDLL(None).shmget(7, 4096, 0o1600) < 0: raise OSError\n"
        "path = sys.argv[1]\n"
        "tries = {\n"
        "    'signal': lambda: os.kill(os.getppid(), 0),\n"
        "    'limits': lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU),\n"
        "    'shared memory': shared,\n"
        "    'process that stays': lambda: os.fork() or os._exit(0),\n"
        "    'socket': lambda: socket.socket(),\n"
        "    'pair of sockets': lambda: socket.socketpair(),\n"
        "    'read': lambda: os.open(path, os.O_RDONLY),\n"
        "    'list': lambda: os.listdir(os.path.dirname(path)),\n"
        "    'write': lambda: os.open(path + '2', os.O_WRONLY | os.O_CREAT),\n"
        "    'remove': lambda: os.unlink(path),\n"
        "    'empty': lambda: os.truncate(path, 0),\n"
        "    'let others read': lambda: os.chmod(path, 0o777),\n"
        "    'mark': lambda: os.setxattr(path, 'user.mark', b'1'),\n"
        "}\n"
        "did = [what for what, act in tries.items() if not refused(act)]\n"
        "assert did == [], did\n"
        "sys.stderr.write('held')\n"
    )
    tries.chmod(0o700)
    secret = tmp_path / "secret"
    secret.write_text("of somebody else")
    limits = json.dumps({"cpu": 20, "files": 6, "reads": [sys.base_prefix]})
    launcher = [sys.executable, "-I", "-m", "keng.files.limited_program", limits]
    ended = subprocess.run(
        [*launcher, str(tries), str(secret)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == "held"
    assert secret.read_text() == "of somebody else"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another account")
def test_root_that_may_not_become_the_owner_reads_no_film_of_a_stranger(tmp_path, monkeypatch):
    """As in a container that changes no accounts: half of the change is none."""

    def refuse(_account):
        raise PermissionError

    film = tmp_path / "film"
    film.write_bytes(b"")
    os.chown(film, 65534, 65534)
    monkeypatch.setattr(os, "setgroups", lambda _groups: None)
    monkeypatch.setattr(os, "setgid", lambda _group: None)
    monkeypatch.setattr(os, "setuid", refuse)
    with pytest.raises(PermissionError):
        limited_program.become_owner([tmp_path / "gone", film])


def test_of_complaints_without_an_end_the_beginning_is_kept():
    heard = []
    ffmpeg._read_complaints(io.StringIO("x" * 5_000_000), heard)
    assert 100_000 < sum(map(len, heard)) < 1_000_000


def test_nothing_of_it_lies_on_a_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    copies.copy_to_view(phone_files.film(seconds=1))
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("damage", [b"", b"KENG", b"KENG\0pages\n\0\0\0\1\0\0\0\7abc"])
def test_what_is_no_copy_of_a_document_is_not_taken_for_one(damage):
    with pytest.raises(ValueError, match=r"page|copy"):
        pages_of_copy(damage)
    assert pages_of_copy(document_copy([b"one"], total=7)) == ([b"one"], 7)


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))

    def make(content, *, name="tep", pieces=1):
        file = IncomingFile(most_bytes=10**6, network="203.0.113.9")
        size = -(-len(content) // pieces) or 1
        for start in range(0, len(content), size):
            file.write(content[start : start + size])
        file.end()
        return SealedUpload(
            path=file.path, key=file.key, name=name, size=file.size, content_type="image/jpeg"
        )

    return make


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rỗng"),
        (b"MZ\x90\0" + bytes(100), "không mở được loại tệp này"),
        (b"Chi la chu", "không mở được loại tệp này"),
        (b"PK\x03\x04" + bytes(100), "không mở được loại tệp này"),
        (b"\xff\xd8\xff\xe0" + bytes(100), ""),
        (b"%PDF-1.7" + bytes(100), ""),
        (b"\0\0\0\x18ftypheic" + bytes(100), ""),
        (b"\0\0\0\x14ftypqt  " + bytes(100), ""),
        (b"#!AMR\n" + bytes(100), ""),
    ],
)
@pytest.mark.parametrize("pieces", [1, 50])
def test_what_nobody_could_open_is_refused_by_its_first_bytes(sealed, content, words, pieces):
    said = why_not_openable(sealed(content, name="IMG_4.jpg", pieces=pieces))
    assert words in said
    assert bool(said) is bool(words)
    assert ("IMG_4.jpg" in said) is bool(words)


def test_without_ffmpeg_what_only_it_opens_is_refused(sealed, monkeypatch):
    monkeypatch.setattr(openable, "has_copies", lambda _mime: False)
    assert why_not_openable(sealed(b"\0\0\0\x14ftypqt  " + bytes(100)))
