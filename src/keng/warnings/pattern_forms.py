"""Forms of patterns: written with marks, approved with a code, filled by one officer."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.forms import Form, day_field, own_code_field
from keng.language.category_names import category_choices
from keng.language.taxonomy import warning_categories
from keng.network.models import GroupKind
from keng.places.models import Place
from keng.warnings import pattern_blanks
from keng.warnings.content import WARNING_FIELDS
from keng.warnings.forms import LONGEST_TITLE, NumbersForm, people_field
from keng.warnings.models import Warning

_LABELS = {
    "what": gettext_lazy("What they do, or what happens"),
    "signs": gettext_lazy("How to notice"),
    "act": gettext_lazy("What to do now"),
    "call": gettext_lazy("Whom to call"),
}
_EMPTY = {"required": gettext_lazy("Write this part")}


class PatternForm(Form):
    """The four parts with marks where something is filled in later."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=LONGEST_TITLE, error_messages=_EMPTY
    )
    what = forms.CharField(
        label=_LABELS["what"],
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_EMPTY,
    )
    signs = forms.CharField(
        label=_LABELS["signs"],
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_EMPTY,
    )
    act = forms.CharField(
        label=_LABELS["act"],
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_EMPTY,
    )
    call = forms.CharField(
        label=_LABELS["call"],
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_EMPTY,
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        error_messages={"required": gettext_lazy("Choose a category")},
    )
    severity = forms.TypedChoiceField(
        choices=Warning.Severity.choices, coerce=int, label=gettext_lazy("Severity")
    )
    kinds = forms.MultipleChoiceField(
        choices=GroupKind.choices,
        label=gettext_lazy("Kinds of group"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one kind of group")},
    )
    expires_on = day_field(
        gettext_lazy("Last day it may be used"),
        help_text=gettext_lazy("Half a year from today at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].choices = [
            ("", _("Choose a category")),
            *category_choices(warning_categories()),
        ]

    def clean_expires_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["expires_on"]
        if day < times.local_date(times.now()):
            raise forms.ValidationError(_("This day is past"))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if odd := pattern_blanks.odd_marks(self.texts(found)):
            self.add_error("what", _("This is none of the blanks: %(mark)s") % {"mark": odd[0]})
        for field, mark in pattern_blanks.misplaced_blanks(self.texts(found)):
            words = _(
                "%(mark)s has no place here: who sends it fills it alone. It may stand in “What"
                " they do” and “How to notice”."
            )
            self.add_error(field, words % {"mark": mark})
        return found

    @staticmethod
    def texts(found: dict[str, Any]) -> dict[str, str]:
        """The words by field."""
        return {
            field: str(found.get(field, "")).replace("\r\n", "\n").strip()
            for field in WARNING_FIELDS
        }


class FillPatternForm(Form):
    """One box for each blank of the pattern."""

    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=26,
        help_text=gettext_lazy("Telephone or account number"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Enter the number.")},
    )
    link = forms.CharField(
        label=gettext_lazy("Link"),
        max_length=120,
        help_text=gettext_lazy("It goes out so that nobody can tap it."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Enter the link.")},
    )
    hamlet = forms.ChoiceField(
        label=gettext_lazy("Where"),
        error_messages={"required": gettext_lazy("Choose where.")},
    )

    def __init__(
        self, *args: Any, codes: Iterable[str], places: Iterable[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kept = list(codes)
        fields: Any = self.fields
        fields["hamlet"].choices = [
            ("", _("Choose where")),
            *((p.full_name, p.full_name) for p in places),
        ]
        for code in pattern_blanks.BLANK_MARKS:
            if code not in kept:
                del self.fields[code]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for code in pattern_blanks.BLANK_MARKS:
            if code in found and not pattern_blanks.fits_blank(code, found[code]):
                self.add_error(
                    code,
                    _("A number has digits only.")
                    if code == "number"
                    else _("A link looks like name.example or https://name.example/page."),
                )
        return found


class SendPatternForm(NumbersForm):
    """The sender's own code, the list they looked at, and the numbers they ticked."""

    audience_hash = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    people = people_field()
    code = own_code_field()
