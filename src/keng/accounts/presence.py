"""Is the signed-in officer there? Asked before what goes out under their name."""

from django import forms
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.signing_in import confirm_presence


def is_present(officer: Officer, form: forms.Form) -> bool:
    """Whether the form's code is one of this moment; if not, the form says so.

    A right code is used up: what cannot go out anyway has to be refused before.
    """
    if confirm_presence(officer, form.cleaned_data["code"]):
        return True
    form.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
    return False
