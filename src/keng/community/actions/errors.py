"""What can stand in the way of what a desk says to everybody."""


class AlreadyDecided(ValueError):
    """A colleague was faster, or its time is over."""


class WordsChanged(ValueError):
    """The words are no longer those that the second person read."""
