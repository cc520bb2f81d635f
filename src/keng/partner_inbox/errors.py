"""What can stand in the way in a partner's inbox."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, Incomplete, Refused, TooLate


class InboxClosed(TooLate):
    """The partner takes nothing new."""

    sentence = _("Not sent: this inbox takes nothing new at present.")


class MatterEnded(TooLate):
    """It is over: nobody writes in it any more."""

    sentence = _("Not sent: this matter has ended. Write anew if something is left to ask.")


class WrongPhrase(Incomplete):
    """The phrase opens nothing here."""

    sentence = _("This is not your phrase. Look at your paper and type it once more.")


class InboxLocked(Refused):
    """The member's phrase has to be typed first."""

    sentence = _("Not done: the inbox is locked here. Open it with your phrase first.")


class HasKeyAlready(AlreadyDone):
    """One key for each member who reads."""

    sentence = _("You read the inbox already. End your key first if the phrase is lost.")


class NoInboxForPartner(Refused):
    """A person of good standing has no inbox."""

    sentence = _("Only a body has an inbox, not a single person.")


class LastReader(Refused):
    """Nobody would be left to read what was written."""

    sentence = _(
        "Not done: nobody else reads this inbox. Let somebody in first, or tick that nobody is to "
        "read what was written so far."
    )


class NothingToAgreeTo(AlreadyDone):
    """The partner asks nothing, or it was answered."""

    sentence = _("Nothing is asked here any more.")


class PassedOnAlready(AlreadyDone):
    """The police have it."""

    sentence = _("It was passed on already.")


class CannotPassOn(Refused):
    """A report could not be sealed: the site has no keys yet."""

    sentence = _("Not passed on: this site cannot seal reports yet. In danger, call 113.")
