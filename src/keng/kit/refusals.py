"""What only an operator can mend; the command line and the supervisor say it in one line."""


class KeyMissing(Exception):
    """A key that must be there is not, and only an operator may say that it is lost."""
