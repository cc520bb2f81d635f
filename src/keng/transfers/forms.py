"""The forms of a transfer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form
from keng.kit.sql_names import alphabetically
from keng.tips.models import OtherInstallation


class TransferForm(Form):
    """Where a tip shall go, and why."""

    other = forms.ModelChoiceField(
        label=_("To the desk of"),
        queryset=OtherInstallation.objects.none(),
        error_messages={"required": _("Choose the province.")},
    )
    reason = forms.CharField(
        label=_("Why it goes there"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Names nobody: the officers there read it."),
        error_messages={"required": _("Write why.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = OtherInstallation.objects.known().order_by(alphabetically(), "id")
        self.fields["other"].queryset = known  # type: ignore[attr-defined]


class DecideTransferForm(Form):
    """What the second officer says who does not agree."""

    words = forms.CharField(
        label=_("If you do not agree: why"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnTransferForm(Form):
    """Why a tip is given back."""

    reason = forms.CharField(
        label=_("Why it goes back"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Names nobody: the officers there read it."),
        error_messages={"required": _("Write why.")},
    )


class TakeInForm(Form):
    """A file that another installation made."""

    sent = forms.FileField(
        label=_("File from the other province"),
        help_text=_("It ends with .keng, and has 4 MB at most."),
        error_messages={
            "required": _("Choose a file"),
            "empty": _("The file is empty"),
        },
    )


class IncomingFileForm(Form):
    """What another installation sends: the file, its key, and its signature over the digest."""

    sent = forms.FileField()
    signer = forms.RegexField(r"^[0-9a-f]{64}\Z", max_length=64)
    signature = forms.RegexField(r"^[0-9a-f]{128}\Z", max_length=128)
