"""Ready answers: the right ones, in the reporter's language, with nothing left open."""

import datetime

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.dialogue import ready_answer_acts
from keng.dialogue.ready_answers import (
    PAPERS_TOPIC,
    URGENT_MONEY_TOPIC,
    URGENT_TOPIC,
    answers_of_unit,
    filled_answers_for,
    standard_answers,
)
from keng.kit import times
from keng.language.taxonomy import categories
from keng.tips.decision_words import Deadline
from keng.tips.fill_ins import fill_in, unknown_fill_ins
from keng.tips.models import AnswerTemplate
from tests import make

pytestmark = pytest.mark.django_db
GROUPS = {
    "",
    PAPERS_TOPIC,
    URGENT_TOPIC,
    URGENT_MONEY_TOPIC,
    *(each.topic for each in categories().values()),
}
WORDS = {
    "topic": "theft",
    "title_vi": "Hỏi biển số",
    "text_vi": "Xe biển số gì? Gọi {desk}.",
    "title_en": "Ask the plate",
    "text_en": "What is the plate? Call {desk}.",
}


@pytest.fixture
def unit():
    return make.unit("Công an phường Mẫu", desk_phone="0204 000 0199")


@pytest.fixture
def commander(unit):
    return make.officer(unit=unit, role="commander")


@pytest.fixture
def desk(desk_client, commander):
    return sign_in(desk_client, commander)


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def titles(tip, officer):
    return [[each.title for each in part] for part in filled_answers_for(tip, officer, [])]


def deadline(hours):
    now = times.now()
    due = now + datetime.timedelta(hours=hours)
    return Deadline("Xong", "", True, due, now, None)


@pytest.mark.parametrize("answer", standard_answers().values(), ids=lambda answer: answer.code)
def test_a_standard_answer_is_whole_in_both_languages(answer):
    assert answer.topic in GROUPS
    assert all([answer.title_vi, answer.title_en, answer.text_vi, answer.text_en])
    assert unknown_fill_ins(answer.text_vi) == unknown_fill_ins(answer.text_en) == []
    assert len(answer.text_vi) <= 1500
    assert "chúng tôi" in answer.text_vi.lower() or "bạn" in answer.text_vi.lower()


def test_every_topic_has_an_answer_of_its_own():
    assert {answer.topic for answer in standard_answers().values()} == GROUPS


def keys(tip, officer):
    fitting, _others = filled_answers_for(tip, officer, [])
    return {each.key: each.title for each in fitting if each.key}


def test_a_key_means_the_same_at_every_tip_and_two_are_for_what_it_is_about(commander, unit):
    theft = make.tip(unit=unit, category="theft")
    scam = make.tip(unit=unit, category="scam_bank")
    for_all = {"6": "Hỏi thêm", "7": "Đang kiểm tra"}
    assert keys(theft, commander) == for_all | {"8": "Hỏi về đồ mất"}
    assert keys(scam, commander) == for_all | {"8": "Nếu đã chuyển tiền", "9": "Dừng liên lạc"}
    _fitting, others = titles(theft, commander)
    assert "Nếu đã chuyển tiền" in others


def test_what_the_desk_wrote_for_every_tip_has_keys_of_its_own(desk, commander, unit):
    for title in ("Mời tới trụ sở", "Hẹn giờ"):
        words = WORDS | {"topic": "", "title_vi": title}
        ready_answer_acts.write_ready_answer("", words=words, by=commander, seen=None)
    tip = make.tip(unit=unit, topic="scam")
    ready = filled_answers_for(tip, commander, [])[0]
    keyed = {each.title: each.key for each in ready if each.key}
    assert [keyed["Mời tới trụ sở"], keyed["Hẹn giờ"]] == ["0 1", "0 2"]
    # What came with the product keeps its digits.
    assert {"6", "7", "8", "9"} <= set(keyed.values())
    page = desk.get(url("tip", tip.pk)).content.decode()
    assert "<kbd>0 1</kbd> Mời tới trụ sở" in page
    # Where the other digits choose a reason, each of them has a key still.
    several = desk.post(url("together"), {"tip": [str(tip.pk)]}).content.decode()
    for key in ("0 1", "0 2", "0 6", "8"):
        assert f'data-key="{key}"' in several
    assert 'value="ask-more"' in several.partition('data-key="0 6"')[0][-300:]


@pytest.mark.parametrize(
    ("told", "first"),
    [
        ("Cho mình hỏi đổi thẻ căn cước hết hạn thì làm ở đâu", "Làm thẻ căn cước"),
        ("dang ky tam tru cho hai ban moi den thi lam sao", "Tạm trú, lưu trú"),
        ("How can I renew my identity card?", "Làm thẻ căn cước"),
    ],
)
def test_who_asks_about_papers_is_offered_words_on_papers(commander, unit, told, first):
    tip = make.tip(unit=unit, text=told, category="", topic="other")
    assert keys(tip, commander)["8"] == first


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ("Xe bồn xả nước đen ra kênh sau chợ về khuya, hỏi ai xử lý", {"topic": "other"}),
        ("Nó giữ thẻ căn cước của em để đòi nợ, em phải làm sao", {"topic": "loan"}),
        ("Hỏi thủ tục cấp lại căn cước", {"category": "scam_impersonation"}),
        ("Nó cầm dao, hỏi căn cước của từng người", {"topic": "other", "urgency": "P0"}),
    ],
)
def test_nobody_else_is(commander, unit, told, fields):
    tip = make.tip(unit=unit, text=told, **({"category": ""} | fields))
    offered = {title for part in titles(tip, commander) for title in part}
    assert offered.isdisjoint({"Làm thẻ căn cước", "Tạm trú, lưu trú"})


@pytest.mark.parametrize(
    ("told", "first", "second"),
    [
        ("em 12 tuoi, duong hay danh em", "Trả lời khi trẻ tự báo", "Trẻ đang ở đâu?"),
        ("Con em 12 tuổi bị thầy đánh", "Trẻ đang ở đâu?", "Trả lời khi trẻ tự báo"),
    ],
)
def test_a_child_who_writes_is_answered_as_a_child(commander, unit, told, first, second):
    tip = make.tip(unit=unit, text=told, category="", topic="child")
    found = keys(tip, commander)
    assert (found["8"], found["9"]) == (first, second)


@pytest.mark.parametrize(("language", "words"), [("vi", "nhắn lại trước"), ("en", "again before")])
def test_the_reporters_language_decides(unit, language, words):
    tip = make.tip(unit=unit, language=language)
    answer = standard_answers()["looking"]
    text = fill_in(getattr(answer, f"text_{language}"), tip, [deadline(3), deadline(30)])
    assert words in text
    assert "Công an phường Mẫu: 0204 000 0199" in text


def test_a_passed_deadline_is_promised_to_nobody(unit):
    tip = make.tip(unit=unit, language="en")
    assert fill_in("We write {deadline}.", tip, [deadline(-1)]) == (
        "We write as soon as there is a result."
    )


def test_nothing_in_braces_reaches_a_reporter(commander, unit):
    tip = make.tip(unit=make.unit(), place=None)
    for part in filled_answers_for(tip, make.officer(unit=tip.responsible_unit), []):
        assert not [each for each in part if "{" in each.text or "}" in each.text]


@pytest.mark.parametrize("text", ["{tip.text}", "{0}", "{", "a } b", "{desk.parent}"])
def test_only_known_words_stand_in_braces(desk, text):
    sent = desk.post(url("answer-write"), WORDS | {"text_en": text})
    assert sent.status_code == 422
    assert not AnswerTemplate.objects.exists()


def test_without_script_the_link_fills_the_box(desk, unit):
    tip = make.tip(unit=unit, language="en", text="My bike is gone", category="theft")
    page = desk.get(url("tip", tip.pk), {"answer": "theft-what"}).content.decode()
    assert "Please tell us more: what is missing" in page.partition('id="reply-text"')[2][:400]
    assert not tip.messages.exists()


def test_an_own_wording_takes_the_place_of_the_standard_one(desk, unit, commander):
    desk.post(url("answer-write"), WORDS | {"code": "theft-what"})
    found = {each.code: each for each in answers_of_unit(unit.pk, commander)}
    assert found["theft-what"].title_vi == "Hỏi biển số"
    assert len(found) == len(standard_answers())
    tip = make.tip(unit=unit, category="theft")
    by_key = {each.key: each.text for each in filled_answers_for(tip, commander, [])[0]}
    assert by_key["8"] == "Xe biển số gì? Gọi Công an phường Mẫu."
    entry = Entry.objects.get(action="tips.answer_written")
    assert entry.detail == {"code": "theft-what"}


def test_another_unit_keeps_its_own(desk, unit):
    desk.post(url("answer-write"), WORDS)
    other = make.officer(unit=make.unit())
    assert len(answers_of_unit(other.home_unit_id, other)) == len(standard_answers())
    assert answers_of_unit(unit.pk, other) == list(standard_answers().values())


def test_out_of_use_and_in_use_again(desk, unit, commander):
    tip = make.tip(unit=unit, category="theft")
    desk.post(url("answer-retire"), {"code": "theft-what"})
    assert "Hỏi về đồ mất" not in titles(tip, commander)[0]
    assert "Hỏi về đồ mất" in desk.get(url("answers")).content.decode()
    desk.post(url("answer-retire"), {"code": "theft-what", "again": "1"})
    assert "Hỏi về đồ mất" in titles(tip, commander)[0]


def test_two_commanders_do_not_overwrite_each_other(desk, unit):
    desk.post(url("answer-write"), WORDS | {"code": "theft-what"})
    sent = desk.post(url("answer-write"), WORDS | {"code": "theft-what", "title_vi": "Khác"})
    assert sent.status_code == 422
    assert AnswerTemplate.objects.get(unit=unit).title_vi == "Hỏi biển số"
    form = desk.get(url("answer-write"), {"code": "theft-what"})
    again = WORDS | {"code": "theft-what", "title_vi": "Khác", "seen": form.context["seen"]}
    assert desk.post(url("answer-write"), again).status_code == 302
    assert AnswerTemplate.objects.get(unit=unit).title_vi == "Khác"


def test_only_a_commander_keeps_them(desk_client, unit):
    sign_in(desk_client, make.officer(unit=unit))
    page = desk_client.get(url("answers"))
    assert page.status_code == 200
    assert url("answer-retire") not in page.content.decode()
    assert desk_client.get(url("answer-write")).status_code == 403
    assert desk_client.post(url("answer-write"), WORDS).status_code == 403
    assert desk_client.post(url("answer-retire"), {"code": "looking"}).status_code == 404
    assert not AnswerTemplate.objects.exists()


@pytest.mark.parametrize("sent", [{"code": "nothing"}, {"code": "x" * 90}, {}])
def test_an_answer_that_is_not_there(desk, sent):
    assert desk.post(url("answer-retire"), sent).status_code == 404
    if sent:
        assert desk.post(url("answer-write"), WORDS | sent).status_code == 404
