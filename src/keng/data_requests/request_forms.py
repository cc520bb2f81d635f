"""The forms of data requests: asking, and what data protection does with one."""

from typing import cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.data_requests.asking import LONGEST_WORDS
from keng.data_requests.models import DataRequest
from keng.kit.forms import Form, HintedChoice
from keng.tips.models import Restriction

Kind = DataRequest.Kind


class AskDataForm(Form):
    """What is asked for, in a few words where that takes some."""

    kind = HintedChoice(
        label=gettext_lazy("What do you ask for?"),
        choices=Kind.choices,
        error_messages={"required": gettext_lazy("Choose what you ask for")},
    )
    words = forms.CharField(
        label=gettext_lazy("What is it about?"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=gettext_lazy("Do not write your name here: nobody needs it to answer you."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": gettext_lazy("This is too long: 3,000 characters at most"),
        },
    )

    def clean(self) -> dict[str, object]:
        """What is to be corrected has to be said."""
        said = super().clean() or {}
        if said.get("kind") == Kind.CORRECT and not said.get("words") and not self.errors:
            self.add_error("words", _("Write what is wrong, and what is right"))
        return said


class AskWithoutReceiptForm(AskDataForm):
    """The same for whoever has no receipt."""

    about_number = forms.CharField(
        label=gettext_lazy("Number of a report or letter, if you have one"),
        required=False,
        max_length=40,
    )
    token = forms.RegexField(r"^[\w-]{20,30}$", widget=forms.HiddenInput)
    field_order = ("kind", "words", "about_number", "token")


class DecideForm(Form):
    """What is done, why not, and the words that the asker reads."""

    outcome = HintedChoice(
        label=gettext_lazy("What is done?"),
        choices=DataRequest.Outcome.choices,
        error_messages={"required": gettext_lazy("Choose what is done")},
    )
    ground = HintedChoice(
        label=gettext_lazy("If it is refused: why?"),
        choices=DataRequest.Ground.choices,
        required=False,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write the answer")},
    )

    def __init__(self, *args: object, request: DataRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # Not optional where it is refused.
        self.fields["ground"].is_unmarked = True  # type: ignore[attr-defined]
        if request.is_erasure:
            # A report is deleted whole or not at all.
            whole = (DataRequest.Outcome.DONE, DataRequest.Outcome.REFUSED)
            outcome = cast("forms.ChoiceField", self.fields["outcome"])
            outcome.choices = [(each.value, each.label) for each in whole]

    def clean(self) -> dict[str, object]:
        """Nothing is refused without a reason."""
        said = super().clean() or {}
        if said.get("outcome") == DataRequest.Outcome.REFUSED and not said.get("ground"):
            self.add_error("ground", _("Choose why it is refused"))
        return said


class LiftForm(Form):
    """Why a report that was only kept is used again."""

    ground = HintedChoice(
        label=gettext_lazy("Why may it be used again?"),
        choices=Restriction.LiftGround.choices,
        error_messages={"required": gettext_lazy("Choose why it may be used again")},
    )


class WordsForm(Form):
    """Words, such as why it takes longer or what the desk says."""

    words = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say it in a few words.")},
    )
