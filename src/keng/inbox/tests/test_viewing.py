"""Looking at files: copies without a place, played by who uncovered them and by nobody else."""

import io
import itertools
import struct
import tracemalloc

import pytest
from django.core import signing
from django.urls import reverse
from PIL import Image

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.files import clean_media
from keng.files.clean_media import playing_copy_of
from keng.tips.attachments import store_attachment
from tests import make

pytestmark = pytest.mark.django_db
PLACE = b"+21.2700+106.1900/"


def box(kind, content=b""):
    return struct.pack(">I4s", 8 + len(content), kind) + content


def track(handler=b"soun", *more):
    head = box(b"hdlr", bytes(8) + handler + bytes(12))
    return box(b"trak", b"".join([box(b"mdia", head), *more]))


def film(*parts):
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", b"".join(parts)) + box(b"mdat", b"sound")


WAV = b"RIFF" + struct.pack("<I", 60) + b"WAVE"
FMT = b"fmt " + struct.pack("<I", 16) + bytes(16)
DATA = b"data" + struct.pack("<I", 4) + b"abcd"


@pytest.fixture
def unit():
    made = make.unit()
    make.unit_key(made)
    return made


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def address(desk, file):
    page = desk.post(url("attachment", file.pk)).content.decode()
    return page.partition('src="/tips/attachments/')[2].partition('"')[0].replace("&amp;", "&")


def recording(unit, **fields):
    tip = make.tip(unit=unit, **fields)
    return store_attachment(tip.pk, unit.pk, film(track(), box(b"udta", PLACE)))


@pytest.mark.parametrize(
    "parts",
    [
        [track(), box(b"udta", box(b"\xa9xyz", PLACE))],
        [track(b"vide", box(b"meta", PLACE))],
        [track(), box(b"uuid", PLACE)],
        [track(), box(b"loci", PLACE)],
    ],
)
def test_the_place_is_gone_and_every_offset_stays(parts):
    content = film(*parts)
    copy = playing_copy_of(content, "video/mp4")
    assert PLACE not in copy
    assert len(copy) == len(content)
    assert copy.endswith(box(b"mdat", b"sound"))


def test_boxes_beside_the_film_are_blanked_too():
    copy = playing_copy_of(film(track()) + box(b"meta", PLACE), "audio/mp4")
    assert PLACE not in copy


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (film(track(), track(b"meta")), "video/mp4"),
        (box(b"ftyp") + b"\xff\xff\xff\xffmoov", "video/mp4"),
        (b"", "audio/mpeg"),
        (b"\xff\xfb" + b"x" * 20 + b"APETAGEX" + PLACE, "audio/mpeg"),
        (b"OggS" + PLACE, "audio/ogg"),
        (b"\x1aE\xdf\xa3" + PLACE, "video/webm"),
        (WAV[:6], "audio/wav"),
    ],
)
def test_what_we_cannot_be_sure_of_has_no_copy(content, mime):
    assert playing_copy_of(content, mime) is None


def test_tags_of_sound_are_cut_off():
    frames = b"\xff\xfb" + b"\x90" * 400
    tagged = b"ID3\x04\0\0\0\0\0" + bytes([len(PLACE)]) + PLACE + frames + b"TAG" + bytes(125)
    assert playing_copy_of(tagged, "audio/mpeg") == frames
    copy = playing_copy_of(WAV + FMT + b"LIST" + struct.pack("<I", 18) + PLACE + DATA, "audio/wav")
    assert copy == b"RIFF" + struct.pack("<I", len(copy) - 8) + b"WAVE" + FMT + DATA


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (film() + box(b"stts") * 2_600_000, "video/mp4"),
        (film(box(b"stbl", box(b"stts") * 2_600_000)), "video/mp4"),
        (WAV + b"junk\0\0\0\0" * 2_600_000, "audio/wav"),
        (b"ID3\x04\0\0\0\0\0\0" * 2_000_000 + b"\xff\xfb", "audio/mpeg"),
    ],
)
def test_a_file_of_millions_of_parts_is_given_up_early_and_has_no_copy(content, mime, monkeypatch):
    read = itertools.count()
    count = clean_media._count
    monkeypatch.setattr(clean_media, "_count", lambda parts: (next(read), count(parts)))
    tracemalloc.start()
    copy = playing_copy_of(content, mime)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert copy is None
    assert next(read) <= 10_001
    # The file, once more.
    assert peak < len(content) + 2**21


def test_boxes_in_boxes_are_followed_a_few_levels_and_then_have_no_copy():
    nested = box(b"stts")
    for _ in range(14):
        nested = box(b"moov", nested)
    assert playing_copy_of(film(nested), "video/mp4")
    for _ in range(2):
        nested = box(b"moov", nested)
    assert playing_copy_of(film(nested), "video/mp4") is None


def test_an_hour_in_fragments_as_a_browser_records_it_has_a_copy():
    track_run = box(b"traf", box(b"tfhd") + box(b"tfdt") + box(b"trun"))
    fragment = box(b"moof", box(b"mfhd") + track_run)
    recorded = film(track()) + (fragment + box(b"mdat", b"sound")) * 1200
    assert playing_copy_of(recorded, "video/mp4") == recorded


def test_uncovering_is_on_record_and_plays_without_starting_by_itself(desk, unit):
    file = recording(unit)
    page = desk.post(url("attachment", file.pk)).content.decode()
    assert "<audio" in page
    assert " controls" in page
    assert "autoplay" not in page
    assert Entry.objects.filter(action="attachment.shown", object_id=str(file.pk)).count() == 1


def test_a_player_may_ask_for_a_stretch(desk, unit):
    file = recording(unit)
    target = f"/tips/attachments/{address(desk, file)}"
    whole = desk.get(target)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "audio/mp4")
    assert PLACE not in whole.content
    assert "no-store" in whole.headers["Cache-Control"]
    part = desk.get(target, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(whole.content)}"
    assert desk.get(target, headers={"Range": "bytes=999999-"}).status_code == 416


def test_an_address_plays_for_nobody_else(desk, unit):
    file = recording(unit)
    target = f"/tips/attachments/{address(desk, file)}"
    sign_in(desk, make.officer(unit=unit))
    assert desk.get(target).headers["Location"] == url("tip", file.tip_id)
    sign_in(desk, make.officer(unit=make.unit()))
    assert desk.get(target).status_code == 404


def test_after_ten_minutes_it_is_covered_again(desk, unit, monkeypatch):
    file = recording(unit)
    target = f"/tips/attachments/{address(desk, file)}"
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 601)
    assert desk.get(target).status_code == 302


def test_what_is_out_of_scope_is_neither_shown_nor_played(desk, unit):
    file = recording(unit)
    target = f"/tips/attachments/{address(desk, file)}"
    type(file.tip).objects.filter(pk=file.tip_id).update(kind="ngoai_pham_vi")
    assert desk.get(target).status_code == 404
    assert desk.post(url("attachment", file.pk)).status_code == 404
    assert "data-view" not in desk.get(url("tip", file.tip_id)).content.decode()


def test_a_picture_is_shown_in_the_page_alone(desk, unit):
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(made, "PNG")
    tip = make.tip(unit=unit)
    make.worker_key()
    file = store_attachment(tip.pk, unit.pk, made.getvalue())
    assert make.copies_to_view() == 1
    page = desk.post(url("attachment", file.pk), headers={"HX-Request": "true"}).content.decode()
    assert 'src="data:image/jpeg;base64,' in page
    assert "<html" not in page
    assert desk.get(url("attachment", file.pk)).status_code == 405
