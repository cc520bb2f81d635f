"""What can stand in the way of a decision about a warning."""

from typing import Literal

from keng.language.house_style import StyleFinding


class NotSubmitted(Exception):
    """There is nothing that waits for approval."""


class NotPublished(Exception):
    """There is nothing public to take back."""


class AlreadyRecalled(Exception):
    """A warning that was taken back stays so; write a new one."""


class NotYours(PermissionError):
    """Approving needs a second person with the right to do so: nobody who had a hand in it."""


class SetUpAnAuthor(NotYours):
    """Had a hand in the sign-in of one who wrote it, or they in this one's (accounts.vouching)."""


class NobodyThere(Exception):
    """The chosen audience has no recipient."""


class StyleStops(Exception):
    """The house style finds something that must not go out."""

    def __init__(self, findings: list[StyleFinding]) -> None:
        super().__init__(len(findings))
        self.findings = findings


class NumbersUnchecked(Exception):
    """It names numbers that stand nowhere, and nobody ticked that exactly these were compared."""


class RecallWaits(Exception):
    """A recall of this warning waits already for a second person."""


class RecallWordsStop(Exception):
    """The words of a recall hold what must not go out; holds the sentences that say so."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(len(sentences))
        self.sentences = sentences


class StaleApproval(Exception):
    """The text or the audience is no longer the one the approver looked at."""

    def __init__(self, what: Literal["text", "audience"]) -> None:
        super().__init__(what)
        self.what = what
