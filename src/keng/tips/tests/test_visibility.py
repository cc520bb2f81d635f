"""Who sees a tip: posts decide, and a tip about the own unit leaves no trace."""

import pytest

from keng.tips.models import ClockRule, Tip
from tests import make

pytestmark = pytest.mark.django_db


def test_an_officer_sees_the_tips_of_the_own_unit_only():
    mine, other = make.unit(), make.unit()
    tip = make.tip(unit=mine)
    make.tip(unit=other)
    assert list(Tip.objects.visible_to(make.officer(unit=mine))) == [tip]


def test_without_a_post_nothing_is_visible():
    make.tip(unit=make.unit())
    assert not Tip.objects.visible_to(make.officer()).exists()


def test_the_province_sees_the_units_below_but_not_a_tip_about_itself():
    province = make.province_unit()
    commune = make.unit(parent=province)
    below = make.tip(unit=commune)
    make.tip(unit=province, concerns=(province,))
    assert list(Tip.objects.visible_to(make.officer(unit=province))) == [below]


def test_a_tip_that_concerns_the_own_unit_is_invisible_there_and_visible_above():
    province = make.province_unit()
    commune = make.unit(parent=province)
    passed_above = make.tip(unit=province, concerns=(commune,))
    # Also where it still lies in the inbox of the very unit.
    not_yet = make.tip(unit=commune, concerns=(commune,))
    assert not Tip.objects.visible_to(make.officer(unit=commune)).exists()
    seen_above = Tip.objects.visible_to(make.officer(unit=province))
    assert set(seen_above) == {passed_above, not_yet}


def test_the_house_rules_are_there_after_the_migrations():
    limits = dict(ClockRule.objects.values_list("code", "limit"))
    house = {"CLASSIFY_HOUSE": 24, "URGENT_NOW": 0, "LOOK_P1": 1, "TAKE_P1": 1, "FOLLOW_HOUSE": 7}
    house |= {"HOLD_MONEY": 2}
    assert house.items() <= limits.items()
