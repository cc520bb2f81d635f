"""Counting after closing: nothing that tells who answered, by any way round."""

import importlib

import pytest
from django.db import connection, transaction
from django.urls import reverse

from keng.surveys.actions import answering, counting, free_texts, opening, results
from keng.surveys.actions.errors import NotReady, SlipUnknown, SlipUsed, WrongState
from keng.surveys.models import Answer, FreeText, Survey, Token
from keng.surveys.tests.stage import Stage

pytestmark = pytest.mark.django_db
NINH_KHANH, SEN_HO, MY_DIEN = "Ninh Khánh", "Sen Hồ", "My Điền"


@pytest.fixture
def stage():
    return Stage()


def at(survey, name):
    return survey.content["places"].index(name)


def a_ward_with_a_small_hamlet(stage):
    """Three people of My Điền, all afraid; the others many and mixed."""
    survey = stage.opened()
    for name, calm, afraid in ((NINH_KHANH, 20, 30), (SEN_HO, 9, 11), (MY_DIEN, 0, 3)):
        stage.answer(survey, calm, q1=0, place=at(survey, name))
        stage.answer(survey, afraid, q1=3, q2=[0], place=at(survey, name))
    return survey


def page(client, survey, **headers):
    address = reverse("survey", args=[survey.code], urlconf="keng.site.public_urls")
    return client.get(address, headers=headers).content.decode()


def test_the_small_hamlet_is_not_published_nor_can_it_be_calculated_back(stage, public_client):
    survey = stage.counted(a_ward_with_a_small_hamlet(stage))
    rows = {row["place"]: row for row in survey.figures["places"]["rows"]}
    assert rows[at(survey, MY_DIEN)] == {"place": at(survey, MY_DIEN), "why": "small"}
    # With the totals, one hidden place alone would be found by subtraction.
    assert rows[at(survey, SEN_HO)] == {"place": at(survey, SEN_HO), "why": "back"}
    assert rows[at(survey, NINH_KHANH)]["answered"] == 50
    shown = page(public_client, stage.published(survey))
    assert "Ẩn, quá ít người" in shown
    assert "Ẩn, để không tính ngược được" in shown


def test_what_is_published_in_any_form_does_not_hold_the_small_hamlets_numbers(
    stage, public_client
):
    """A reader with the page, the embedded numbers and a pencil: totals minus what is shown."""
    survey = stage.published(stage.counted(a_ward_with_a_small_hamlet(stage)))
    figures = survey.figures
    shown = [row for row in figures["places"]["rows"] if not row["why"]]
    marked = figures["questions"]["q1"]["rows"][3]
    rest = figures["answers"] - sum(row["answered"] for row in shown)
    rest_marked = marked - sum(row["marked"] for row in shown)
    # 23 people of two hamlets, 14 of them afraid: My Điền's three may be none, some or all of them.
    assert (rest, rest_marked) == (23, 14)
    assert min(rest_marked, rest - rest_marked) >= 5
    words = page(public_client, survey)
    row = words[words.index("My Điền") :][:200]
    assert "%" not in row.partition("</tr>")[0]


def test_the_desk_sees_no_more_than_everybody(stage):
    survey = stage.counted(a_ward_with_a_small_hamlet(stage))
    hidden = [row for row in survey.figures["places"]["rows"] if row["why"]]
    assert all(set(row) == {"place", "why"} for row in hidden)
    survey = a_ward_with_a_small_hamlet(stage)
    assert Survey.objects.get(pk=survey.pk).figures is None


def test_how_many_were_asked_further_does_not_tell_how_many_chose_a_hidden_answer(stage):
    survey = stage.opened()
    stage.answer(survey, 40, q1=0)
    stage.answer(survey, 3, q1=1)
    stage.answer(survey, 9, q1=2, q2=[1])
    stage.answer(survey, 30, q1=3, q2=[0])
    counted = stage.counted(survey).figures["questions"]
    assert counted["q1"]["why"] == ["", "small", "back", ""]
    assert counted["q2"] == {"asked": None, "rows": [], "why": []}


def test_four_answers_are_no_result(stage):
    survey = stage.opened()
    stage.answer(survey, 4, q1=1)
    figures = stage.counted(survey).figures
    assert (figures["answers"], figures["questions"], figures["places"]) == (4, {}, None)


def test_an_answer_to_a_question_that_is_not_asked_is_not_kept(stage):
    survey = stage.opened()
    stage.answer(survey, q1=0, q2=[0])
    assert Answer.objects.get().said == {"q1": 0}


def test_answers_slips_and_texts_cannot_be_put_together(stage):
    survey = stage.opened(reach="once")
    slips = opening.make_slips(survey.pk, 6, by=stage.coordinator)
    for number, slip in enumerate(slips):
        stage.answer(survey, q1=number % 4, q4=f"Ngõ {number}", slip=slip)
    before = set(Answer.objects.values_list("pk", flat=True))
    assert counting.mix_answers() == 12
    # Written anew: what order and id could tell is gone.
    assert before.isdisjoint(Answer.objects.values_list("pk", flat=True))
    assert {pk.version for pk in Answer.objects.values_list("pk", flat=True)} == {4}
    assert {field.name for field in Token._meta.fields} == {"hash", "survey", "used"}
    linking = {"token", "answer", "slip", "created_at", "at", "batch"}
    for model in (Answer, FreeText):
        assert linking.isdisjoint(field.name for field in model._meta.get_fields())
    assert Answer.objects.values("week").distinct().count() == 1
    assert Answer.objects.first().week.weekday() == 0


def test_fewer_than_five_new_answers_wait_to_be_mixed(stage):
    survey = stage.opened()
    stage.answer(survey, 4, q1=0)
    assert counting.mix_answers() == 0
    # Nor when another worker took the others after they were counted.
    assert counting.mix_survey(survey.pk) == 0
    assert not Answer.objects.filter(mixed=True).exists()
    stage.answer(survey, q1=0)
    assert counting.mix_answers() == 5


def writings(model):
    """By which transaction each row was written, and all of it in the order of the file."""
    rows = model.objects.extra(select={"wrote": "xmin::text", "at": "ctid"}, order_by=["at"])
    return {row.wrote for row in rows}, list(rows)


def answered_by_slip(stage, number, *, mixing=True):
    """Each form in a transaction of its own; the first five were mixed, the others not yet."""
    survey = stage.opened(reach="once")
    slips = opening.make_slips(survey.pk, number, by=stage.coordinator)
    for at, slip in enumerate(slips):
        stage.answer(survey, q1=at % 4, q3=at // 4 % 2, q4=f"Ngõ {at}", slip=slip)
        if mixing and at == 4:
            counting.mix_answers()
    return survey


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 2, 6])
def test_after_closing_no_transaction_tells_which_answer_text_and_slip_were_one_form(stage, number):
    stage.counted(answered_by_slip(stage, number))
    wrote = []
    for model in (Answer, FreeText, Token):
        transactions, rows = writings(model)
        assert len(rows) == number
        assert len(transactions) == 1, model
        wrote += transactions
    assert len(set(wrote)) == 3


@pytest.mark.django_db(transaction=True)
def test_after_closing_the_order_of_the_files_is_that_of_no_form(stage):
    survey = answered_by_slip(stage, 40, mixing=False)
    before = [writings(model)[1] for model in (Answer, FreeText, Token)]
    stage.counted(survey)
    after = [writings(model)[1] for model in (Answer, FreeText, Token)]
    assert [row.said for row in after[0]] != [row.said for row in before[0]]
    assert [row.words for row in after[1]] != [row.words for row in before[1]]
    assert [row.pk for row in after[2]] != [row.pk for row in before[2]]
    assert {row.pk for row in after[2]} == {row.pk for row in before[2]}


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_before_is_written_anew_by_the_migration(stage):
    survey, is_open = answered_by_slip(stage, 6), answered_by_slip(stage, 2)
    before = {model: writings(model) for model in (Answer, FreeText, Token)}
    Survey.objects.filter(pk=survey.pk).update(figures={})
    anew = importlib.import_module(
        "keng.surveys.migrations.0007_counted_rows_tell_no_transaction"
    ).Migration.operations[0]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in anew.sql:
            cursor.execute(statement)
    wrote = set()
    for model, (_transactions, rows) in before.items():
        after = writings(model)[1]
        assert len(after) == len(rows) == 8
        of_it = {row.wrote for row in after if row.survey_id == survey.pk}
        assert len(of_it) == 1
        wrote |= of_it
        assert [row for row in after if row.survey_id == is_open.pk] == [
            row for row in rows if row.survey_id == is_open.pk
        ]
    assert len(wrote) == 1


class Killed(Exception):
    """The worker ended here."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rewritten", [0, 1, 2, 3])
def test_a_worker_that_is_killed_while_it_counts_loses_and_doubles_nothing(
    stage, monkeypatch, rewritten
):
    survey = answered_by_slip(stage, 6)
    shuffled = []

    def shuffle(rows):
        if len(shuffled) == rewritten:
            raise Killed
        shuffled.append(rows)

    def count(*_rows, **_slips):
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(counting._dice, "shuffle", shuffle)
        killing.setattr(counting.figures, "count_answers", count)
        with pytest.raises(Killed):
            stage.counted(survey)
    assert len(shuffled) == rewritten
    assert Survey.objects.get(pk=survey.pk).figures is None
    assert counting.count_closed_survey() == 1
    assert Survey.objects.get(pk=survey.pk).figures["answers"] == 6
    assert sorted(FreeText.objects.values_list("words", flat=True)) == [
        f"Ngõ {n}" for n in range(6)
    ]
    assert Token.objects.filter(used=True).count() == Token.objects.count() == 6
    assert counting.count_closed_survey() == 0


def test_a_slip_counts_once_and_a_foreign_one_never(stage):
    survey, other = stage.opened(reach="once"), stage.opened(reach="once")
    (slip,) = opening.make_slips(survey.pk, 1, by=stage.coordinator)
    (foreign,) = opening.make_slips(other.pk, 1, by=stage.coordinator)
    stage.answer(survey, q1=0, slip=slip)
    with pytest.raises(SlipUsed):
        stage.answer(survey, q1=0, slip=slip)
    for unknown in (foreign, "0000000000", ""):
        with pytest.raises(SlipUnknown):
            stage.answer(survey, q1=0, slip=unknown)
    assert Answer.objects.count() == 1


def test_a_text_is_published_only_after_somebody_read_it(stage, public_client):
    survey = stage.opened()
    stage.answer(survey, 5, q1=0)
    stage.answer(survey, q4="Ngõ nhà ông Nguyễn Văn Bền 0912 000 417 tối lắm")
    stage.answer(survey, q4="Cần đèn ở cổng B")
    survey = stage.counted(survey)
    with pytest.raises(NotReady, match="texts"):
        stage.published(survey)
    named, fine = sorted(FreeText.objects.all(), key=lambda text: text.words, reverse=True)
    free_texts.decide_free_text(named.pk, words="", by=stage.coordinator)
    free_texts.decide_free_text(fine.pk, words="Cần đèn ở cổng B", by=stage.coordinator)
    with pytest.raises(WrongState):
        free_texts.decide_free_text(fine.pk, words="Khác", by=stage.coordinator)
    shown = page(public_client, stage.published(survey))
    assert "Cần đèn ở cổng B" in shown
    assert "0912 000" not in shown
    # What was left out is kept nowhere.
    assert FreeText.objects.get(pk=named.pk).words == ""


def test_a_result_waits_until_it_is_counted(stage):
    survey = stage.opened()
    opening.close_survey(survey.pk, by=stage.coordinator)
    # Answers on their way are let in first.
    assert counting.count_closed_survey() == 0
    with pytest.raises(NotReady, match="figures"):
        results.submit_result(
            survey.pk, {"vi": {"headline": "x", "deeds": "y"}}, by=stage.coordinator
        )


def test_nothing_is_taken_after_closing(stage):
    survey = stage.opened()
    opening.close_survey(survey.pk, by=stage.coordinator)
    with pytest.raises(answering.NotOpen):
        stage.answer(survey, q1=0)


def test_ninety_days_after_publication_only_the_figures_stay(stage, public_client):
    survey = stage.counted(a_ward_with_a_small_hamlet(stage))
    survey = stage.published(survey)
    assert counting.forget_answers() == 0
    Survey.objects.filter(pk=survey.pk).update(
        published_at=survey.published_at - counting.ANSWERS_KEPT * 2
    )
    assert counting.forget_answers() == 73
    assert not Answer.objects.exists()
    assert "73" in page(public_client, survey)


def test_words_corrected_after_ninety_days_leave_the_published_texts(stage, public_client):
    survey = stage.opened()
    stage.answer(survey, 5, q1=0)
    stage.answer(survey, q4="Cần đèn ở cổng B")
    survey = stage.counted(survey)
    text = FreeText.objects.get()
    free_texts.decide_free_text(text.pk, words=text.words, by=stage.coordinator)
    survey = stage.published(survey)
    Survey.objects.filter(pk=survey.pk).update(
        published_at=survey.published_at - counting.ANSWERS_KEPT * 2
    )
    assert counting.forget_answers() == 7
    after = page(public_client, stage.published(survey))
    assert "Cần đèn ở cổng B" in after
    assert "đã được sửa ngày" in after
