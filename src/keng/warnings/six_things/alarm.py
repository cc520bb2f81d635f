"""Whether a text frightens: by its words, by capitals, by exclamation marks in a row."""

import re

from keng.warnings.six_things.read_text import ReadText

_EXCLAIMED = re.compile(r"!\s?!|[❗🚨‼]")
_MOST_EXCLAMATION_MARKS = 2
_WORDS_THAT_SHOUT = 5


def frightens(read: ReadText) -> bool:
    """Whether it alarms; what it tells people to do is another question."""
    if _EXCLAIMED.search(read.text) or read.text.count("!") > _MOST_EXCLAMATION_MARKS:
        return True
    return bool(read.one_of("alarm").search(read.stream)) or _shouts(read)


def _shouts(read: ReadText) -> bool:
    """Whether several words in a row are in capitals."""
    run = 0
    for at in range(len(read.words)):
        written = read.written(at)
        if written.isupper():
            run += 1
        elif not written.isdigit():
            run = 0
        if run >= _WORDS_THAT_SHOUT:
            return True
    return False
