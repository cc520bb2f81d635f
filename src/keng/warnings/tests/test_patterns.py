"""Approved beforehand by two, filled and sent by one, looked at by eight."""

import datetime

import pytest

from keng.accounts.models import Officer
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.audience import plan_audience
from keng.delivery.models import Dispatch, DispatchText
from keng.kit import pagination, times
from keng.releases.errors import HandInIt, TextChanged
from keng.warnings import actions, pattern_blanks, pattern_queries
from keng.warnings.actions import pattern_acts
from keng.warnings.actions.errors import StyleStops
from keng.warnings.models import Pattern, PatternUse, Warning
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db
TEXTS = CALM | {
    "what": "Kẻ gian gọi từ số [số], đòi chuyển tiền ở [nơi].",
    "signs": "Gửi kèm [liên kết].",
    "act": "Cúp máy. Không mở đường dẫn lạ.",
}
VALUES = {"number": "0912 000 417", "link": "vneid-kichhoat.example", "hamlet": "Ninh Khánh"}


@pytest.fixture
def ward():
    """The ward, with a report in which what is filled in stands."""
    made = Ward()
    tip = make.tip(unit=made.unit)
    make.sighting(tip, indicator=make.indicator("+84912000417"), role="unknown")
    link = make.indicator("vneid-kichhoat.example", type="url")
    make.sighting(tip, indicator=link, role="used")
    return made


@pytest.fixture
def clock(monkeypatch):
    """02:30 in Vietnam, to be moved."""

    class Clock:
        now = datetime.datetime(2026, 11, 25, 19, 30, tzinfo=datetime.UTC)

    monkeypatch.setattr(times, "now", lambda: Clock.now)
    return Clock


def made(ward, *, by=None, texts=TEXTS, days=60):
    return pattern_acts.make_pattern(
        texts,
        unit_id=ward.unit.pk,
        category="scam_impersonation",
        severity=2,
        kinds=["landlords", "residents"],
        by=by or ward.officer,
        expires_on=times.local_date(times.now()) + datetime.timedelta(days=days),
    )


def approved(ward, **fields):
    pattern = made(ward, **fields)
    return pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=ward.commander)


def audience(pattern, unit):
    return plan_audience(
        pattern_acts.choice_for_commune(pattern, unit).audience(unit, pattern.severity)
    ).hash


def send(pattern, ward, *, by=None, values=None, unit=None):
    by, unit, values = by or ward.officer, unit or ward.unit, values or VALUES
    ticked = pattern_acts.check_filled_pattern(pattern, VALUES, ward.unit, by=by).digest
    return pattern_acts.send_pattern(
        pattern.pk, values, audience_hash=audience(pattern, unit), people=0, numbers=ticked, by=by
    )


def test_one_officer_fills_and_sends_it_at_night(ward, clock):
    dispatch = send(approved(ward), ward)
    text = DispatchText.objects.get(dispatch=dispatch, language="vi").text
    assert "0912 000 417" in text
    assert "vneid-kichhoat[.]example" in text
    assert "Ninh Khánh" in text
    assert "[số]" not in text
    use = PatternUse.objects.get()
    assert use.version.warning.state == "published"
    assert use.version.approval.approved_by == ward.commander
    assert use.version.approval.author == ward.officer
    # Sent at 02:30: looked at by 08:00 of the same day.
    assert use.review_by.astimezone(times.VIETNAM).isoformat() == "2026-11-26T08:00:00+07:00"
    said = Entry.objects.get(action="pattern.sent")
    assert said.detail["blanks"] == ["hamlet", "link", "number"]
    assert VALUES["number"] not in str(said.detail)


def test_a_pattern_needs_a_second_person_and_the_text_they_read(ward):
    pattern = made(ward)
    with pytest.raises(pattern_acts.PatternNotInForce):
        send(pattern, ward)
    for wrong in (ward.officer, make.officer(unit=ward.unit)):
        with pytest.raises(NotAllowed):
            pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=wrong)
    with pytest.raises(TextChanged):
        pattern_acts.approve_pattern(pattern.pk, seen=b"0" * 32, by=ward.commander)
    pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=ward.province_duty)
    own = made(ward, by=ward.commander)
    with pytest.raises(HandInIt):
        pattern_acts.approve_pattern(own.pk, seen=own.digest_now, by=ward.commander)


def test_whoever_wrote_a_pattern_is_told_who_could_approve_it(ward, desk_client, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, _code: True)
    pattern = made(ward, by=ward.commander)
    sign_in(desk_client, ward.commander)
    address = f"/warnings/patterns/{pattern.pk}/"
    told = f"tỉnh sẽ duyệt. Người duyệt được ở tỉnh: {ward.coordinator}"
    assert told in desk_client.get(address).content.decode()
    sent = {"seen": pattern.digest_now.hex(), "code": "000000"}
    assert told in desk_client.post(address, sent, follow=True).content.decode()
    pattern.refresh_from_db()
    assert pattern.released_at is None
    pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=ward.coordinator)


def test_nobody_approves_what_a_ghost_of_theirs_wrote_and_no_ghost_sends_what_they_approved(ward):
    made_by_commander = {"set_up_agreed_by": ward.commander, "set_up_at": times.now()}
    pattern = made(ward)
    Officer.objects.filter(pk=pattern.made_by_id).update(**made_by_commander)
    with pytest.raises(HandInIt):
        pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=ward.commander)
    Officer.objects.update(set_up_at=None)
    ward.commander = Officer.objects.get(pk=ward.commander.pk)
    pattern = approved(ward)
    Officer.objects.filter(pk=ward.officer.pk).update(**made_by_commander)
    with pytest.raises(HandInIt):
        send(pattern, ward, by=Officer.objects.get(pk=ward.officer.pk))


def test_filling_a_pattern_keeps_its_own_rule(ward):
    """Whoever approved it sends nothing with it; whoever wrote it may."""
    pattern = approved(ward)
    with pytest.raises(HandInIt):
        send(pattern, ward, by=ward.commander)
    send(pattern, ward, by=ward.officer)


def test_a_pattern_that_was_changed_behind_the_screens_sends_nothing(ward):
    pattern = approved(ward)
    Pattern.objects.filter(pk=pattern.pk).update(texts=TEXTS | {"title": "Khác"})
    with pytest.raises(pattern_acts.PatternNotInForce):
        send(pattern, ward)
    assert not Dispatch.objects.exists()


def test_its_page_names_the_words_that_were_let_out(ward, desk_client):
    pattern = approved(ward)
    read = pattern.digest_now.hex()[:12]
    Pattern.objects.filter(pk=pattern.pk).update(texts=TEXTS | {"title": "Khác"})
    sign_in(desk_client, ward.officer)
    page = desk_client.get(f"/warnings/patterns/{pattern.pk}/").content.decode()
    assert read in page
    Pattern.objects.filter(pk=pattern.pk).update(digest=None)
    page = desk_client.get(f"/warnings/patterns/{pattern.pk}/").content.decode()
    assert "Dấu băm" not in page


def test_it_expires_and_can_be_ended(ward, clock):
    pattern = approved(ward, days=1)
    clock.now += datetime.timedelta(days=2)
    with pytest.raises(pattern_acts.PatternNotInForce):
        send(pattern, ward)
    fresh = approved(ward)
    with pytest.raises(NotAllowed):
        pattern_acts.end_pattern(fresh.pk, by=ward.officer)
    pattern_acts.end_pattern(fresh.pk, by=ward.commander)
    with pytest.raises(pattern_acts.PatternNotInForce):
        send(fresh, ward)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("number", "gọi ngay"),
        ("number", ""),
        ("link", "hãy bấm vào đây"),
        ("link", "a b.vn"),
        ("hamlet", ""),
    ],
)
def test_a_blank_takes_only_what_it_is_for(ward, code, value):
    with pytest.raises(pattern_acts.BlankUnfit):
        send(approved(ward), ward, values=VALUES | {code: value})


def test_a_place_that_the_desk_does_not_serve_is_no_place_for_the_blank(ward):
    elsewhere = make.place("Thôn Ngoài", kind="hamlet", parent=ward.province_place)
    pattern = approved(ward)
    for words in ("chuyển ngay cho số này", elsewhere.full_name):
        with pytest.raises(pattern_acts.BlankUnfit):
            send(pattern, ward, values=VALUES | {"hamlet": words})
    assert not Dispatch.objects.exists()
    # What is filled in for a blank that the pattern does not have goes nowhere.
    calm = approved(ward, texts=TEXTS | {"signs": "Dọa khóa căn cước ngay trong ngày."})
    send(calm, ward, values=VALUES | {"link": "hãy bấm vào đây"})
    assert not DispatchText.objects.filter(text__contains="hãy bấm").exists()


def test_only_who_takes_reports_on_writes_a_pattern_or_calls_the_province(ward, desk_client):
    auditor = make.officer(unit=ward.unit, role="auditor")
    with pytest.raises(NotAllowed):
        made(ward, by=auditor)
    version = ward.submitted()
    with pytest.raises(NotAllowed):
        actions.call_province(version.warning_id, by=auditor)
    assert not Entry.objects.filter(action__in=["pattern.made", "warning.called"]).exists()
    sign_in(desk_client, auditor)
    page = f"/warnings/{version.warning_id}/"
    for address in ("/warnings/patterns/", "/warnings/patterns/new/", page):
        assert desk_client.get(address).status_code == 403
    # Nobody is shown a button that refuses; whoever may call has it.
    assert f"{page}call/" in sign_in(desk_client, ward.officer).get(page).content.decode()
    sign_in(desk_client, auditor)
    assert desk_client.post(f"/warnings/{version.warning_id}/call/").status_code == 403
    assert not Entry.objects.filter(action="warning.called").exists()


def test_it_goes_to_the_own_commune_only(ward):
    pattern = approved(ward)
    elsewhere = make.unit(parent=ward.province, serves=make.place(parent=ward.province_place))
    with pytest.raises(NotAllowed):
        send(pattern, ward, by=make.officer(unit=elsewhere), unit=elsewhere)
    # The province has no commune of its own, and whoever approved is no second person.
    with pytest.raises(NotAllowed):
        send(pattern, ward, by=ward.province_duty)
    with pytest.raises(HandInIt):
        send(pattern, ward, by=ward.commander)


def to_review(officer):
    rows = list(pattern_queries.uses_to_review(officer))
    pattern_queries.note_reviewable(rows, officer)
    return rows


def test_patterns_that_are_over_are_all_reached_and_searched(desk_client, ward, monkeypatch):
    """Of those that are over the newest twenty were shown, and nobody was told."""
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    for n in range(3):
        pattern = approved(ward, texts=TEXTS | {"title": f"Mẫu cũ số {n}"})
        pattern_acts.end_pattern(pattern.pk, by=ward.commander)
    sign_in(desk_client, ward.commander)
    found = [desk_client.get(f"/warnings/patterns/?page={n}").context["over"] for n in range(2)]
    assert [one.texts["title"][-1] for page in found for one in page] == ["2", "1", "0"]
    (only,) = desk_client.get("/warnings/patterns/?q=MAU+so+1").context["over"]
    assert only.texts["title"] == "Mẫu cũ số 1"


def test_what_was_sent_alone_is_looked_at_by_eight_or_is_overdue(ward, clock):
    send(approved(ward), ward)
    (row,) = to_review(ward.commander)
    assert (row.is_overdue, row.can_review) == (False, True)
    assert not to_review(ward.officer)[0].can_review
    clock.now += datetime.timedelta(hours=6)
    (row,) = to_review(ward.commander)
    assert row.is_overdue
    with pytest.raises(NotAllowed):
        pattern_acts.review_pattern_use(row.pk, by=ward.officer)
    pattern_acts.review_pattern_use(row.pk, by=ward.commander)
    assert not pattern_queries.uses_to_review(ward.commander)
    assert Entry.objects.get(action="pattern.reviewed").detail == {"overdue": True}


def test_what_was_wrong_is_taken_back_and_was_looked_at(ward):
    send(approved(ward), ward)
    use = PatternUse.objects.get()
    actions.recall_warning(use.version.warning_id, reason="wrong_number", by=ward.commander)
    assert not pattern_queries.uses_to_review(ward.commander)


def test_what_the_house_style_stops_cannot_become_a_pattern(ward):
    with pytest.raises(StyleStops):
        made(ward, texts=TEXTS | {"act": ""})


@pytest.mark.parametrize("mark", ["[số]", "[liên kết]"])
@pytest.mark.parametrize("part", ["title", "act", "call"])
def test_no_number_or_link_is_filled_in_where_people_are_told_what_to_do(
    ward, desk_client, part, mark
):
    texts = TEXTS | {part: f"Trực ban 113 {mark}"}
    sign_in(desk_client, ward.commander)
    sent = texts | {
        "category": "scam_impersonation",
        "severity": "2",
        "kinds": ["residents"],
        "expires_on": (times.local_date(times.now()) + datetime.timedelta(days=9)).isoformat(),
    }
    answer = desk_client.post("/warnings/patterns/new/", sent)
    assert answer.status_code == 422
    assert f"{mark} không đặt được ở đây" in answer.content.decode()
    with pytest.raises(pattern_acts.BlankMisplaced):
        made(ward, texts=texts)
    assert not Pattern.objects.exists()


def test_a_pattern_from_before_that_rule_is_approved_by_nobody_and_sent_by_nobody_alone(ward):
    texts = TEXTS | {"act": "Gọi ngay [số] để được hoàn tiền"}
    pattern = made(ward)

    def written_before():
        fresh = Pattern.objects.get(pk=pattern.pk)
        fresh.texts = texts
        fresh.save(update_fields=["texts"])
        return fresh.digest_now

    digest = written_before()
    with pytest.raises(pattern_acts.BlankMisplaced):
        pattern_acts.approve_pattern(pattern.pk, seen=digest, by=ward.commander)
    Pattern.objects.filter(pk=pattern.pk).update(
        released_by=ward.commander, released_at=times.now(), digest=digest
    )
    pattern.refresh_from_db()
    with pytest.raises(pattern_acts.SecondPersonNeeded):
        send(pattern, ward)
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("number", "0900 123 777"),
        ("number", "0912 000 416"),
        ("number", "9029"),
        ("number", "0204 000 0113"),
        ("link", "hoan-tien.example/nhan"),
    ],
)
def test_what_stands_in_no_tip_goes_out_by_a_second_person(
    ward, desk_client, monkeypatch, code, value
):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, _code: True)
    pattern = approved(ward)
    values = VALUES | {"hamlet": ward.hamlet.full_name, code: value}
    sign_in(desk_client, ward.officer)
    address = f"/warnings/patterns/{pattern.pk}/send/"
    page = desk_client.post(address, values | {"do": "show"}).content.decode()
    assert "không có trong tin báo nào" in page
    assert 'value="send"' not in page
    ticked = pattern_acts.check_filled_pattern(pattern, values, ward.unit, by=ward.officer).digest
    seen = {
        "audience_hash": audience(pattern, ward.unit).hex(),
        "people": "0",
        "numbers": ticked,
        "code": "1",
    }
    assert desk_client.post(address, values | seen | {"do": "send"}).status_code == 422
    assert not Dispatch.objects.exists()
    with pytest.raises(pattern_acts.SecondPersonNeeded):
        send(pattern, ward, values=values)
    answer = desk_client.post(address, values | {"do": "hand_in"})
    assert answer.status_code == 302
    warning = Warning.objects.get()
    assert answer["Location"] == f"/warnings/{warning.pk}/"
    assert warning.state == "submitted"
    assert not Dispatch.objects.exists()
    assert Entry.objects.get(action="pattern.handed_in").detail["blanks"] == sorted(values)


def test_a_number_that_an_officer_took_out_of_the_offence_goes_out_by_a_second_person(ward):
    pattern = approved(ward)
    tip = make.tip(unit=ward.unit)
    make.sighting(tip, indicator=make.indicator("+84912000555"), role="not_used")
    with pytest.raises(pattern_acts.SecondPersonNeeded):
        send(pattern, ward, values=VALUES | {"number": "0912 000 555"})


@pytest.mark.parametrize("tie", ["set_up_asked_by", "set_up_agreed_by"])
def test_nobody_looks_at_what_a_ghost_of_theirs_sent(ward, desk_client, tie):
    send(approved(ward), ward)
    use = PatternUse.objects.get()
    made_by_commander = {tie: ward.commander, "set_up_at": times.now()}
    Officer.objects.filter(pk=ward.officer.pk).update(**made_by_commander)
    sign_in(desk_client, ward.commander)
    assert f"/warnings/patterns/sent/{use.pk}/" not in (
        desk_client.get("/warnings/patterns/").content.decode()
    )
    answer = desk_client.post(f"/warnings/patterns/sent/{use.pk}/", follow=True)
    assert "Phải là người khác xem lại" in answer.content.decode()
    use.refresh_from_db()
    assert use.reviewed_at is None
    pattern_acts.review_pattern_use(use.pk, by=ward.province_duty)


def test_the_marks_are_the_three_blanks_and_nothing_else():
    assert pattern_blanks.blanks_of(TEXTS) == ["number", "link", "hamlet"]
    assert pattern_blanks.odd_marks(TEXTS | {"call": "Gọi [ai đó], vneid[.]example"}) == ["[ai đó]"]


def test_the_pages(desk_client, ward, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    sign_in(desk_client, ward.officer)
    given = TEXTS | {
        "category": "scam_impersonation",
        "severity": "2",
        "kinds": ["landlords", "residents"],
        "expires_on": (times.local_date(times.now()) + datetime.timedelta(days=9)).isoformat(),
    }
    assert desk_client.post("/warnings/patterns/new/", given | {"what": "[gì]"}).status_code == 422
    assert desk_client.post("/warnings/patterns/new/", given).status_code == 302
    pattern = Pattern.objects.get()
    address = f"/warnings/patterns/{pattern.pk}/"
    sign_in(desk_client, ward.commander)
    read = {"seen": pattern.digest_now.hex()}
    assert desk_client.post(address, read | {"code": "0"}).status_code == 422
    assert desk_client.post(address, read | {"code": "1"}).status_code == 302
    sign_in(desk_client, ward.officer)
    values = VALUES | {"hamlet": ward.hamlet.full_name}
    page = desk_client.post(f"{address}send/", values | {"do": "show"}).content.decode()
    assert "vneid-kichhoat[.]example" in page
    assert "08:00" in page
    seen = {"audience_hash": audience(pattern, ward.unit).hex(), "people": "0", "do": "send"}
    seen["numbers"] = page.split('name="numbers" value="')[1].split('"')[0]
    assert desk_client.post(f"{address}send/", values | seen | {"code": "0"}).status_code == 422
    beyond_all = seen | {"code": "1", "people": "3000000000"}
    assert desk_client.post(f"{address}send/", values | beyond_all).status_code == 422
    assert desk_client.post(f"{address}send/", values | seen | {"code": "1"}).status_code == 302
    sign_in(desk_client, ward.commander)
    page = desk_client.get("/warnings/patterns/").content.decode()
    use = PatternUse.objects.get()
    assert f"/warnings/patterns/sent/{use.pk}/" in page
    # Whoever looks at it afterwards reads which numbers stood nowhere.
    assert "0912 000 417" in page[page.index('id="sent"') :]
    assert desk_client.post(f"/warnings/patterns/sent/{use.pk}/").status_code == 302
    use.refresh_from_db()
    assert use.reviewed_by == ward.commander


def test_the_province_is_called_to_approve_and_leads_straight_there(ward):
    version = ward.submitted()
    called = actions.call_province(version.warning_id, by=ward.officer)
    assert {officer.name for officer in called} == {"Hà", "Trực tỉnh"}
    assert Entry.objects.get(action="warning.called").detail == {"officers": 2, "pagers": 0}
    text = DispatchText.objects.filter(dispatch__kind="page", language="vi").get().text
    assert f"/warnings/{version.warning_id}/approve/" in text
    assert CALM["title"] not in text
