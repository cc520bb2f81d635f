"""What can stand in the way of a decision about a warning."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, ChangedMeanwhile, Incomplete, NotAllowed, Refused
from keng.language.house_style import StyleFinding


class NotSubmitted(AlreadyDone):
    """There is nothing that waits for approval."""

    sentence = _("Somebody else has decided it meanwhile: nothing waits here.")


class NotPublished(AlreadyDone):
    """There is nothing public to take back."""

    sentence = _("It was taken back already.")


class AlreadyRecalled(AlreadyDone):
    """A warning that was taken back stays so; write a new one."""

    sentence = _("It was taken back already.")


class NotYours(NotAllowed):
    """Approving needs a second person with the right to do so: nobody who had a hand in it."""


class SetUpAnAuthor(NotYours):
    """Had a hand in the sign-in of one who wrote it, or they in this one's (accounts.vouching)."""


class NobodyThere(Refused):
    """The chosen audience has no recipient."""

    sentence = _("Nobody would receive it.")


class StyleStops(Refused):
    """The house style finds something that must not go out."""

    sentence = _("With these words the house style stops it.")

    def __init__(self, findings: list[StyleFinding]) -> None:
        super().__init__(len(findings))
        self.findings = findings


class NumbersUnchecked(Incomplete):
    """It names numbers that stand nowhere, and nobody ticked that exactly these were compared."""

    sentence = _("Compare the marked numbers, then tick that you did")


class RecallWaits(AlreadyDone):
    """A recall of this warning waits already for a second person."""

    sentence = _("A recall of this warning waits already for a second person.")


class RecallWordsStop(Refused):
    """The words of a recall hold what must not go out; holds the sentences that say so."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(len(sentences))
        self.sentences = sentences
        self.sentence = " ".join(sentences)


class StaleApproval(ChangedMeanwhile):
    """The text or the audience is no longer the one the approver looked at."""

    def __init__(self, what: Literal["text", "audience"]) -> None:
        super().__init__(what)
        self.what = what
