"""The desk's forms: the words around the questions, one question, approval, result, a text."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.forms import Form
from keng.places.models import Unit
from keng.releases.forms import ReleaseForm
from keng.surveys.actions.errors import LastDayTooFar
from keng.surveys.content import MOST_OPTIONS, MOST_PARTNER_DAYS
from keng.surveys.models import Survey, SurveyResult

_EMPTY = {"required": gettext_lazy("Write this part")}
_KINDS = (
    ("choice", gettext_lazy("One of several answers")),
    ("several", gettext_lazy("Several answers")),
    ("scale", gettext_lazy("A scale from 1 to 5")),
    ("text", gettext_lazy("A short text")),
)
_LONGEST_OPTION = 120


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Enter the day."),
            "invalid": gettext_lazy("Enter a day."),
        },
        **kwargs,
    )


def _words(label: Any, *, rows: int = 3, longest: int = 600, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=longest, widget=widget, error_messages=_EMPTY, **kwargs
    )


class SurveyForm(Form):
    """What it is called, what it is for, how it is answered, and until when."""

    unit = forms.ChoiceField(label=gettext_lazy("In the name of"))
    purpose = forms.ChoiceField(
        label=gettext_lazy("What it is for"),
        help_text=gettext_lazy("Safety and services alone: no opinions, no politics, no belief."),
        choices=[("", gettext_lazy("Choose a purpose")), *Survey.Purpose.choices],
        error_messages={"required": gettext_lazy("Choose what it is for")},
    )
    title = forms.CharField(
        label=gettext_lazy("Title of the survey"), max_length=120, error_messages=_EMPTY
    )
    why = _words(
        gettext_lazy("Why you ask, and what the answers decide"),
        help_text=gettext_lazy("Stands under every question: “…, to choose where to put lamps.”"),
        rows=2,
        longest=300,
    )
    en_title = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=120, required=False
    )
    en_why = _words(gettext_lazy("Why, in English"), rows=2, longest=300, required=False)
    reach = forms.ChoiceField(
        label=gettext_lazy("Who can answer"),
        choices=Survey.Reach.choices,
        widget=forms.RadioSelect,
        initial="open",
    )
    ask_place = forms.BooleanField(
        label=gettext_lazy("Ask in which hamlet or commune one lives"), required=False
    )
    closes_on = _day(gettext_lazy("Last day to answer"))
    results_on = _day(gettext_lazy("Day the result is published"))

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["unit"].choices = [(str(unit.pk), unit.name) for unit in units]

    def clean(self) -> dict[str, Any]:
        """Both days lie ahead, one after the other; English is whole or absent."""
        said = super().clean() or {}
        closes, results = said.get("closes_on"), said.get("results_on")
        if closes and closes < times.local_date(times.now()):
            self.add_error("closes_on", _("This day is over."))
        if closes and results and results < closes:
            self.add_error("results_on", _("The result comes after the last day to answer."))
        if bool(said.get("en_title")) != bool(said.get("en_why")):
            empty = "en_why" if said.get("en_title") else "en_title"
            self.add_error(empty, _("Write both in English, or neither"))
        return said

    def content(self, places: list[str]) -> dict[str, Any]:
        """As it is stored, without the questions."""
        said = self.cleaned_data
        found: dict[str, Any] = {
            "vi": {"title": said["title"], "why": said["why"]},
            "en": None,
            "closes_on": said["closes_on"].isoformat(),
            "results_on": said["results_on"].isoformat(),
            "places": places if said.get("ask_place") else [],
        }
        if said["en_title"]:
            found["en"] = {"title": said["en_title"], "why": said["en_why"]}
        return found


def survey_initial(survey: Survey) -> dict[str, Any]:
    """The form as it was saved."""
    stored, english = survey.content, survey.content.get("en") or {}
    return {
        "unit": str(survey.unit_id),
        "purpose": survey.purpose,
        "reach": survey.reach,
        "title": stored["vi"]["title"],
        "why": stored["vi"]["why"],
        "en_title": english.get("title", ""),
        "en_why": english.get("why", ""),
        "ask_place": bool(stored.get("places")),
        "closes_on": stored.get("closes_on"),
        "results_on": stored.get("results_on"),
    }


class PartnerSurveyForm(SurveyForm):
    """The same for a partner: in its own name, for its purposes, for whoever has the link."""

    def __init__(
        self,
        *args: Any,
        purposes: Iterable[str],
        has_places: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, units=(), **kwargs)
        for name in ("unit", "reach"):
            del self.fields[name]
        if not has_places:
            del self.fields["ask_place"]
        chosen, fields = set(purposes), dict[str, Any](self.fields)
        offered = fields["purpose"].choices
        fields["purpose"].choices = [one for one in offered if not one[0] or one[0] in chosen]

    def clean(self) -> dict[str, Any]:
        """It is not open for ever."""
        said = super().clean()
        closes = said.get("closes_on")
        most = datetime.timedelta(days=MOST_PARTNER_DAYS)
        if closes and closes > times.local_date(times.now()) + most:
            self.add_error("closes_on", LastDayTooFar.sentence)
        return said


class QuestionForm(Form):
    """One question; answers one a line, so that they can be pasted from a sheet."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of answer"), choices=_KINDS)
    text = _words(gettext_lazy("Question"), rows=2, longest=200)
    hint = forms.CharField(
        label=gettext_lazy("A line of help under it"), max_length=200, required=False
    )
    options = _words(
        gettext_lazy("Answers, one a line"),
        help_text=gettext_lazy("For a scale two lines: what 1 means, what 5 means."),
        rows=6,
        longest=1500,
        required=False,
    )
    marked = forms.MultipleChoiceField(
        label=gettext_lazy("Which of them, together, are counted by place?"),
        help_text=gettext_lazy(
            "For instance the two that mean “not at ease”. Of one question in a survey only."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    en_text = _words(gettext_lazy("Question in English"), rows=2, longest=200, required=False)
    en_hint = forms.CharField(
        label=gettext_lazy("A line of help in English"), max_length=200, required=False
    )
    en_options = _words(
        gettext_lazy("Answers in English, in the same order"), rows=6, longest=1500, required=False
    )
    only_if = forms.MultipleChoiceField(
        label=gettext_lazy("Ask it only after one of these answers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, earlier: Iterable[Mapping[str, Any]], english: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._english = english
        fields: Any = self.fields
        fields["only_if"].choices = [
            (f"{one['key']}:{at}", f"{one['vi']['text']} → {words}")
            for one in earlier
            if one["kind"] == "choice"
            for at, words in enumerate(one["vi"]["options"])
        ]
        # Which kinds of question need them is said when they are missing.
        fields["options"].is_unmarked = True
        written = str(self["options"].value() or "")
        fields["marked"].choices = _numbered_answers(_lines(written))
        if not english:
            for name in ("en_text", "en_hint", "en_options"):
                del fields[name]

    def clean(self) -> dict[str, Any]:
        """As many answers as the kind needs, the same in both languages."""
        said = super().clean() or {}
        kind, lines = said.get("kind"), _lines(said.get("options", ""))
        if kind == "scale" and len(lines) != 2:
            self.add_error("options", _("Write two lines: what 1 means and what 5 means"))
        elif kind in {"choice", "several"} and not 2 <= len(lines) <= MOST_OPTIONS:
            self.add_error("options", _("Write two to ten answers, one a line"))
        elif any(len(line) > _LONGEST_OPTION for line in lines):
            self.add_error("options", _("An answer is too long: 120 characters are the most."))
        if kind in {"choice", "several"} and any(
            int(at) >= len(lines) for at in said.get("marked", ())
        ):
            self.add_error("marked", _("There are fewer answers than that. Tick them again"))
        if self._english:
            self._check_english(said, len(lines))
        if len({one.partition(":")[0] for one in said.get("only_if", ())}) > 1:
            self.add_error("only_if", _("Choose answers of one question only"))
        return said

    def _check_english(self, said: dict[str, Any], count: int) -> None:
        if not said.get("en_text"):
            self.add_error("en_text", _("This survey is in English, too: write the question"))
        if said.get("kind") != "text" and len(_lines(said.get("en_options", ""))) != count:
            self.add_error("en_options", _("As many lines as in Vietnamese, in the same order"))

    def question(self, key: str) -> dict[str, Any]:
        """As it is stored."""
        said = self.cleaned_data
        lines = [] if said["kind"] == "text" else _lines(said["options"])
        is_marked = said["kind"] in {"choice", "several"}
        found: dict[str, Any] = {
            "key": key,
            "kind": said["kind"],
            "only_if": None,
            "marked": sorted(map(int, said["marked"])) if is_marked else [],
            "vi": {"text": said["text"], "hint": said["hint"], "options": lines},
        }
        if said.get("en_text"):
            english = [] if said["kind"] == "text" else _lines(said["en_options"])
            found["en"] = {
                "text": said["en_text"],
                "hint": said["en_hint"],
                "options": english,
            }
        if said["only_if"]:
            options = [int(one.partition(":")[2]) for one in said["only_if"]]
            found["only_if"] = {
                "question": said["only_if"][0].partition(":")[0],
                "options": options,
            }
        return found


class PartnerQuestionForm(QuestionForm):
    """The same for a partner: in choices alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [(code, label) for code, label in _KINDS if code != "text"]


def question_initial(one: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a question as it was saved."""
    english, condition = one.get("en") or {}, one.get("only_if")
    return {
        "kind": one["kind"],
        "text": one["vi"]["text"],
        "hint": one["vi"]["hint"],
        "options": "\n".join(one["vi"]["options"]),
        "marked": [str(at) for at in one.get("marked", ())],
        "en_text": english.get("text", ""),
        "en_hint": english.get("hint", ""),
        "en_options": "\n".join(english.get("options", ())),
        "only_if": [f"{condition['question']}:{at}" for at in condition["options"]]
        if condition
        else [],
    }


def serves_field() -> forms.BooleanField:
    """The second person's word for every question."""
    return forms.BooleanField(
        label=gettext_lazy(
            "Every question serves this purpose. None asks about opinions, politics, belief or "
            "origin, and none asks who somebody is."
        ),
        error_messages={"required": gettext_lazy("Read every question, then tick this")},
    )


class ApproveSurveyForm(ReleaseForm):
    """With the second person's word for every question."""

    serves = serves_field()


class CountForm(Form):
    """How many slips, or sheets."""

    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        max_value=300,
        error_messages={
            "required": gettext_lazy("Write how many"),
            "invalid": gettext_lazy("Write how many"),
            "min_value": gettext_lazy("Write how many"),
            "max_value": gettext_lazy("300 at once are the most."),
        },
    )


class OutcomeForm(Form):
    """The finding in one sentence, and what the unit does about it."""

    headline = forms.CharField(
        label=gettext_lazy("The finding in one sentence"), max_length=120, error_messages=_EMPTY
    )
    deeds = _words(
        gettext_lazy("What the unit does about it, one thing a line"),
        help_text=gettext_lazy("With a day and a place, so that people can see it happen."),
        rows=4,
        longest=1000,
    )
    en_headline = forms.CharField(
        label=gettext_lazy("The finding in English"), max_length=120, required=False
    )
    en_deeds = _words(
        gettext_lazy("What the unit does, in English"), rows=4, longest=1000, required=False
    )

    def outcome(self) -> dict[str, dict[str, str]]:
        """As it is stored."""
        said = self.cleaned_data
        found = {"vi": {"headline": said["headline"], "deeds": said["deeds"]}}
        if said["en_headline"] and said["en_deeds"]:
            found["en"] = {"headline": said["en_headline"], "deeds": said["en_deeds"]}
        return found


def outcome_initial(written: SurveyResult | None) -> dict[str, str]:
    """The form of a result as it was saved."""
    outcome = written.words if written is not None else {}
    words, english = outcome.get("vi", {}), outcome.get("en", {})
    return {
        "headline": words.get("headline", ""),
        "deeds": words.get("deeds", ""),
        "en_headline": english.get("headline", ""),
        "en_deeds": english.get("deeds", ""),
    }


class FreeTextForm(Form):
    """What is published of one text."""

    words = forms.CharField(
        label=gettext_lazy("What is published"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _numbered_answers(lines: list[str]) -> list[tuple[str, str]]:
    """A box for each answer that may be, with its words once they are written."""
    shown = lines[:MOST_OPTIONS] + [""] * (MOST_OPTIONS - len(lines))
    return [(str(at), f"{at + 1}. {words}".rstrip()) for at, words in enumerate(shown)]
