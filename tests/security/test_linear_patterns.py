"""No regular expression of the product costs more than in proportion to the text it reads.

A pattern that reads a line of blanks again from each of them freezes a site with one message: the
interpreter does nothing else meanwhile.
"""

import re
from typing import Any

import pytest

from keng.inbox.search.search_query import name_in_words
from keng.kit import secret_paths
from keng.language import jargon, masking, officers
from keng.language.indicators.patterns import SURNAMES
from keng.places import street_names
from keng.places.models import Place
from keng.warnings.six_things import harm, instructions, source
from tests.security import cost, hostile, patterns

# Patterns that are made while something runs, by the function that makes them, with examples.
# Values that come from people are escaped there; the longest one stands here.
BUILT: dict[str, list[re.Pattern[Any]]] = {
    "keng.kit.secret_paths.secret_path_pattern": [
        pattern
        for pattern in (
            secret_paths.secret_path_pattern(
                ["r/<secret:token>", "a/<uuid:pk>/b/<int:n>/<secret:token>"]
            ),
        )
        if pattern is not None
    ],
    "keng.inbox.by_place.tips_by_place._HamletName.from_place": [
        re.compile(name_in_words(Place(name=name, full_name=f"Thôn {name}")))
        for name in ("10", "Nam Ngạn", "a " * 60)
    ],
    "keng.places.street_names.streets_pattern": [street_names.streets_pattern()],
    "keng.language.lookup_terms._handles": [re.compile(r"(?<![\w.@/])@([\w.]{3,40})(?![\w@])")],
    "keng.language.indicators.context._named_account": [
        re.compile(r"(?<![a-z0-9])(?:a|b\s+c)(?![a-z0-9])")
    ],
    "keng.language.indicators.context._is_holder": [re.compile(SURNAMES)],
    "keng.language.indicators.patterns.compile_pattern": [],
    "keng.language.jargon._patterns": [
        one for language in ("vi", "en") for one, _plain in jargon._patterns(language)
    ],
    "keng.language.masking._spelled": [
        masking._spelled(value) for value in ("Nguyễn Văn Tư", "0912 345 678", "An", "a " * 60)
    ],
    "keng.language.masking._titled": [
        re.compile(r"(?<!\w)(?:anh|chi|ong)\.?\s+(?:nguyen\s+van\s+tu|van\s+tu|tu)(?!\w)")
    ],
    "keng.language.officers._last_word": [],
    "keng.language.officers._pattern": [officers._pattern(name) for name in officers._listed()],
    "keng.language.officers._address_after": [
        officers._address_after(name) for name in ("place", "recipient")
    ],
    "keng.language.officers._after_classifier": [officers._after_classifier()],
    "keng.language.officers._bribed": [officers._bribed()],
    "keng.network.forms.teams.TeamAskForm._without_places": [
        re.compile("thon ngoai|thon", re.IGNORECASE)
    ],
    # A list of phrases and nothing else; the reader as a whole is among the linear functions.
    "keng.warnings.six_things.read_text.compiled": [],
    "keng.warnings.six_things.harm._within": [
        harm._within(whose, how, is_bare=False) for whose, how in harm._SUFFERING
    ],
    "keng.warnings.six_things.source._verb_of_warning": [source._verb_of_warning(is_bare=False)],
    "keng.warnings.six_things.instructions._Grammar.__init__": [
        value
        for value in vars(instructions._grammar(is_bare=False)).values()
        if isinstance(value, re.Pattern)
    ],
}
# What reads only words of our own.
OURS = {"keng.runtime.roles._parsed": "what grants.py says"}
# What is asked only for the words beside something that was found: so many characters at most.
# test_linear_functions sees to it that they never get more.
WINDOWS = {
    "keng.language.indicators.context._BANK_BEFORE": 70,
    "keng.language.indicators.english._INTRODUCED": 110,
    "keng.language.indicators.english._MINE_BEFORE": 110,
    "keng.language.indicators.english._NAMED": 110,
    "keng.language.indicators.english._REACH_BEFORE": 110,
    "keng.language.indicators.far_east._BEFORE": 110,
    "keng.language.indicators.far_east._REACHED": 110,
    "keng.language.indicators.far_east._REACHED_AT": 110,
    "keng.language.indicators.plates._SAID_BEFORE": 40,
    "keng.language.indicators.roles._CALLED_FROM": 110,
    "keng.language.indicators.roles._CHAT_LINK_MINE": 110,
    "keng.language.indicators.roles._I_USE": 110,
}
# So long may the worst words in a window take: a hundred of them are nothing to notice.
_LONGEST_WINDOW = 0.005


def test_every_pattern_is_found():
    """Those that are written inside a function too; what is made there has an example above."""
    assert any(
        found.place == "keng.language.senders._STAMP_LAST"
        for found in patterns.held_by("keng.language.senders")
    )
    made = {one.place for one in patterns.in_functions() if one.literal is None}
    assert made == set(BUILT)


@pytest.mark.parametrize("module", list(patterns.modules_with_patterns()))
def test_a_pattern_of_a_module_is_linear(module):
    slow = [
        told
        for found in patterns.held_by(module)
        if found.place not in WINDOWS
        for told in _slow(found)
    ]
    assert not slow, "\n".join(slow)


def test_a_pattern_inside_a_function_is_linear():
    written = {
        (one.place, one.literal)
        for one in patterns.in_functions()
        if one.literal is not None and one.place not in OURS
    }
    found = [patterns.Found(f"{place}()", re.compile(literal)) for place, literal in written]
    made = [patterns.Found(f"{place}()", one) for place, listed in BUILT.items() for one in listed]
    slow = [told for each in (*found, *made) for told in _slow(each)]
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("place", sorted(WINDOWS))
def test_a_pattern_for_the_words_beside_something_costs_nothing_to_notice(place):
    module = place.rpartition(".")[0]
    found = next(each for each in patterns.held_by(module) if each.place == place)
    for text in _texts(found.pattern):
        spent = cost.least(found.pattern.search, text.of_length, WINDOWS[place])
        assert spent < _LONGEST_WINDOW, (text, spent)


def _slow(found: patterns.Found) -> list[str]:
    told = []
    for way in patterns.ways_of(found):
        for text in _texts(found.pattern):
            wrong = cost.verdict(_reader(found.pattern, way), text.of_length)
            if wrong:
                told.append(f"{found.place}, {way}: {text}: {wrong}")
                break
    return told


def _texts(pattern: re.Pattern[Any]) -> list[hostile.Text]:
    return [*hostile.of_pattern(pattern), *hostile.of_units()]


def _reader(pattern: re.Pattern[Any], way: str):
    takes_bytes = isinstance(pattern.pattern, bytes)

    def read(text: str) -> None:
        written = text.encode() if takes_bytes else text
        if way == "finditer":
            for _found in pattern.finditer(written):
                pass
        else:
            getattr(pattern, way)(written)

    return read
