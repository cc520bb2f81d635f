"""Films: prepared by the worker within limits, and a poisoned one gets a polite answer."""

import os
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.files import ffmpeg
from keng.lessons.actions import film_acts, releasing, writing
from keng.lessons.films.captions import NoCaptions, as_webvtt
from keng.lessons.films.probe import FilmRefused, probe_film
from keng.lessons.models import Edition, Film
from keng.lessons.tests.world import RIGHT, TEXTS, Desk
from keng.releases.errors import TextChanged

pytestmark = pytest.mark.django_db
# Stands in for ffmpeg; that of an environment of Python could not read its own files.
INTERPRETER = Path(sys.executable).resolve()
# What it reads, wherever it is installed.
PYTHON = Path(sys.base_prefix)
CAPTIONS = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nCúp máy.\n"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Two seconds of a moving picture with a tone, as a phone would send it: 720 lines."""
    path = tmp_path_factory.mktemp("films") / "phone.mov"
    code, said = ffmpeg.run_ffmpeg(
        [
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1280x720:rate=24:duration=2",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=2",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-metadata",
            "location=+21.2700+106.1100/",
            "-c:a",
            "aac",
            "-shortest",
            str(path),
        ],
        within=60,
        writes=[path.parent],
    )
    assert code == 0, said
    return path.read_bytes()


def uploaded(desk, content, **fields):
    values = {"title": "Phim", "captions": {"vi": CAPTIONS}, "words": {"vi": "Cúp máy."}}
    return film_acts.take_in_film([content], by=desk.writer, **values | fields)


def prepared(desk, content):
    film = uploaded(desk, content)
    assert film_acts.prepare_next_film() == 1
    film.refresh_from_db()
    return film


def test_the_worker_makes_a_film_that_cheap_phones_play(desk, original, data):
    film = prepared(desk, original)
    assert (film.state, film.problem, film.percent) == ("ready", "", 100)
    assert (film.width, film.height, film.seconds) == (854, 480, 2)
    path = data / film.path
    _, said = ffmpeg.run_ffmpeg(["-f", "mov", "-i", str(path)], within=30, reads=[path])
    assert "h264 (Constrained Baseline)" in said
    assert "aac" in said
    assert "location" not in said
    assert (data / film.poster_path).read_bytes()[:2] == b"\xff\xd8"
    assert not (data / film.incoming_path).exists()
    assert film_acts.prepare_next_film() == 0
    acts = Entry.objects.filter(object_kind="film").order_by("seq").values_list("action", flat=True)
    assert list(acts) == ["film.uploaded", "film.prepared"]


def lying(content):
    """The same film, whose header claims an enormous picture and days of length."""
    for mark, offset, lie in (
        (b"mvhd", 20, b"\xff\xff\xff\xf0"),
        (b"mdhd", 20, b"\xff\xff\xff\xf0"),
        (b"avc1", 28, b"\xfd\xe8\xfd\xe8"),
    ):
        at = content.index(mark) + offset
        content = content[:at] + lie + content[at + 4 :]
    return content


def generated(tmp_path, picture):
    path = tmp_path / "made.mp4"
    code, said = ffmpeg.run_ffmpeg(
        [
            "-f",
            "lavfi",
            "-i",
            f"testsrc2={picture}",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            str(path),
        ],
        within=60,
        writes=[path.parent],
    )
    assert code == 0, said
    return path.read_bytes()


POISON = {
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "playlist that begins as a film": b"\x00\x00\x00\x18ftypmp42" + b"#EXTM3U\nhttp://x/\n" * 40,
    "noise": b"\x1aE\xdf\xa3" + os.urandom(4000),
    "empty": b"",
    "cut short": lambda film: film[: len(film) // 3],
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_film_is_refused_with_a_reason_and_leaves_nothing(desk, original, data, poison):
    film = prepared(desk, poison(original) if callable(poison) else poison)
    assert film.state == "refused"
    assert film.get_problem_display()
    assert [file for file in (data / "films").rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("picture", "problem"),
    [("size=64x64:rate=1/100:duration=400", "too_long"), ("size=5000x64:duration=0.1", "too_wide")],
)
def test_a_film_beyond_the_limits_is_refused_before_anything_is_made(
    desk, tmp_path, picture, problem
):
    assert prepared(desk, generated(tmp_path, picture)).problem == problem


def test_what_a_header_claims_is_not_believed(desk, original):
    film = prepared(desk, lying(original))
    assert film.state == "refused" or (film.width, film.seconds) == (854, 2)


def test_a_film_that_takes_too_long_is_stopped(monkeypatch, tmp_path):
    slow = tmp_path / "slow"
    slow.write_text(f"#!{INTERPRETER}\nimport time\ntime.sleep(600)\n")
    slow.chmod(0o700)
    monkeypatch.setattr(ffmpeg, "ffmpeg_program", lambda: str(slow))
    with pytest.raises(ffmpeg.TookTooLong):
        ffmpeg.run_ffmpeg([], within=0.2, reads=[PYTHON])


def test_ffmpeg_runs_within_limits_and_without_our_environment(monkeypatch, tmp_path):
    spy = tmp_path / "spy"
    spy.write_text(
        f"#!{INTERPRETER}\nimport os, resource, sys\n"
        "print(sorted(set(os.environ) - {'LC_CTYPE'}), resource.getrlimit(resource.RLIMIT_AS)[0],"
        " resource.getrlimit(resource.RLIMIT_FSIZE)[0], sys.argv[1:5])\n"
    )
    spy.chmod(0o700)
    monkeypatch.setattr(ffmpeg, "ffmpeg_program", lambda: str(spy))
    heard = []
    ffmpeg.run_ffmpeg(["-i", "x"], within=30, reads=[PYTHON], line=heard.append)
    limits = "['MALLOC_ARENA_MAX'] 2147483648 67108864"
    assert heard == [f"{limits} ['-hide_banner', '-nostdin', '-protocol_whitelist', 'file']"]


def test_a_file_is_never_read_by_a_reader_of_its_own_choice(tmp_path):
    path = tmp_path / "x.mp4"
    path.write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    with pytest.raises(FilmRefused, match="no_film"):
        probe_film(path)


def test_without_ffmpeg_the_desk_says_that_films_are_off(desk, desk_client, monkeypatch):
    monkeypatch.setattr(ffmpeg, "ffmpeg_program", lambda: "")
    sign_in(desk_client, desk.writer)
    assert "KENG_FFMPEG" in desk_client.get("/lessons/films/").content.decode()
    assert desk_client.get("/lessons/films/new/").status_code == 302
    with pytest.raises(film_acts.FilmsAreOff):
        uploaded(desk, b"x")


def test_a_film_is_played_in_stretches_once_its_lesson_is_published(desk, original, public_client):
    film = prepared(desk, original)
    edition = writing.write_lesson(
        TEXTS, RIGHT, collection=desk.collection(), film=film, by=desk.writer
    )
    address = f"/films/{film.pk}/film.mp4"
    assert public_client.get(address).status_code == 404
    desk.publish(edition)
    page = public_client.get(f"/lessons/{edition.lesson.slug}").content.decode()
    assert 'preload="none"' in page
    assert "autoplay" not in page
    whole = public_client.get(address)
    assert (whole.status_code, len(whole.content)) == (200, film.size)
    assert whole.headers["Cache-Control"] == "public, max-age=300"
    part = public_client.get(address, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["Content-Range"] == f"bytes 4-7/{film.size}"
    end = public_client.get(address, headers={"Range": "bytes=-5"})
    assert end.content == whole.content[-5:]
    assert public_client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416
    vtt = public_client.get(f"/films/{film.pk}/vi.vtt")
    assert vtt.headers["Content-Type"].startswith("text/vtt")
    assert public_client.get(f"/films/{film.pk}/poster.jpg").status_code == 200


def test_no_cache_keeps_what_an_officer_looks_at(desk, data, desk_client):
    film = uploaded(desk, b"x")
    captions = {"vi": CAPTIONS, "en": CAPTIONS.replace("Cúp", "Hang")}
    values = {"state": "ready", "seconds": 2, "size": 6, "sha256": b"x" * 32, "captions": captions}
    Film.objects.filter(pk=film.pk).update(**values)
    for path in (film.path, film.poster_path):
        (data / path).write_bytes(b"a film")
    sign_in(desk_client, desk.writer)
    for name in ("film.mp4", "poster.jpg", "vi.vtt", "en.vtt"):
        shown = desk_client.get(f"/lessons/films/{film.pk}/{name}")
        assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert desk_client.get(f"/lessons/films/{film.pk}/ko.vtt").status_code == 404
    # Whoever lets it out looks at the player that its readers get, with the words of each language.
    page = desk_client.get(f"/lessons/films/{film.pk}/").content.decode()
    assert page.count("<video") == 1
    assert "playsinline" in page
    for language in ("vi", "en"):
        assert f'src="/lessons/films/{film.pk}/{language}.vtt"' in page


def test_captions_changed_behind_the_second_persons_back_are_noticed(desk, original):
    film = prepared(desk, original)
    edition = writing.write_lesson(
        TEXTS, RIGHT, collection=desk.collection(), film=film, by=desk.writer
    )
    read = edition.digest_now
    Film.objects.filter(pk=film.pk).update(captions={"vi": CAPTIONS.replace("Cúp", "Nghe")})
    with pytest.raises(TextChanged):
        releasing.publish_text(Edition, edition.pk, seen=read, by=desk.second)


def test_a_refused_film_is_thrown_away_with_its_words_and_its_file(desk, desk_client, data):
    film = prepared(desk, b"\x00\x00\x00\x18ftypmp42" + b"x" * 50)
    assert film.state == "refused"
    (data / film.incoming_path).write_bytes(b"left behind")
    page = f"/lessons/films/{film.pk}/"
    other = Desk("khác")
    assert sign_in(desk_client, other.writer).post(page + "discard/").status_code == 404
    sign_in(desk_client, desk.second)
    assert "discard/" in desk_client.get(page).content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert desk_client.post(page + "discard/").url == "/lessons/films/"
    film.refresh_from_db()
    assert (film.state, film.title, film.captions, film.words) == ("discarded", "", {}, {})
    assert not (data / film.incoming_path).exists()
    assert desk_client.get(page).status_code == 404
    last = Entry.objects.filter(object_kind="film").order_by("seq").last()
    assert (last.action, last.detail) == ("film.discarded", {"problem": "broken"})


def test_a_film_that_is_prepared_is_not_thrown_away(desk, desk_client):
    film = uploaded(desk, b"x")
    for state in ("waiting", "working"):
        Film.objects.filter(pk=film.pk).update(state=state)
        with pytest.raises(film_acts.FilmIsNeeded):
            film_acts.discard_film(film.pk, by=desk.writer)
        page = sign_in(desk_client, desk.writer).get(f"/lessons/films/{film.pk}/")
        assert "discard/" not in page.content.decode()


def form(**changes):
    values = {
        "title": "Phim",
        "vi_captions": "0:00 Cúp máy.\n0:03 Gọi 113.",
        "vi_words": "Cúp máy.",
        "file": SimpleUploadedFile("a.mp4", b"\x00\x00\x00\x18ftypmp42" + b"x" * 50),
    }
    return values | changes


def test_an_officer_uploads_a_film_and_nothing_is_left_of_the_upload(desk, desk_client, data):
    sign_in(desk_client, desk.writer)
    answer = desk_client.post("/lessons/films/new/", form())
    film = Film.objects.get()
    assert answer.url == f"/lessons/films/{film.pk}/"
    assert film.captions["vi"].startswith("WEBVTT")
    assert (data / film.incoming_path).stat().st_size == 62
    assert list((data / "uploads").glob("*")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"file": SimpleUploadedFile("a.mp4", b"#EXTM3U\n")},
        {"file": ""},
        {"vi_words": ""},
        {"vi_captions": ""},
        {"vi_captions": "Không có giờ"},
        {"captions_file": SimpleUploadedFile("a.srt", b"\xff\xfe\x00")},
    ],
)
def test_an_upload_that_cannot_be_is_explained(desk, desk_client, changes, data):
    sign_in(desk_client, desk.writer)
    answer = desk_client.post("/lessons/films/new/", form(**changes))
    assert answer.status_code == 422
    assert not Film.objects.exists()
    assert list((data / "uploads").glob("*")) == []


def test_an_upload_is_checked_against_forged_forms(desk, settings):
    from django.conf import settings as django_settings
    from django.test import Client

    settings.ROOT_URLCONF = "keng.site.desk_urls"
    settings.MIDDLEWARE = django_settings.DESK_MIDDLEWARE
    client = sign_in(Client(enforce_csrf_checks=True), desk.writer)
    assert client.post("/lessons/films/new/", form()).status_code == 403
    assert not Film.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        "WEBVTT\n\n1\n00:01.000 --> 00:02.500\n<b>Cúp</b> máy.\n",
        "1\r\n00:00:01,000 --> 00:00:02,500\r\nCúp máy.\r\n",
    ],
    ids=["WebVTT", "SRT"],
)
def test_captions_of_every_kind_become_plain_webvtt(said):
    assert as_webvtt(said) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nCúp máy.\n"


def test_captions_that_are_written_last_until_the_next_ones():
    made = as_webvtt("0:00 Một\n0:02 Hai --> ba\n")
    assert "00:00:00.000 --> 00:00:02.000\nMột" in made
    assert "00:00:02.000 --> 00:00:06.000\nHai → ba" in made
    with pytest.raises(NoCaptions):
        as_webvtt("chỉ có chữ")
