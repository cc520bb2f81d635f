"""A summary says codes, numbers and moments, and is taken for nothing else that is signed."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from keng.merkle.notes import LONGEST_NOTE, LogCheckpointText
from keng.national.summary_document import (
    HEAD_LINE,
    MOST_MONTHS,
    MOST_PLACES_OF_WARNING,
    MOST_WARNINGS,
    MonthFigures,
    SummaryDocument,
    UnreadableSummary,
    WarningNotice,
)
from keng.national.tests.provinces_at_work import MONDAY, summary_document


def test_what_was_written_is_read_again() -> None:
    document = summary_document("24")
    assert SummaryDocument.read(document.text) == document


def test_it_is_no_checkpoint_of_a_log() -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        LogCheckpointText.read(summary_document("24").text)
    checkpoint = LogCheckpointText(HEAD_LINE, 7, b"r" * 32).text
    with pytest.raises(UnreadableSummary):
        SummaryDocument.read(checkpoint)


def test_the_same_news_at_another_moment_has_the_same_content() -> None:
    later = MONDAY + dt.timedelta(hours=3)
    warnings = summary_document("24").warnings
    assert (
        summary_document("24").content
        == summary_document("24", at=later, warnings=warnings).content
    )
    assert summary_document("24").content != summary_document("24", warnings=()).content


def test_the_largest_fits_a_note_and_says_how_many_warnings_it_leaves_out() -> None:
    lines: dict[str, int | str | None] = {
        f"line_{n % 26 * 'a'}_{n // 26 * 'b'}": 10**14 for n in range(60)
    }
    places = tuple(f"{n:05}" for n in range(MOST_PLACES_OF_WARNING))
    notices = (WarningNotice("BCD123", "scam_investment", 2, places, MONDAY),) * MOST_WARNINGS
    months = tuple(MonthFigures(f"2026-{n + 1:02}", 1, lines) for n in range(MOST_MONTHS))
    text = summary_document("24", months=months, warnings=notices).text
    assert len(text) < LONGEST_NOTE
    document = SummaryDocument.read(text)
    assert document.warnings
    assert len(document.warnings) + document.warnings_left_out == MOST_WARNINGS


@pytest.mark.parametrize(
    "changed",
    [
        {"province": "<b>24</b>"},
        {"province": 24},
        {"number": -1},
        {"number": True},
        {"number": 1.5},
        {"issued": "2026-11-30T08:00"},
        {"issued": "9999-12-31T23:59:59-12:00"},
        {"months": [{"month": "2026-13", "version": 1, "lines": {}}]},
        {"months": [{"month": "2026-10", "version": 1, "lines": {"received": "<script>"}}]},
        {"months": [{"month": "2026-10", "version": 1, "lines": {"<b>": 1}}]},
        {"months": [{"month": "2026-10", "version": 1, "lines": {}}] * 13},
        {"months": {}},
        {
            "warnings": [
                {"code": "../etc", "category": "", "severity": 1, "places": [], "published": ""}
            ]
        },
        {"warnings": None},
        {"listings": {"count": 10**9, "sha256": "0" * 64}},
        {"listings": {"count": 1, "sha256": "zz"}},
    ],
)
def test_what_none_may_say_is_not_read(changed: dict[str, Any]) -> None:
    said = json.loads(summary_document("24").text.partition("\n")[2]) | changed
    with pytest.raises(UnreadableSummary):
        SummaryDocument.read(f"{HEAD_LINE}\n{json.dumps(said)}\n")


@pytest.mark.parametrize("rest", ["", "[]", "null", "{", "{}", "[" * 50_000, '{"number":NaN}'])
def test_what_is_no_object_is_not_read(rest: str) -> None:
    with pytest.raises(UnreadableSummary):
        SummaryDocument.read(f"{HEAD_LINE}\n{rest}\n")


def test_what_a_newer_version_adds_is_passed_by() -> None:
    document = summary_document("24")
    said = json.loads(document.text.partition("\n")[2]) | {"pledges": 7}
    assert SummaryDocument.read(f"{HEAD_LINE}\n{json.dumps(said)}\n") == replace(document)
