"""Which questions somebody is asked after what they said."""

from keng.surveys.content import Question, SurveyContent

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
