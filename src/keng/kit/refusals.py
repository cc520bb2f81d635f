"""What only an operator can mend; the command line and the supervisor say it in one line."""


class KeyMissing(Exception):
    """A key that must be there is not, and only an operator may say that it is lost."""


class WrongSettings(Exception):
    """Settings that are not what they may be, each in a sentence that names it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
