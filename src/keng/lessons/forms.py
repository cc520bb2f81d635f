"""Forms of lessons: a collection, a publication, an answer, a class that finished."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import SafetyPurpose
from keng.kit.forms import Form, HintedChoice

LONGEST_TITLE = 80
MOST_PUPILS = 60
_EMPTY = {"required": gettext_lazy("Write this part")}


class CollectionForm(Form):
    """Whose lessons, about what."""

    title = forms.CharField(
        label=gettext_lazy("Name of the collection"),
        max_length=LONGEST_TITLE,
        error_messages=_EMPTY,
    )
    about = forms.CharField(
        label=gettext_lazy("What it is about, in one or two sentences"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_EMPTY,
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=SafetyPurpose.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The list is closed: opinions are in none of them."),
        error_messages={"required": gettext_lazy("Choose a purpose")},
    )
    en_title = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=LONGEST_TITLE, required=False
    )
    en_about = forms.CharField(
        label=gettext_lazy("What it is about, in English"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, purposes: Collection[str] = (), **kwargs: Any) -> None:
        """Of a partner only the purposes for which it was invited."""
        super().__init__(*args, **kwargs)
        if purposes:
            known: Any = self.fields["purpose"]
            known.choices = [each for each in SafetyPurpose.choices if each[0] in purposes]
            if len(purposes) == 1:
                known.initial = next(iter(purposes))

    def clean(self) -> dict[str, Any]:
        """Both English parts or none."""
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("en_title")) != bool(given.get("en_about")):
            self.add_error("en_title", _("Write both English parts, or neither."))
        return given

    def texts(self) -> dict[str, dict[str, str]]:
        """By language."""
        given = self.cleaned_data
        found = {"vi": {"title": given["title"], "about": given["about"]}}
        if given["en_title"]:
            found["en"] = {"title": given["en_title"], "about": given["en_about"]}
        return found


class QuizAnswerForm(Form):
    """One question of a lesson. What is chosen is shown once and kept nowhere."""

    choice = HintedChoice(
        error_messages={
            "required": gettext_lazy("Choose an answer"),
            "invalid_choice": gettext_lazy("Choose an answer"),
        }
    )

    def __init__(self, *args: Any, question: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["choice"]
        field.label = question["question"]
        field.choices = [(str(n), words) for n, words in enumerate(question["options"])]


class FinishedClassForm(Form):
    """A class that finished a lesson: its name is printed and not kept."""

    school_class = forms.CharField(
        label=gettext_lazy("Class and school"),
        max_length=80,
        help_text=gettext_lazy("As it should stand on the paper. We do not keep it."),
        error_messages={"required": gettext_lazy("Write the class and the school")},
    )
    pupils = forms.IntegerField(
        label=gettext_lazy("How many pupils finished the lesson"),
        min_value=1,
        max_value=MOST_PUPILS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Write how many pupils"),
            "invalid": gettext_lazy("Write a number"),
            "min_value": gettext_lazy("At least one pupil"),
            "max_value": gettext_lazy("A class has at most 60 pupils. Make one paper for each."),
        },
    )
