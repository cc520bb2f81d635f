"""What stands under what waits: for whoever can agree, and for who asked once it is agreed to."""

import pytest

from keng.accounts.models import Officer
from keng.openings import asking
from keng.openings.tests.conftest import hold
from keng.openings.tests.test_asking import wish
from keng.tips.models import Recusal
from keng.waiting.waiting_page import waiting_groups

pytestmark = [pytest.mark.django_db, pytest.mark.urls("keng.site.desk_urls")]


def lines(officer):
    """The addresses that wait for this officer, of openings alone."""
    groups = waiting_groups(Officer.objects.get(pk=officer.pk))
    urls = [line.url for group in groups for line in group.lines]
    return [url for url in urls if url.startswith("/openings/")]


def test_it_waits_for_who_may_agree_and_then_for_who_asked(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    address = f"/openings/{asked.pk}/"
    assert [lines(each) for each in (desk.lan, desk.bao)] == [[], []]
    # Without a share of the record's key there is nothing to say yes to.
    assert [lines(each) for each in (desk.chief, desk.quan)] == [[address], []]
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    assert [lines(each) for each in (desk.lan, desk.chief)] == [[address], []]


def test_it_waits_for_nobody_who_has_no_part_in_the_tip(desk):
    hold(desk, desk.lan, desk.chief)
    asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    Recusal.objects.create(tip=desk.tip, officer=desk.chief, by=desk.chief)
    assert lines(desk.chief) == []
