"""What is known beforehand of a text's words changes nothing of what is read in it."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keng.language import chat_words, disguise, lost_money, officers, own_names, seed_spotting
from keng.language.category_model import is_hardly_critical, read_category
from keng.language.danger import danger_in, danger_words, reading
from keng.language.disguise import PLAIN_CHARACTERS, plain_parts, respelling
from keng.language.disguise.characters import latin_letters
from keng.language.disguise.letters_apart import letters_apart
from keng.language.fold import as_read, flatten, fold
from keng.language.guarded_pattern import GuardedPattern
from keng.language.indicators import digits, links, plates, roles
from keng.language.urgency import first_urgency_of
from keng.language.words import TextWord, parts_of_words, words_of

_DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W_]")
_GUARDED = (
    GuardedPattern(lost_money._PAID),
    GuardedPattern(lost_money._LOST),
    GuardedPattern(lost_money._CHEATED),
    chat_words._NOT_TO_CONTACT,
    officers._MAY_MENTION,
    *own_names._SIGNS,
    *roles._QUICK_SIGNS_OF_OWN,
)


@cache
def _sentences() -> list[str]:
    """Every sentence of the data, as it is written and without accents."""
    found = [
        text
        for file in sorted(_DATA.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        # A pair has two texts, "one" and "other".
        for text in map(json.loads(line).get, ("text", "one", "other"))
        if isinstance(text, str)
    ]
    return [*found, *map(fold, found)]


_texts = st.one_of(
    st.sampled_from(_sentences()),
    st.lists(
        st.sampled_from([word for one in _sentences() for word in one.split()]), max_size=70
    ).map(" ".join),
    st.text(st.sampled_from(PLAIN_CHARACTERS), max_size=80),
    st.text(max_size=40),
)


@pytest.fixture
def slowly(monkeypatch):
    """Nothing is known of a text beforehand."""

    def read(text: str) -> object:
        with monkeypatch.context() as patched:
            patched.setattr(danger_words, "parts_of_words", lambda _text: None)
            reading._looked_at.cache_clear()
            found = reading._find(text)
            reading._looked_at.cache_clear()
            return found

    return read


def test_danger_is_the_same_in_every_sentence_with_and_without_what_is_known(slowly):
    plain = 0
    for text in _sentences():
        readable = disguise.undisguised(as_read(text)).readable
        plain += parts_of_words(readable) is not None
        assert reading._find(readable) == slowly(readable), text
    assert plain > 0.8 * len(_sentences())


@settings(max_examples=150, deadline=None)
@given(_texts)
def test_danger_is_the_same_in_any_text(text):
    readable = disguise.undisguised(as_read(text)).readable
    with pytest.MonkeyPatch.context() as patched:
        quick = reading._find(readable)
        patched.setattr(danger_words, "parts_of_words", lambda _text: None)
        reading._looked_at.cache_clear()
        assert reading._find(readable) == quick


@settings(max_examples=150, deadline=None)
@given(_texts)
def test_a_text_that_hides_nothing_has_nothing_taken_off(text):
    if plain_parts(text) is None:
        return
    assert disguise._uncovered(text).readable == text
    assert flatten(text).positions is None
    if parts_of_words(text) is not None:
        assert [one.spelled for one in words_of(text)] == [
            one.spelled for one in _words_one_by_one(text)
        ]


def _words_one_by_one(text: str) -> tuple[TextWord, ...]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("keng.language.words.plain_parts", lambda _text: None)
        return words_of.__wrapped__(text)


@pytest.mark.parametrize("character", PLAIN_CHARACTERS)
def test_plain_characters_stand_for_themselves(character):
    flat = flatten(character).flat
    assert len(flat) == 1
    assert bool(_WORD.match(character)) == bool(_WORD.match(flat))
    assert as_read(character) == character
    for text in (character, f"nh{character}", f"{character}nh", f"n {character} h"):
        assert latin_letters(text) == text


def test_no_spelling_of_chat_is_a_number():
    assert not any(written.isdigit() for written in respelling._chat_spellings())


@pytest.mark.parametrize("guarded", _GUARDED, ids=lambda one: one.pattern.pattern[:30])
def test_a_pattern_finds_all_it_would_find_without_looking_first(guarded):
    @settings(max_examples=15, deadline=None)
    @given(st.from_regex(guarded.pattern))
    def holds(text: str) -> None:
        assert bool(guarded.search(text)) == bool(guarded.pattern.search(text))

    holds()
    for text in map(fold, _sentences()):
        assert bool(guarded.search(text)) == bool(guarded.pattern.search(text)), text


def _may_hold_address(flat: str) -> bool:
    return bool(links._DOT_INSIDE.search(flat)) or any(sign in flat for sign in links._BRACKETS)


def _may_hold_address_apart(flat: str) -> bool:
    return bool(links._ENDING_APART.search(flat) or links._SPELLED_DOT.search(flat))


def _holds_address_apart(flat: str) -> bool:
    return any(found["top"] in links._USUAL_ENDINGS for found in links._APART.finditer(flat))


def _may_hold_plate(flat: str) -> bool:
    return len(plates._DIGIT.findall(flat)) >= plates._FEWEST_DIGITS


_LOOKED_FOR_FIRST = {
    "date": (digits._JOINED_DIGITS.search, digits._DATE, digits._DATE.search),
    "address": (_may_hold_address, links._ADDRESS, links._ADDRESS.search),
    "address apart": (_may_hold_address_apart, links._APART, _holds_address_apart),
    **{
        pattern.pattern[-20:]: (_may_hold_plate, pattern, pattern.search)
        for pattern in (plates._PLATE, plates._DIPLOMATIC, plates._ARMY, plates._SPELLED)
    },
    **{name: (quick.search, form, form.search) for name, quick, form in seed_spotting._FORMS},
}


@pytest.mark.parametrize("name", _LOOKED_FOR_FIRST)
def test_a_quick_look_lets_through_all_that_there_is_to_find(name):
    quick, pattern, is_there = _LOOKED_FOR_FIRST[name]

    @settings(max_examples=50, deadline=None)
    @given(st.from_regex(pattern))
    def holds(text: str) -> None:
        assert quick(text) or not is_there(text)

    holds()
    for text in _sentences():
        flat = flatten(text).flat
        assert quick(flat) or not is_there(flat), flat


def test_words_whose_letters_stand_apart_are_never_read_as_they_stand():
    taken_apart = 0
    for number, text in enumerate(_sentences()):
        sign = " .-_*/"[number % 6]
        words = [sign.join(word) if word.isalpha() else word for word in text.split()[:12]]
        for apart in (" ".join(words), " ".join([text, *words[:2]])):
            if letters_apart(apart):
                taken_apart += 1
                assert plain_parts(apart) is None, apart
    assert taken_apart > 1000


def test_what_a_pattern_needs_is_what_its_branches_need():
    guarded = GuardedPattern(re.compile(r"(?<!\w)(?:da|vua)\s+(?:\w+ ){0,2}?(?:chuyen|gui)\b"))
    assert guarded.needed == (("chuyen", "gui"), ("da", "vua"))
    assert guarded.search("vua moi gui") is not None
    assert GuardedPattern(re.compile(r"a*|\d+")).needed == ()
    assert GuardedPattern(re.compile("ab", re.IGNORECASE)).needed == ()


def test_whether_a_text_is_hardly_critical_is_what_its_reading_says():
    said = {True: 0, False: 0}
    for text in _sentences():
        if danger_in(text) is None:
            continue
        read = read_category(text)
        expected = read.is_familiar and read.critical < 0.03
        assert is_hardly_critical(text, 0.03) == expected, text
        said[expected] += 1
    assert min(said.values()) > 10


@pytest.mark.parametrize("text", ["bjo nó đánh em", "nhà cháy bjo rồi", "mn ơi bjo em sợ lắm"])
def test_a_word_that_is_short_for_two_is_read_as_these(text):
    short, long = danger_in(text), danger_in(text.replace("bjo", "bây giờ"))
    assert (short and short[:2]) == (long and long[:2])
    assert first_urgency_of(text) == first_urgency_of(text.replace("bjo", "bây giờ"))
