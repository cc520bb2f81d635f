"""Ready questions that a chat answers by 1 or 2 have their buttons on a page."""

import csv
from importlib import resources

import pytest

from keng.tips.yes_no import without_numbers, yes_no_question


def ready_questions(column):
    with resources.files("keng.tips").joinpath("answers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {"text_vi": "1 là có", "text_en": "1 for yes"}[column]
    return [row[column] for row in rows if words in row[column]]


@pytest.mark.parametrize(
    ("column", "answers"), [("text_vi", ("Có", "Không")), ("text_en", ("Yes", "No"))]
)
def test_every_question_that_is_answered_by_number_has_two_buttons(column, answers):
    asked = ready_questions(column)
    assert len(asked) >= 3
    for text in asked:
        question = yes_no_question(text)
        assert (question.yes, question.no) == answers
        assert "?" in question.text
        assert not {"1", "2"} & set(question.text)
        assert without_numbers(text) == question.text


def test_other_words_stay_as_they_are():
    assert yes_no_question("Xe màu gì?") is None
    assert without_numbers("Nhà số 1 hay 2?") == "Nhà số 1 hay 2?"
