"""What a warning's text says of the six things: each by itself, and figures on marked texts."""

from collections.abc import Callable

import pytest

from keng.language.fold import fold
from keng.warnings.six_things import Thing, things_said
from tests.security import cost, hostile
from tests.six_things import (
    BY_SENTENCE,
    CONTRASTS,
    HELD,
    LATER_BY_SENTENCE,
    MARKS,
    NEWEST,
    OWN,
    figures_of,
    own_rows,
    short_texts,
)

WAYS = pytest.mark.parametrize("written", [str, fold, str.upper], ids=["accents", "bare", "upper"])

WELL_READ = (Thing.SOURCE, Thing.HAZARD, Thing.ACT, Thing.TIME)


@WAYS
@pytest.mark.parametrize("thing", Thing)
def test_each_thing_is_told_from_what_only_looks_like_it(
    thing: Thing, written: Callable[[str], str]
) -> None:
    wrong = [
        text
        for text, is_said in short_texts(thing)
        if (thing in things_said(written(text)).things) != is_said
    ]
    assert wrong == []


def test_fear_is_told_only_where_nobody_is_told_what_to_do() -> None:
    assert things_said("KHẨN CẤP! Chết người trong một đêm!").frightens_without_act
    assert not things_said("KHẨN CẤP! Gas rò, ra khỏi nhà ngay!").frightens_without_act
    assert not things_said("Nước sông lên chậm.").frightens_without_act


def test_a_text_without_words_says_nothing() -> None:
    assert things_said("… 🚨 …").missing == tuple(Thing)


@pytest.mark.parametrize(
    ("written", "least", "least_of_well_read"), [(str, 0.9, 0.95), (fold, 0.85, 0.93)]
)
def test_texts_nothing_was_learned_from_are_read_as_well_as_they_were_measured(
    written: Callable[[str], str], least: float, least_of_well_read: float
) -> None:
    # A little below what `python -m tests.six_things` printed on 2026-12-01.
    figures, _misses = figures_of(own_rows(HELD), written)
    leasts = dict.fromkeys(MARKS, least) | dict.fromkeys(WELL_READ, least_of_well_read)
    low = {mark: one for mark, one in figures.items() if min(one[:2]) < leasts[mark]}
    assert low == {}


def test_every_mark_is_there_and_not_there() -> None:
    for name in OWN:
        rows = own_rows(name)
        for mark in MARKS:
            assert 0 < sum(row[mark] for row in rows) < len(rows), (name, mark)


def test_no_two_sets_share_a_text() -> None:
    names = (*OWN, BY_SENTENCE, LATER_BY_SENTENCE, CONTRASTS, NEWEST, HELD)
    texts = [row["text"] for name in names for row in own_rows(name)]
    assert len(texts) == len(set(texts))


def test_a_text_twice_as_long_takes_no_more_than_twice_the_time() -> None:
    text = hostile.Text("", "Công an xã báo bà con không mở cửa, mất 40 triệu. ", "")
    assert not (wrong := cost.verdict(things_said, text.of_length)), wrong
