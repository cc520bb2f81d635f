"""What is gathered was signed by the right province; nothing else is, however it comes."""

import asyncio
import datetime as dt
import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from keng.kit import times
from keng.kit.locked_folder import FolderInUse
from keng.kit.tests.certificates import CertificateAuthority, https_server
from keng.national import pulling
from keng.national.gathered_folder import (
    GatheredFolder,
    PullRecord,
)
from keng.national.province_instances import ProvinceInstance, WrongInstances
from keng.national.pulling import is_due, pull, pull_due
from keng.national.summary_document import (
    SUMMARY_ADDRESS,
    ListingsReference,
    MonthFigures,
    WarningNotice,
)
from keng.national.summary_trouble import Trouble
from keng.national.tests.provinces_at_work import (
    BAC_NINH,
    HA_NOI,
    HO_CHI_MINH,
    LISTINGS,
    MONDAY,
    ProvinceAtWork,
    drip,
    province_at_work,
    summary_document,
)

DAY = dt.timedelta(days=1)
LATER = MONDAY + dt.timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> GatheredFolder:
    return GatheredFolder(tmp_path / "national")


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProvinceAtWork]:
    stand_at(monkeypatch, MONDAY)
    with province_at_work(BAC_NINH) as one:
        yield one


def stand_at(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    monkeypatch.setattr(times, "now", lambda: moment)


def pulled(folder: GatheredFolder, instance: ProvinceInstance) -> PullRecord:
    asyncio.run(pull(folder, instance))
    return folder.record_of(instance)


def number_of(folder: GatheredFolder, instance: ProvinceInstance) -> int:
    summary = folder.summary_of(instance)
    assert summary is not None
    return summary.document.number


def test_a_summary_is_kept_byte_by_byte_with_its_listings(folder, works) -> None:
    record = pulled(folder, works.instance)
    assert record.trouble_code is None
    assert record.failures == 0
    summary = folder.summary_of(works.instance)
    assert summary.note == works.note
    assert summary.listings == LISTINGS


def test_what_did_not_change_is_not_sent_again(folder, works) -> None:
    pulled(folder, works.instance)
    works.asked.clear()
    record = pulled(folder, works.instance)
    assert record.trouble_code is None
    [(path, etag)] = works.asked
    assert path == SUMMARY_ADDRESS
    assert etag
    assert folder.summary_of(works.instance).listings == LISTINGS


def test_a_newer_one_takes_the_place_and_the_same_list_is_not_fetched(
    folder, works, monkeypatch
) -> None:
    pulled(folder, works.instance)
    works.asked.clear()
    stand_at(monkeypatch, LATER)
    works.publish(at=LATER)
    assert pulled(folder, works.instance).trouble_code is None
    assert number_of(folder, works.instance) == int(LATER.timestamp())
    assert [path for path, _etag in works.asked] == [SUMMARY_ADDRESS]


def test_old_figures_that_are_played_again_are_refused(folder, works, monkeypatch) -> None:
    stand_at(monkeypatch, LATER)
    works.publish(at=LATER)
    pulled(folder, works.instance)
    works.publish(at=MONDAY)
    record = pulled(folder, works.instance)
    assert record.trouble_code is Trouble.OLDER
    assert number_of(folder, works.instance) == int(LATER.timestamp())


def test_two_that_bear_one_number_are_refused(folder, works) -> None:
    pulled(folder, works.instance)
    works.publish(warnings=())
    assert pulled(folder, works.instance).trouble_code is Trouble.TWO_OF_ONE_NUMBER
    assert folder.summary_of(works.instance).document.warnings


def test_another_key_is_refused_until_the_operator_writes_it_down(folder, works) -> None:
    pulled(folder, works.instance)
    known = works.instance
    works.signs = SigningKey(b"n" * 32)
    works.publish()
    assert pulled(folder, known).trouble_code is Trouble.WRONG_SIGNATURE
    assert folder.summary_of(known) is not None
    # From then on nothing by the key of before is shown, however it lies there.
    assert folder.summary_of(works.instance) is None
    assert pulled(folder, works.instance).trouble_code is None
    assert folder.summary_of(works.instance) is not None
    assert folder.summary_of(known) is None


def test_a_province_speaks_of_itself_alone(folder, works) -> None:
    works.note = works.sign(summary_document(HO_CHI_MINH).text)
    assert pulled(folder, works.instance).trouble_code is Trouble.OTHER_PROVINCE
    for place in (HO_CHI_MINH, "00004"):
        notice = WarningNotice("BCD123", "scam_investment", 2, (place,), MONDAY)
        works.publish(warnings=(notice,))
        assert pulled(folder, works.instance).trouble_code is Trouble.OTHER_PROVINCE
    assert folder.summary_of(works.instance) is None


@pytest.mark.parametrize(
    ("moved", "trouble"),
    [
        (dt.timedelta(days=-2), Trouble.ENDED),
        (dt.timedelta(minutes=-9), None),
        (dt.timedelta(minutes=9), None),
        (dt.timedelta(minutes=11), Trouble.CLOCK_AHEAD),
    ],
)
def test_clocks_may_differ_by_ten_minutes(folder, works, moved, trouble) -> None:
    works.publish(at=MONDAY + moved)
    assert pulled(folder, works.instance).trouble_code is trouble


def test_one_that_would_hold_for_ever_is_refused(folder, works) -> None:
    works.publish(valid_until=MONDAY + dt.timedelta(days=400))
    assert pulled(folder, works.instance).trouble_code is Trouble.UNREADABLE
    # A number from the future would shut out every later one.
    works.publish(number=2**50)
    assert pulled(folder, works.instance).trouble_code is Trouble.CLOCK_AHEAD


def test_one_that_ended_meanwhile_is_said_to_have_ended(folder, works, monkeypatch) -> None:
    pulled(folder, works.instance)
    stand_at(monkeypatch, MONDAY + dt.timedelta(days=2))
    record = pulled(folder, works.instance)
    assert record.trouble_code is Trouble.ENDED
    summary = folder.summary_of(works.instance)
    assert not summary.is_in_force(times.now())


def test_listings_are_those_that_were_signed(folder, works) -> None:
    works.listings = LISTINGS.replace(b"a", b"b")
    assert pulled(folder, works.instance).trouble_code is Trouble.OTHER_LISTINGS
    assert folder.summary_of(works.instance) is None
    works.listings = b"<script>\n" * 3
    works.publish(listings=ListingsReference(3, hashlib.sha256(works.listings).hexdigest()))
    assert pulled(folder, works.instance).trouble_code is Trouble.OTHER_LISTINGS


def test_a_summary_without_listings_drops_those_of_before(folder, works, monkeypatch) -> None:
    pulled(folder, works.instance)
    stand_at(monkeypatch, LATER)
    works.publish(at=LATER, listings=None)
    assert pulled(folder, works.instance).trouble_code is None
    assert folder.summary_of(works.instance).listings == b""
    assert not list(folder.path.glob("*.listings"))


def test_nothing_leads_away(folder, works) -> None:
    inside = []
    with province_at_work(HO_CHI_MINH) as other:
        address = f"http://127.0.0.1:{other.port}{SUMMARY_ADDRESS}"

        def redirect(request) -> None:
            request.send_response(302)
            request.send_header("Location", address)
            request.end_headers()

        works.answer = redirect
        assert pulled(folder, works.instance).trouble_code is Trouble.REFUSED_ADDRESS
        inside = other.asked
    assert inside == []


def test_a_public_name_that_points_inside_is_not_asked(folder, monkeypatch) -> None:
    stand_at(monkeypatch, MONDAY)
    with province_at_work(BAC_NINH) as works:

        async def answer_this_machine(*_asked: object, **_how: object) -> list[tuple]:
            sort = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
            return [(*sort, ("127.0.0.1", works.port))]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", answer_this_machine)
        instance = ProvinceInstance(BAC_NINH, "https://keng.bacninh.example", works.key)
        assert pulled(folder, instance).trouble_code is Trouble.REFUSED_ADDRESS
        assert works.asked == []


def test_a_huge_answer_is_cut_off(folder, works) -> None:
    def pour(request) -> None:
        request.send_response(200)
        request.end_headers()
        for _each in range(100):
            request.wfile.write(b"k" * 65536)

    works.answer = pour
    assert pulled(folder, works.instance).trouble_code is Trouble.UNREADABLE


def test_a_fault_of_ours_with_one_keeps_no_other_waiting(folder, works, monkeypatch) -> None:
    keep_summary = GatheredFolder.keep_summary

    def fail_for_one(self, instance, summary) -> None:
        if instance.province == HO_CHI_MINH:
            raise OSError
        keep_summary(self, instance, summary)

    monkeypatch.setattr(GatheredFolder, "keep_summary", fail_for_one)
    with province_at_work(HO_CHI_MINH) as other:
        instances = {each.province: each.instance for each in (other, works)}
        asyncio.run(pull_due(folder, instances, now=MONDAY))
    assert folder.summary_of(works.instance)


@pytest.mark.parametrize(
    "ahead",
    [
        {"months": (MonthFigures("2026-12", 1, {}),)},
        {"warnings": (WarningNotice("BCD123", "scam_investment", 2, (BAC_NINH,), MONDAY + DAY),)},
    ],
)
def test_what_lies_in_the_future_pushes_nobody_off_the_page(folder, works, ahead) -> None:
    works.publish(**ahead)
    assert pulled(folder, works.instance).trouble_code is Trouble.CLOCK_AHEAD


def test_a_list_in_another_encoding_is_a_wrong_list(folder) -> None:
    folder.path.mkdir()
    (folder.path / "instances").write_bytes(b"# B\xe0i\n")
    with pytest.raises(WrongInstances):
        folder.instances()


def test_a_slow_answer_is_given_up(folder, works, monkeypatch) -> None:
    monkeypatch.setattr(pulling, "_NOTE_WITHIN", 0.3)
    works.answer = drip
    assert pulled(folder, works.instance).trouble_code is Trouble.UNREACHABLE


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\xff\xfe", b"a\n\nb", b"\n\n" * 9000])
def test_what_is_no_note_is_refused(folder, works, raw) -> None:
    works.note = raw
    assert pulled(folder, works.instance).trouble_code is Trouble.UNREADABLE


def test_a_certificate_that_is_over_is_told_apart_from_a_server_that_is_away(
    folder, works, monkeypatch, tmp_path
) -> None:
    authority = CertificateAuthority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with https_server(authority.issue("127.0.0.1", days=-1)) as port:
        instance = replace(works.instance, address=f"https://127.0.0.1:{port}")
        assert pulled(folder, instance).trouble_code is Trouble.CERTIFICATE
    assert pulled(folder, works.instance).trouble_code is None


def test_a_site_that_publishes_none_says_so(folder, works) -> None:
    works.note = None
    assert pulled(folder, works.instance).trouble_code is Trouble.NOT_PUBLISHED


def test_who_fails_is_left_alone_longer_and_longer() -> None:
    now = MONDAY.timestamp()
    minutes = [
        next(
            n
            for n in range(1, 200)
            if is_due(
                PullRecord(pulled_at=now, failures=failures), MONDAY + dt.timedelta(minutes=n)
            )
        )
        for failures in range(6)
    ]
    assert minutes == [5, 10, 20, 40, 60, 60]
    assert is_due(PullRecord(), MONDAY)
    assert is_due(PullRecord(pulled_at=now), MONDAY - dt.timedelta(days=1))


def test_one_that_is_away_keeps_no_other_waiting(folder, works, monkeypatch) -> None:
    with province_at_work(HO_CHI_MINH) as other, province_at_work(HA_NOI) as third:
        other.answer = drip
        monkeypatch.setattr(pulling, "_NOTE_WITHIN", 0.3)
        instances = {each.province: each.instance for each in (works, other, third)}
        assert asyncio.run(pull_due(folder, instances, now=MONDAY)) == 3
        assert folder.summary_of(works.instance)
        assert folder.summary_of(third.instance)
        assert folder.record_of(other.instance).failures == 1
        assert asyncio.run(pull_due(folder, instances, now=MONDAY)) == 0


def test_a_trouble_keeps_its_beginning(folder, works, monkeypatch) -> None:
    works.note = b"<html>"
    pulled(folder, works.instance)
    stand_at(monkeypatch, LATER)
    record = pulled(folder, works.instance)
    assert record.failures == 2
    assert record.trouble_since == MONDAY.timestamp()
    works.publish(at=LATER)
    assert pulled(folder, works.instance) == PullRecord(
        pulled_at=LATER.timestamp(),
        taken_at=LATER.timestamp(),
        etag=folder.record_of(works.instance).etag,
    )


def test_whoever_changes_a_file_of_the_folder_changes_nothing_that_is_shown(folder, works) -> None:
    pulled(folder, works.instance)
    file = folder.path / f"{BAC_NINH}.note"
    file.write_bytes(file.read_bytes().replace(b"120", b"999"))
    assert folder.summary_of(works.instance) is None
    for broken in ("", "[]", json.dumps({"odd": 1})):
        (folder.path / f"{BAC_NINH}.json").write_text(broken)
        assert folder.record_of(works.instance) == PullRecord()
    assert pulled(folder, works.instance).trouble_code is None


def test_one_process_writes_a_folder(folder) -> None:
    with folder.held(), pytest.raises(FolderInUse), folder.held():
        pass
