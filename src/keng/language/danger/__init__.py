"""Danger to life or body, read from what somebody wrote: fire, violence, a child, a wish to die.

In Vietnamese with and without accents, English, Chinese and Korean. It decides nothing: it brings a
tip before somebody's eyes sooner. Tables say what counts: the ideas, in a file for each language
and one for the words of the field, the rules that are made of them, and beside which ideas a kind
of danger is none. What the words, ideas and rules of a text weigh together decides (`clues`,
learned from the sentences in the tests); the reasons are always words of the text.
"""

from keng.language.danger.reading import (
    COMES_AGAIN,
    POLICE_NUMBERS,
    Danger,
    calls_for_child_line,
    danger_ideas_in,
    danger_in,
    is_about_child,
    numbers_to_call,
)

__all__ = [
    "COMES_AGAIN",
    "POLICE_NUMBERS",
    "Danger",
    "calls_for_child_line",
    "danger_ideas_in",
    "danger_in",
    "is_about_child",
    "numbers_to_call",
]
