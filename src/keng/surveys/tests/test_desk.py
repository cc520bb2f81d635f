"""The desk's pages: write, hand in, approve with a code, slips, paper, texts, publish."""

import pytest
from django.urls import reverse

from keng.accounts import presence
from keng.acts.errors import NotAllowed
from keng.conftest import sign_in
from keng.surveys import queries
from keng.surveys.actions import free_texts, opening, paper, writing
from keng.surveys.actions.errors import WrongState
from keng.surveys.models import Answer, FreeText, PaperBatch, Survey, SurveyResult
from keng.surveys.tests.stage import FEELS, RESULT, Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def desk(desk_client, stage):
    sign_in(desk_client, stage.coordinator)
    return desk_client


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def words(stage, **changed):
    content = stage.content()
    return {
        "unit": str(stage.unit.pk),
        "purpose": "streets",
        "title": "Đường về",
        "why": "Để lắp đèn.",
        "reach": "open",
        "ask_place": "on",
        "closes_on": content["closes_on"],
        "results_on": content["results_on"],
        **changed,
    }


def test_a_survey_is_written_question_by_question_and_handed_in(desk, stage):
    desk.post(url("survey-new"), words(stage))
    survey = Survey.objects.get()
    for data in (
        {"kind": "choice", "text": "Yên tâm không?", "options": "Có\nKhông", "marked": ["1"]},
        {"kind": "text", "text": "Vì sao?", "only_if": ["q1:1"]},
    ):
        desk.post(url("survey-question-new", survey.pk), data)
    shown = desk.get(url("survey-edit", survey.pk)).content.decode()
    assert "chỉ hỏi sau" in shown
    desk.post(url("survey-submit", survey.pk))
    survey.refresh_from_db()
    assert survey.state == "submitted"
    first, second = survey.content["questions"]
    assert (first["vi"]["options"], first["marked"]) == (["Có", "Không"], [1])
    assert second["only_if"] == {"question": "q1", "options": [1]}
    assert len(survey.content["places"]) == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"purpose": ""}, "Hãy chọn mục đích"),
        ({"purpose": "politics"}, "politics"),
        ({"closes_on": "2020-01-01"}, "Ngày này đã qua"),
        ({"results_on": "2020-01-01"}, "phải sau ngày cuối"),
        ({"en_title": "The way home"}, "bằng tiếng Anh, hoặc bỏ trống"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(desk, stage, changed, said):
    answer = desk.post(url("survey-new"), words(stage, **changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Survey.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "choice", "text": "Một ý?", "options": "Có"},
        {"kind": "choice", "text": "Hai ý?", "options": "Có\nKhông", "marked": ["2"]},
        {"kind": "scale", "text": "Điểm?", "options": "a\nb\nc"},
        {"kind": "text", "text": ""},
        {"kind": "opinion", "text": "x"},
    ],
)
def test_a_question_that_cannot_be_asked_is_not_kept(desk, stage, data):
    survey = stage.draft(questions=(FEELS,))
    answer = desk.post(url("survey-question-new", survey.pk), data)
    assert answer.status_code == 422
    survey.refresh_from_db()
    assert len(survey.content["questions"]) == 1


def test_the_second_person_reads_ticks_and_shows_a_code(desk_client, stage, monkeypatch):
    survey = stage.draft()
    writing.submit_survey(survey.pk, by=stage.coordinator)
    sign_in(desk_client, stage.commander)
    page = desk_client.get(url("survey-approve", survey.pk)).content.decode()
    assert FEELS["vi"]["text"] in page
    assert FEELS["en"]["text"] in page
    survey.refresh_from_db()
    data = {"seen": survey.digest_now.hex(), "code": "123456"}
    assert desk_client.post(url("survey-approve", survey.pk), data).status_code == 422
    monkeypatch.setattr(presence, "confirm_presence", lambda _officer, code: code == "123456")
    stale = data | {"serves": "on", "seen": "00" * 32}
    assert desk_client.post(url("survey-approve", survey.pk), stale).status_code == 409
    desk_client.post(url("survey-approve", survey.pk), data | {"serves": "on"})
    survey.refresh_from_db()
    assert (survey.state, survey.released_by) == ("approved", stage.commander)


def test_the_author_is_shown_no_way_to_approve(desk, stage):
    survey = stage.draft()
    desk.post(url("survey-submit", survey.pk))
    assert desk.get(url("survey-approve", survey.pk)).status_code == 302
    assert "Đọc và duyệt" not in desk.get(url("survey-detail", survey.pk)).content.decode()


def test_the_author_takes_back_what_waits_and_goes_on_writing(desk, stage):
    survey = writing.submit_survey(stage.draft().pk, by=stage.coordinator)
    page = desk.get(url("survey-detail", survey.pk)).content.decode()
    assert "Rút lại để sửa tiếp" in page
    desk.post(url("survey-send-back", survey.pk), {"reason": "Người soạn tự rút lại."})
    survey.refresh_from_db()
    assert (survey.state, survey.is_waiting) == ("draft", False)
    assert "Rút lại" not in desk.get(url("survey-detail", survey.pk)).content.decode()


def test_the_tab_is_off_at_a_small_commune_desk_until_it_is_switched_on(desk_client, stage):
    sign_in(desk_client, stage.commander)
    assert "/surveys/" not in desk_client.get(url("warnings")).content.decode()
    stage.commander.full_desk = True
    stage.commander.save()
    assert 'href="/surveys/"' in desk_client.get(url("warnings")).content.decode()


def test_a_small_desk_is_told_that_a_survey_is_not_its_to_close(desk_client, stage):
    survey = stage.opened()
    answer = sign_in(desk_client, stage.commander).post(url("survey-close", survey.pk), follow=True)
    assert "Chức vụ của bạn không làm việc này cho đơn vị này." in answer.content.decode()
    survey.refresh_from_db()
    assert survey.state == "open"


def test_slips_are_shown_once_and_their_codes_stored_nowhere(desk, stage):
    survey = stage.approved(reach="once")
    page = desk.post(url("survey-slips", survey.pk), {"count": 3}).content.decode()
    assert page.count("data:image/svg+xml") >= 3
    assert survey.tokens.count() == 3
    again = desk.get(url("survey-slips", survey.pk)).content.decode()
    assert "data:image/svg+xml" not in again
    assert "Đã làm 3 phiếu" in again


def test_paper_is_typed_in_by_piles_and_marked_as_paper(desk, stage):
    survey = stage.opened()
    desk.post(url("survey-paper-new", survey.pk), {"count": 2})
    batch = PaperBatch.objects.get()
    for data in ({"q1": "3", "q2": ["0"], "q4": "Ngõ 3"}, {}):
        desk.post(url("survey-sheet", batch.pk), data)
    assert list(Answer.objects.values_list("origin", flat=True)) == ["paper", "paper"]
    assert FreeText.objects.get().words == "Ngõ 3"
    # The pile is done: not one more.
    desk.post(url("survey-sheet", batch.pk), {"q1": "0"})
    assert Answer.objects.count() == 2


def test_a_pile_is_typed_in_by_whoever_began_it_and_by_nobody_else(stage):
    survey = stage.opened()
    content = queries.content_of(survey, "vi")
    batch = paper.begin_batch(survey.pk, 2, by=stage.coordinator)
    stranger = make.officer(unit=make.province_unit("Công an tỉnh xa"), role="coordinator")
    for officer in (stage.duty, stage.commander, stranger):
        with pytest.raises(NotAllowed):
            paper.type_in_sheet(batch.pk, content, {"q1": 0}, slip="", by=officer)
        with pytest.raises(NotAllowed):
            paper.finish_batch(batch.pk, by=officer)
    assert not Answer.objects.exists()
    paper.finish_batch(batch.pk, by=stage.coordinator)
    with pytest.raises(WrongState):
        paper.finish_batch(batch.pk, by=stage.coordinator)


def test_paper_with_a_slip_counts_once(desk, stage):
    survey = stage.opened(reach="once")
    (slip,) = opening.make_slips(survey.pk, 1, by=stage.coordinator)
    desk.post(url("survey-paper-new", survey.pk), {"count": 5})
    batch = PaperBatch.objects.get()
    statuses = [
        desk.post(url("survey-sheet", batch.pk), {"slip": code, "q1": "0"}).status_code
        for code in ("", "0" * 10, slip, slip)
    ]
    assert statuses == [422, 422, 302, 422]
    assert Answer.objects.count() == 1


def test_a_text_is_shown_with_names_covered_and_the_result_goes_out(desk, stage, monkeypatch):
    survey = stage.opened()
    stage.answer(survey, 6, q1=3)
    stage.answer(survey, q4="Em là Đỗ Thị Mẫu. Trước nhà ông Nguyễn Văn Bền, 0912 000 417, tối lắm")
    survey = stage.counted(survey)
    page = desk.get(url("survey-texts", survey.pk)).content.decode()
    area = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert "0912" not in area
    assert "Bền" not in area
    assert "Mẫu" not in area
    refused = desk.post(url("survey-publish", survey.pk), RESULT["vi"])
    assert refused.url == url("survey-texts", survey.pk)
    text = FreeText.objects.get()
    data = {"text": str(text.pk), "do": "show", "words": "Trước một nhà ở cuối ngõ, tối lắm"}
    desk.post(url("survey-texts", survey.pk), data)
    sign_in(desk, stage.duty)
    desk.post(url("survey-publish", survey.pk), RESULT["vi"])
    # Nobody lets out alone what everybody reads.
    assert desk.get(url("survey-release", survey.pk)).status_code == 302
    survey.refresh_from_db()
    assert survey.state == "closed"
    result = SurveyResult.objects.get()
    assert not result.is_released
    sign_in(desk, stage.commander)
    listed = desk.get(url("desk-surveys")).content.decode()
    assert url("survey-release", survey.pk) in listed
    # Who wrote the result and when, not whoever asked the questions.
    assert f"· {stage.coordinator}" not in listed
    assert f"· {stage.duty}" in listed
    page = desk.get(url("survey-release", survey.pk)).content.decode()
    assert RESULT["vi"]["headline"] in page
    assert "Trước một nhà ở cuối ngõ, tối lắm" in page
    given = {"seen": result.digest_now.hex(), "code": "123456"}
    assert desk.post(url("survey-release", survey.pk), given).status_code == 422
    monkeypatch.setattr(presence, "confirm_presence", lambda _officer, code: code == "123456")
    stale = given | {"seen": "00" * 32}
    assert desk.post(url("survey-release", survey.pk), stale).status_code == 409
    desk.post(url("survey-release", survey.pk), given)
    survey.refresh_from_db()
    assert survey.state == "published"
    result.refresh_from_db()
    assert result.released_by == stage.commander
    assert result.hands[0] == stage.duty.pk
    assert result.texts == {"q4": ["Trước một nhà ở cuối ngõ, tối lắm"]}


def test_another_units_text_cannot_be_decided(desk, stage):
    other = Stage()
    theirs = other.opened()
    other.answer(theirs, q4="x")
    mine = stage.opened()
    stage.answer(mine, 5, q1=0)
    mine = stage.counted(mine)
    data = {"text": str(FreeText.objects.get().pk), "do": "show", "words": "y"}
    assert desk.post(url("survey-texts", mine.pk), data).status_code == 404
    for officer in (stage.coordinator, other.commander):
        with pytest.raises(NotAllowed):
            free_texts.decide_free_text(FreeText.objects.get().pk, words="y", by=officer)


def test_an_auditor_has_no_part_in_a_survey(desk_client, stage):
    survey = stage.opened()
    sign_in(desk_client, make.officer(unit=stage.province, role="auditor"))
    assert desk_client.get(url("survey-detail", survey.pk)).status_code == 403
    assert desk_client.post(url("survey-close", survey.pk)).status_code == 403
    survey.refresh_from_db()
    assert survey.state == "open"


def test_a_reason_that_is_too_long_is_neither_cut_nor_lost(stage, desk):
    survey = stage.approved()
    words = "Câu hỏi 2 khó hiểu. " * 40
    answer = desk.post(url("survey-send-back", survey.pk), {"reason": words})
    assert answer.status_code == 422
    assert words.strip() in answer.content.decode()
    survey.refresh_from_db()
    assert survey.state == "approved"
