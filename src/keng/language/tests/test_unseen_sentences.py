"""Sentences of our own that nothing learns from are read as well as they were measured."""

from collections.abc import Callable

import pytest

from keng.language.fold import fold
from tests.unseen import figures_of_pairs, figures_of_tips

# A little below what `python -m tests.unseen` printed on 2026-11-30.
_LEAST = {
    "tips_unseen.jsonl": {
        "category, first": 0.86,
        "category, among three": 0.92,
        "scam, F1": 0.95,
        "critical, average precision": 0.88,
        "P0 of critical, precision": 0.65,
        "P0 of critical, recall": 0.95,
    },
    "tips_unseen_2.jsonl": {
        "category, first": 0.81,
        "category, among three": 0.92,
        "scam, F1": 0.9,
        "critical, average precision": 0.93,
        "P0 of critical, precision": 0.85,
        "P0 of critical, recall": 0.83,
        "commune, precision": 0.85,
        "commune, recall": 0.73,
    },
    "tips_unseen_3.jsonl": {
        "category, first": 0.8,
        "category, among three": 0.89,
        "scam, F1": 0.95,
        "critical, average precision": 0.89,
        "P0 of critical, precision": 0.85,
        "P0 of critical, recall": 0.72,
        "commune, precision": 0.95,
        "commune, recall": 0.75,
    },
    "tips_unseen_4.jsonl": {
        "category, first": 0.85,
        "category, among three": 0.93,
        "scam, F1": 0.95,
        "critical, average precision": 0.96,
        "P0 of critical, precision": 0.83,
        "P0 of critical, recall": 0.84,
        "commune, precision": 0.95,
        "commune, recall": 0.7,
    },
    "tips_unseen_5.jsonl": {
        "category, first": 0.7,
        "category, among three": 0.88,
        "scam, F1": 0.75,
        "critical, average precision": 0.8,
        "P0 of critical, precision": 0.6,
        "P0 of critical, recall": 0.72,
        "commune, precision": 0.95,
        "commune, recall": 0.7,
    },
    "tips_unseen_6.jsonl": {
        "category, first": 0.8,
        "category, among three": 0.9,
        "scam, F1": 0.88,
        "critical, average precision": 0.89,
        "P0 of critical, precision": 0.82,
        "P0 of critical, recall": 0.76,
        "commune, precision": 0.95,
        "commune, recall": 0.6,
    },
}


@pytest.mark.parametrize("written", [str, fold])
@pytest.mark.parametrize("name", _LEAST)
def test_tips_that_nothing_learned_from(name: str, written: Callable[[str], str]) -> None:
    found = figures_of_tips(name, written)
    assert {figure: value for figure, value in found.items() if value < _LEAST[name][figure]} == {}


def test_pairs_that_nothing_was_chosen_on() -> None:
    found = figures_of_pairs()
    assert found["same incident, precision"] >= 0.95
    assert found["same incident, recall"] >= 0.8
