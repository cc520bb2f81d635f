"""Indicators on the development set: precision and recall by type, and misses that shrink."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from keng.language.analyse import indicators_of
from tests.load.dev_set import dev_tips

TRACKED = Path(__file__).with_name("dev_misses.json")
TYPES = ("phone", "bank_account", "url", "plate")


@pytest.fixture(scope="module")
def pairs() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each tip with what was found in it."""
    tips = dev_tips()
    return [(tip, {"indicators": indicators_of(tip["text"])}) for tip in tips]


def _keys(indicators: list[dict[str, Any]]) -> Counter[tuple[str, str, int, int]]:
    return Counter((one["type"], one["value"], one["start"], one["end"]) for one in indicators)


@pytest.mark.parametrize("kind", TYPES)
def test_precision_and_recall_of_each_type(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]], kind: str
) -> None:
    right = found = expected = 0
    for tip, result in pairs:
        gold = Counter({key: n for key, n in _keys(tip["indicators"]).items() if key[0] == kind})
        seen = Counter({key: n for key, n in _keys(result["indicators"]).items() if key[0] == kind})
        right, found, expected = (
            right + (gold & seen).total(),
            found + seen.total(),
            expected + gold.total(),
        )
    assert expected >= 10
    assert right / found >= 0.97
    assert right / expected >= 0.97


def test_nothing_is_invented_on_tips_without_indicators(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    bare = [(tip, result) for tip, result in pairs if not tip["indicators"]]
    assert len(bare) > 100
    assert [result for _, result in bare if result["indicators"]] == []


def test_the_misses_are_among_the_tracked_ones_and_the_list_is_not_stale(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    misses = set()
    for tip, result in pairs:
        gold, seen = _keys(tip["indicators"]), _keys(result["indicators"])
        misses |= {(tip["id"], key[0], "missed") for key in gold - seen}
        misses |= {(tip["id"], key[0], "invented") for key in seen - gold}
    tracked = {
        (miss["id"], miss["type"], miss["kind"])
        for miss in json.loads(TRACKED.read_text(encoding="utf-8"))
    }
    assert misses <= tracked, "new misses"
    assert tracked <= misses, "these are solved: take them off the list, it may only shrink"
