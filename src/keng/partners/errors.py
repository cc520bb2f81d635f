"""What can stand in the way of a partner's text."""


class NotTheirs(LookupError):
    """No such text of this partner, or none in this state."""


class NeedsASecondPerson(PermissionError):
    """Whoever wrote it does not publish it."""


class MadeTheSignIn(PermissionError):
    """The officer saw what the partner signs in with: another one is its second person."""


class NotTheirPurpose(ValueError):
    """The partner publishes about other things."""
