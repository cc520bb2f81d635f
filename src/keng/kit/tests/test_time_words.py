"""Times, deadlines and numbers in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from keng.kit import time_words, times

NOW = datetime(2026, 11, 25, 13, 15, tzinfo=UTC)  # 20:15 in Vietnam, a Wednesday


@pytest.fixture(autouse=True)
def _vietnamese():
    with translation.override("vi"):
        yield


def test_a_moment_is_told_in_vietnams_time():
    assert time_words.moment_words(NOW) == "20:15, thứ Tư 25/11/2026"
    assert time_words.moment_words(NOW, "short") == "20:15, 25/11"
    assert time_words.moment_words(NOW, "day") == "thứ Tư 25/11"


def test_late_in_the_evening_in_utc_is_the_next_day_in_vietnam():
    assert time_words.moment_words(NOW + timedelta(hours=10)) == "06:15, thứ Năm 26/11/2026"


def test_english_pages_name_the_day_in_english():
    with translation.override("en"):
        assert time_words.moment_words(NOW) == "20:15, Wednesday 25/11/2026"


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(seconds=-1), "danger"),
        (timedelta(0), "warn"),
        (timedelta(hours=2), "warn"),
        (timedelta(hours=2, seconds=1), ""),
    ],
)
def test_a_deadline_is_coloured_only_when_over_or_within_two_hours(left, state):
    assert time_words.deadline_state(NOW + left, NOW) == state


def test_a_far_deadline_is_told_as_when_a_near_one_as_how_long():
    assert time_words.deadline_words(NOW + timedelta(hours=3), NOW) == "23:15"
    assert time_words.deadline_words(NOW + timedelta(hours=15), NOW) == "T5 11:15"
    assert time_words.deadline_words(NOW + timedelta(days=19), NOW) == "14/12"
    in_full = time_words.deadline_words(NOW + timedelta(hours=15), NOW, in_full=True)
    assert in_full == "trước 11:15 thứ Năm"
    assert "38" in time_words.deadline_words(NOW + timedelta(minutes=38), NOW)


def test_a_deadline_that_ends_a_day_names_that_day_on_receipt_and_desk_alike():
    midnight = times.start_of(date(2026, 11, 28))
    assert time_words.due_words(midnight) == "chậm nhất hết thứ Sáu 27/11"
    assert time_words.deadline_words(midnight, NOW) == "hết T6"
    assert time_words.deadline_words(midnight + timedelta(days=14), NOW) == "hết 11/12"
    assert time_words.due_words(NOW + timedelta(hours=24)) == "trước 20:15 thứ Năm 26/11"


@pytest.mark.parametrize("seconds", [-59, 0, 59])
def test_a_deadline_of_this_minute_is_not_said_to_be_nothing_late(seconds):
    assert time_words.deadline_words(NOW + timedelta(seconds=seconds), NOW) == "đến hạn"


def test_lengths_of_time_use_two_units_at_most():
    with translation.override("en"):
        assert time_words.span_words(timedelta(minutes=1)) == "1 minute"
        assert time_words.span_words(timedelta(minutes=72)) == "1 h 12 min"
        assert time_words.span_words(timedelta(hours=5)) == "5 hours"
        assert time_words.span_words(timedelta(days=3, hours=5)) == "3 days"
        assert time_words.deadline_words(NOW - timedelta(minutes=72), NOW) == "1 h 12 min late"


def test_seconds_matter_while_a_length_of_time_is_short():
    with translation.override("en"):
        assert time_words.brief_span_words(timedelta(seconds=1)) == "1 second"
        assert time_words.brief_span_words(timedelta(seconds=71.2)) == "72 seconds"
        assert time_words.brief_span_words(timedelta(minutes=12, seconds=5)) == "12 minutes"
    assert time_words.brief_span_words(timedelta(seconds=71)) == "71 giây"


def test_thousands_are_grouped_as_the_language_does():
    assert time_words.grouped_number(3012) == "3.012"
    with translation.override("en"):
        assert time_words.grouped_number(3012) == "3,012"
