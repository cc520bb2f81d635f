"""The hours of the reporter: by the clock of Vietnam, over midnight too."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from keng.tips.models import Tip
from keng.tips.safe_hours import hours_fit, is_safe_to_call, safe_hours_words
from tests import make


def safe_at(first, last):
    """At which hours of Vietnam's clock a call is safe."""
    tip = Tip(safe_from=first, safe_until=last)
    midnight = datetime.datetime(2026, 11, 29, 17, tzinfo=datetime.UTC)
    return [
        hour
        for hour in range(24)
        if is_safe_to_call(tip, midnight + datetime.timedelta(hours=hour, minutes=59))
    ]


def test_inside_of_them_and_over_midnight():
    assert safe_at(9, 11) == [9, 10]
    assert safe_at(22, 2) == [0, 1, 22, 23]
    assert safe_at(23, 0) == [23]
    assert safe_at(None, None) == list(range(24))


def test_no_hour_is_safe_for_whoever_is_not_to_be_called():
    assert not is_safe_to_call(Tip(do_not_call=True))


def test_words_are_there_where_something_was_said():
    assert safe_hours_words(Tip(safe_from=9, safe_until=11)) == "từ 9 giờ đến 11 giờ"
    assert safe_hours_words(Tip()) == ""


def test_both_are_chosen_or_none():
    said = [("9", "11"), ("", ""), ("9", ""), ("", "9"), ("9", "9")]
    assert [hours_fit(*each) for each in said] == [True, True, False, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [(9, None), (9, 9), (9, 24)])
def test_the_database_keeps_two_different_hours(hours):
    tip = make.tip(unit=make.unit())
    with pytest.raises(IntegrityError), transaction.atomic():
        Tip.objects.filter(pk=tip.pk).update(safe_from=hours[0], safe_until=hours[1])
