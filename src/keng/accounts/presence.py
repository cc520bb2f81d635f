"""Is the signed-in officer there? Asked before what goes out under their name."""

from django import forms
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.signing_in import (
    confirm_presence,
    confirm_presence_with_passkey,
    presence_pause,
    presence_use,
)
from keng.kit.forms import PASSKEY_ANSWER


def is_present(officer: Officer, form: forms.Form) -> bool:
    """Whether the form's code is one of this moment, or a passkey of the officer's answered in its
    place; if not, the form says so, and why.

    A right code is used up: what cannot go out anyway has to be refused before. This is how any
    page asks for presence: a CodeField named `code`, to which the script adds the passkey.
    """
    given = form.cleaned_data["code"]
    if given.startswith(PASSKEY_ANSWER):
        return _has_answered(officer, given.removeprefix(PASSKEY_ANSWER), form)
    if confirm_presence(officer, given):
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


def _has_answered(officer: Officer, answer: str, form: forms.Form) -> bool:
    use = presence_use(officer, officer.browser)
    if confirm_presence_with_passkey(officer, answer, use):
        return True
    form.add_error(
        "code",
        _("The passkey did not confirm this. Try once more, or enter the 6 digits."),
    )
    return False
