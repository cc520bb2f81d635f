"""What can stand in the way."""


class NotYours(PermissionError):
    """Not an officer who may, or the author where a second person is needed."""


class WrongState(Exception):
    """The survey is not where this can be done: not a draft, not open, not closed."""


class LastDayOver(Exception):
    """Whoever answered would be too late: it needs another last day before it opens."""


class NotReady(ValueError):
    """Something is missing; holds a word for what."""


class StaleApproval(Exception):
    """It is no longer what the approver looked at."""


class NotOpen(Exception):
    """No answer is taken any more."""


class SlipUnknown(Exception):
    """There is no such slip."""


class SlipUsed(Exception):
    """The slip gave its answer already."""
