"""Builders for patterns over flat Vietnamese text: phrases, banks, ways to say "I"."""

import re
from functools import cache

from keng.language.tables import entries


def phrases(spec: str) -> str:
    """A pattern for any of the phrases; "_" stands between the words of one. Longest first."""
    return _either(spec.split())


def said(name: str) -> str:
    """A pattern for any phrase of a list in phrases.txt."""
    return _either(_lists()[name])


def words(name: str) -> frozenset[str]:
    """A list of phrases.txt as single words."""
    return frozenset(_lists()[name])


def compiled(pattern: str) -> re.Pattern[str]:
    """Blanks in the pattern are only for the reader."""
    return re.compile(pattern, re.VERBOSE)


def _either(listed: list[str]) -> str:
    longest_first = sorted(listed, key=len, reverse=True)
    return (
        "(?:" + "|".join(r"\s+".join(map(re.escape, one.split("_"))) for one in longest_first) + ")"
    )


@cache
def _lists() -> dict[str, list[str]]:
    return dict(entries(__package__, "phrases.txt"))


# Banks and branches of foreign banks that hold accounts in Vietnam, with the short forms of chat.
BANKS = said("bank")
NAMED_BANK = (
    rf"(?:(?:{phrases('ngan_hang nh bank nhtm')})[ :]*)*{BANKS}(?:\s+{phrases('bank ngan_hang')})?"
)

# "I", "we": only words that a writer uses of himself or herself; "em gái", "em nó", "con mụ"
# are other people.
ME = rf"(?:{said('me')}(?!\w)(?!\s+{said('not_me')}(?!\w)))"
MINE = rf"(?:(?:cua\s+)?(?:{said('kin')}\s+)?{ME})"
SURNAMES = said("surname")
