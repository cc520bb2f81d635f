"""What the pages of signing in say when somebody does not get in: why, and how long to wait."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _

from keng.accounts.guessing import TooManyTries
from keng.accounts.password_checks import COME_AGAIN_SECONDS, SignInBusy
from keng.accounts.signing_in import NotSignedIn, WithoutPost

SIGN_IN_REFUSED = (NotSignedIn, TooManyTries, SignInBusy)


@dataclass(frozen=True)
class SignInRefusal:
    """An answer's status, and after how many seconds it makes sense to come again."""

    status: int = 422
    seconds: int = 0

    def mark_response(self, response: HttpResponse) -> HttpResponse:
        """Give the answer this status, and say to programs as well when to come again."""
        response.status_code = self.status
        if self.seconds:
            response["Retry-After"] = str(self.seconds)
        return response


def explain_refusal(
    form: forms.Form, error: Exception, *, wrong: str, field: str | None = None
) -> SignInRefusal:
    """Put into the form why nobody was let in; `wrong` is said of what does not fit."""
    if isinstance(error, TooManyTries):
        form.add_error(None, _waiting_words(error))
        return SignInRefusal(429, error.seconds)
    if isinstance(error, SignInBusy):
        form.add_error(
            None, _("Several people are signing in at this moment. Try again in a few seconds.")
        )
        # Not 503: a log line for each would let a guesser fill the log.
        return SignInRefusal(429, COME_AGAIN_SECONDS)
    if isinstance(error, WithoutPost):
        form.add_error(
            None,
            _(
                "Your account has no post today, so nothing would open. "
                "Your administrator can give you one."
            ),
        )
        return SignInRefusal(422)
    form.add_error(field, wrong)
    return SignInRefusal(422)


def password_is_wrong() -> str:
    """The same for a name that nobody has."""
    return _(
        "Name and password do not fit. After 5 wrong tries from one place there is a pause of "
        "5 minutes there. No account is ever locked."
    )


def code_is_wrong() -> str:
    """For six digits while signing in."""
    return _("These digits do not fit, or were used already. Wait for the next ones.")


def passkey_is_wrong() -> str:
    """The same for whatever does not fit."""
    return _(
        "This passkey does not sign in here, or its answer came too late. Try once more, or use "
        "name, password and the 6 digits."
    )


def unlock_is_wrong() -> str:
    """For a PIN, six digits or a passkey at the locked screen."""
    return _("This does not unlock. After 5 wrong tries you have to sign in anew.")


def _waiting_words(error: TooManyTries) -> str:
    if error.is_wide:
        words = _(
            "There are too many wrong tries, with this name from many places or from your network. "
            "Try again in %(minutes)s min. "
            "A browser in which you have signed in before does not have to wait."
        )
    else:
        words = _(
            "There were too many wrong tries with this name from here. "
            "Try again in %(minutes)s min. "
            "Your account is not locked: where you are signed in you stay signed in."
        )
    return words % {"minutes": error.minutes}
