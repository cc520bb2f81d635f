"""Forms that are made from questions: one question a page, or a whole sheet of paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keng.kit.forms import Form
from keng.surveys.content import Question, SurveyContent

SKIPPED = "skip"
LONGEST_TEXT = 500
_MOST_RADIOS = 14


def question_field(question: Question) -> forms.Field:
    """The control of a question; nobody must answer, but whoever goes on has seen it."""
    options = [(str(at), words) for at, words in enumerate(question.options)]
    if question.kind == "text":
        return forms.CharField(
            max_length=LONGEST_TEXT,
            required=False,
            strip=True,
            help_text=_(
                "An officer reads it before anything is published. Please write no names and no "
                "phone numbers."
            ),
            widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
            error_messages={
                "max_length": _("This is too long: 500 characters are the most."),
            },
        )
    if question.kind == "several":
        return forms.MultipleChoiceField(
            choices=options, required=False, widget=forms.CheckboxSelectMultiple
        )
    options.append((SKIPPED, _("I would rather not say")))
    error = _("Choose one; “I would rather not say” is fine, too")
    if len(options) > _MOST_RADIOS:
        options.insert(0, ("", _("Choose")))
    widget = forms.Select if len(options) > _MOST_RADIOS else forms.RadioSelect
    return forms.ChoiceField(choices=options, widget=widget, error_messages={"required": error})


def answer_from_field(question: Question, value: Any) -> Any:
    """What is kept of a cleaned value; None when nothing was said."""
    if question.kind == "text":
        return value or None
    if question.kind == "several":
        return [int(one) for one in value] or None
    return None if value in {"", SKIPPED} else int(value)


class QuestionPageForm(Form):
    """One question."""

    def __init__(self, *args: Any, question: Question, said: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        self.fields["answer"] = question_field(question)
        self.fields["answer"].label = question.text
        if question.key in said:
            self.initial["answer"] = _as_initial(said[question.key])

    def answer(self) -> Any:
        """The answer, or None."""
        return answer_from_field(self.question, self.cleaned_data["answer"])


class PaperSheetForm(Form):
    """A whole form, as it was filled in on paper; what is empty there is empty here."""

    def __init__(self, *args: Any, content: SurveyContent, with_slip: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._content = content
        if with_slip:
            self.fields["slip"] = forms.CharField(
                label=_("Code of the slip"),
                max_length=40,
                widget=forms.TextInput(),
                error_messages={"required": _("Type in the code that stands on the sheet")},
            )
        for number, question in enumerate(content.questions, start=1):
            field = question_field(question)
            field.label, field.required = f"{number}. {question.text}", False
            self.fields[question.key] = field

    def answers(self) -> dict[str, Any]:
        """The answers by question."""
        found = {
            question.key: answer_from_field(question, self.cleaned_data[question.key])
            for question in self._content.questions
        }
        return {key: answer for key, answer in found.items() if answer is not None}


def _as_initial(answer: Any) -> Any:
    if isinstance(answer, list):
        return [str(one) for one in answer]
    return str(answer)
