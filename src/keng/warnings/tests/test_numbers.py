"""A warning's numbers are compared with those of its tips and of the desks, before it goes out."""

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from keng.accounts import second_factor
from keng.audit.models import Entry
from keng.community.models import OfficialChannel
from keng.conftest import sign_in
from keng.decisions import viewing
from keng.delivery.audience import plan_audience
from keng.delivery.models import Dispatch, Inbound
from keng.kit import times
from keng.lookup.actions import listing as listings
from keng.tips.models import Tip, TipConcern
from keng.warnings import actions
from keng.warnings.actions import pattern_acts
from keng.warnings.known_numbers import NumbersUnchecked, check_warning
from keng.warnings.models import Pattern, Warning
from keng.warnings.tests.ward import CALM, NOTE, Ward, looked_at
from tests import make

pytestmark = pytest.mark.django_db

REPORTED = "+84510555131"
WRONG = {
    **CALM,
    "signs": "Số gọi: 0510 555 113.",
    "call": "Trực ban 0204 000 0131, hoặc 113.",
}
RIGHT = {**CALM, "signs": "Số gọi: 0510 555 131."}


@pytest.fixture
def ward():
    """A desk with an incident of two tips that name one number."""
    found = Ward()
    found.tip, other = make.tip(unit=found.unit), make.tip(unit=found.unit)
    found.incident = make.incident(unit=found.unit, by=found.officer, tips=(found.tip, other))
    caller = make.indicator(REPORTED)
    for tip in (found.tip, other):
        make.sighting(tip, indicator=caller, role="used", decided_by=found.officer)
    return found


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")


def lines(version, officer):
    with translation.override("vi"):
        checked = check_warning(version.warning, version.texts, officer=officer)
    return {line.quote: (line.standing, line.words) for line in checked.lines}


def release(version, by, **more):
    return actions.approve_warning(version.pk, **looked_at(version), by=by, **more)


def digest(version, officer):
    """In the language of the officer's page, as it is ticked there."""
    return check_warning(version.warning, version.texts, officer=officer).digest


def test_two_changed_digits_are_named_with_what_they_nearly_are(ward):
    version = ward.draft(words=WRONG, from_incident=ward.incident)
    found = lines(version, ward.commander)
    standing, words = found["0510 555 113"]
    assert standing == "near"
    assert "0510 555 131" in words
    assert "2 tin" in words
    standing, words = found["0204 000 0131"]
    assert standing == "near"
    assert "0204 000 0113" in words
    assert "Công an phường Nếnh" in words
    assert found["113"][0] == "official"


@pytest.mark.parametrize("part", ["call", "act"])
def test_the_number_of_another_desk_says_whose_it_is_and_is_ticked(ward, part):
    make.unit("Công an xã Nam Dương", parent=ward.province, desk_phone="0204 000 0131")
    version = ward.draft(words={**CALM, part: "Gọi trực ban 0204 000 0131, hoặc 113."})
    checked = check_warning(version.warning, version.texts, officer=ward.commander)
    (line,) = [line for line in checked.lines if line.quote == "0204 000 0131"]
    assert (line.standing, line.tone, line.is_open) == ("other_desk", "warn", True)
    assert "Công an xã Nam Dương" in lines(version, ward.commander)["0204 000 0131"][1]
    actions.submit_warning(version.warning_id, by=ward.officer)
    with pytest.raises(NumbersUnchecked):
        release(version, ward.commander)
    release(version, ward.commander, numbers=checked.digest)


def test_the_desks_own_number_and_the_provinces_need_no_tick(ward):
    call = "Trực ban 0204 000 0113, công an tỉnh 0204 000 0999, hoặc 113."
    version = ward.draft(words={**CALM, "call": call})
    checked = check_warning(version.warning, version.texts, officer=ward.commander)
    assert {line.standing for line in checked.lines} == {"official"}


def test_what_the_tips_confirm_and_the_desk_owns_asks_nothing(ward):
    version = ward.draft(words=RIGHT, from_incident=ward.incident)
    checked = check_warning(version.warning, version.texts, officer=ward.commander)
    assert {line.standing for line in checked.lines} == {"used", "official"}
    assert checked.digest == ""


def test_what_the_machine_read_in_one_report_is_no_source_until_somebody_confirms_it(ward):
    """Anybody can report the number of somebody whom they wish ill."""
    seen = make.sighting(ward.tip, indicator=make.indicator("+84987654321"), role="used")
    version = ward.draft(
        words={**CALM, "signs": "Số gọi: 0987 654 321."}, from_incident=ward.incident
    )
    checked = check_warning(version.warning, version.texts, officer=ward.commander)
    (line,) = [line for line in checked.lines if line.quote == "0987 654 321"]
    assert (line.standing, line.tone) == ("reported", "warn")
    standing, words = lines(version, ward.commander)["0987 654 321"]
    assert "trong 1 tin" in words
    assert "chưa ai xác nhận" in words
    assert checked.digest != ""
    viewing.set_sighting_role(seen.pk, role="used", by=ward.officer)
    standing, words = lines(version, ward.commander)["0987 654 321"]
    assert standing == "used"
    assert "cán bộ đã xác nhận" in words


def test_where_one_officer_said_that_it_is_no_part_the_machine_does_not_outvote_them(ward):
    other = make.indicator("+84987654321")
    make.sighting(ward.tip, indicator=other, role="used")
    again = make.tip(unit=ward.unit, incident=ward.incident)
    make.sighting(again, indicator=other, role="not_used", decided_by=ward.officer)
    version = ward.draft(
        words={**CALM, "signs": "Số gọi: 0987 654 321."}, from_incident=ward.incident
    )
    assert lines(version, ward.commander)["0987 654 321"][0] == "not_used"


def reported_by(ward, *, chats):
    """So many open tips that name one number: from different chats, or from nobody known."""
    caller = make.indicator("+84987654321")
    for each in chats:
        tip = make.tip(unit=ward.unit)
        make.sighting(tip, indicator=caller, role="used")
        if each:
            Inbound.objects.create(
                channel="sandbox", kind="text", tip_ref=tip.pk, conversation_hash=each
            )
    return ward.draft(words={**CALM, "signs": "Số gọi: 0987 654 321."})


def test_three_different_people_are_enough_without_an_officer(ward):
    version = reported_by(ward, chats=[b"a" * 32, b"b" * 32, b"c" * 32])
    standing, words = lines(version, ward.commander)["0987 654 321"]
    assert standing == "used"
    assert "3 người khác nhau" in words


@pytest.mark.parametrize("chats", [[b"a" * 32] * 3, [None] * 5, [b"a" * 32, None, None]])
def test_reports_that_may_all_be_of_one_person_are_not(ward, chats):
    version = reported_by(ward, chats=chats)
    assert lines(version, ward.commander)["0987 654 321"][0] == "reported"


def test_what_the_look_up_has_as_confirmed_is_confirmed_here_too(ward):
    caller = make.indicator("+84987654321")
    make.sighting(make.tip(unit=ward.unit), indicator=caller, role="used")
    version = ward.draft(words={**CALM, "signs": "Số gọi: 0987 654 321."})
    month = times.local_date(times.now()).replace(day=1)
    listed = listings.propose_listing(
        caller,
        grade="confirmed",
        category="scam_impersonation",
        month=month,
        basis="Đã gọi thử",
        expires_on=month + datetime.timedelta(days=90),
        unit_id=ward.unit.pk,
        by=ward.officer,
    )
    assert lines(version, ward.commander)["0987 654 321"][0] == "reported"
    listings.confirm_listing(listed.pk, seen=listed.digest_now, does_harm=False, by=ward.commander)
    standing, words = lines(version, ward.commander)["0987 654 321"]
    assert standing == "used"
    assert "tra cứu công khai đã xác nhận" in words


def test_a_draft_begins_without_what_nobody_has_confirmed_and_says_so(desk_client, ward):
    make.sighting(ward.tip, indicator=make.indicator("+84987654321"), role="used")
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?tip={ward.tip.pk}").content.decode()
    words = page.split('name="signs"')[1].split("</textarea>")[0]
    assert "0510 555 131" in words
    assert "0987 654 321" not in words
    assert "Không đưa sang vì chưa ai xác nhận: 0987 654 321" in page


def test_a_draft_from_an_incident_begins_with_the_words_of_its_kind_as_one_from_a_wave(
    desk_client, ward
):
    ward.incident.category = "scam_impersonation"
    ward.incident.save(update_fields=["category"])
    make.sighting(ward.tip, indicator=make.indicator("+84987654321"), role="used")
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?incident={ward.incident.pk}").content.decode()
    assert "0510 555 131" in page.split('name="signs"')[1].split("</textarea>")[0]
    assert page.split('name="what"')[1].split("</textarea>")[0].split(">")[1].strip()
    assert f'href="{url("incident", ward.incident.pk)}">Mở các tin' in page


def test_from_nothing_it_is_compared_with_the_open_tips_that_the_officer_sees(ward):
    version = ward.draft(words=RIGHT)
    assert lines(version, ward.commander)["0510 555 131"][0] == "used"
    for tip in Tip.objects.filter(incident=ward.incident):
        TipConcern.objects.create(tip=tip, unit=ward.unit)
    assert lines(version, ward.commander)["0510 555 131"][0] == "unknown"
    assert lines(version, ward.province_duty)["0510 555 131"][0] == "used"


def test_another_desks_tips_are_never_looked_at(ward):
    neighbour = make.unit(parent=ward.province)
    make.sighting(make.tip(unit=neighbour), indicator=make.indicator("+84510555113"), role="used")
    version = ward.draft(words=WRONG)
    assert lines(version, ward.commander)["0510 555 113"][0] == "near"
    assert lines(version, ward.province_duty)["0510 555 113"][0] == "near"


def test_a_number_nobody_decided_about_may_be_somebodys_own(ward):
    make.sighting(ward.tip, indicator=make.indicator("+84987654321"), role="unknown")
    version = ward.draft(
        words={**CALM, "signs": "Số gọi: 0987 654 321."}, from_incident=ward.incident
    )
    assert lines(version, ward.commander)["0987 654 321"][0] == "undecided"


def test_official_channels_of_desks_are_known(ward):
    OfficialChannel.objects.create(
        unit=ward.unit,
        kind="website",
        shown_as="nenh.example",
        checked_on=times.local_date(times.now()),
        checked_by=ward.commander,
        released_at=times.now(),
    )
    words = {**CALM, "act": "Xem nenh[.]example, đừng vào nemh[.]example."}
    found = lines(ward.draft(words=words), ward.commander)
    assert found["nenh[.]example"][0] == "official"
    assert found["nemh[.]example"][0] == "near"


def test_a_bank_account_on_the_list_is_no_official_number(ward):
    OfficialChannel.objects.create(
        unit=ward.unit,
        kind="other",
        shown_as="Hoàn tiền nạn nhân: STK 0123456789 Techcombank",
        checked_on=times.local_date(times.now()),
        checked_by=ward.commander,
        released_at=times.now(),
    )
    words = {**CALM, "act": "Chuyển phí vào STK 0123456789 Techcombank."}
    found = lines(ward.draft(words=words), ward.commander)
    assert found["0123456789"][0] == "unknown"


def test_whoever_lets_it_out_ticks_exactly_what_they_were_shown(ward):
    version = ward.draft(words=WRONG, from_incident=ward.incident)
    actions.submit_warning(version.warning_id, by=ward.officer)
    for ticked in ("", "0" * 64):
        with pytest.raises(NumbersUnchecked):
            release(version, ward.commander, numbers=ticked)
    assert not Dispatch.objects.exists()
    release(version, ward.commander, numbers=digest(version, ward.commander))
    version.refresh_from_db()
    assert {one["quote"]: one["standing"] for one in version.unmatched_numbers} == {
        "0510 555 113": "near",
        "0204 000 0131": "near",
    }
    assert Entry.objects.get(action="warning.approved").detail["unmatched_numbers"] == {"near": 2}


def test_what_was_ticked_no_longer_counts_once_the_tips_say_something_else(ward):
    version = ward.draft(words=WRONG, from_incident=ward.incident)
    actions.submit_warning(version.warning_id, by=ward.officer)
    ticked = digest(version, ward.commander)
    make.sighting(ward.tip, indicator=make.indicator("+84510555113"), role="not_used")
    with pytest.raises(NumbersUnchecked):
        release(version, ward.commander, numbers=ticked)


def test_a_number_typed_into_a_correction_is_compared_too(ward):
    version = ward.draft(words=RIGHT, from_incident=ward.incident)
    actions.submit_warning(version.warning_id, by=ward.officer)
    release(version, ward.commander)
    content = ward.content({**WRONG, **NOTE})
    actions.revise_warning(
        version.warning_id, content=content, choice=ward.choice(), by=ward.officer
    )
    again = actions.submit_warning(version.warning_id, by=ward.officer)
    with pytest.raises(NumbersUnchecked):
        release(again, ward.commander)


def test_the_author_is_shown_them_before_it_is_handed_in(desk_client, ward):
    sign_in(desk_client, ward.officer)
    data = {
        **WRONG,
        "category": "scam_impersonation",
        "severity": "2",
        "valid_until": "2099-12-31",
        "places": [str(ward.place.pk)],
        "kinds": ["residents", "landlords"],
        "do": "submit",
        "incident": str(ward.incident.pk),
    }
    answer = desk_client.post(url("warning-new"), data, follow=True)
    warning = Warning.objects.get()
    assert warning.state == "draft"
    page = answer.content.decode()
    assert "đối chiếu" in page
    assert "0510 555 131" in page
    ticked = page.split('name="numbers" value="')[1].split('"')[0]
    desk_client.post(url("warning-edit", warning.pk), data | {"numbers": ticked})
    warning.refresh_from_db()
    assert warning.state == "submitted"


def test_checking_a_text_that_is_not_saved_shows_them(desk_client, ward):
    sign_in(desk_client, ward.officer)
    data = {
        **WRONG,
        "category": "scam_impersonation",
        "severity": "2",
        "valid_until": "2099-12-31",
        "places": [str(ward.place.pk)],
        "kinds": ["residents"],
        "do": "check",
        "tip": str(ward.tip.pk),
    }
    page = desk_client.post(url("warning-new"), data).content.decode()
    assert "0510 555 131" in page
    assert not Warning.objects.exists()


def test_the_approver_sees_them_above_the_button_and_the_code_is_not_used_up(desk_client, ward):
    version = ward.draft(words=WRONG, from_incident=ward.incident)
    actions.submit_warning(version.warning_id, by=ward.officer)
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    form = page[page.index("panel decision-panel") :]
    assert form.index("0510 555 113") < form.index("data-send")
    assert "0510 555 131" in form[: form.index("data-send")]

    def value(name):
        return page.split(f'name="{name}" value="')[1].split('"')[0]

    data = {name: value(name) for name in ("seen", "people")}
    data["code"] = second_factor.current_totp_code(ward.commander)
    refused = desk_client.post(url("warning-approve", version.warning_id), data)
    assert refused.status_code == 422
    assert not Dispatch.objects.exists()
    answer = desk_client.post(
        url("warning-approve", version.warning_id), data | {"numbers": value("numbers")}
    )
    assert answer.status_code == 302
    page = desk_client.get(url("warning-detail", version.warning_id)).content.decode()
    assert "không có trong tin nào" in page


def pattern_of(ward, texts, numbers=""):
    made = pattern_acts.make_pattern(
        texts,
        unit_id=ward.unit.pk,
        category="scam_impersonation",
        severity=2,
        kinds=["residents", "landlords"],
        expires_on=times.local_date(times.now()),
        by=ward.officer,
    )
    return pattern_acts.approve_pattern(
        made.pk, seen=made.digest_now, numbers=numbers, by=ward.commander
    )


def test_what_is_filled_into_a_blank_is_compared(ward):
    pattern = pattern_of(ward, {**CALM, "signs": "Số gọi: [số]."})
    content = pattern_acts.choice_for_commune(pattern, ward.unit).audience(ward.unit, 2)
    make.sighting(ward.tip, indicator=make.indicator("+84987654321"), role="unknown")
    values = {"number": "0987 654 321"}
    with pytest.raises(NumbersUnchecked):
        pattern_acts.send_pattern(
            pattern.pk, values, audience_hash=plan_audience(content).hash, people=0, by=ward.officer
        )
    ticked = pattern_acts.check_filled_pattern(pattern, values, ward.unit, by=ward.officer).digest
    pattern_acts.send_pattern(
        pattern.pk,
        values,
        audience_hash=plan_audience(content).hash,
        people=0,
        numbers=ticked,
        by=ward.officer,
    )
    detail = Entry.objects.get(action="pattern.sent").detail
    assert detail["unmatched_numbers"] == {"undecided": 1}


def test_a_pattern_with_a_wrong_telephone_is_not_approved_unseen(ward):
    texts = {**CALM, "call": "Trực ban 0204 000 0131, hoặc 113."}
    with pytest.raises(NumbersUnchecked):
        pattern_of(ward, texts)
    ticked = pattern_acts.check_pattern(Pattern.objects.get(), by=ward.commander).digest
    found = pattern_acts.approve_pattern(
        Pattern.objects.get().pk,
        seen=Pattern.objects.get().digest_now,
        numbers=ticked,
        by=ward.commander,
    )
    assert found.released_by == ward.commander
    assert Entry.objects.get(action="pattern.approved").detail["unmatched_numbers"] == {"near": 1}


def test_the_page_of_a_pattern_shows_what_was_filled_in(desk_client, ward, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    pattern = pattern_of(ward, {**CALM, "signs": "Số gọi: [số]."})
    sign_in(desk_client, ward.officer)
    address = url("pattern-send", pattern.pk)
    page = desk_client.post(address, {"number": "0510 555 113", "do": "show"}).content.decode()
    assert "0510 555 131" in page
    make.sighting(ward.tip, indicator=make.indicator("+84510555113"), role="unknown")
    page = desk_client.post(address, {"number": "0510 555 113", "do": "show"}).content.decode()

    def value(name):
        return page.split(f'name="{name}" value="')[1].split('"')[0]

    data = {
        "number": "0510 555 113",
        "do": "send",
        "code": "1",
        "audience_hash": value("audience_hash"),
        "people": value("people"),
    }
    assert desk_client.post(address, data).status_code == 422
    assert desk_client.post(address, data | {"numbers": value("numbers")}).status_code == 302
