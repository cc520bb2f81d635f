"""The demo's look-up: listed from its own tips by two people, disputed, on record."""

import datetime as dt
from random import Random

import pytest

from keng.audit import verify
from keng.audit.models import Entry
from keng.kit import times
from keng.lookup.models import Dispute, Listing
from keng.lookup.tests.make_listing import look_up
from keng.tips.models import ListingEvidence
from keng_dev.demo.province.looked_up import Clerk, list_few
from keng_dev.demo.province.record import Record
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    unit = make.province_unit("Công an tỉnh")
    for name, role in {"mai": "coordinator", "quan": "duty", "viet": "commander"}.items():
        officer = make.officer(unit=unit, role=role)
        officer.username = name
        officer.save()
    return unit


def test_the_past_is_listed_from_tips_and_every_chain_holds(province):
    now = times.now()
    ward = make.unit(parent=province)
    for number in range(12):
        for _ in range(3):
            at = now - dt.timedelta(days=20 + number)
            tip = make.tip(unit=ward, received_at=at, category="scam_bank")
            make.sighting(tip, indicator=make.indicator(f"+8451000{number:04d}"))
    record = Record(Random(1))
    public = Clerk(province, record, now, Random(1)).keep()
    record.write()
    assert public == Listing.objects.public().count() > 5
    assert ListingEvidence.objects.count() == 36
    assert set(Dispute.objects.values_list("outcome", flat=True)) > {"removed", "spoofed", ""}
    assert list(verify.chain_faults()) == []
    assert not Entry.objects.filter(at__gt=now).exists()


def test_the_small_demo_has_a_few_by_the_officers_own_actions(province):
    list_few(province, times.now())
    grades = [answer.grade for answer in look_up("0510 246 811, dinhdanh-nhanh.example/a")]
    assert grades == ["confirmed", "confirmed"]
    assert look_up("0510 135 790")[0].taken_off.end_reason == "mistake"
    assert list(verify.chain_faults()) == []
