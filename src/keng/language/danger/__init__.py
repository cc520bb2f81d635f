"""Danger to life or body, read from what somebody wrote: fire, violence, a child, a wish to die.

In Vietnamese with and without accents, English, Chinese and Korean. It decides nothing: it brings a
tip before somebody's eyes sooner. Three tables say what counts: the ideas, in a file for each
language, the rules that are made of them, and beside which ideas a kind of danger is none.
"""

from keng.language.danger.reading import COMES_AGAIN, Danger, danger_in, is_about_child

__all__ = ["COMES_AGAIN", "Danger", "danger_in", "is_about_child"]
