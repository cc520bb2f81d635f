"""What may break, in one table: the lines of doctor and the alerts that it names are there."""

import re

import pytest

from keng.cli.doctor import CHECKS
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "operator" / "failover.md").read_text()
RULES = (ROOT / "deploy" / "prometheus" / "keng.rules.yml").read_text()
ALERTS = set(re.findall(r"- alert: (\w+)", RULES))
LINES = {check.name for check in CHECKS}
TABLE = PAGE.partition("## What else may break")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| what |")
]
# Beside these it names what levels and headers are called.
OTHERS = {"/health", "Waits-For", "look"}
FROM_OUTSIDE = "a monitor of yours, from outside"


def test_the_table_is_read():
    assert len(ROWS) > 15
    assert {len(row) for row in ROWS} == {4}
    assert [row for row in ROWS if "" in row] == []


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_every_situation_is_said_by_something_that_there_is(row):
    named = set(re.findall(r"`([^`]+)`", row[2]))
    assert named - ALERTS - LINES - OTHERS == set()
    assert named & LINES or row[2] == FROM_OUTSIDE


def test_no_alert_of_what_breaks_around_the_processes_is_missing():
    around = re.compile("Certificate|Clock|Database|Standby|Silent|Answering|Account|ProviderAway")
    missing = {name for name in ALERTS if around.search(name) and f"`{name}`" not in TABLE}
    assert missing == set()
