"""The page of periods counts and tells no word; a tip whose period is over says so."""

import datetime

import pytest

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.dialogue.tests.test_status import CODE, page_of
from keng.kit import times
from keng.retention import due, periods, purge
from keng.retention.errors import PeriodDecided, PeriodProposed, ProposedItself
from keng.retention.models import RetentionPeriod
from keng.retention.tests.world import closed_tip, period
from keng.tips import receipt_codes
from keng.tips.errors import PeriodOver
from keng.tips.lock import lock_tip
from keng.tips.models import LegalHold, Receipt
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def protector(unit):
    return make.officer(unit=unit.parent, role="data_protection")


@pytest.fixture
def coordinator(unit):
    return make.officer(unit=unit.parent, role="coordinator")


def proposed(unit, by, **fields):
    values = {"category": "", "closed_as": "founded", "months": 12}
    return periods.propose_period(unit.parent_id, by=by, **values | fields)


def test_data_protection_proposes_and_somebody_else_agrees(unit, protector, coordinator):
    with pytest.raises(NotAllowed):
        proposed(unit, coordinator)
    first = proposed(unit, protector)
    with pytest.raises(PeriodProposed):
        proposed(unit, protector)
    with pytest.raises(NotAllowed):
        periods.decide_on_period(first.pk, is_agreed=True, by=protector)
    periods.decide_on_period(first.pk, is_agreed=True, by=coordinator)
    second = proposed(unit, protector, months=24)
    periods.decide_on_period(second.pk, is_agreed=True, by=coordinator)
    assert list(RetentionPeriod.objects.in_force()) == [second]
    with pytest.raises(PeriodDecided):
        periods.decide_on_period(second.pk, is_agreed=False, by=coordinator)
    said = Entry.objects.filter(action__startswith="period.").order_by("seq")
    assert [each.action for each in said] == ["period.proposed", "period.agreed"] * 2


def test_who_is_both_does_not_agree_with_themselves(unit, protector):
    make.post(protector, unit=unit.parent, role="administrator")
    fresh = type(protector).objects.get(pk=protector.pk)
    with pytest.raises(ProposedItself):
        periods.decide_on_period(proposed(unit, fresh).pk, is_agreed=True, by=fresh)


def test_one_person_stops_it(unit, protector):
    standing = period(unit.parent)
    periods.stop_period(standing.pk, by=protector)
    closed_tip(unit)
    assert purge.purge_due_tips() == 0


def test_stopping_a_longer_period_of_one_category_destroys_nothing(unit, protector):
    """The general one does not take over what somebody stopped alone."""
    closed_tip(unit, category="C04")
    general = period(unit.parent)
    longer = period(unit.parent, category="C04", months=600)
    periods.stop_period(longer.pk, by=protector)
    assert purge.purge_due_tips() == 0
    assert due.kept_without_period(protector) == 1
    # Nor does it while a later one of that category waits, or was refused.
    period(unit.parent, category="C04", agreed_by=None, agreed_at=None)
    assert purge.purge_due_tips() == 0
    # Two people who agree to a general one after that say so of this category as well.
    long_ago = times.now() - datetime.timedelta(days=60)
    RetentionPeriod.objects.filter(pk=longer.pk).update(agreed_at=long_ago, ended_at=long_ago)
    assert due.due_lines(protector, [general])[0].months
    assert purge.purge_due_tips() == 1


def test_the_page_counts_by_month_and_says_what_is_held_back(unit, protector, desk_client):
    standing = period(unit.parent)
    due_now, held = closed_tip(unit, text="Lời kín"), closed_tip(unit, text="Lời kín")
    later = make.tip(unit=unit, state="closed", outcome="solved", text="Lời kín")
    # One about the province itself is in none of its counts.
    closed_tip(unit, concerns=(unit.parent,))
    LegalHold.objects.create(
        tip=held, unit=unit, ground="court", words="Tòa", asked_by=make.officer(unit=unit)
    )
    (line,) = due.due_lines(protector, [standing])
    assert sorted(line.months.values()) == [1, 1]
    assert dict(line.held) == {"hold": 1}
    page = sign_in(desk_client, protector).get("/retention/").content.decode()
    assert "Lời kín" not in page
    assert not [pk for pk in (due_now.pk, held.pk, later.pk) if str(pk) in page]


def test_a_form_without_the_place_of_its_law_is_refused(unit, protector, desk_client):
    client = sign_in(desk_client, protector)
    given = {"unit": unit.parent_id, "category": "", "closed_as": "founded", "months": 12}
    # The least that may be proposed is said before somebody types.
    assert "Ít nhất bốn tháng" in client.get("/retention/new/").content.decode()
    law = {"law_words": "Hồ sơ được lưu 10 năm."}
    assert client.post("/retention/new/", given | law).status_code == 422
    assert client.post("/retention/new/", given | {"months": 2}).status_code == 422
    assert client.post("/retention/new/", given | law | {"law_source": "Điều 1"}).status_code == 302
    assert not RetentionPeriod.objects.get().is_house_rule
    page = client.get("/retention/").content.decode()
    assert ("Hồ sơ được lưu 10 năm." in page, "Hạn nội bộ" in page) == (True, False)
    period(unit.parent, category="C04")
    assert "Hạn nội bộ" in client.get("/retention/").content.decode()


def purged_tip(unit):
    tip = closed_tip(unit)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    period(unit.parent)
    assert purge.purge_due_tips() == 1
    return tip


def test_the_desk_reads_that_it_is_gone_and_decides_nothing_on_it(unit, desk_client):
    officer, tip = make.officer(unit=unit), purged_tip(unit)
    page = sign_in(desk_client, officer).get(f"/tips/{tip.pk}/")
    assert page.status_code == 200
    assert "đã xóa lời" in page.content.decode()
    with pytest.raises(PeriodOver):
        lock_tip(tip.pk, by=officer, closed_too=True)


def test_the_reporter_reads_that_it_is_gone(unit, client):
    purged_tip(unit)
    assert "lời của bạn đã được xóa" in page_of(client)
