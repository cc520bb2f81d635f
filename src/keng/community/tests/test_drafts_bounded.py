"""Nobody fills the disk with reports that are never sent."""

import datetime

import pytest
from django.test import Client

from keng.community import drafts
from keng.community.models import Draft
from keng.community.report import begin_limit
from keng.community.report.steps import MOST_KEPT_BYTES
from keng.community.tests.resident import Resident
from keng.kit import times
from keng.kit.rate_limits import RateLimits, limit_of_setting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
# Two hundred requests like this one took 16 MB in ten seconds.
FLOOD = "😀" * 20_000


@pytest.fixture
def few(monkeypatch):
    """Three at once for one network, and the clock stands."""
    three = RateLimits(network=(3, 0.1), clock=lambda: 1000.0)
    monkeypatch.setattr(begin_limit, "begun_by_network", three)


def test_a_draft_has_no_more_bytes_than_the_longest_report(public_client):
    page = public_client.post("/report/describe/", {"text": FLOOD}).content.decode()
    assert len(bytes(Draft.objects.get().box)) < MOST_KEPT_BYTES + 1000
    assert "chỉ 8.000 ký tự đầu tiên được giữ" in page
    assert page.count("bạn rút còn 8.000 ký tự") == page.count("8.000 ký tự đầu tiên được giữ")


def test_the_longest_report_is_kept_whole_whatever_its_letters(public_client):
    resident = Resident(public_client)
    resident.post("who-gets", desk="province")
    words = "😀" * 8000
    resident.post("describe", text=words)
    assert words in resident.look("describe").content.decode()


def test_a_report_that_goes_on_is_never_refused(public_client, few):
    resident = Resident(Client(REMOTE_ADDR="10.1.1.1"))
    resident.post("who-gets", desk="province")
    for _ in range(5):
        Client(REMOTE_ADDR="10.1.1.1").post("/report/who-gets/", {"desk": "province"})
    assert Draft.objects.count() == 3
    for number in range(5):
        assert resident.post("what", topic="scam").status_code == 303
        resident.post("describe", text=f"lời {number}")
        assert f"lời {number}" in resident.look("describe").content.decode()


def test_a_limit_of_nought_is_none(public_client, monkeypatch):
    monkeypatch.setenv("KENG_DRAFTS_NETWORK_LIMIT", "0,1")
    none = RateLimits(network=limit_of_setting("KENG_DRAFTS_NETWORK_LIMIT", "1,1"))
    monkeypatch.setattr(begin_limit, "begun_by_network", none)
    for _ in range(5):
        assert Client().post("/report/who-gets/", {"desk": "province"}).status_code == 303


def test_all_ended_drafts_are_swept_at_once(db):
    for number in range(450):
        drafts.save_draft(drafts.ReportDraft(f"secret {number}", {"text": "a"}))
    Draft.objects.update(touched_at=times.now() - datetime.timedelta(minutes=31))
    going_on = drafts.new_draft()
    drafts.save_draft(going_on)
    assert drafts.sweep_drafts() == 450
    assert Draft.objects.count() == 1


def test_a_sweep_ends_after_its_time_and_the_next_one_goes_on(db, monkeypatch):
    for number in range(450):
        drafts.save_draft(drafts.ReportDraft(f"secret {number}", {"text": "a"}))
    Draft.objects.update(touched_at=times.now() - datetime.timedelta(minutes=31))
    monkeypatch.setattr(drafts, "_SWEEPS_SECONDS", 0.0)
    assert drafts.sweep_drafts() == 200
    assert Draft.objects.count() == 250
