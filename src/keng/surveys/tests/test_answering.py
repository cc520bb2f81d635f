"""A resident answers: one question a page, resumed, bounded, and kept from everybody."""

import datetime
import logging
import re
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from keng.kit import times
from keng.runtime.tests.rights import give_rights
from keng.surveys import drafts
from keng.surveys.actions import counting, free_texts, opening
from keng.surveys.models import Answer, Draft, FreeText, Survey
from keng.surveys.public import answer_limits
from keng.surveys.tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


def url(name, survey, **kwargs):
    return reverse(name, "keng.site.public_urls", kwargs={"code": survey.code, **kwargs})


def begin(client, survey, **data):
    return client.post(url("survey-start", survey), data, follow=True)


def say(client, survey, number, answer):
    data = {} if answer is None else {"answer": answer}
    return client.post(url("survey-question", survey, number=number), data, follow=True)


def fill(client, survey, answers=("3", "0", "4", "Ngõ 5 tối", "1"), **data):
    """Every page, and the button at the end."""
    begin(client, survey, **data)
    for number, answer in enumerate(answers, start=1):
        shown = say(client, survey, number, answer)
        assert shown.status_code == 200, shown.content.decode()
    return client.post(url("survey-check", survey), follow=True)


def test_one_question_a_page_to_the_thanks(public_client, stage):
    survey = stage.opened()
    shown = fill(public_client, survey).content.decode()
    assert "Cảm ơn bạn. Câu trả lời đã được tính." in shown
    answer = Answer.objects.get()
    assert answer.said == {"q1": 3, "q2": [0], "q3": 4, "place": 1}
    assert (answer.origin, answer.again) == ("web", False)
    assert FreeText.objects.get().words == "Ngõ 5 tối"
    assert not Draft.objects.exists()


def test_a_calm_person_is_not_asked_why(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    shown = say(public_client, survey, 1, "0").content.decode()
    assert "Tuần tra có đủ không?" in shown
    assert "Câu 2 trong 4" in shown


def test_nobody_must_answer_but_nothing_is_skipped_unseen(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    refused = say(public_client, survey, 1, None)
    assert refused.status_code == 422
    assert 'href="#id_answer_0"' in refused.content.decode()
    say(public_client, survey, 1, "skip")
    for number, answer in ((2, "skip"), (3, ""), (4, "skip")):
        say(public_client, survey, number, answer)
    public_client.post(url("survey-check", survey))
    assert Answer.objects.get().said == {}


def test_a_changed_answer_takes_along_what_hung_on_it(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    for number, answer in ((1, "3"), (2, "1"), (3, "2"), (4, ""), (5, "0")):
        say(public_client, survey, number, answer)
    say(public_client, survey, 1, "0")
    public_client.post(url("survey-check", survey))
    assert Answer.objects.get().said == {"q1": 0, "q3": 2, "place": 0}


def test_the_language_changes_in_the_middle_and_the_choice_stays(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    data = {"answer": "2", "language": "en"}
    shown = public_client.post(url("survey-question", survey, number=1), data, follow=True)
    assert "How safe do you feel" in shown.content.decode()
    assert re.search(r'value="2"[^>]*checked', shown.content.decode())


def test_an_unfinished_answer_is_readable_in_the_browser_alone_and_for_a_day(
    public_client, stage, monkeypatch
):
    survey = stage.opened()
    begin(public_client, survey)
    for number, answer in ((1, "3"), (2, "0"), (3, "1"), (4, "Ngõ Ba Toa")):
        say(public_client, survey, number, answer)
    secret = public_client.cookies[f"keng_survey_{survey.code}"].value
    kept = b"".join(bytes(row.id_hash) + bytes(row.box) for row in Draft.objects.all())
    for words in ("Ba Toa", survey.code, secret):
        assert words.encode() not in kept
    assert drafts.load_draft(secret, survey.code).said["q4"] == "Ngõ Ba Toa"
    # Of another survey it is none.
    assert drafts.load_draft(secret, "000000") is None
    later = times.now() + datetime.timedelta(hours=25)
    monkeypatch.setattr(times, "now", lambda: later)
    assert drafts.load_draft(secret, survey.code) is None
    assert drafts.sweep_drafts() == 1


def test_it_goes_on_where_it_stopped(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    say(public_client, survey, 1, "2")
    assert "Làm tiếp chỗ đang dở" in public_client.get(url("survey", survey)).content.decode()
    shown = begin(public_client, survey).content.decode()
    assert "Câu 2 trong" in shown
    before = public_client.get(url("survey-question", survey, number=1)).content.decode()
    assert "checked" in before


def test_one_phone_sends_five_answers_and_not_sixty(public_client, stage):
    survey = stage.opened()
    for _ in range(answer_limits.MOST_FROM_ONE_BROWSER):
        fill(public_client, survey)
    shown = begin(public_client, survey).content.decode()
    assert "Trình duyệt này đã gửi 5 câu trả lời" in shown
    for _ in range(55):
        begin(public_client, survey)
        public_client.post(url("survey-check", survey))
    assert Answer.objects.count() == 5
    assert Answer.objects.filter(again=True).count() == 4
    # Counted, and said with the result.
    published = stage.published(_read(stage, stage.counted(survey)))
    result = public_client.get(url("survey", published)).content.decode()
    assert "4 câu trả lời đến từ trình duyệt đã trả lời trước đó" in result


def test_whoever_deletes_cookies_is_slowed_down_and_told_so_politely(public_client, stage):
    survey = stage.opened()
    for _ in range(60):
        public_client.cookies.clear()
        last = fill(public_client, survey, ("0", "2", "", "0"))
    assert Answer.objects.count() == answer_limits.SLOW_ANSWERS.at_once
    assert last.status_code == 429
    assert "cứ năm phút chỉ nhận một phiếu" in last.content.decode()


def test_what_one_network_sends_beyond_twenty_a_day_is_told_apart_in_the_result(
    public_client, stage, monkeypatch
):
    """As many as the pauses let through in two hours after the first twenty."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("keng.kit.rate_limits.time.monotonic", lambda: clock.now)
    monkeypatch.setattr("keng.limits.shared.seconds_now", lambda: clock.now)
    survey = stage.opened()
    for sent in range(44):
        public_client.cookies.clear()
        clock.now += 300.0 if sent >= answer_limits.SLOW_ANSWERS.at_once else 0.0
        fill(public_client, survey, ("0", "2", "", "0"))
    assert Answer.objects.count() == 44
    assert Answer.objects.filter(crowded=True).count() == 24
    published = stage.published(_read(stage, stage.counted(survey)))
    result = public_client.get(url("survey", published)).content.decode()
    assert "24 câu trả lời đến sau 20 câu khác từ cùng một mạng" in result


def test_a_made_up_cookie_is_no_proof_of_anything(public_client, stage):
    survey = stage.opened()
    for forged in ("9.abc", "5.", "x", "99.0"):
        public_client.cookies[f"keng_answered_{survey.code}"] = forged
        assert (
            "Đã có người trả lời" not in public_client.get(url("survey", survey)).content.decode()
        )


def test_the_same_form_sent_twice_counts_once(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    cookie = public_client.cookies[f"keng_survey_{survey.code}"].value
    public_client.post(url("survey-check", survey))
    public_client.cookies[f"keng_survey_{survey.code}"] = cookie
    public_client.post(url("survey-check", survey))
    assert Answer.objects.count() == 1


def test_a_slip_opens_the_survey_once(public_client, stage):
    survey = stage.opened(reach="once")
    (code,) = opening.make_slips(survey.pk, 1, by=stage.coordinator)
    shown = public_client.get(url("survey-slip", survey, slip=code)).content.decode()
    assert f'value="{code[:5]}-{code[5:]}"' in shown
    assert "Cảm ơn" in fill(public_client, survey, slip=code.lower()).content.decode()
    again = begin(public_client, survey, slip=code)
    assert again.status_code == 422
    assert "Phiếu này đã trả lời rồi" in again.content.decode()
    assert "Không có phiếu này" in begin(public_client, survey, slip="0" * 10).content.decode()
    assert Answer.objects.count() == 1


def test_after_the_last_day_and_after_closing_the_same_address_says_so(
    public_client, stage, monkeypatch
):
    survey = stage.opened()
    begin(public_client, survey)
    later = times.now() + datetime.timedelta(days=11)
    monkeypatch.setattr(times, "now", lambda: later)
    assert "Khảo sát này đã đóng" in say(public_client, survey, 1, "0").content.decode()
    assert public_client.get(url("survey-paper", survey)).status_code == 404


def test_what_is_not_open_does_not_exist(public_client, stage):
    survey = stage.approved()
    assert public_client.get(url("survey", survey)).status_code == 404


def test_no_address_is_kept_or_logged_with_an_answer(public_client, stage, caplog):
    caplog.set_level(logging.DEBUG)
    survey = stage.opened()
    public_client.defaults["REMOTE_ADDR"] = "203.0.113.77"
    fill(public_client, survey)
    assert Answer.objects.count() == 1
    with connection.cursor() as cursor:
        for table in ("answer", "freetext", "draft", "token", "survey"):
            cursor.execute(
                f"SELECT count(*) FROM surveys_{table} t WHERE t::text LIKE '%203.0.113%'"
            )
            assert cursor.fetchone() == (0,)
    assert "203.0.113.77" not in caplog.text


def become(process):
    give_rights()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE keng_{process}")


def test_the_public_site_counts_an_answer_and_cannot_read_it_back(public_client, stage):
    survey = stage.opened(reach="once")
    (code,) = opening.make_slips(survey.pk, 1, by=stage.coordinator)
    become("public")
    assert "Cảm ơn" in fill(public_client, survey, slip=code).content.decode()
    for question in (Answer.objects.values("said"), FreeText.objects.values("words")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(question)


def test_no_process_of_the_desk_can_read_an_answer(stage):
    survey = stage.opened()
    stage.answer(survey, 6, q1=1)
    become("desk")
    assert Answer.objects.filter(survey=survey).count() == 6
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        list(Answer.objects.values("said"))


def test_the_worker_mixes_counts_and_forgets_with_its_rights(stage):
    survey = stage.opened(reach="once")
    for slip in opening.make_slips(survey.pk, 6, by=stage.coordinator):
        stage.answer(survey, q1=1, q4="Ngõ 7", slip=slip)
    opening.close_survey(survey.pk, by=stage.coordinator)
    moved = times.now() - datetime.timedelta(minutes=1)
    Survey.objects.filter(pk=survey.pk).update(closed_at=moved)
    become("worker")
    assert counting.count_closed_survey() == 1
    assert (counting.mix_answers(), counting.forget_answers(), drafts.sweep_drafts()) == (0, 0, 0)
    assert Survey.objects.get(pk=survey.pk).figures["answers"] == 6


def _read(stage, survey):
    for text in FreeText.objects.filter(survey=survey):
        free_texts.decide_free_text(text.pk, words="", by=stage.coordinator)
    return Survey.objects.get(pk=survey.pk)


def test_a_slow_request_overwrites_no_newer_answer(public_client, stage, monkeypatch):
    survey = stage.opened()
    begin(public_client, survey)
    say(public_client, survey, 1, "3")
    save, second = drafts.save_draft, Client()
    second.cookies = public_client.cookies

    def overtaken(draft):
        monkeypatch.setattr(drafts, "save_draft", save)
        say(second, survey, 2, "0")
        save(draft)

    monkeypatch.setattr(drafts, "save_draft", overtaken)
    say(public_client, survey, 1, "2")
    secret = public_client.cookies[f"keng_survey_{survey.code}"].value
    assert drafts.load_draft(secret, survey.code).said == {"q1": 2, "q2": [0]}


def test_quick_exit_leaves_no_trace_of_a_survey_that_was_begun_or_sent(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    say(public_client, survey, 1, "2")
    assert public_client.cookies[f"keng_survey_{survey.code}"].value
    public_client.cookies[f"keng_answered_{survey.code}"] = "1"
    left = public_client.post("/exit/").cookies
    # Their names have the code of the survey in them, in capitals.
    for name in ("survey", "answered"):
        assert left[f"keng_{name}_{survey.code}"]["max-age"] == 0


def answer_on_tab(client, survey, key, answer, *, number):
    """What a tab sends that was opened when this question stood at this place."""
    data = {"question": key, "answer": answer}
    return client.post(url("survey-question", survey, number=number), data, follow=True)


def test_of_two_tabs_neither_shows_again_what_was_answered_on_the_other(public_client, stage):
    survey = stage.opened()
    begin(public_client, survey)
    answer_on_tab(public_client, survey, "q1", "3", number=1)
    answer_on_tab(public_client, survey, "q2", "0", number=2)
    # The second tab stands at the first question still; so does a first page that was left open.
    shown = answer_on_tab(public_client, survey, "q1", "3", number=1).content.decode()
    assert "Tuần tra có đủ không?" in shown
    assert "Tuần tra có đủ không?" in begin(public_client, survey).content.decode()


def test_an_answer_is_kept_for_its_own_question_though_another_stands_at_its_place(
    public_client, stage
):
    survey = stage.opened()
    begin(public_client, survey)
    answer_on_tab(public_client, survey, "q1", "3", number=1)
    # On another tab the first answer changes: "why?" is not asked any more, its place is another's.
    answer_on_tab(public_client, survey, "q1", "0", number=1)
    shown = answer_on_tab(public_client, survey, "q2", "0", number=2).content.decode()
    assert "Tuần tra có đủ không?" in shown
    secret = public_client.cookies[f"keng_survey_{survey.code}"].value
    assert drafts.load_draft(secret, survey.code).said == {"q1": 0}
