"""What a second person sends beside the digest of what they read; or why it goes back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form, approval_field, own_code_field


class SecondPersonForm(Form):
    """What they answer or tick. Which words they read, the page compares before it makes this."""

    def given(self) -> dict[str, Any]:
        """What of it goes to the area's act, by its names there."""
        return {}


class ReleaseForm(SecondPersonForm):
    """With their signature under it. An area adds what it wants ticked."""

    code = approval_field()


class TakeBackForm(SecondPersonForm):
    """What takes something back has to work at three at night, without a passkey at hand."""

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
