"""Forms of a place's page: asking the desk, and what the desk answers and announces."""

import datetime
import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.community.models import OfficialChannel, Question
from keng.kit import times
from keng.kit.forms import Form, HintedChoice, own_code_field
from keng.places.models import Place

LONGEST_QUESTION = 1000
_HAS_COUNTRY_CODE = re.compile(r"\+\d")
_QUESTION_MISSING = {"required": _("Write your question")}


class AskQuestionForm(Form):
    """A question to the desk of a place; no name, no account."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=LONGEST_QUESTION,
        help_text=_("Write no name and no phone number, neither yours nor anybody else's."),
        error_messages=_QUESTION_MISSING | {"max_length": _("At most 1,000 characters")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    wish = HintedChoice(
        label=_("Who may read the answer?"),
        choices=Question.Wish.choices,
        hints={
            "public": _("An officer covers what could name somebody before it is published."),
            "private": _("Neither question nor answer appears on any page."),
        },
        error_messages={"required": _("Choose who may read the answer")},
    )
    token = forms.RegexField(r"^[\w-]{22}$", widget=forms.HiddenInput())


class AnswerQuestionForm(Form):
    """The question as everybody may read it, and the answer."""

    shown = forms.CharField(
        label=_("The question as it is shown"),
        max_length=LONGEST_QUESTION,
        help_text=_("Covered by the machine where it saw a name or number. Read it once more."),
        error_messages={"required": _("Write the question as it may be shown.")},
        widget=forms.Textarea(attrs={"rows": 4, "lang": "vi"}),
    )
    words = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        help_text=_("It is shown with the name of the desk, not with yours."),
        error_messages={"required": _("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 6, "lang": "vi"}),
    )

    def fit(self, *, is_public: bool, is_covered: bool) -> None:
        """Say who reads the question, and nothing of covering where nothing was covered."""
        if not is_public:
            self.fields["shown"].label = _("The question as the asker reads it again")
        if not is_covered:
            self.fields["shown"].help_text = _(
                "The machine saw no name or number to cover. Read it once more."
            )


class DecideAnnouncementForm(Form):
    """The officer's own code, under what is public already."""

    code = own_code_field()


class MeetingForm(Form):
    """A meeting that anybody of the place may come to."""

    place = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Place.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose a place."), "invalid_choice": _("Choose a place.")},
    )
    day = forms.DateField(
        label=_("Day"),
        error_messages={
            "required": _("Enter the day."),
            "invalid": _("Enter a date like 2026-11-25."),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    clock = forms.TimeField(
        label=_("Time"),
        error_messages={"required": _("Enter the time."), "invalid": _("Enter a time like 19:30.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    venue = forms.CharField(
        label=_("Where it is"), max_length=160, error_messages={"required": _("Write where it is.")}
    )
    about = forms.CharField(
        label=_("What about"),
        max_length=240,
        error_messages={"required": _("Write what it is about.")},
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nobody can come to a meeting that is over."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("day") and said.get("clock"):
            said["starts_at"] = datetime.datetime.combine(said["day"], said["clock"], times.VIETNAM)
            if said["starts_at"] < times.now():
                self.add_error("day", _("This moment is over. Choose a later one."))
        return said


class ChannelForm(Form):
    """One more channel that is really ours."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=OfficialChannel.Kind.choices,
        error_messages={"required": _("Choose a kind.")},
    )
    shown_as = forms.CharField(
        label=_("Name and address, exactly"),
        max_length=160,
        help_text=_("As it stands there: residents compare it letter by letter."),
        error_messages={"required": _("Write its name and address.")},
    )
    country = forms.CharField(
        label=_("Country, for a number for people abroad"),
        max_length=60,
        required=False,
        help_text=_(
            "Empty for one that helps everywhere. Write the number with its +country code."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """A country only where it is asked for, and there a number that is dialled from abroad."""
        said = super().clean() or {}
        is_abroad = said.get("kind") == OfficialChannel.Kind.ABROAD
        if said.get("country") and not is_abroad:
            self.add_error("country", gettext("Leave this empty: it is for people abroad only."))
        if is_abroad and said.get("shown_as") and not _HAS_COUNTRY_CODE.search(said["shown_as"]):
            self.add_error("shown_as", gettext("Write the number with its code, as +84 24 …"))
        return said
