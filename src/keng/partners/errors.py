"""What can stand in the way of a partner's text."""


class NotTheirs(LookupError):
    """No such text of this partner, or none in this state."""


class NeedsASecondPerson(PermissionError):
    """Whoever wrote it does not publish it."""


class NotTheirPurpose(ValueError):
    """The partner publishes about other things."""
