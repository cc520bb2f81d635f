"""Builders for patterns over flat Vietnamese text: phrases, banks, ways to say "I"."""

import re
from functools import cache

from keng.language.tables import table_entries


def any_phrase(spec: str) -> str:
    """A pattern for any of the phrases; "_" stands between the words of one. Longest first."""
    return _either(spec.split())


def any_listed(name: str) -> str:
    """A pattern for any phrase of a list in phrases.txt."""
    return _either(_lists()[name])


def listed_words(name: str) -> frozenset[str]:
    """A list of phrases.txt as single words."""
    return frozenset(_lists()[name])


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Blanks in the pattern are only for the reader."""
    return re.compile(pattern, re.VERBOSE)


def _either(listed: list[str]) -> str:
    longest_first = sorted(listed, key=len, reverse=True)
    return (
        "(?:" + "|".join(r"\s+".join(map(re.escape, one.split("_"))) for one in longest_first) + ")"
    )


@cache
def _lists() -> dict[str, list[str]]:
    return dict(table_entries(__package__, "phrases.txt"))


# Banks and branches of foreign banks that hold accounts in Vietnam, with the short forms of chat.
BANKS = any_listed("bank")
NAMED_BANK = (
    rf"(?:(?:{any_phrase('ngan_hang nh bank nhtm')})[ :]*)*{BANKS}"
    rf"(?:\s+{any_phrase('bank ngan_hang')})?"
)

# "I", "we": only words that a writer uses of himself or herself; "em gái", "em nó", "con mụ"
# are other people.
ME = rf"(?:{any_listed('me')}(?!\w)(?!\s+{any_listed('not_me')}(?!\w)))"
MINE = rf"(?:(?:cua\s+)?(?:{any_listed('kin')}\s+)?{ME})"
SURNAMES = any_listed("surname")
