"""What a second person sends: the code under what they read; or why it goes back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form, own_code_field


class SeenForm(Form):
    """Exactly what the second person read, by its digest."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class ReleaseForm(SeenForm):
    """With their signature under it. An area adds what it wants ticked."""

    code = own_code_field()


class GiveBackForm(Form):
    """What the author has to change."""

    reason = forms.CharField(
        max_length=600,
        label=_("Give it back to the author"),
        help_text=_("What has to change, and why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what has to change")},
    )
