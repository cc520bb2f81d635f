"""What whoever hands in or lets out a partner's text has to look at: numbers, links, names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keng.language.names import names_in
from keng.language.number_check import compare_numbers
from keng.partners.errors import MarksUnchecked
from keng.partners.models import Article, Manuscript, PartnerText
from keng.places.models import Unit
from keng.places.street_names import without_streets
from keng.surveys.models import Survey, SurveyResult
from keng.warnings.known_numbers import official_values


@dataclass(frozen=True, slots=True)
class TextHints:
    """Only hints: whoever reads the words decides."""

    numbers: list[str]
    """Numbers and links that are not those of the police desks, each once."""
    names: list[str]
    """What looks like a person's name, each once."""

    def __bool__(self) -> bool:
        return bool(self.numbers or self.names)


def hints_of_text(text: PartnerText | Survey | SurveyResult) -> TextHints:
    """In all that everybody would read of it."""
    if isinstance(text, Survey):
        return find_hints("", _words_of_survey(text), unit=text.unit)
    if isinstance(text, SurveyResult):
        return find_hints("", [text.words], unit=text.survey.unit)
    if isinstance(text, Article):
        return find_hints(text.title, text.text, unit=text.partner.invited_by_unit)
    if isinstance(text, Manuscript):
        return find_hints(text.title, text.content, unit=text.partner.invited_by_unit)
    raise TypeError(text)


def require_checked(text: PartnerText | Survey | SurveyResult, *, checked: bool) -> None:
    """Whoever acts has said so of what is marked. Raises MarksUnchecked."""
    if not checked and hints_of_text(text):
        raise MarksUnchecked


def find_hints(title: str, content: Any, *, unit: Unit) -> TextHints:
    """In a text that need not be saved; `content` is its words, or what a manuscript keeps."""
    # Not what stands beside them: the sources of a check are links.
    written = _written_in(content) if isinstance(content, dict) else content
    words = "\n".join([title, *_strings_in(written)])
    numbers = compare_numbers({"vi": {"text": words}}, official_values(unit))
    names = without_streets(names_in(words), words)
    return TextHints([one.quote for one in numbers if not one.is_settled], names)


def _written_in(content: dict[str, Any]) -> list[Any]:
    """The words of a manuscript, and those of its film."""
    film = content.get("film", {})
    captions = [
        line
        for text in film.get("captions", {}).values()
        for line in text.splitlines()
        if "-->" not in line
    ]
    return [content.get("texts", {}), captions, film.get("words", {})]


def _words_of_survey(survey: Survey) -> list[Any]:
    """What its partner wrote: the names of the places are ours."""
    texts = [survey.content, *survey.content["questions"]]
    return [text.get(language) for text in texts for language in ("vi", "en")]


def _strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings_in(each)
