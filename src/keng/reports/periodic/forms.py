"""What a signer enters."""

from django import forms
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form, own_code_field
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
