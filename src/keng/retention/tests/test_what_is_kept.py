"""What the page of what is kept says of periods is what the purge does."""

from pathlib import Path

import pytest

from keng.retention import purge
from keng.tips.models import Attachment, Decision, Incident, Sighting, Tip

PAGE = Path(__file__).parents[4] / "docs/privacy/what-is-kept.md"
TOUCHED = {
    model._meta.db_table
    for model in (
        Tip,
        Attachment,
        Decision,
        Incident,
        Sighting,
        *(model for model, _path in purge._DELETED),
        *(model for model, _path, _empty in purge._EMPTIED),
    )
}


@pytest.mark.parametrize("table", sorted(TOUCHED))
def test_each_table_that_a_purge_touches_says_until_when(table):
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    until = [row[-2] for row in rows if len(row) > 4 and f"`{table}`" in row[2]]
    said = ("period", "as the tip", "end of the report", "both go at once")
    assert any(words in cell for cell in until for words in said), (table, until)
