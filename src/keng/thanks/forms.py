"""What is asked about a word of thanks."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form
from keng.network.models import Group
from keng.releases.forms import ReleaseForm


class ThanksForm(Form):
    """To which groups it goes; place, kind and text are the machine's offer."""

    groups = forms.MultipleChoiceField(
        label=_("To which groups"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one group."),
            "invalid_choice": _("Choose at least one group."),
        },
    )

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.name} · {one.place.name}") for one in groups
        ]


class NobodyCouldGuessForm(ReleaseForm):
    """That nobody could guess, with the second person's signature."""

    nobody_could_guess = forms.BooleanField(
        label=_(
            "No: I looked at place, kind, number and time, and nobody could guess who reported"
        ),
        error_messages={"required": _("Send it only if nobody could guess who reported.")},
    )
    field_order = ("nobody_could_guess", "code")


class SomebodyCouldGuessForm(Form):
    """That somebody could guess, or perhaps could."""

    reason = forms.CharField(
        max_length=600,
        label=_("What could give somebody away? Then nothing is sent"),
        help_text=_("What gives it away. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what gives it away")},
    )
