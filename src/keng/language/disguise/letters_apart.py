"""Words whose letters stand apart: "l.ừ.a", "đ-ả-o", "c h á y n h à"."""

import re
from collections.abc import Iterator

from keng.language.disguise.respelling import words_run_together
from keng.language.disguise.syllables import is_known

_MARKS = r"[.\-_*/]"
LEAST_LETTERS_APART = 3
"""So many letters that each stand alone must be in a text before any of them are a word."""
# At least three letters; whoever writes one word so writes those of two letters so as well.
_APART = re.compile(
    rf"(?<![^\W_])(?<!{_MARKS})(?<! [.\-_/@:] )[^\W\d_](?P<between>[ .\-_*/])[^\W\d_]"
    # "v n e i d - a . t o p" is a site, and no word of its letters.
    rf"(?:(?P=between)[^\W\d_])+(?!{_MARKS}?[^\W_])(?! [.\-_/@:] [^\W_])"
)
_TWO_APART = re.compile(rf"(?<![^\W_])(?<!{_MARKS})([^\W\d_]){_MARKS}([^\W\d_])(?!{_MARKS}?[^\W_])")
_MOST_LETTERS = 60
# "a b o" are three letters; in what blanks take apart one word at least has so many.
_LETTERS_OF_A_WORD = 3
_SHORT_FORM = 5


def letters_apart(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each run of single letters that are a word together, and that word."""
    found: list[tuple[int, int, str]] = []
    is_with_marks = False
    for match in _APART.finditer(text):
        at = match.start()
        for word in _words_of_letters(match.group()[::2]):
            if at > match.start() and match["between"] != " ":
                found.append((at - 1, at, " "))
            end = at + 2 * len(word) - 1
            if len(word) > 1:
                found.append((at, end, word))
            is_with_marks |= match["between"] != " "
            at = end + 1
    if is_with_marks:
        found += _of_two_letters(text)
    return sorted(found)


def _words_of_letters(letters: str) -> Iterator[str]:
    """The words that these letters are together, as they are written; none where some are of no
    word."""
    is_short_form = letters.isascii() and letters.isupper() and len(letters) <= _SHORT_FORM
    if is_short_form or len(letters) > _MOST_LETTERS:
        return
    words = (letters,) if is_known(letters) else words_run_together(letters.lower())
    if max(map(len, words), default=0) < _LETTERS_OF_A_WORD:
        return
    at = 0
    for word in words:
        yield letters[at : at + len(word)]
        at += len(word)


def _of_two_letters(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _TWO_APART.finditer(text):
        word = match[1] + match[2]
        if is_known(word) and not (word.isascii() and word.isupper()):
            yield (*match.span(), word)
