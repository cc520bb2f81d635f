"""Whether a name would be taken for one of the police, however it is spelled."""

import re

from keng.language.fold import flatten

# Marks, blanks and signs between the letters hide it from a filter and from no reader.
_BETWEEN = r"[\W_]*"
_NAMES = ("congan", "canhsat", "csgt", "police")
_ANY = re.compile(
    rf"(?<!\w)(?:{'|'.join(_BETWEEN.join(name) for name in _NAMES)})(?!\w)|公安|警察|경찰"
)


def police_words(name: str) -> str:
    """The part of a name that reads as the police, as it is written; "" if there is none."""
    flat = flatten(name)
    found = _ANY.search(flat.flat)
    return flat.written(*found.span()) if found else ""
