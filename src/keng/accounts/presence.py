"""Is the signed-in officer there? Asked before what goes out under their name."""

from django import forms
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.signing_in import confirm_presence, presence_pause


def is_present(officer: Officer, form: forms.Form) -> bool:
    """Whether the form's code is one of this moment; if not, the form says so, and why.

    A right code is used up: what cannot go out anyway has to be refused before.
    """
    if confirm_presence(officer, form.cleaned_data["code"]):
        return True
    pause = presence_pause(officer)
    if pause is None:
        words = _("This code is not right, or was used already. Wait for the next one.")
    else:
        words = _(
            "5 wrong codes were entered under your name, so none is taken for %(minutes)s min, "
            "not even a right one. You stay signed in. A colleague who may approve does not wait. "
            "If it was not you who entered them, sign out and tell your commander."
        ) % {"minutes": -(-int(pause.total_seconds()) // 60) or 1}
    form.add_error("code", words)
    return False
