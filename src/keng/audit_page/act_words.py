"""What every recorded act is called; a test compares this with the code that records.

An area that has rows of acts says it there (keng.acts.act); of the others it stands here.
"""


from keng.acts.act import record_words
from keng.audit_page.place_act_words import words_of_acts_on_places


def act_words(action: str) -> str:
    """An act in words; an unknown one as its code."""
    known = _on_claims() | _on_tips() | _on_warnings() | _by_officers_and_machines() | _on_calls()
    known |= words_of_acts_on_places()
    known |= {name: str(words) for name, words in record_words().items()}
    return known.get(action, action)


def _on_calls() -> dict[str, str]:
    return {
    }


def _on_claims() -> dict[str, str]:
    return {
    }


def _on_tips() -> dict[str, str]:
    return {
    }


def _on_warnings() -> dict[str, str]:
    return {
    }


def _by_officers_and_machines() -> dict[str, str]:
    return {
    }
