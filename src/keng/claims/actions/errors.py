"""What can stand in the way of a decision about a claim."""


class AlreadyEnded(Exception):
    """Answered, out of scope or withdrawn: nothing more is written about it."""


class NothingToObject(Exception):
    """It is not out of scope, the week is over, or it was objected to already."""


class NotSubmitted(Exception):
    """There is nothing that waits for a second person."""


class NotPublished(Exception):
    """There is no public page to take back or to answer with."""


class YourOwn(PermissionError):
    """Whoever wrote a check does not publish it, nor decides an objection to an own decision."""


class StalePublication(Exception):
    """The text is no longer the one the second person read."""
