"""What was refused stands in the log without anybody's name, and few lines stand for many tries."""

import json
import logging

import pytest

from keng.kit import refused_tries
from keng.kit.refused_tries import RefusedTries, RefusedTry, refused_in_last_day


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("KENG_PROCESS", "desk")
    clock = Clock()
    monkeypatch.setattr(refused_tries.time, "time", clock)
    return clock


def lines(caplog):
    return [record.getMessage() for record in caplog.records]


def test_of_one_kind_a_line_a_minute_counts_those_before(clock, caplog):
    tries = RefusedTries(clock=clock)
    for _ in range(500):
        tries.note(RefusedTry.NO_RIGHT, "page officers", "auditor")
    tries.note(RefusedTry.NO_RIGHT, "page officers", "officer")
    clock.now += 60
    tries.note(RefusedTry.NO_RIGHT, "page officers", "auditor")
    assert lines(caplog) == [
        "Refused (no right): page officers, as auditor",
        "Refused (no right): page officers, as officer",
        "Refused (no right): page officers, as auditor; 499 more since the line before",
    ]
    assert caplog.records[0].levelno == logging.WARNING


def test_a_day_is_counted_over_every_process_and_through_a_restart(clock, tmp_path, monkeypatch):
    for hours, process in ((0, "desk"), (1, "edge"), (23, "desk"), (25, "desk")):
        clock.now = Clock.now + hours * 3600
        monkeypatch.setenv("KENG_PROCESS", process)
        RefusedTries(clock=clock).note(RefusedTry.UNVERIFIED, "channel zalo_oa", "")
    # The first two are older than a day by now.
    assert refused_in_last_day() == {"unverified webhook": 2}
    kept = json.loads((tmp_path / "run" / "refused" / "desk").read_text())
    assert len(kept) == 2


def test_what_cannot_be_read_or_written_stops_nobody(clock, tmp_path, caplog):
    folder = tmp_path / "run" / "refused"
    folder.mkdir(parents=True)
    (folder / "desk").write_text('{"no hour": [')
    assert refused_in_last_day() == {}
    (folder / "desk").unlink()
    (folder / "desk.new").mkdir()
    RefusedTries(clock=clock).note(RefusedTry.BODY, "too large", "")
    assert lines(caplog) == ["Refused (body not taken): too large"]


def test_kinds_do_not_fill_the_memory(clock):
    tries = RefusedTries(clock=clock)
    for number in range(2 * refused_tries._MOST_KINDS):
        tries.note(RefusedTry.NO_RIGHT, f"page {number}", "")
    assert len(tries._lines) <= refused_tries._MOST_KINDS
