"""Questions that are answered by 1 or 2 in a chat; a page asks them with two buttons."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YesNoQuestion:
    """Such a question as a page asks it."""

    text: str
    yes: str
    no: str


# As the ready answers say it (tips/answers.csv), and the words that the buttons send: in the
# language of the question, so that the desk reads an answer to what it asked.
_BY_NUMBER = {
    "Trả lời 1 là có, 2 là không.": ("Có", "Không"),
    "Answer 1 for yes, 2 for no.": ("Yes", "No"),
}


def yes_no_question(text: str) -> YesNoQuestion | None:
    """The question without its numbers; None for words that ask for no number."""
    for by_number, (yes, no) in _BY_NUMBER.items():
        if by_number in text:
            return YesNoQuestion(_without(text, by_number), yes, no)
    return None


def open_yes_no(said: Sequence[str]) -> YesNoQuestion | None:
    """The question for two buttons among what the desk wrote since the reporter last did.

    `said` is oldest first; the last such question is meant. If the desk wrote on after it, an
    answer names it on a second line: a bare "no" would answer what was written last.
    """
    for text in reversed(said):
        if question := yes_no_question(text):
            if text is said[-1]:
                return question
            answers = (f"{word}\n(“{question.text}”)" for word in (question.yes, question.no))
            return YesNoQuestion(question.text, *answers)
    return None


def without_numbers(text: str) -> str:
    """Words of the desk as a page shows them: no number has to be learnt there."""
    found = yes_no_question(text)
    return found.text if found else text


def _without(text: str, words: str) -> str:
    before, _by_number, after = text.partition(words)
    return " ".join(part for part in (before.strip(), after.strip()) if part)
