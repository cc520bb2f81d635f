"""Whether a text reads as a matter of a child or of a sexual offence, which named officers read.

By what is read of every text anyway: danger to a child, the idea of rape, the likeliest category.
A lost child is none: everybody looks for one.
"""

from keng.language.danger import danger_ideas_in, danger_in
from keng.language.taxonomy import is_for_named_officers

_OF_A_HARMED_CHILD = frozenset({"child", "child_alone"})
_A_CHILD = frozenset({"CHILD", "MINOR", "SMALL"})
_OF_SEXUAL_OFFENCES = frozenset({"RAPE", "TOUCH_ALONE"})
_TILE_OF_CHILDREN = "child"


def may_be_named_matter(text: str, topic: str = "") -> bool:
    """In the moment a text comes in: by its danger, and by the tile until a category is read."""
    return topic == _TILE_OF_CHILDREN or _tells_of_one(text)


def is_named_matter(text: str, guess: str | None, topic: str = "") -> bool:
    """By its danger and its likeliest category; by the tile where none could be read."""
    if guess is None:
        return may_be_named_matter(text, topic)
    return is_for_named_officers(guess) or _tells_of_one(text)


def _tells_of_one(text: str) -> bool:
    danger = danger_in(text)
    if danger is None:
        return False
    # Most texts tell of no danger, and are not looked at for ideas.
    ideas = danger_ideas_in(text)
    # Weights of words alone see a child who is left alone where nobody watches the motorbikes.
    is_of_child = danger.kind in _OF_A_HARMED_CHILD and bool(_A_CHILD & ideas)
    return is_of_child or bool(_OF_SEXUAL_OFFENCES & ideas)
