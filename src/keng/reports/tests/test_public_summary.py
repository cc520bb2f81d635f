"""The public summary: what is public here, signed, and not a number, place or hash more."""

import datetime as dt
import hashlib
import json

import pytest

from keng.kit import times
from keng.lookup.models import Listing
from keng.lookup.tests.make_listing import imported, listing
from keng.merkle.notes import SignedNote
from keng.national.province_instances import ProvinceInstance
from keng.national.summary_document import HIDDEN_FIGURE, ListingsReference, SummaryDocument
from keng.national.verified_summaries import require_listings, verified_summary
from keng.places.models import Place
from keng.public_log.log_key import log_key
from keng.public_log.models import LogPace
from keng.reports.models import PublicReport, PublicSummary
from keng.reports.periodic import signing
from keng.reports.summary.summary_publishing import publish_summary, summary_key
from keng.reports.tests import past
from keng.warnings.actions import recall_warning
from keng.warnings.tests.ward import Ward

pytestmark = pytest.mark.django_db
NOTE, LISTINGS = "/summary/v1/summary.note", "/summary/v1/listings.txt"
NOON = dt.datetime(2026, 12, 1, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.SUMMARY_PROVINCE = "24"
    return tmp_path


def published() -> SummaryDocument:
    """Of today, as the page of the country verifies it."""
    publish_summary()
    row = PublicSummary.objects.get()
    summary = verified_summary(
        row.note.encode(), ProvinceInstance("24", "https://keng.example", summary_key())
    )
    assert summary.document.listings
    require_listings(bytes(row.listings), summary.document.listings)
    return summary.document


def stand_at(monkeypatch, moment: dt.datetime) -> None:
    monkeypatch.setattr(times, "now", lambda: moment)


def test_unless_the_operator_says_so_there_is_none(settings, public_client) -> None:
    assert public_client.get(NOTE).status_code == 404
    publish_summary()
    assert public_client.get(NOTE).status_code == 200
    settings.SUMMARY_PROVINCE = ""
    for path in (NOTE, LISTINGS):
        assert public_client.get(path).status_code == 404
    PublicSummary.objects.all().delete()
    publish_summary()
    assert not PublicSummary.objects.exists()


def test_it_is_served_as_it_was_signed_and_not_again_to_who_has_it(public_client) -> None:
    publish_summary()
    for path in (NOTE, LISTINGS):
        answer = public_client.get(path)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert not answer.cookies
        again = public_client.get(path, headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304
        assert public_client.post(path).status_code == 405
    note = SignedNote.read(public_client.get(NOTE).content)
    assert note.signature_of(log_key())


def test_months_are_those_that_were_made_public_with_what_they_hide() -> None:
    desk = past.Desk()
    for day in range(2, 11):
        desk.tip(day, "sort", "rate of_value")
    desk.tip(12, "sort", "rate not_of_value", "close unfounded")
    draft = desk.draft(of=desk.province)
    signed = signing.sign_report(desk.ask(of=desk.province), seen=draft.hash, by=desk.coordinator)
    assert published().months == ()
    signing.publish_report(signed.pk, by=desk.coordinator)
    [month] = published().months
    public = PublicReport.objects.get().figures["lines"]
    assert (month.month, month.version, month.lines) == ("2026-10", 1, public)
    assert month.lines["not_of_value"] == HIDDEN_FIGURE


def test_warnings_are_those_that_hold_without_a_word_of_them() -> None:
    ward = Ward()
    version = ward.published()
    [notice] = published().warnings
    assert notice.code == version.verify_code.code
    # A place that stands in no table of ours is the province.
    assert notice.places == ("24",)
    Place.objects.filter(pk=ward.place.pk).update(code="07795")
    assert published().warnings[0].places == ("07795",)
    assert version.texts["vi"]["title"] not in PublicSummary.objects.get().note
    recall_warning(version.warning_id, reason="over", by=ward.commander)
    assert published().warnings == ()


def test_another_province_of_this_installation_is_not_in_it(settings) -> None:
    Ward().published()
    settings.SUMMARY_PROVINCE = "79"
    publish_summary()
    assert '"warnings":[]' in PublicSummary.objects.get().note


def test_listings_are_what_is_confirmed_and_found_today_by_hash_alone(unit) -> None:
    today = times.local_date(times.now())
    shown = [listing("+84912000417", unit=unit), listing("+84912000418", unit=unit)]
    listing("+84912000419", unit=unit, status="proposed")
    listing("+84912000420", unit=unit, status="ended")
    listing("+84912000421", unit=unit, grade="reported")
    listing("+84912000422", unit=unit, expires_on=today - dt.timedelta(days=1))
    imported("evil.example")
    document = published()
    hashes = sorted(hashlib.sha256(b"phone:+8491200041%d" % n).hexdigest() for n in (7, 8))
    listings = bytes(PublicSummary.objects.get().listings).decode()
    assert listings.splitlines() == hashes
    assert document.listings == ListingsReference(2, hashlib.sha256(listings.encode()).hexdigest())
    Listing.objects.filter(pk=shown[0].pk).update(
        status="ended", end_reason="mistake", ended_at=times.now()
    )
    document = published()
    assert document.listings
    assert document.listings.count == 1


def test_too_many_listings_are_named_nowhere(unit, monkeypatch) -> None:
    monkeypatch.setattr("keng.reports.summary.summary_content.MOST_LISTED", 1)
    for end in (7, 8):
        listing(f"+8491200041{end}", unit=unit)
    publish_summary()
    row = PublicSummary.objects.get()
    assert '"listings":null' in row.note
    assert bytes(row.listings) == b""


def test_it_is_signed_again_for_news_and_before_it_ends(monkeypatch, unit) -> None:
    stand_at(monkeypatch, NOON)
    first = published()
    stand_at(monkeypatch, NOON + dt.timedelta(hours=5))
    assert published() == first
    listing("+84912000417", unit=unit)
    second = published()
    assert second.number > first.number
    stand_at(monkeypatch, NOON + dt.timedelta(hours=12))
    third = published()
    assert third.number > second.number
    assert third.valid_until == NOON + dt.timedelta(hours=36)


def test_its_number_grows_though_the_clock_does_not(monkeypatch, unit) -> None:
    stand_at(monkeypatch, NOON)
    first = published()
    listing("+84912000417", unit=unit)
    assert published().number == first.number + 1
    # A clock that was put right again: nobody took what it had dated ahead.
    PublicSummary.objects.update(
        number=first.number + 10**6, issued_at=NOON + dt.timedelta(days=11)
    )
    assert published().number == int(NOON.timestamp())


def test_after_a_restore_the_name_stays_that_people_know(monkeypatch) -> None:
    LogPace.objects.create(restored_as="/restored-20261130T010000Z-300-0a1b2c3d")
    assert published().province == "24"
    assert "/restored-" in log_key().name
    assert "/restored-" not in summary_key().name


def test_after_the_key_was_lost_it_is_signed_with_the_new_one(monkeypatch, tmp_path) -> None:
    before = published()
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "new"))
    assert published().number > before.number


def test_each_process_does_it_with_its_own_rights(become, public_client, unit) -> None:
    listing("+84912000417", unit=unit)
    Ward().published()
    become("worker")
    publish_summary()
    become("public")
    said = public_client.get(NOTE).content.decode().split("\n")[1]
    assert json.loads(said)["listings"]["count"] == 1
    assert public_client.get(LISTINGS).status_code == 200
