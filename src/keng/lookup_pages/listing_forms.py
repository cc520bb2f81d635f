"""Forms of the public look-up on the desk: proposing, checking, ending, answering an objection."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.forms import Form, HintedChoice, own_code_field
from keng.language.category_names import category_choices
from keng.language.taxonomy import lookup_categories
from keng.lookup.errors import CannotList, MayDoHarm, TooFewReporters
from keng.lookup.models import Dispute, Indicator, Listing
from keng.releases.forms import ReleaseForm

_MONTHS_BACK = 12
_DAYS_LISTED = {
    90: gettext_lazy("3 months"),
    180: gettext_lazy("6 months"),
    365: gettext_lazy("a year"),
}
_END_REASONS = (
    Listing.End.NO_LONGER,
    Listing.End.MISTAKE,
    Listing.End.RECYCLED,
    Listing.End.SPOOFED,
)


class ProposeListingForm(Form):
    """What the public would read, and how it was verified."""

    grade = HintedChoice(
        label=gettext_lazy("How sure is it?"),
        choices=[
            (Listing.Grade.CONFIRMED, gettext_lazy("Confirmed by us")),
            (Listing.Grade.REPORTED, gettext_lazy("Reported by several people")),
        ],
        hints={
            Listing.Grade.CONFIRMED: gettext_lazy("You verified yourself that it was used."),
            Listing.Grade.REPORTED: gettext_lazy("Three different reporters or more."),
        },
        error_messages={"required": gettext_lazy("Choose how sure it is")},
    )
    category = forms.ChoiceField(
        label=gettext_lazy("How it was used"),
        error_messages={"required": gettext_lazy("Choose how it was used")},
    )
    month = forms.ChoiceField(
        label=gettext_lazy("Used in"),
        help_text=gettext_lazy("The public reads the month and never a day."),
    )
    holds = forms.TypedChoiceField(
        label=gettext_lazy("Stays for"), choices=list(_DAYS_LISTED.items()), coerce=int, initial=180
    )
    basis = forms.CharField(
        label=gettext_lazy("How it was verified"),
        max_length=600,
        help_text=gettext_lazy("For the second person, never public. No name of a reporter."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write how it was verified")},
    )

    def __init__(self, *args: Any, indicator: Indicator, is_enough: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].choices = [
            ("", _("Choose how it was used")),
            *category_choices(lookup_categories()),
        ]
        fields["month"].choices = [(m.isoformat(), f"{m:%-m/%Y}") for m in _months_to_choose()]
        if indicator.type == Indicator.Type.BANK_ACCOUNT or not is_enough:
            # A mistake with an account would cost its holder too much, if it was only reported.
            fields["grade"].choices = fields["grade"].choices[:1]
        if not is_enough and indicator.type != Indicator.Type.BANK_ACCOUNT:
            fields["grade"].error_messages["invalid_choice"] = TooFewReporters.sentence

    def month_chosen(self) -> datetime.date:
        """The first day of the month."""
        return datetime.date.fromisoformat(self.cleaned_data["month"])

    def last_day(self) -> datetime.date:
        """Until when it stays."""
        days = datetime.timedelta(days=self.cleaned_data["holds"])
        return times.local_date(times.now() + days)


class ConfirmListingForm(ReleaseForm):
    """The question that the second person answers before anything is public.

    `require_possible` raises what else stands in the way, so that it uses up no code.
    """

    harm = HintedChoice(
        label=gettext_lazy("Does this warn a suspect or expose a reporter?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes, or I am not sure"))],
        hints={
            "no": gettext_lazy("Many people met it, or those who use it know that it is known."),
            "yes": gettext_lazy("Then it is not made public."),
        },
        error_messages={"required": gettext_lazy("Answer the question")},
    )

    def __init__(self, *args: Any, require_possible: Callable[[], object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._require_possible = require_possible

    def clean_harm(self) -> str:
        """Only "no" makes it public."""
        harm: str = self.cleaned_data["harm"]
        if harm != "no":
            raise forms.ValidationError(MayDoHarm.sentence)
        return harm

    def given(self) -> dict[str, Any]:
        return {"does_harm": self.cleaned_data["harm"] != "no"}

    def clean(self) -> dict[str, Any]:
        """Nothing else stands in the way."""
        if not self.errors:
            try:
                self._require_possible()
            except CannotList as error:
                self.add_error(None, error.sentence)
        return self.cleaned_data


class RefuseListingForm(Form):
    """Why not."""

    reason = forms.CharField(
        label=gettext_lazy("Why it should not be public"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Give the reason in words")},
    )
    code = own_code_field()


class TakeBackListingForm(Form):
    """Why a proposal is taken back before anybody checked it."""

    note = forms.CharField(
        label=gettext_lazy("Why you take it back"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Give the reason in words")},
    )
    code = own_code_field()


class EndListingForm(Form):
    """Why it is taken off, and in words."""

    why = forms.ChoiceField(
        label=gettext_lazy("Why it is taken off"),
        choices=[(each.value, each.label) for each in _END_REASONS],
    )
    note = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Give the reason in words")},
    )
    code = own_code_field()


class DecideDisputeForm(Form):
    """The outcome, and what whoever objected reads."""

    outcome = HintedChoice(
        label=gettext_lazy("Outcome"),
        choices=Dispute.Outcome.choices,
        hints={
            Dispute.Outcome.REMOVED: gettext_lazy("A look-up says that it was a mistake."),
            Dispute.Outcome.RECYCLED: gettext_lazy("A look-up says that it has a new holder."),
            Dispute.Outcome.SPOOFED: gettext_lazy(
                "For a real hotline: a look-up says that its holder is a victim, too."
            ),
        },
        error_messages={"required": gettext_lazy("Choose an outcome")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to whoever objected"),
        max_length=1500,
        help_text=gettext_lazy("They read it with their code; nobody else does."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write the answer")},
    )
    code = own_code_field()


def _months_to_choose() -> list[datetime.date]:
    """This month and those before, newest first."""
    first = times.local_date(times.now()).replace(day=1)
    found = [first]
    for _each in range(_MONTHS_BACK - 1):
        first = (first - datetime.timedelta(days=1)).replace(day=1)
        found.append(first)
    return found
