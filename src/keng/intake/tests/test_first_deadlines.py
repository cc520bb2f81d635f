"""A tip's first deadlines are the same whichever way it comes in, also by a rule in days."""

import datetime as dt
import uuid

import pytest
from django.db import connection

from keng.channels.base import Event
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.intake import receive
from keng.intake.chat_handlers import TipHandler
from keng.intake.receive import IncomingTip
from keng.kit import times
from keng.places.models import Holiday, Unit
from keng.tips import deadlines
from keng.tips.models import Clock, ClockRule, Tip

pytestmark = pytest.mark.django_db
# Money that left: somebody looks by LOOK_CLOCK.
TOLD = "em vừa chuyển khoản 20 triệu cho nó"
# The last second of a Wednesday in Vietnam, and the first of the Thursday.
WEDNESDAY = dt.datetime(2026, 11, 25, 23, 59, 59, tzinfo=times.VIETNAM)
THURSDAY = dt.datetime(2026, 11, 26, 0, 0, 0, tzinfo=times.VIETNAM)
MIDNIGHT = dt.timedelta(days=1)


@pytest.fixture
def two_days(say):
    """A rule in days for what is looked at within the hour; the Friday is no working day."""
    rule = {"name": "Look", "limit_unit": "day"}
    code = deadlines.LOOK_CLOCK
    ClockRule.objects.create(code=code, limit=2, valid_from="2026-11-01", **rule)
    Holiday.objects.create(on="2026-11-27", name="Nghỉ", kind=Holiday.Kind.PUBLIC)


def by_chat(become, moment):
    """As the edge does it: the rules are read once, and by its role."""
    (account,) = receiving_accounts()
    event = Event(
        kind="text",
        dedupe=uuid.uuid4().hex,
        conversation=str(moment),
        sender="an",
        group=None,
        text=TOLD,
        media=(),
        location=None,
        at=moment,
        reply_address="an",
        raw_kind="text",
    )
    message = message_of_event(account, event, raw=TOLD.encode(), now=moment)
    handler = TipHandler()
    become("edge")
    handler.refresh()
    with connection.cursor() as cursor:
        for statement in handler.statements([handler.prepare(message)]):
            cursor.execute(statement.sql, statement.values)
    become("owner")


def by_form(become, moment):
    unit = Unit.objects.get(kind=Unit.Kind.COMMUNE)
    become("public")
    receive.receive_tip(
        IncomingTip(
            unit_id=unit.pk, text=TOLD, dedupe_key=uuid.uuid4().bytes * 2, received_at=moment
        )
    )
    become("owner")


def deadlines_of(come_in, become, moment):
    """By code; and what stands on the tip, which is the nearest."""
    known = set(Tip.objects.values_list("pk", flat=True))
    come_in(become, moment)
    tip = Tip.objects.exclude(pk__in=known).get()
    due = dict(Clock.objects.filter(tip=tip).values_list("rule_code", "due_at"))
    assert tip.due_at == min(due.values())
    return due


@pytest.mark.parametrize(
    ("moment", "last_day"), [(WEDNESDAY, dt.date(2026, 11, 30)), (THURSDAY, dt.date(2026, 11, 30))]
)
def test_a_rule_in_days_gives_the_same_deadline_by_every_way_in(two_days, become, moment, last_day):
    chat, form = (deadlines_of(way, become, moment) for way in (by_chat, by_form))
    assert chat == form
    assert chat[deadlines.LOOK_CLOCK] == times.start_of(last_day) + MIDNIGHT
    assert chat[deadlines.SORT_CLOCK] == moment + dt.timedelta(hours=24)
    # So does a clock that an act starts later, which reads rule and calendar again.
    clock = deadlines.start_clock(Tip.objects.first(), deadlines.LOOK_CLOCK, at=moment)
    assert clock.due_at == chat[deadlines.LOOK_CLOCK]


def test_the_end_of_a_day_in_vietnam_decides_which_day_is_counted_from(say, become):
    code = deadlines.LOOK_CLOCK
    one_day = {"name": "Look", "limit": 1, "limit_unit": "day"}
    ClockRule.objects.create(code=code, valid_from="2026-11-01", **one_day)
    for way in (by_chat, by_form):
        before, after = (deadlines_of(way, become, at)[code] for at in (WEDNESDAY, THURSDAY))
        assert (before, after) == (THURSDAY + MIDNIGHT, THURSDAY + 2 * MIDNIGHT)


def test_what_was_read_yesterday_counts_by_the_rule_of_today(say):
    """The edge reads its rules from time to time, not at midnight."""
    code = deadlines.LOOK_CLOCK
    sooner = {"name": "Look", "limit": 30, "limit_unit": "minute"}
    ClockRule.objects.create(code=code, valid_from="2026-11-26", **sooner)
    first = deadlines.read_first_clocks()
    assert dict(first.due("P1", WEDNESDAY))[code] == WEDNESDAY + dt.timedelta(hours=1)
    assert dict(first.due("P1", THURSDAY))[code] == THURSDAY + dt.timedelta(minutes=30)


def test_no_query_for_a_tip_and_few_for_the_rules(
    say, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        first = deadlines.read_first_clocks()
    with django_assert_num_queries(0):
        assert [code for code, _due in first.due("P0", WEDNESDAY)] == [
            deadlines.URGENT_CLOCK,
            deadlines.SORT_CLOCK,
        ]


def test_rules_in_days_bring_their_calendar_with_them(two_days, django_assert_num_queries):
    with django_assert_num_queries(2):
        first = deadlines.read_first_clocks()
    with django_assert_num_queries(0):
        first.due("P1", WEDNESDAY)
