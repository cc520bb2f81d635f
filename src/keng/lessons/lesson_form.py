"""The form in which a lesson is written: up to three cards and three questions, two languages."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form, written_lines
from keng.lessons.forms import LONGEST_TITLE
from keng.lessons.models import Film

CARDS, QUESTIONS, LETTERS = (1, 2, 3), (1, 2, 3), "abc"


class LessonForm(Form):
    """Vietnamese is whole or an error; English has as many parts as Vietnamese, or none at all."""

    def __init__(self, *args: Any, films: QuerySet[Film] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["film"] = forms.ModelChoiceField(
            label=gettext_lazy("Film at the beginning"),
            required=False,
            queryset=Film.objects.none() if films is None else films,
            empty_label=gettext_lazy("No film"),
        )
        for code in ("vi", "en"):
            self._add_language(code)
        for n in QUESTIONS:
            self.fields[f"right_{n}"] = forms.ChoiceField(
                label=gettext_lazy("The right answer"),
                required=False,
                choices=[("", "–"), *((letter, letter.upper()) for letter in LETTERS)],
            )
        for name, field in self.fields.items():
            # How many cards and questions there must be is said once, above them.
            unmarked: Any = field
            unmarked.is_unmarked = name != "film" and not name.startswith("vi_c_")

    def _add_language(self, code: str) -> None:
        self._line(code, "title", gettext_lazy("Name of the lesson"), LONGEST_TITLE)
        for n in CARDS:
            self._line(code, f"card_{n}", gettext_lazy("Heading of the card"), 80)
            self._area(
                code,
                f"lines_{n}",
                gettext_lazy("What the card says"),
                gettext_lazy("One sentence a line; several lines become a numbered list."),
            )
        for n in QUESTIONS:
            self._line(code, f"question_{n}", gettext_lazy("Question"), 160)
            for letter in LETTERS:
                self._line(code, f"{letter}_{n}", f"{letter.upper()}", 120)
            self._area(code, f"why_{n}", gettext_lazy("Why this answer is right"))

    def _line(self, code: str, name: str, label: Any, longest: int) -> None:
        self.fields[f"{code}_{name}"] = forms.CharField(
            label=label, max_length=longest, required=False
        )

    def _area(self, code: str, name: str, label: Any, hint: Any = "") -> None:
        self.fields[f"{code}_{name}"] = forms.CharField(
            label=label,
            max_length=500,
            required=False,
            help_text=hint,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def languages(self) -> list[dict[str, Any]]:
        """The fields as the page shows them."""
        return [
            {
                "code": code,
                "title": self[f"{code}_title"],
                "cards": [[self[f"{code}_card_{n}"], self[f"{code}_lines_{n}"]] for n in CARDS],
                "questions": [self._question_fields(code, n) for n in QUESTIONS],
            }
            for code in ("vi", "en")
        ]

    def _question_fields(self, code: str, n: int) -> list[BoundField]:
        names = [f"question_{n}", *(f"{letter}_{n}" for letter in LETTERS)]
        fields = [self[f"{code}_{name}"] for name in names]
        if code == "vi":
            fields.append(self[f"right_{n}"])
        return [*fields, self[f"{code}_why_{n}"]]

    def clean(self) -> dict[str, Any]:
        """Whole in Vietnamese; the same parts in English, or none."""
        given: dict[str, Any] = super().clean() or {}
        self._check_vietnamese(given)
        if any(given.get(name) for name in self.fields if name.startswith("en_")):
            for name in self.fields:
                if name.startswith("vi_") and given.get(name) and not given.get(f"en_{name[3:]}"):
                    self._say(f"en_{name[3:]}", _("Write this part in English, too"))
                elif name.startswith("en_") and given.get(name) and not given.get(f"vi_{name[3:]}"):
                    self._say(name, _("There is no such part in Vietnamese"))
        return given

    def _check_vietnamese(self, given: dict[str, Any]) -> None:
        needed = ["vi_title", "vi_card_1", "vi_question_1"]
        for n in CARDS:
            if given.get(f"vi_card_{n}") or given.get(f"vi_lines_{n}"):
                needed += [f"vi_card_{n}", f"vi_lines_{n}"]
        for n in QUESTIONS:
            parts = [f"vi_question_{n}", f"vi_a_{n}", f"vi_b_{n}", f"right_{n}", f"vi_why_{n}"]
            if any(given.get(name) for name in [*parts, f"vi_c_{n}"]):
                needed += parts
                right = given.get(f"right_{n}")
                if right and not given.get(f"vi_{right}_{n}"):
                    self._say(f"right_{n}", _("This answer is empty"))
        for name in dict.fromkeys(needed):
            if not given.get(name):
                told = {"part": self.fields[name].label}
                self._say(name, _("Write this part: %(part)s") % told)

    def _say(self, name: str, words: str) -> None:
        if name not in self.errors:
            self.add_error(name, words)

    def texts(self) -> dict[str, Any]:
        """By language, the parts that were written."""
        languages = ("vi", "en") if self.cleaned_data["en_title"] else ("vi",)
        return {code: self._text(code) for code in languages}

    def right(self) -> list[int]:
        """Of each question which answer is right, counted from nought."""
        given = self.cleaned_data
        return [
            self._options(n).index(given[f"right_{n}"])
            for n in QUESTIONS
            if given[f"vi_question_{n}"]
        ]

    def _options(self, n: int) -> list[str]:
        return [letter for letter in LETTERS if self.cleaned_data[f"vi_{letter}_{n}"]]

    def _text(self, code: str) -> dict[str, Any]:
        given = self.cleaned_data
        cards = [
            {
                "heading": given[f"{code}_card_{n}"],
                "lines": written_lines(given[f"{code}_lines_{n}"]),
            }
            for n in CARDS
            if given[f"vi_card_{n}"]
        ]
        quiz = [
            {
                "question": given[f"{code}_question_{n}"],
                "options": [given[f"{code}_{letter}_{n}"] for letter in self._options(n)],
                "why": given[f"{code}_why_{n}"],
            }
            for n in QUESTIONS
            if given[f"vi_question_{n}"]
        ]
        return {"title": given[f"{code}_title"], "cards": cards, "quiz": quiz}


def initial_of_edition(texts: dict[str, Any], right: list[int]) -> dict[str, str]:
    """An edition as the form shows it, to write the next one."""
    found: dict[str, str] = {}
    for code, text in texts.items():
        found[f"{code}_title"] = text["title"]
        for n, card in enumerate(text["cards"], 1):
            found[f"{code}_card_{n}"] = card["heading"]
            found[f"{code}_lines_{n}"] = "\n".join(card["lines"])
        for n, question in enumerate(text["quiz"], 1):
            found[f"{code}_question_{n}"] = question["question"]
            found[f"{code}_why_{n}"] = question["why"]
            for letter, option in zip(LETTERS, question["options"], strict=False):
                found[f"{code}_{letter}_{n}"] = option
    return found | {f"right_{n}": LETTERS[at] for n, at in enumerate(right, 1)}
