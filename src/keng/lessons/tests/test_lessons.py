"""Lessons: two people answer for each text, and nobody's answers are kept."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.lessons.actions import for_partners, releasing, writing
from keng.lessons.errors import OutOfPurpose
from keng.lessons.lesson_form import LessonForm
from keng.lessons.models import Edition, Film, Finished
from keng.lessons.tests.world import RIGHT, TEXTS, Desk, partner, titled
from keng.releases.errors import HandInIt, TextChanged
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def test_nobody_reads_a_lesson_before_a_second_person_published_it(desk, public_client):
    edition = desk.lesson()
    address = f"/lessons/{edition.lesson.slug}"
    assert public_client.get(address).status_code == 404
    desk.publish(edition)
    assert 'name="choice"' in public_client.get(address).content.decode()


def test_who_wrote_it_does_not_publish_it(desk):
    edition = desk.lesson()
    with pytest.raises(HandInIt):
        releasing.publish_text(Edition, edition.pk, seen=edition.digest_now, by=desk.writer)
    edition.released_by = desk.writer
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save()


def test_what_is_published_is_what_was_read(desk):
    edition = desk.lesson()
    with pytest.raises(TextChanged):
        releasing.publish_text(Edition, edition.pk, seen=b"0" * 32, by=desk.second)
    Edition.objects.filter(pk=edition.pk).update(texts=titled("Tiêu đề khác"))
    with pytest.raises(TextChanged):
        releasing.publish_text(Edition, edition.pk, seen=edition.digest_now, by=desk.second)


def test_a_commune_neither_writes_nor_sees_a_lesson_of_the_province(desk):
    edition = desk.lesson()
    commune = make.officer(unit=make.unit(parent=desk.unit), role="commander")
    with pytest.raises(NotAllowed):
        writing.write_lesson(TEXTS, RIGHT, collection=edition.lesson.collection, by=commune)
    with pytest.raises(NotAllowed):
        releasing.publish_text(Edition, edition.pk, seen=edition.digest_now, by=commune)


def test_the_next_edition_replaces_the_one_before_and_what_was_ended_stays_away(
    desk, public_client
):
    first = desk.published()
    address = f"/lessons/{first.lesson.slug}"
    second = writing.rewrite_lesson(titled("Bản mới"), RIGHT, lesson=first.lesson, by=desk.writer)
    assert "Bản mới" not in public_client.get(address).content.decode()
    desk.publish(second)
    assert "Bản mới" in public_client.get(address).content.decode()
    releasing.end_text(Edition, second.pk, by=desk.writer)
    assert public_client.get(address).status_code == 404


def test_what_was_overtaken_while_it_waited_is_not_published(desk):
    first = desk.published()
    waiting = writing.rewrite_lesson(titled("Bản hai"), RIGHT, lesson=first.lesson, by=desk.writer)
    desk.publish(
        writing.rewrite_lesson(titled("Bản ba"), RIGHT, lesson=first.lesson, by=desk.writer)
    )
    with pytest.raises(TextChanged):
        desk.publish(waiting)


def test_a_collection_stands_under_the_partners_own_name(desk, public_client):
    body = partner(desk.unit, name="Báo Thử Nghiệm")
    words = {"vi": {"title": "Bạn trẻ và pháp luật", "about": "Ngắn."}}
    opened = for_partners.collection_of_partner(body, words, "fraud")
    for_partners.publish_partner_lesson(TEXTS, RIGHT, collection=opened, lesson=None)
    page = public_client.get("/lessons").content.decode()
    assert "Bạn trẻ và pháp luật" in page
    assert "Báo Thử Nghiệm" in page
    with pytest.raises(OutOfPurpose):
        for_partners.collection_of_partner(body, words, "road")
    body.is_active = False
    body.save()
    assert "Báo Thử Nghiệm" not in public_client.get("/lessons").content.decode()


def test_what_a_partner_wrote_is_not_the_desks(desk, desk_client):
    opened = for_partners.collection_of_partner(partner(desk.unit), {"vi": {"title": "T"}}, "fraud")
    edition = for_partners.publish_partner_lesson(TEXTS, RIGHT, collection=opened, lesson=None)
    page = sign_in(desk_client, desk.writer).get("/lessons/").content.decode()
    assert TEXTS["vi"]["title"] not in page
    assert desk_client.get(f"/lessons/{edition.pk}/").status_code == 404
    assert desk_client.get(f"/lessons/collections/{opened.pk}/new/").status_code == 404
    with pytest.raises(NotAllowed):
        releasing.end_text(Edition, edition.pk, by=desk.writer)
    with pytest.raises(NotAllowed):
        writing.write_lesson(TEXTS, RIGHT, collection=opened, by=desk.writer)
    with pytest.raises(NotAllowed):
        writing.rewrite_lesson(TEXTS, RIGHT, lesson=edition.lesson, by=desk.writer)
    assert list(Edition.objects.all()) == [edition]
    offered = desk_client.get("/lessons/collections/new/").content.decode()
    assert "Đoàn xã Thử" not in offered


def test_an_answer_is_explained_and_nothing_of_it_is_kept(desk, public_client):
    edition = desk.published()
    before = Entry.objects.count()
    answer = public_client.post(f"/lessons/{edition.lesson.slug}/answer", {"q": "1", "choice": "0"})
    page = answer.content.decode()
    assert "Đọc mã" in page
    assert "Cúp máy" in page
    assert "Vì là giả." in page
    assert f"/lessons/{edition.lesson.slug}?q=2" in page
    assert (Finished.objects.count(), Entry.objects.count()) == (0, before)
    assert set(answer.cookies) <= {"keng_csrf", "keng_desk_csrf", "csrftoken"}


@pytest.mark.parametrize("sent", [{}, {"choice": "7"}, {"choice": "x", "q": "\u0663"}])
def test_an_answer_that_is_none_asks_again(desk, public_client, sent):
    edition = desk.published()
    answer = public_client.post(f"/lessons/{edition.lesson.slug}/answer", sent)
    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_finishing_counts_one_and_a_class_counts_its_pupils(desk, public_client):
    edition = desk.published()
    address = f"/lessons/{edition.lesson.slug}"
    for _ in range(2):
        assert public_client.post(f"{address}/done").status_code == 303
    paper = public_client.post(
        f"{address}/class", {"school_class": "4A2, tiểu học Thử", "pupils": "31"}
    )
    assert "4A2, tiểu học Thử" in paper.content.decode()
    found = Finished.objects.get()
    assert (found.times, found.pupils) == (2, 31)


@pytest.mark.parametrize("pupils", ["0", "61", "ba mươi", ""])
def test_a_paper_for_no_class_is_refused(desk, public_client, pupils):
    edition = desk.published()
    answer = public_client.post(
        f"/lessons/{edition.lesson.slug}/class", {"school_class": "4A2", "pupils": pupils}
    )
    assert answer.status_code == 422
    assert not Finished.objects.exists()


def sent(**changes):
    values = {
        "vi_title": "Tin nhắn trúng thưởng",
        "vi_card_1": "Dấu hiệu",
        "vi_lines_1": "Giục.\nDọa.",
        "vi_question_1": "Làm gì?",
        "vi_a_1": "Bấm",
        "vi_b_1": "Xóa",
        "right_1": "b",
        "vi_why_1": "Vì là bẫy.",
    }
    return values | changes


def test_a_lesson_is_written_on_the_desk_and_waits(desk, desk_client):
    whose = desk.collection()
    sign_in(desk_client, desk.writer)
    answer = desk_client.post(f"/lessons/collections/{whose.pk}/new/", sent())
    made = Edition.objects.get()
    assert answer.url == f"/lessons/{made.pk}/"
    assert (made.is_waiting, made.right) == (True, [1])
    assert made.texts["vi"]["cards"] == [{"heading": "Dấu hiệu", "lines": ["Giục.", "Dọa."]}]
    again = desk_client.get(f"/lessons/{made.pk}/edit/").content.decode()
    assert "Tin nhắn trúng thưởng" in again


@pytest.mark.parametrize(
    "changes",
    [
        {"vi_title": ""},
        {"right_1": "c"},
        {"vi_why_1": ""},
        {"en_title": "Only a title"},
        {"vi_card_2": "Thẻ trống"},
        {"vi_question_1": ""},
    ],
)
def test_a_lesson_with_a_gap_is_not_taken(desk, desk_client, changes):
    whose = desk.collection()
    sign_in(desk_client, desk.writer)
    address = f"/lessons/collections/{whose.pk}/new/"
    assert desk_client.post(address, sent(**changes)).status_code == 422
    assert not Edition.objects.exists()


def test_every_decision_about_a_lesson_is_on_record(desk):
    edition = desk.published()
    releasing.end_text(Edition, edition.pk, by=desk.second)
    acts = Entry.objects.filter(chain=f"unit:{desk.unit.pk}").order_by("seq")
    assert list(acts.values_list("action", flat=True)) == [
        "collection.opened",
        "lesson.written",
        "lesson.published",
        "lesson.ended",
    ]


def test_another_persons_word_opens_no_way_round(desk):
    """The writer's lesson, rewritten with one word more by a colleague: it stays the writer's."""
    first = desk.lesson()
    again = writing.rewrite_lesson(titled("Bản mới"), RIGHT, lesson=first.lesson, by=desk.second)
    for hand in (desk.writer, desk.second):
        with pytest.raises(HandInIt):
            releasing.publish_text(Edition, again.pk, seen=again.digest_now, by=hand)
        with pytest.raises(IntegrityError, match="released_by"), transaction.atomic():
            Edition.objects.filter(pk=again.pk).update(released_by=hand)
    third = make.officer(unit=desk.unit)
    releasing.publish_text(Edition, again.pk, seen=again.digest_now, by=third)
    hands = [str(desk.writer.pk), str(desk.second.pk)]
    assert Entry.objects.get(action="lesson.published").detail["hands"] == hands


def test_who_named_a_collection_does_not_publish_its_first_lesson(desk):
    """The name and what it is about are read by everybody with the lesson."""
    collection = desk.collection()
    first = writing.write_lesson(TEXTS, RIGHT, collection=collection, by=desk.second)
    with pytest.raises(HandInIt):
        releasing.publish_text(Edition, first.pk, seen=first.digest_now, by=desk.writer)
    third = make.officer(unit=desk.unit)
    releasing.publish_text(Edition, first.pk, seen=first.digest_now, by=third)
    next_one = writing.write_lesson(titled("Khác"), RIGHT, collection=collection, by=desk.second)
    releasing.publish_text(Edition, next_one.pk, seen=next_one.digest_now, by=desk.writer)


def test_who_brought_a_film_in_does_not_publish_it(desk):
    film = Film.objects.create(
        unit=desk.unit, title="Phim", made_by=desk.writer, state="ready", size=1, seconds=1
    )
    collection = writing.open_collection(
        {"vi": {"title": "Cảnh giác", "about": "Ngắn."}}, purpose="fraud", by=desk.second
    )
    with_film = partial(writing.write_lesson, right=RIGHT, collection=collection, film=film)
    first = with_film(TEXTS, by=desk.second)
    with pytest.raises(HandInIt):
        releasing.publish_text(Edition, first.pk, seen=first.digest_now, by=desk.writer)
    third = make.officer(unit=desk.unit)
    releasing.publish_text(Edition, first.pk, seen=first.digest_now, by=third)
    next_one = with_film(titled("Khác"), by=desk.second)
    releasing.publish_text(Edition, next_one.pk, seen=next_one.digest_now, by=desk.writer)


def test_taking_a_text_away_before_it_was_published_takes_no_hand_out_of_the_next(desk):
    first = desk.lesson()
    releasing.end_text(Edition, first.pk, by=desk.writer)
    again = writing.rewrite_lesson(titled("Bản mới"), RIGHT, lesson=first.lesson, by=desk.second)
    with pytest.raises(HandInIt):
        releasing.publish_text(Edition, again.pk, seen=again.digest_now, by=desk.writer)


def test_a_hand_in_what_was_published_before_is_none_in_the_next_edition(desk):
    first = desk.published()
    again = writing.rewrite_lesson(titled("Bản mới"), RIGHT, lesson=first.lesson, by=desk.second)
    releasing.publish_text(Edition, again.pk, seen=again.digest_now, by=desk.writer)


def test_who_had_a_hand_in_it_is_named_and_so_is_who_could_publish(desk, desk_client):
    again = writing.rewrite_lesson(
        titled("Bản mới"), RIGHT, lesson=desk.lesson().lesson, by=desk.second
    )
    sign_in(desk_client, desk.writer)
    page = desk_client.get(f"/lessons/{again.pk}/").content.decode()
    assert f"{desk.writer}, {desk.second}" in page
    assert "Những người khác có quyền duyệt cũng vướng như bạn. Hãy nhờ người khác soạn lại" in page
    third = make.officer(unit=desk.unit, name="Người thứ ba")
    page = desk_client.get(f"/lessons/{again.pk}/").content.decode()
    assert f"Người duyệt được: {third} ({desk.unit.name})" in page


def test_the_second_person_reads_the_vietnamese_text_first(desk, desk_client):
    english = {"title": "Stop", "cards": [], "quiz": []}
    texts = {"en": english, **TEXTS}
    edition = writing.write_lesson(texts, RIGHT, collection=desk.collection(), by=desk.writer)
    edition.refresh_from_db()
    page = sign_in(desk_client, desk.second).get(f"/lessons/{edition.pk}/").content.decode()
    assert page.index(f"<h2>{TEXTS['vi']['title']}") < page.index("<h2>Stop")


def test_what_is_missing_of_a_lesson_is_named():
    form = LessonForm({"vi_card_1": "Ba dấu hiệu"})
    assert form.errors["vi_title"] == ["Viết phần này: Tên bài học"]
    assert form.errors["vi_lines_1"] == ["Viết phần này: Thẻ viết gì"]


def test_only_what_may_be_left_out_is_called_optional():
    optional = {
        name
        for name, field in LessonForm().fields.items()
        if not getattr(field, "is_unmarked", False)
    }
    assert optional == {"film", "vi_c_1", "vi_c_2", "vi_c_3"}


def test_a_lesson_that_sends_children_to_111_lets_them_tap_it(desk, public_client):
    ordinary = desk.published()
    page = public_client.get(f"/lessons/{ordinary.lesson.slug}").content.decode()
    assert 'href="tel:111"' not in page
    card = {"heading": "Bị dọa", "lines": ["Nói với người lớn, hoặc gọi 111 <b>."]}
    first, *others = TEXTS["vi"]["quiz"]
    quiz = [first | {"why": "111 là số dành cho trẻ em."}, *others]
    texts = {"vi": TEXTS["vi"] | {"title": "Bị dọa tung ảnh", "cards": [card], "quiz": quiz}}
    edition = desk.published(texts=texts, title="Cho bạn trẻ")
    address = f"/lessons/{edition.lesson.slug}"
    page = public_client.get(address).content.decode()
    assert 'gọi <a href="tel:111">111</a> &lt;b&gt;.' in page
    assert "Trẻ em cần giúp? Gọi 111" in page
    answered = public_client.post(f"{address}/answer", {"q": "1", "choice": "0"}).content.decode()
    assert '<a href="tel:111">111</a> là số' in answered
