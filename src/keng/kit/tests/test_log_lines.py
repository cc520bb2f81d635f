"""Lines of the logs: one JSON object each where a program reads them, and no repetition."""

import io
import json
import logging

import pytest

from keng.kit import logs
from keng.kit.logs import DATABASE_AWAY, FoldRepeats, LogLines, ScrubSecrets


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(clock):
    """A logger as the product's settings make it, and what it has written."""
    written = io.StringIO()
    handler = FoldRepeats(written, clock=clock)
    handler.setFormatter(LogLines())
    handler.addFilter(ScrubSecrets())
    logger = logging.getLogger("keng.of.a.test")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.written = lambda: written.getvalue().splitlines()
    yield logger
    logger.removeHandler(handler)
    handler.close()


@pytest.fixture
def as_json(monkeypatch):
    monkeypatch.setenv("KENG_LOG_FORMAT", "json")
    monkeypatch.setenv("KENG_PROCESS", "edge")


def test_a_line_is_one_object_whatever_is_said(as_json, log):
    log.error('A word with "quotes",\nanother line\x1b[2J and %s', "Hà Nội")
    log.info("Called 0912 345 678 at /r/AbCdEfGhIjKlMnOpQrSt12")
    lines = [json.loads(line) for line in log.written()]
    assert [set(line) for line in lines] == [{"time", "process", "level", "logger", "message"}] * 2
    assert (lines[0]["process"], lines[0]["level"], lines[0]["logger"]) == (
        "edge",
        "ERROR",
        "keng.of.a.test",
    )
    assert lines[0]["time"].endswith("Z")
    assert "Hà Nội" in lines[0]["message"]
    assert "345" not in lines[1]["message"]
    assert "AbCdEf" not in lines[1]["message"]


WORDS = "what somebody wrote"


def fail():
    raise ValueError(WORDS)


def test_an_exception_is_told_by_its_place_and_not_by_its_words(as_json, log):
    try:
        fail()
    except ValueError:
        log.exception("A task failed.")
    (line,) = log.written()
    assert WORDS not in line
    assert json.loads(line)["exception"].endswith("ValueError")
    assert "test_log_lines.py" in json.loads(line)["exception"]


def test_an_exception_is_told_without_its_words_where_no_filter_came_before(as_json):
    try:
        fail()
    except ValueError as error:
        record = logging.makeLogRecord({"msg": "x", "exc_info": (ValueError, error, None)})
    assert json.loads(LogLines().format(record))["exception"] == "ValueError"


def test_for_people_a_line_has_its_moment_with_the_offset(log):
    log.warning("The disk is nearly full.")
    (line,) = log.written()
    assert line.endswith(" WARNING keng.of.a.test The disk is nearly full.")
    assert line[:25].partition("T")[2][8] in "+-"


def test_what_is_repeated_is_told_once_and_then_with_its_number(log, clock):
    for _ in range(50):
        clock.now += 1
        log.warning("The same.")
    assert [line.partition("test ")[2] for line in log.written()] == ["The same."]
    clock.now += logs.REPEATS_FOLDED_FOR
    log.warning("The same.")
    told = [line.partition("test ")[2] for line in log.written()]
    assert told[1].startswith("The same. (49 more like it in ")
    assert told[2] == "The same."


def test_what_was_only_counted_is_told_by_whatever_is_said_next_and_at_the_end(log, clock):
    log.error("One.")
    log.error("One.")
    clock.now += logs.REPEATS_FOLDED_FOR + 1
    log.info("Something else.")
    assert "(1 more like it" in log.written()[1]
    log.error("Two.")
    log.error("Two.")
    log.handlers[0].close()
    assert "Two. (1 more like it" in log.written()[-1]


def test_what_differs_and_what_is_no_warning_is_told_each_time(log):
    for number in range(3):
        log.warning("Delivery %s failed.", number)
        log.info("Begun.")
    assert len(log.written()) == 6


def test_a_database_that_is_away_is_told_once_in_whatever_words(log):
    for task in ("call officers", "examine tips", "fetch files"):
        log.warning("The task %s waits for the database.", task, extra=DATABASE_AWAY)
    assert len(log.written()) == 1
    log.handlers[0].close()
    assert "the database is away (2 more like it" in log.written()[1]


def test_no_number_of_different_warnings_fills_the_memory(log):
    for number in range(2 * logs._MOST_FOLDED + 5):
        log.warning("Warning %s.", number)
    assert len(log.handlers[0]._folded) <= logs._MOST_FOLDED


def test_no_record_and_with_it_no_frames_are_kept_while_a_line_is_folded(log):
    try:
        int("what somebody wrote")
    except ValueError:
        log.exception("It failed.")
    (folded,) = log.handlers[0]._folded.values()
    kept = [getattr(folded, name) for name in folded.__slots__]
    assert {type(each) for each in kept} <= {str, int, float}


def test_a_database_that_is_away_for_another_reason_is_told_too(log):
    for state in ("08001", "25006", "08001"):
        log.warning("The task waits.", extra=logs.database_away(state))
    log.handlers[0].close()
    assert len(log.written()) == 3
    assert "the database is away (08001) (1 more like it" in log.written()[2]


def test_a_line_that_nests_without_end_is_none_of_ours():
    assert not logs.is_json_line("[" * 200_000)


def test_of_two_processes_of_one_account_each_has_a_name(as_json, log, monkeypatch):
    monkeypatch.setattr(logs, "_process_names", [])
    logs.log_as("worker-alarm")
    log.info("Begun.")
    assert json.loads(log.written()[0])["process"] == "worker-alarm"
