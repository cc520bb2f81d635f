"""What every recorded act is called; a test compares this with the code that records."""

from keng.acts.act import record_words


def act_words(action: str) -> str:
    """An act in words, as its row says it (`acts.py` of the area); an unknown one as its code."""
    return str(record_words().get(action, action))
