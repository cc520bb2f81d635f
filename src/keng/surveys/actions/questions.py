"""What becomes of the stored content when a question changes: the same for desks and partners."""

from collections.abc import Mapping
from typing import Any

from keng.surveys.actions.errors import NotReady
from keng.surveys.content import MOST_QUESTIONS

StoredContent = dict[str, Any]


def with_question(content: StoredContent, question: Mapping[str, Any]) -> StoredContent:
    """With one more question, or with the one of its key changed. Raises NotReady("questions")."""
    questions = list(content["questions"])
    keys = [one["key"] for one in questions]
    if question["key"] in keys:
        questions[keys.index(question["key"])] = dict(question)
    elif len(questions) < MOST_QUESTIONS:
        questions.append(dict(question))
    else:
        raise NotReady("questions")
    return {**content, "questions": _drop_broken_conditions(questions)}


def without_question(content: StoredContent, key: str) -> StoredContent:
    """Without it; whatever depended on it is asked of everybody."""
    left = [one for one in content["questions"] if one["key"] != key]
    return {**content, "questions": _drop_broken_conditions(left)}


def with_question_earlier(content: StoredContent, key: str) -> StoredContent:
    """With this question one place earlier."""
    questions = list(content["questions"])
    at = next((n for n, one in enumerate(questions) if one["key"] == key), 0)
    if at:
        questions[at - 1], questions[at] = questions[at], questions[at - 1]
    return {**content, "questions": _drop_broken_conditions(questions)}


def require_ready(content: StoredContent) -> None:
    """Whether it can be handed in: it asks something, in each of its languages. Raises NotReady."""
    if not content["questions"]:
        raise NotReady("none")
    if content.get("en") and not all(one.get("en") for one in content["questions"]):
        raise NotReady("english")


def _drop_broken_conditions(questions: list[StoredContent]) -> list[StoredContent]:
    """A condition holds only on an earlier question with these options."""
    options: dict[str, int] = {}
    for one in questions:
        condition = one.get("only_if")
        if condition and any(
            at >= options.get(condition["question"], 0) for at in condition["options"]
        ):
            one["only_if"] = None
        if one["kind"] == "choice":
            options[one["key"]] = len(one["vi"]["options"])
    return questions
