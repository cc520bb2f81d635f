"""Which questions somebody is asked after what they said."""

import pytest

from keng.surveys.content import Question, SurveyContent, reading_language

STEPS = SurveyContent(
    "vi",
    "Đường làng",
    "An toàn",
    (
        Question("q1", "choice", "Có lo không?", options=("Không", "Có")),
        Question("q2", "choice", "Lo gì?", options=("Tối", "Vắng"), only_if=("q1", (1,))),
        Question("q3", "text", "Tối ở đâu?", only_if=("q2", (0,))),
    ),
)


def keys(said):
    return [question.key for question in STEPS.questions_for(said)]


def test_a_question_follows_from_what_was_answered_before():
    assert keys({"q1": 1, "q2": 0}) == ["q1", "q2", "q3"]


def test_a_changed_answer_takes_away_what_followed_from_it_however_far():
    assert keys({"q1": 0, "q2": 0}) == ["q1"]


@pytest.mark.parametrize(
    ("stored", "asked", "read"),
    [
        ({"vi": {}, "en": {"title": "Papers"}}, "vi", "vi"),
        ({"vi": {}, "en": {"title": "Papers"}}, "en", "en"),
        ({"vi": {}, "en": {"title": "Papers"}}, "ko", "en"),
        ({"vi": {}, "en": {"title": "Papers"}}, "zh-hans", "en"),
        ({"vi": {}}, "en", "vi"),
        ({"vi": {}}, "ko", "vi"),
    ],
)
def test_whoever_reads_neither_gets_english_before_vietnamese(stored, asked, read):
    assert reading_language(stored, asked) == read
