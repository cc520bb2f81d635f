"""What a signer enters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form, day_field, own_code_field, written_lines
from keng.reports.periodic import boundaries


class SignForm(Form):
    """The figures the signer saw, by their hash, and the code that shows it is them."""

    figures_hash = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    boundaries = forms.ChoiceField(
        choices=[(boundaries.NEW_BOUNDARIES, ""), (boundaries.OLD_BOUNDARIES, "")],
        widget=forms.HiddenInput,
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("What was wrong in the version before"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    code = own_code_field()


class PublishForm(Form):
    """Why what was public is put right; asked only when something was."""

    reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("What was wrong in the public version before"),
        help_text=gettext_lazy("Everybody reads this. No place, no person, no number of a tip."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PaperForm(Form):
    """What stands around a signed report on paper; what may be blank is filled in by hand."""

    above = forms.CharField(max_length=160, required=False, label=gettext_lazy("Body above"))
    issuer = forms.CharField(max_length=160, label=gettext_lazy("Body that issues it"))
    number = forms.IntegerField(
        min_value=1,
        max_value=999_999,
        required=False,
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("From your register of papers. Left out, a blank is printed."),
    )
    symbol = forms.CharField(
        max_length=40,
        label=gettext_lazy("Symbol"),
        help_text=gettext_lazy("Behind the number, such as BC-CATBN"),
    )
    place = forms.CharField(max_length=60, label=gettext_lazy("Place before the date"))
    dated = day_field(gettext_lazy("Date on the paper"), required=False)
    addressees = forms.CharField(
        max_length=600,
        required=False,
        label=gettext_lazy("Addressed to"),
        help_text=gettext_lazy("A line for each"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    recipients = forms.CharField(
        max_length=1000,
        label=gettext_lazy("Recipients at the foot"),
        help_text=gettext_lazy("A line for each"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    capacity = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Signs as"),
        help_text=gettext_lazy("A line each, such as “KT. GIÁM ĐỐC” and “PHÓ GIÁM ĐỐC”"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    signer = forms.CharField(max_length=160, label=gettext_lazy("Rank and name below"))

    def clean(self) -> dict[str, Any]:
        """Lines as they are printed: without empty ones."""
        found: dict[str, Any] = super().clean() or {}
        for name in ("addressees", "recipients", "capacity"):
            if name in found:
                found[name] = "\n".join(written_lines(found[name]))
        return found
