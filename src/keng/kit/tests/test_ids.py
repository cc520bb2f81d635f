"""Ids: the exact ones are in order; the coarse ones tell five minutes and no more."""

import datetime
import itertools
import uuid

from keng.kit import ids, times


def moment_of(made: uuid.UUID) -> datetime.datetime:
    return datetime.datetime.fromtimestamp((made.int >> 80) / 1000, datetime.UTC)


def test_a_coarse_id_tells_the_start_of_its_five_minutes():
    before = times.now()
    moment = moment_of(ids.coarse_id())
    assert moment in {times.rounded_down(each, times.COARSE) for each in (before, times.now())}
    assert not moment.timestamp() % 300


def test_a_coarse_id_is_a_version_7():
    made = ids.coarse_id()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_coarse_ids_of_one_process_are_in_the_order_in_which_they_were_made():
    made = [ids.coarse_id() for _ in range(2000)]
    assert made == sorted(set(made))


def test_the_steps_between_coarse_ids_do_not_count_them():
    drawn = [each.int & ((1 << 62) - 1) for each in (ids.coarse_id() for _ in range(50))]
    steps = [(b - a) % (1 << 62) for a, b in itertools.pairwise(drawn)]
    assert max(steps) > 8 * min(steps)


def test_a_coarse_id_goes_on_when_what_is_drawn_has_no_more_room(monkeypatch):
    last = ids.coarse_id().int >> 80
    monkeypatch.setattr(ids, "_last_coarse", (last, ids._LARGEST_DRAWN + 1))
    assert ids.coarse_id().version == 7


def test_what_came_since_a_moment_is_not_before_the_first_coarse_id():
    now = times.now()
    assert ids.first_coarse_id(now) <= ids.coarse_id()
    assert ids.first_coarse_id(now + times.COARSE) > ids.coarse_id()


def test_exact_ids_are_in_order():
    made = [ids.new_id() for _ in range(2000)]
    assert made == sorted(set(made))


def test_a_moment_is_rounded_down_and_keeps_its_zone():
    noon = datetime.datetime(2026, 11, 28, 12, 4, 59, 999999, times.VIETNAM)
    assert times.rounded_down(noon, times.COARSE).isoformat() == "2026-11-28T12:00:00+07:00"
