"""What a survey asks: its words, its questions, and which of them somebody is asked.

As it lies in the database: {"vi": {"title", "why"}, "en": {...}, "questions": [...], "places":
[names], "closes_on": day, "results_on": day}. A question is {"key", "kind", "vi": {"text", "hint",
"options"}, "en": {...}, "only_if": {"question", "options"} or null, "marked": [numbers of
options]}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

PLACE_KEY = "place"
"""The key of the question where one lives; its options are the places of the survey."""
MOST_QUESTIONS = 12
MOST_OPTIONS = 10
# A partner's survey takes answers for so many days at the most.
MOST_PARTNER_DAYS = 90
SCALE_STEPS = 5
_SECONDS_EACH = 20
LANGUAGES = ("vi", "en")

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in the words of one language."""

    key: str
    kind: str
    """choice, several, scale, text or place."""
    text: str
    hint: str = ""
    options: tuple[str, ...] = ()
    only_if: tuple[str, tuple[int, ...]] | None = None
    marked: tuple[int, ...] = ()
    gate: "QuestionGate | None" = None

    @property
    def marked_words(self) -> str:
        """The answers that together are the finding, as one phrase."""
        return " + ".join(self.options[at] for at in self.marked)

    def is_asked(self, said: Mapping[str, Any]) -> bool:
        """Whether somebody who has said this so far is asked it."""
        if self.only_if is None:
            return True
        key, wanted = self.only_if
        return any(one in wanted for one in chosen_options(said.get(key)))

    def words_of(self, answer: Any) -> list[str]:
        """An answer in words; nothing for none."""
        if self.kind == "text":
            return [answer] if answer else []
        return [self.options[one] for one in chosen_options(answer) if one < len(self.options)]


@dataclass(frozen=True, slots=True)
class QuestionGate:
    """After which answers a question is asked, in words: whoever approves or fills in reads it."""

    number: int
    answers: str


@dataclass(frozen=True, slots=True)
class SurveyContent:
    """A survey in one language."""

    language: str
    title: str
    why: str
    questions: tuple[Question, ...] = field(default=())

    def questions_for(self, said: Mapping[str, Any]) -> list[Question]:
        """The questions in their order that somebody with these answers is asked.

        What was answered before another answer took the question away leads to nothing further.
        """
        kept = drop_unasked_answers(self, said)
        return [question for question in self.questions if question.is_asked(kept)]

    def question(self, key: str) -> Question | None:
        """One question by its key."""
        return next((one for one in self.questions if one.key == key), None)

    @property
    def finding(self) -> Question | None:
        """The question whose marked answers are counted by place."""
        return next((one for one in self.questions if one.marked), None)

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return minutes_for(len(self.questions))


def minutes_for(questions: int) -> int:
    """About how many minutes so many questions take."""
    return max(1, -(-questions * _SECONDS_EACH // 60))


def reading_language(stored: Mapping[str, Any], asked: str) -> str:
    """The language in which a visitor reads it: their own, if it has it; English before Vietnamese
    for whoever reads neither.
    """
    wanted = asked[:2] if asked[:2] in LANGUAGES else "en"
    return wanted if stored.get(wanted) else "vi"


def content_in_language(
    stored: Mapping[str, Any], language: str, place_words: str = ""
) -> SurveyContent:
    """The survey in a language it has; `place_words` is how it asks where one lives."""
    questions = [_question(one, language) for one in stored["questions"]]
    if stored.get("places"):
        places = tuple(stored["places"])
        questions.append(Question(PLACE_KEY, "place", place_words, options=places))
    questions = [replace(one, gate=_gate(one, questions)) for one in questions]
    words = stored[language]
    return SurveyContent(language, words["title"], words["why"], tuple(questions))


def _gate(question: Question, questions: list[Question]) -> QuestionGate | None:
    if question.only_if is None:
        return None
    key, wanted = question.only_if
    for number, one in enumerate(questions, start=1):
        if one.key == key:
            return QuestionGate(number, " / ".join(one.words_of(sorted(wanted))))
    return None


def _question(one: Mapping[str, Any], language: str) -> Question:
    words = one.get(language) or one["vi"]
    only_if = one.get("only_if")
    options = list(words.get("options", ()))
    if one["kind"] == "scale":
        low, high = options
        options = [
            f"1 – {low}",
            *(str(n) for n in range(2, SCALE_STEPS)),
            f"{SCALE_STEPS} – {high}",
        ]
    return Question(
        one["key"],
        one["kind"],
        words["text"],
        words.get("hint", ""),
        tuple(options),
        (only_if["question"], tuple(only_if["options"])) if only_if else None,
        tuple(one.get("marked", ())),
    )


def chosen_options(answer: Any) -> list[int]:
    """The numbers of the options in an answer; none for a text or for nothing."""
    if isinstance(answer, bool) or answer is None or isinstance(answer, str):
        return []
    return list(answer) if isinstance(answer, list) else [answer]


def drop_unasked_answers(content: SurveyContent, said: Mapping[str, Any]) -> Answers:
    """The answers to questions that are asked after all: a changed answer takes others along."""
    kept: Answers = {}
    for question in content.questions:
        if question.key in said and question.is_asked(kept):
            kept[question.key] = said[question.key]
    return kept
