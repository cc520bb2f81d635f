"""What can stand in the way of a decision about a warning."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, Incomplete, Refused
from keng.language.house_style import StyleFinding


class AlreadyRecalled(AlreadyDone):
    """There is nothing public to take back: what was taken back stays so; write a new one."""

    sentence = _("It was taken back already.")


class AlertIsTaken(AlreadyDone):
    """Somebody has begun a warning from this alert of an official source."""

    sentence = _("A warning was begun from it already.")


class NobodyThere(Refused):
    """The chosen audience has no recipient."""

    sentence = _("Nobody would receive it.")


class StyleStops(Refused):
    """The house style finds something that must not go out."""

    sentence = _("With these words the house style stops it.")

    def __init__(self, findings: list[StyleFinding]) -> None:
        super().__init__(len(findings))
        self.findings = findings


class NoChangeNote(Incomplete):
    """A correction says what it changes and why, to everybody who read the earlier version."""

    sentence = _("Write what this correction changes, and why")


class ChangeNoteStops(Refused):
    """The note of a correction holds what must not go out; holds the sentences that say so."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(len(sentences))
        self.sentences = sentences
        self.sentence = " ".join(sentences)


class RecallWaits(AlreadyDone):
    """A recall of this warning waits already for a second person."""

    sentence = _("A recall of this warning waits already for a second person.")


class RecallWordsStop(Refused):
    """The words of a recall hold what must not go out; holds the sentences that say so."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(len(sentences))
        self.sentences = sentences
        self.sentence = " ".join(sentences)
