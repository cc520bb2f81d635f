"""What a command says when it cannot go on."""


class CannotContinue(Exception):
    """A condition the person at the keyboard can change; shown as one line, without a traceback."""
