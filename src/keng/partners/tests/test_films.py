"""A partner's own film: uploaded and let out by two of its people, and no officer's business."""

import datetime
import html
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import TestCase
from django.utils import translation

from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import (
    PARTNER_COOKIE,
    end_partner_session,
    is_browser_of_member,
)
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.kit import times
from keng.lessons.actions import film_acts
from keng.lessons.actions.film_acts import FilmIsNeeded
from keng.lessons.models import Edition, Film
from keng.partners.actions import films, manuscripts
from keng.partners.errors import (
    NoSecondMember,
    TooManyFilmsKept,
    TooManyFilmsToday,
    TooManyFilmsWait,
)
from keng.partners.models import Manuscript
from keng.partners.queries import waiting_texts
from keng.partners.tests.stage import Stage, signed_in
from keng.partners.tests.test_manuscripts import COLLECTION, LESSON
from keng.releases.errors import TextChanged

pytestmark = pytest.mark.django_db
HELD = "a partner does not do this"
BEGINS_AS_A_FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 32
WORDS = {
    "title": "Phim nghe máy lạ",
    "vi_captions": "0:00 Cúp máy.",
    "vi_words": "Một người nghe máy lạ rồi cúp máy.",
}


@pytest.fixture
def stage(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    return Stage()


@pytest.fixture
def ready(stage, tmp_path):
    """Uploaded by Thu, and what the worker would have made of it."""
    film = films.take_in_partner_film(
        [BEGINS_AS_A_FILM],
        title="Phim nghe máy lạ",
        captions={"vi": "WEBVTT\n\n00:00.000 --> 00:01.000\nCúp máy.\n"},
        words={"vi": "Một người cúp máy."},
        by=stage.thu,
    )
    made_of(film)
    (tmp_path / film.path).write_bytes(b"a film")
    return film


def made_of(film):
    Film.objects.filter(pk=film.pk).update(state="ready", seconds=2, size=6, sha256=b"x" * 32)


def upload(client, **changes):
    sent = WORDS | {"file": SimpleUploadedFile("phim.mp4", BEGINS_AS_A_FILM)} | changes
    return client.post("/partner/films/new/", sent)


def lesson_with(client, member, film):
    """Written by a member through the pages, and handed in where that can be."""
    signed_in(client, member)
    there = client.post("/partner/lessons/new/", COLLECTION).url
    assert client.post(there, LESSON | {"film": film.pk, "do": "submit"}).status_code == 303
    return Manuscript.objects.latest("id")


def execute(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql, *values):
    with pytest.raises(Error) as raised:
        execute(sql, *values)
    return str(raised.value)


def test_two_of_its_people_put_a_film_before_everybody(public_client, stage, tmp_path, become):
    become("public")
    signed_in(public_client, stage.thu)
    page = upload(public_client).url
    assert "refresh" in public_client.get(page).content.decode()
    listed = public_client.get("/partner/films/").content.decode()
    assert "/partner/films/new/" in listed
    assert WORDS["title"] in listed
    become("owner")
    film = Film.objects.get()
    made_of(film)
    (tmp_path / film.path).write_bytes(b"a film")
    become("public")
    text = lesson_with(public_client, stage.thu, film)
    assert text.is_waiting
    assert public_client.get(f"/films/{film.pk}/film.mp4").status_code == 404

    signed_in(public_client, stage.binh)
    reading = public_client.get(f"/partner/texts/{text.pk}/").content.decode()
    assert WORDS["vi_words"] in reading
    played = public_client.get(f"/partner/films/{film.pk}/film.mp4")
    assert (played.content, played.headers["Cache-Control"]) == (b"a film", "no-store")
    assert "Cúp máy" in public_client.get(f"/partner/films/{film.pk}/vi.vtt").content.decode()
    manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)

    public_client.cookies.clear()
    lesson = public_client.get(f"/lessons/{Edition.objects.get().lesson.slug}").content.decode()
    assert f"/films/{film.pk}/film.mp4" in lesson
    assert stage.partner.name in lesson
    assert public_client.get(f"/films/{film.pk}/film.mp4").content == b"a film"
    manuscripts.withdraw_manuscript(text.pk, by=stage.thu)
    assert public_client.get(f"/films/{film.pk}/film.mp4").status_code == 404


def test_the_front_knows_the_browser_of_a_member_until_signed_out(public_client, stage):
    signed_in(public_client, stage.thu)
    cookies = {name: each.value for name, each in public_client.cookies.items()}
    assert is_browser_of_member(cookies)
    assert not is_browser_of_member({})
    assert not is_browser_of_member({PARTNER_COOKIE: "made-up"})
    end_partner_session(cookies[PARTNER_COOKIE])
    assert not is_browser_of_member(cookies)


def test_a_film_of_another_partner_is_not_found_and_not_chosen(public_client, stage, ready):
    stranger = signed_in(public_client, stage.alone())
    for address in ("", "film.mp4", "poster.jpg", "vi.vtt"):
        assert stranger.get(f"/partner/films/{ready.pk}/{address}").status_code == 404
    there = stranger.post("/partner/lessons/new/", COLLECTION).url
    assert stranger.post(there, LESSON | {"film": ready.pk, "do": "submit"}).status_code == 422


def test_who_uploaded_it_does_not_let_it_out(public_client, stage, ready):
    text = lesson_with(public_client, stage.binh, ready)
    assert not text.is_waiting
    assert set(text.hands) >= {stage.thu.pk, stage.binh.pk}
    page = public_client.get(f"/partner/texts/{text.pk}/").content.decode()
    assert str(NoSecondMember.sentence) in page
    with pytest.raises(NoSecondMember):
        manuscripts.submit_manuscript(text.pk, by=stage.binh)


def test_the_province_never_lets_a_film_out(public_client, stage, ready):
    text = lesson_with(public_client, stage.thu, ready)
    Manuscript.objects.filter(pk=text.pk).update(hands=[*text.hands, stage.binh.pk])
    assert waiting_texts(stage.coordinator) == []


def test_a_partner_of_one_uploads_none(public_client, stage):
    signed_in(public_client, stage.alone())
    assert upload(public_client).url == "/partner/films/"
    assert "người thứ hai" in public_client.get("/partner/films/").content.decode()
    assert not Film.objects.exists()


def test_what_is_no_film_is_refused_with_all_that_was_typed(public_client, stage):
    signed_in(public_client, stage.thu)
    poison = SimpleUploadedFile("phim.mp4", b"#EXTM3U\nfile:///etc/passwd\n")
    answer = upload(public_client, file=poison)
    assert answer.status_code == 422
    for words in ("Tệp này không phải phim", WORDS["vi_words"], WORDS["title"]):
        assert words in answer.content.decode()


def test_three_films_wait_at_the_most(public_client, stage):
    signed_in(public_client, stage.thu)
    for _again in range(3):
        assert upload(public_client).status_code == 303
    answer = upload(public_client)
    assert answer.status_code == 422
    assert str(TooManyFilmsWait.sentence) in answer.content.decode()
    assert WORDS["vi_words"] in answer.content.decode()


def test_what_was_uploaded_meanwhile_counts_too(stage, tmp_path):
    def slow_upload():
        for member in (stage.thu, stage.binh, stage.binh):
            Film.objects.create(
                unit=stage.partner.invited_by_unit,
                partner=stage.partner,
                made_by_member=member,
            )
        yield BEGINS_AS_A_FILM

    with pytest.raises(TooManyFilmsWait):
        films.take_in_partner_film(slow_upload(), title="Phim", captions={}, words={}, by=stage.thu)
    assert list((tmp_path / "films" / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("kept", "today", "error"),
    [(29, 9, None), (30, 0, TooManyFilmsKept), (0, 10, TooManyFilmsToday)],
)
def test_a_partner_keeps_thirty_films_and_uploads_ten_a_day(stage, kept, today, error):
    long_ago = times.now() - datetime.timedelta(days=2)
    of_partner = {"unit": stage.partner.invited_by_unit, "partner": stage.partner}
    for count, values in (
        (kept, {"state": "ready", "seconds": 2, "size": 6, "made_at": long_ago}),
        (today, {"state": "discarded"}),
        (40, {"state": "refused", "made_at": long_ago}),
    ):
        Film.objects.bulk_create(
            Film(made_by_member=stage.thu, **of_partner, **values) for _each in range(count)
        )

    def upload_one():
        films.take_in_partner_film(
            [BEGINS_AS_A_FILM], title="Phim", captions={}, words={}, by=stage.thu
        )

    if error is None:
        upload_one()
    else:
        with pytest.raises(error):
            upload_one()


def test_a_film_counts_as_kept_again_once_its_lesson_is_over(public_client, stage, ready, become):
    text = lesson_with(public_client, stage.thu, ready)
    Film.objects.bulk_create(
        Film(
            unit=stage.partner.invited_by_unit,
            partner=stage.partner,
            made_by_member=stage.thu,
            state="ready",
            seconds=2,
            size=6,
            made_at=times.now() - datetime.timedelta(days=2),
        )
        for _each in range(films._MOST_KEPT - 1)
    )
    become("public")
    manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    films._refuse_too_many(stage.thu)
    manuscripts.withdraw_manuscript(text.pk, by=stage.thu)
    with pytest.raises(TooManyFilmsKept):
        films._refuse_too_many(stage.thu)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sentences_say_the_numbers_that_hold(language):
    numbers = {
        TooManyFilmsWait: films._MOST_WAITING,
        TooManyFilmsToday: films._MOST_A_DAY,
        TooManyFilmsKept: films._MOST_KEPT,
    }
    with translation.override(language):
        for error, most in numbers.items():
            assert f" {most} " in f" {error.sentence}"


def test_films_are_prepared_in_turn_between_partners_and_the_province(stage):
    order = []
    unit = stage.partner.invited_by_unit
    for title in ("a1", "a2", "a3"):
        Film.objects.create(unit=unit, partner=stage.partner, made_by_member=stage.thu, title=title)
    for title in ("tỉnh 1", "tỉnh 2"):
        Film.objects.create(unit=unit, made_by=stage.coordinator, title=title)
    while (film := film_acts._lease_film()) is not None:
        order.append(film.title)
        Film.objects.filter(pk=film.pk).update(state="refused", leased_until=None)
    assert order == ["a1", "tỉnh 1", "a2", "tỉnh 2", "a3"]


def test_the_worker_says_in_the_partners_chain_what_became_of_it(stage, become):
    film = films.take_in_partner_film(
        [b"no film"], title="Phim", captions={}, words={}, by=stage.thu
    )
    become("worker")
    assert film_acts.prepare_next_film() == 1
    become("owner")
    stranger = stage.alone()
    become("public")
    with pytest.raises(NotAllowed):
        films.discard_partner_film(film.pk, by=stranger)
    films.discard_partner_film(film.pk, by=stage.thu)
    become("owner")
    film.refresh_from_db()
    assert (film.state, film.title) == ("discarded", "")
    of_film = Entry.objects.filter(object_id=str(film.pk), chain=f"partner:{stage.partner.pk}")
    assert list(of_film.order_by("seq").values_list("action", flat=True)) == [
        "partner_film.uploaded",
        "film.refused",
        "partner_film.discarded",
    ]


def test_a_film_that_shows_too_much_is_thrown_away_before_it_is_out(
    public_client, stage, ready, tmp_path
):
    signed_in(public_client, stage.thu)
    page = f"/partner/films/{ready.pk}/"
    assert "discard/" in public_client.get(page).content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert public_client.post(page + "discard/").status_code == 303
    ready.refresh_from_db()
    assert (ready.state, ready.title, ready.words) == ("discarded", "", {})
    assert not (tmp_path / ready.path).exists()


def test_a_film_of_a_draft_or_a_lesson_stays_until_that_is_over(
    public_client, stage, ready, become
):
    text = lesson_with(public_client, stage.thu, ready)
    become("public")
    answer = public_client.post(f"/partner/films/{ready.pk}/discard/")
    assert answer.status_code == 409
    assert str(FilmIsNeeded.sentence) in html.unescape(answer.content.decode())
    manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    with pytest.raises(FilmIsNeeded):
        films.discard_partner_film(ready.pk, by=stage.thu)
    with in_partner_role():
        assert HELD in refused(
            "UPDATE lessons_film SET state = 'discarded', title = '', captions = '{}', words = '{}'"
        )
    # As the end of each transaction does it.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    manuscripts.withdraw_manuscript(text.pk, by=stage.thu)
    films.discard_partner_film(ready.pk, by=stage.thu)
    with in_partner_role():
        assert Film.objects.get(pk=ready.pk).state == Film.State.DISCARDED


def test_no_lesson_appears_with_a_film_that_was_thrown_away(public_client, stage, ready, become):
    text = lesson_with(public_client, stage.thu, ready)
    become("owner")
    Film.objects.filter(pk=ready.pk).update(state="discarded", title="", captions={}, words={})
    become("public")
    with pytest.raises(TextChanged):
        manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    become("owner")
    assert not Edition.objects.exists()


def test_the_database_too_gives_no_lesson_a_film_that_was_thrown_away(
    public_client, stage, ready, become
):
    text = lesson_with(public_client, stage.thu, ready)
    other = films.take_in_partner_film(
        [BEGINS_AS_A_FILM], title="Phim khác", captions={}, words={}, by=stage.binh
    )
    become("owner")
    Film.objects.filter(pk=other.pk).update(state="discarded", title="", captions={}, words={})
    become("public")
    manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    become("owner")
    assert "was thrown away" in refused(
        'INSERT INTO lessons_edition (id, lesson_id, number, unit_id, texts, "right", digest, '
        "released_at, hands, film_id) SELECT gen_random_uuid(), lesson_id, 2, unit_id, texts, "
        '"right", digest, now(), hands, %s FROM lessons_edition',
        other.pk,
    )


def test_the_role_of_partners_uploads_and_writes_nothing_else(stage, ready, become):
    stranger = stage.alone()
    columns = "captions, words, made_at, partner_id, unit_id, title"
    become("public")
    assert "permission denied" in refused("UPDATE lessons_film SET title = 'giả'")
    with in_partner_role():
        for change in ("title = 'giả'", "state = 'refused'", "captions = '{}'"):
            assert HELD in refused(f"UPDATE lessons_film SET {change}")
        assert "permission denied" in refused("UPDATE lessons_film SET sha256 = ''")
        assert "permission denied" in refused("DELETE FROM lessons_film")
        for state, member in (("ready", stage.thu.pk), ("waiting", stranger.pk)):
            assert HELD in refused(
                f"INSERT INTO lessons_film (id, state, made_by_member_id, seconds, size, {columns})"
                f" SELECT %s, %s, %s, 0, 0, {columns} FROM lessons_film",
                uuid.uuid4(),
                state,
                member,
            )


def test_no_officer_reads_it_and_the_public_not_before_it_is_out(stage, ready, become):
    become("desk")
    assert not Film.objects.exists()
    become("public")
    assert not Film.objects.exists()
    with in_partner_role():
        assert Film.objects.of_partner(stage.partner.pk).get() == ready


def test_a_lesson_appears_with_the_film_that_was_handed_in_alone(
    public_client, stage, ready, become
):
    text = lesson_with(public_client, stage.thu, ready)
    other = films.take_in_partner_film(
        [BEGINS_AS_A_FILM], title="Phim khác", captions={}, words={}, by=stage.binh
    )
    made_of(other)
    become("public")
    assert "does not do this" in refused(
        "UPDATE partners_manuscript "
        "SET content = jsonb_set(content, '{film,id}', to_jsonb(%s::text))",
        str(other.pk),
    )
    manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    edition = Edition.objects.get()
    assert edition.film_id == ready.pk
    assert "somebody handed in" in refused(
        'INSERT INTO lessons_edition (id, lesson_id, number, unit_id, texts, "right", digest, '
        "released_at, hands, film_id) SELECT gen_random_uuid(), lesson_id, 2, unit_id, texts, "
        '"right", digest, now(), hands, %s FROM lessons_edition WHERE id = %s',
        other.pk,
        edition.pk,
    )
