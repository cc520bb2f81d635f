"""The demo's claim checks: published by two people, on record, and plainly of the demo."""

import datetime as dt
from random import Random

import pytest

from keng.audit import verify
from keng.audit.models import Entry
from keng.claims import queries
from keng.claims.matching import best_matches
from keng.claims.models import Claim, Revision
from keng.claims.redact_claims import redact_claim
from keng.kit import times
from keng_dev.demo.province.record import Record
from keng_dev.demo.province.rumour_words import CHECKED, OPEN
from keng_dev.demo.province.rumours import Newsroom, check_few
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    unit = make.province_unit("Công an tỉnh")
    for name, role in {"mai": "coordinator", "quan": "duty"}.items():
        officer = make.officer(unit=unit, role=role)
        officer.username = name
        officer.save()
    return unit


def test_weeks_of_checks_are_on_record_and_nothing_is_of_tomorrow(province):
    record = Record(Random(1))
    published = Newsroom(province, record, times.now(), Random(1)).check()
    record.write()
    assert len(queries.published_checks()) == published == len(CHECKED)
    assert list(verify.chain_faults()) == []
    assert not Entry.objects.filter(at__gt=times.now()).exists()
    out = Revision.objects.released()
    assert all(each.digest_now == bytes(each.digest) for each in out)
    assert Revision.objects.filter(released_at=None).count() == Revision.objects.waiting().count()
    assert Claim.objects.filter(state="new").count() == len(OPEN)
    youngest = max(check.released_at for check in queries.published_checks())
    assert times.now() - youngest > dt.timedelta(days=1)


def test_the_small_demo_has_a_few_by_the_officers_own_actions(province):
    check_few(times.now())
    assert [check.claim.number for check in queries.published_checks()] == [3, 2, 1]
    assert Claim.objects.filter(state="new").count() == 1
    assert list(verify.chain_faults()) == []


def test_no_rumour_names_anybody_and_each_link_leads_nowhere():
    for rumour in CHECKED:
        assert redact_claim(rumour.quote).covered == ()
        for said in rumour.said:
            hosts = [source.link.split("/")[2] for source in said.sources if source.link]
            assert all(host.endswith(".example") for host in hosts)


def test_no_two_rumours_of_the_demo_are_taken_for_the_same():
    known = [(rumour, [rumour.quote, rumour.question]) for rumour in CHECKED]
    for rumour in CHECKED:
        first, *others = best_matches(rumour.quote, known, most=3)
        assert first.item is rumour
        assert all(match.score < first.score / 2 for match in others)
