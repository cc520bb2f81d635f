"""What can stand in the way of a partner's text.

Where there is no such text, or it has another state, that is NotAllowed; where its words are not
those that were read, WordsChanged.
"""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import ChangedMeanwhile, Incomplete, NotAllowed, Refused


class NeedsASecondPerson(NotAllowed):
    """Whoever wrote it does not publish it."""

    sentence = _("Not done: you had a hand in this, so somebody who had none publishes it.")


class MadeTheSignIn(NotAllowed):
    """The officer, or somebody of one hand with them, saw what the partner signs in with."""

    sentence = _("You are not independent of whoever made this sign-in: somebody else decides.")


class WordsChanged(ChangedMeanwhile):
    """What the second person read is not what stands there any more."""

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
