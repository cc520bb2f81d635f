"""What can stand in the way of a partner's text.

What stands in the way of letting one out is in keng.releases.errors.
"""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import ChangedMeanwhile, Incomplete, Refused


class WordsChanged(ChangedMeanwhile):
    """What somebody agreed to, or takes back, is not what stands there any more."""

    sentence = _("It changed meanwhile: read it again.")


class NameTaken(Refused):
    """A partner is called that already, or somebody signs in with this name."""

    sentence = _("A partner is called that already, or somebody signs in with this name.")


class IntroductionForbidden(Incomplete):
    """A name, or a sentence about a partner, that may not stand on a public page."""

    def __init__(self, sentences: dict[str, list[str]]) -> None:
        super().__init__(sentences)
        self.sentences = sentences


class NotTheirPurpose(Incomplete):
    """The partner publishes about other things."""

    sentence = _("Not done: your partner does not publish about this.")


class NoSecondMember(Incomplete):
    """A survey or a film of a partner has its second person among the partner's own people."""

    sentence = _(
        "Everybody who signs in for your partner had a hand in this. It needs one of your people "
        "who had none, never the police: ask the desk that invited you to add somebody."
    )


class TooManyOpen(Refused):
    """No partner fills the list of surveys alone."""

    sentence = _("Three surveys of your partner are open: these are the most. Close one first.")


class TooManyFilms(Refused):
    """No partner keeps the worker busy or fills the disk alone."""


class TooManyFilmsToday(TooManyFilms):
    """As many as a partner may upload in a day, thrown away or not."""

    sentence = _("Your partner uploaded 10 films in the last 24 hours. Upload this one tomorrow.")


class TooManyFilmsKept(TooManyFilms):
    """As many as a partner may keep beside those of its lessons."""

    sentence = _(
        "Your partner keeps 30 films that no lesson in use has. Throw one away, then upload this "
        "one."
    )


class TooManyFilmsWait(TooManyFilms):
    """As many as the worker prepares for a partner at a time."""

    sentence = _("3 films of your partner are being prepared. Wait until one is ready.")


class MarksUnchecked(Refused):
    """Numbers, links or names are marked in it, and nobody has said that they were looked at."""

    sentence = _("Look at what is marked, then tick that you checked it")
