"""What stands under what waits: for whoever can agree, and for who asked once it is agreed to."""

import pytest
from django.urls import reverse

from keng.accounts.models import NamedOfficer, Officer
from keng.conftest import sign_in
from keng.openings import asking
from keng.openings.tests.conftest import hold
from keng.openings.tests.test_asking import wish
from keng.tips.models import Recusal, Tip, TipConcern
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


def test_whoever_asks_has_read_the_tip(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    sign_in(desk_client, desk.lan)
    said = {
        "record": f"contact:{desk.contact.pk}",
        "reason": "danger",
        "legal_basis": "Luật mẫu, điều 5",
        "text": "Cần hỏi đang ở đâu",
    }
    answer = desk_client.post(f"/tips/{desk.tip.pk}/open/", said)
    assert "/openings/" in answer["Location"]
    desk.tip.refresh_from_db()
    assert desk.tip.first_read_at is not None


def test_it_waits_for_nobody_who_has_no_part_in_the_tip(desk):
    hold(desk, desk.lan, desk.chief)
    asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    Recusal.objects.create(tip=desk.tip, officer=desk.chief, by=desk.chief)
    assert lines(desk.chief) == []


def test_an_agreed_opening_waits_for_nobody_who_reads_the_tip_no_more(desk):
    """Its line has the number of the tip: from what one was taken out of, one sees no trace."""
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    recusal = Recusal.objects.create(tip=desk.tip, officer=desk.lan, by=desk.chief)
    assert lines(desk.lan) == []
    recusal.delete()
    # It turns out to be about the desk itself, and lies with the province now.
    about = TipConcern.objects.create(tip=desk.tip, unit=desk.commune)
    assert lines(desk.lan) == []
    about.delete()
    Tip.objects.filter(pk=desk.tip.pk).update(is_for_named=True)
    NamedOfficer.objects.create(unit=desk.commune, officer=desk.bao, named_by=desk.chief)
    assert lines(desk.lan) == []
    # Whoever has it in hand goes on reading it.
    Tip.objects.filter(pk=desk.tip.pk).update(assigned_to=desk.lan)
    assert lines(desk.lan) == [f"/openings/{asked.pk}/"]


def test_an_emergency_stands_first_without_the_day_that_a_request_lasts(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
    first = waiting_groups(Officer.objects.get(pk=desk.chief.pk))[0]
    (line,) = first.lines
    assert (line.is_urgent, line.due) == (True, None)
    sign_in(desk_client, desk.chief)
    assert "Trả lời ngay" in desk_client.get("/waiting/").content.decode()
    asking.withdraw_opening(asked.pk, by=desk.lan)
    assert lines(desk.chief) == []


def test_an_emergency_rings_on_every_open_page_of_who_can_agree_and_of_nobody_else(
    desk, desk_client
):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
    address = f"/openings/{asked.pk}/"
    bars = {
        each: sign_in(desk_client, each).get("/alarm/").content.decode()
        for each in (desk.lan, desk.bao, desk.quan, desk.chief)
    }
    assert [address in bars[each] for each in bars] == [False, False, False, True]
    shown = bars[desk.chief]
    assert f"{desk.lan} xin mở số điện thoại" in shown
    assert desk.tip.text[:20] not in shown.partition(address)[0].rpartition("data-alarm")[2]
    asking.refuse_opening(asked.pk, reason="Đã gọi được rồi", by=desk.chief)
    assert address not in desk_client.get("/alarm/").content.decode()


def test_at_a_locked_screen_an_emergency_rings_without_a_name(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
    sign_in(desk_client, desk.chief)
    assert f"/openings/{asked.pk}/" in desk_client.get("/alarm/").content.decode()
    desk_client.post(reverse("screen-lock"))
    locked = desk_client.get("/alarm/").content.decode()
    assert "Đồng đội đang chờ" in locked
    assert str(desk.lan) not in locked
    assert str(asked.pk) not in locked
