"""What can stand in the way of a partner's text."""


class NotTheirs(LookupError):
    """No such text of this partner, or none in this state."""


class NeedsASecondPerson(PermissionError):
    """Whoever wrote it does not publish it."""


class MadeTheSignIn(PermissionError):
    """The officer, or somebody of one hand with them, saw what the partner signs in with."""


class ChangedMeanwhile(ValueError):
    """What the second officer read is not what stands there any more."""


class IntroductionForbidden(ValueError):
    """A name, or a sentence about a partner, that may not stand on a public page."""

    def __init__(self, sentences: dict[str, list[str]]) -> None:
        super().__init__(sentences)
        self.sentences = sentences


class NotTheirPurpose(ValueError):
    """The partner publishes about other things."""
