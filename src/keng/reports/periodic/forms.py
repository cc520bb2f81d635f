"""What a signer enters."""

from django import forms
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form
from keng.reports.periodic import boundaries


class SignForm(Form):
    """The figures the signer saw, by their hash, and the code that shows it is them."""

    figures_hash = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    boundaries = forms.ChoiceField(
        choices=[(boundaries.NEW, ""), (boundaries.OLD, "")], widget=forms.HiddenInput
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("What was wrong in the version before"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    code = forms.CharField(
        max_length=12,
        label=gettext_lazy("Confirm that it is you"),
        help_text=gettext_lazy("The six digits your app shows now"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "otp"}
        ),
        error_messages={"required": gettext_lazy("Enter the six digits")},
    )
