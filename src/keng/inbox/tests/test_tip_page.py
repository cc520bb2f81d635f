"""The tip's page: what it shows, what its forms do, and what they refuse without losing words."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.dialogue import answering
from keng.files import store
from keng.kit import times
from keng.tips import deadlines
from keng.tips.models import Attachment, Sighting, Suggestion, Tip, TipReader
from tests import make

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def page(client, tip):
    return client.get(url("tip", tip.pk)).content.decode()


def test_the_words_are_shown_with_the_machines_marks_and_links_cannot_be_tapped(desk, unit):
    text = "Gọi số 0912000417 rồi bảo vào http://vneid.example nhé"
    tip = make.tip(unit=unit, text=text)
    start = text.index("0912")
    make.sighting(tip, indicator=make.indicator("+84912000417"), start=start, end=start + 10)
    shown = page(desk, tip)
    assert "<mark>0912000417</mark>" in shown
    assert "hxxp://vneid[.]example" in shown
    assert "http://vneid.example" not in shown


def waiting_to_be_looked_at(unit):
    """A tip of which the clock to look at it runs, and the one to sort it."""
    tip = make.tip(unit=unit, urgency="P1")
    for clock in (deadlines.LOOK_CLOCK, deadlines.SORT_CLOCK):
        deadlines.start_clock(tip, clock)
    deadlines.set_due_at(tip)
    tip.save()
    return tip


def is_read(tip):
    """Whether its reporter is told so; then the clock to look at it stands too, and only then."""
    tip.refresh_from_db()
    runs = tip.clocks.filter(rule_code=deadlines.LOOK_CLOCK, stopped_at__isnull=True).exists()
    assert runs == (tip.first_read_at is None)
    return not runs


def test_an_urgent_tip_that_was_looked_at_stays_urgent_until_somebody_takes_or_sorts_it(
    desk, officer, unit
):
    for settled in ("taken", "sorted"):
        tip = waiting_to_be_looked_at(unit)
        desk.post(url("tip-now", tip.pk), {"seen": "", "read": "1"})
        tip.refresh_from_db()
        assert tip.due_at < times.now() + datetime.timedelta(minutes=61)
        if settled == "taken":
            triage.accept_tip(tip.pk, by=officer)
        else:
            triage.sort_tip(tip.pk, category="theft", urgency="P1", by=officer)
        tip.refresh_from_db()
        assert tip.due_at > times.now() + datetime.timedelta(hours=2)


def test_paging_past_a_tip_is_not_reading_it(desk, unit):
    tip = waiting_to_be_looked_at(unit)
    desk.get(url("tip", tip.pk), headers={"hx-request": "true"})
    desk.get(url("inbox"), {"tip": tip.pk})
    page(desk, tip)
    desk.post(url("tip-now", tip.pk), {"seen": ""})
    assert not is_read(tip)


def test_a_pane_fetched_ahead_says_to_nobody_that_the_tip_was_opened(desk, unit):
    shown, next_one = waiting_to_be_looked_at(unit), waiting_to_be_looked_at(unit)
    htmx = {"hx-request": "true"}
    desk.get(url("tip", shown.pk), headers=htmx)
    kept = dict(desk.session)
    ahead = desk.get(url("tip", next_one.pk), {"part": "ahead"}, headers=htmx)
    assert dict(desk.session) == kept
    assert not TipReader.objects.filter(tip=next_one).exists()
    assert not is_read(next_one)
    seen = re.search(r'data-seen="([^"]*)"', ahead.content.decode())[1]
    said = {"seen": seen, "opened": "1"}
    assert desk.post(url("tip-now", next_one.pk), said).status_code == 200
    assert TipReader.objects.filter(tip=next_one).exists()
    assert dict(desk.session) != kept
    assert not is_read(next_one)


def test_a_pane_shown_from_before_is_asked_for_anew_where_the_tip_stands_otherwise(desk, unit):
    tip = waiting_to_be_looked_at(unit)
    htmx = {"hx-request": "true"}
    ahead = desk.get(url("tip", tip.pk), {"part": "ahead"}, headers=htmx).content.decode()
    said = {"seen": re.search(r'data-seen="([^"]*)"', ahead)[1], "opened": "1"}
    triage.accept_tip(tip.pk, by=make.officer(unit=unit))
    assert desk.post(url("tip-now", tip.pk), said).status_code == 205
    Tip.objects.update(responsible_unit=make.unit())
    assert desk.post(url("tip-now", tip.pk), said).status_code == 404


def test_a_tip_in_view_long_enough_is_read_once(desk, unit):
    tip = waiting_to_be_looked_at(unit)
    assert "data-unread" in page(desk, tip)
    for _time in range(2):
        desk.post(url("tip-now", tip.pk), {"seen": "", "read": "1"})
    assert is_read(tip)
    assert "data-unread" not in page(desk, tip)
    assert Entry.objects.filter(action="tip.read", object_id=str(tip.pk)).count() == 1


def test_without_a_script_opening_a_tip_is_reading_it(desk, unit):
    tip = waiting_to_be_looked_at(unit)
    asked = f'<noscript><img src="{url("tip", tip.pk)}?part=read"'
    assert asked in page(desk, tip)
    assert asked in desk.get(url("inbox"), {"tip": tip.pk}).content.decode()
    # There a script has put it in, and it would be loaded whether scripts run or not.
    assert (
        asked not in desk.get(url("tip", tip.pk), headers={"hx-request": "true"}).content.decode()
    )
    assert desk.get(url("tip", tip.pk), {"part": "read"}).status_code == 204
    assert is_read(tip)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("tip-note", {"text": "Đã gọi"}), ("tip-set-aside", {}), ("tip-decline", {})],
)
def test_doing_something_with_a_tip_is_reading_it(desk, unit, name, sent):
    tip = waiting_to_be_looked_at(unit)
    desk.post(url(name, tip.pk), sent)
    assert is_read(tip)


def test_passing_on_opens_the_row_below_where_the_tip_stood_when_it_was_opened(desk, unit):
    """Read and taken on it sinks to tomorrow; what nobody has yet stands between."""
    first = waiting_to_be_looked_at(unit)
    now = times.now()
    nobodys = make.tip(unit=unit, urgency="P1", due_at=now + datetime.timedelta(hours=9))
    colleagues = make.tip(unit=unit, urgency="P2", due_at=now + datetime.timedelta(days=2))
    page(desk, first)
    desk.post(url("tip-accept", first.pk))
    page(desk, first)
    first.refresh_from_db()
    assert nobodys.due_at < first.due_at < colleagues.due_at
    sent = {"to": str(unit.parent_id), "reason": "Việc của tỉnh"}
    assert desk.post(url("tip-route", first.pk), sent).url == url("tip", nobodys.pk)


def test_passing_a_critical_tip_on_opens_the_next_critical_one(desk, unit):
    soon, late = (times.now() + datetime.timedelta(hours=hours) for hours in (1, 2))
    first, second = (make.tip(unit=unit, urgency="P0", due_at=at) for at in (soon, late))
    make.tip(unit=unit, urgency="P2", due_at=late)
    page(desk, first)
    sent = {"to": str(unit.parent_id), "reason": "Việc của tỉnh"}
    assert desk.post(url("tip-route", first.pk), sent).url == url("tip", second.pk)


def test_a_zalo_tip_is_never_called_anonymous(desk, unit):
    zalo = page(desk, make.tip(unit=unit, channel="zalo_oa", identity_holds=["chat"]))
    assert "Ẩn danh" not in zalo
    assert "Zalo và người quản lý tài khoản OA" in zalo
    anonymous = page(desk, make.tip(unit=unit, channel="web"))
    assert "Ẩn danh" in anonymous
    assert "Lời kể vẫn có thể làm lộ người báo" in anonymous


def test_the_machine_suggests_in_words_with_its_reasons(desk, unit):
    tip = make.tip(unit=unit)
    Suggestion.objects.create(
        tip=tip,
        urgency="P1",
        categories=[
            {"code": "scam_impersonation", "strength": "very", "reasons": ["tự xưng công an"]},
        ],
    )
    shown = page(desk, tip)
    assert "Máy gợi ý, bạn quyết định" in shown
    assert "khớp nhiều" in shown
    assert "“tự xưng công an”" in shown
    desk.post(
        url("tip-sort", tip.pk), {"category": "scam_impersonation", "urgency": "P1", "seen": ""}
    )
    tip.refresh_from_db()
    assert (tip.category, tip.urgency) == ("scam_impersonation", "P1")
    assert "Máy gợi ý" not in page(desk, tip)


def test_where_the_machine_is_not_sure_it_asks_and_ticks_nothing(desk, unit):
    tip = make.tip(unit=unit)
    unsure = {"code": "theft", "strength": "unsure", "reasons": ["xe"]}
    Suggestion.objects.create(tip=tip, categories=[unsure, unsure | {"code": "traffic"}])
    shown = page(desk, tip)
    assert "Máy chưa chắc: tin này về việc gì?" in shown
    choices = shown.partition("Máy chưa chắc")[2].partition("</form>")[0]
    assert choices.count('name="category"') == choices.count("required") == 2
    assert "checked" not in choices
    assert tip.suggestion.guess == ""


def test_an_indicator_counts_elsewhere_only_when_used_in_the_offence(desk, unit):
    number = make.indicator("+84912000417")
    tip, other, noise, foreign = (make.tip(unit=u) for u in (unit, unit, unit, make.unit()))
    mine = make.sighting(tip, indicator=number, role=Sighting.Role.UNKNOWN)
    make.sighting(other, indicator=number)
    make.sighting(noise, indicator=number, role=Sighting.Role.NOT_USED)
    make.sighting(foreign, indicator=number)
    assert "tin khác" not in page(desk, tip)
    desk.post(url("sighting-role", mine.pk), {"role": "used"})
    assert "Có trong 1 tin khác" in page(desk, tip)
    rows = desk.get(url("same-indicator", mine.pk)).content.decode()
    assert url("tip", other.pk) in rows
    assert url("tip", foreign.pk) not in rows
    assert url("tip", noise.pk) not in rows


def test_after_a_decision_the_next_tip_opens_with_an_undo(desk, unit):
    first, second = make.tip(unit=unit), make.tip(unit=unit)
    answer = desk.post(
        url("tip-route", first.pk),
        {"to": unit.parent.pk, "reason": "Vượt quyền", "seen": ""},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == url("tip", second.pk)
    shown = answer.content.decode()
    step = first.decisions.get()
    assert f'name="decision" value="{step.pk}"' in shown
    desk.post(url("decision-undo"), {"decision": step.pk})
    first.refresh_from_db()
    assert first.responsible_unit == unit


@pytest.mark.parametrize("goes", ["out_of_scope", "elsewhere"])
def test_an_answer_is_undone_also_where_its_tip_was_sealed_or_left_the_desk(
    desk, unit, officer, goes
):
    make.unit_key(unit.parent)
    tip = make.tip(unit=unit)
    message = answering.answer_reporter(tip.pk, text="Nhầm tin", by=officer)
    if goes == "elsewhere":
        triage.route_tip(tip.pk, to=unit.parent, reason="Vượt quyền", by=officer)
    else:
        triage.decline_tip(tip.pk, kind=goes, reply="Ngoài phạm vi.", by=officer)
    answer = desk.post(url("reply-withdraw"), {"message": message.pk}, follow=True)
    assert answer.redirect_chain[-1][0] == (
        url("inbox") if goes == "elsewhere" else url("tip", tip.pk)
    )
    assert "Đã rút lại: người báo sẽ không thấy." in answer.content.decode()
    assert not tip.messages.filter(text="Nhầm tin").exists()


def test_a_stale_answer_is_not_sent_and_its_words_are_kept(desk, unit):
    tip = make.tip(unit=unit)
    triage.accept_tip(tip.pk, by=make.officer(unit=unit, name="Đồng nghiệp"))
    answer = desk.post(url("tip-reply", tip.pk), {"text": "Bạn đừng bấm vào đường dẫn", "seen": ""})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Bạn đừng bấm vào đường dẫn" in shown
    assert "Đồng nghiệp" in shown
    assert not tip.messages.exists()


def test_a_stale_decision_says_who_was_first(desk, unit):
    tip = make.tip(unit=unit)
    triage.sort_tip(tip.pk, category="theft", by=make.officer(unit=unit, name="Đồng nghiệp"))
    answer = desk.post(url("tip-accept", tip.pk), {"seen": ""}, follow=True)
    assert "Đồng nghiệp" in answer.content.decode()
    tip.refresh_from_db()
    assert tip.assigned_to is None


def test_note_and_reply_have_forms_and_addresses_of_their_own(desk, unit):
    tip = make.tip(unit=unit)
    shown = page(desk, tip)
    reply, note = url("tip-reply", tip.pk), url("tip-note", tip.pk)
    assert shown.count(f'action="{reply}"') == shown.count(f'action="{note}"') == 1
    desk.post(note, {"text": "Đối tượng quen mặt"})
    assert not tip.messages.exists()
    assert tip.notes.get().text == "Đối tượng quen mặt"


def test_the_decline_page_shows_the_words_that_will_be_sent_for_each_kind(desk, unit):
    tip = make.tip(unit=unit)
    civil = desk.get(url("tip-decline", tip.pk), {"kind": "civil"}).content.decode()
    scope = desk.get(url("tip-decline", tip.pk), {"kind": "out_of_scope"}).content.decode()
    assert "tổ hòa giải" in civil
    assert "phản đối một lần" in scope
    assert desk.get(url("tip-decline", tip.pk), {"kind": "x"}).status_code == 404


def test_no_reason_to_decline_is_chosen_beforehand(desk, unit):
    tip = make.tip(unit=unit)
    page = desk.get(url("tip-decline", tip.pk), {"from": "list"}).content.decode()
    assert page.count("?kind=") == 7
    assert 'aria-current="true"' not in page
    assert "data-send" not in page
    desk.post(url("tip-decline", tip.pk), {"reply": "Mời bạn tới một cửa.", "seen": ""})
    tip.refresh_from_db()
    assert tip.is_open
    assert not tip.messages.exists()


def test_an_english_tip_is_declined_in_english(desk, unit):
    tip = make.tip(unit=unit, language="en")
    shown = desk.get(url("tip-decline", tip.pk), {"kind": "civil"}).content.decode()
    assert "Thank you for writing" in shown


def test_the_duplicates_page_offers_alike_tips_with_reasons_and_joins_them(desk, unit):
    words = "Có người tự xưng công an phường gọi kích hoạt định danh mức hai"
    tip, alike = make.tip(unit=unit, text=words), make.tip(unit=unit, text=words + " gấp")
    number = make.indicator("+84912000417")
    make.sighting(tip, indicator=number)
    make.sighting(alike, indicator=number)
    make.tip(unit=unit, text="Mất xe đạp ở cổng chợ")
    make.tip(unit=make.unit(), text=words)
    shown = desk.get(url("tip-duplicate", tip.pk)).content.decode()
    assert shown.count('name="of"') == 1
    assert "rất giống" in shown
    assert "cùng lúc</p>" in shown
    desk.post(url("tip-duplicate", tip.pk), {"of": alike.pk, "seen": ""})
    tip.refresh_from_db()
    assert tip.duplicate_of == alike


def test_a_covered_picture_is_shown_on_request_and_the_look_is_on_record(desk, unit):
    tip = make.tip(unit=unit)
    attachment = Attachment.objects.create(
        tip=tip,
        kind="image",
        mime="image/png",
        size=3,
        original_path="x",
        keyed_hash=b"0" * 32,
        viewing_path=store.keep_viewing_copy(b"abc"),
    )
    assert "data:image" not in page(desk, tip)
    shown = desk.post(url("attachment", attachment.pk)).content.decode()
    assert "data:image/jpeg;base64,YWJj" in shown
    assert Entry.objects.filter(action="attachment.shown", object_id=str(attachment.pk)).exists()


def test_a_pane_is_asked_for_by_the_inbox_and_a_page_by_everybody_else(desk, unit):
    tip = make.tip(unit=unit)
    pane = desk.get(url("tip", tip.pk), headers={"hx-request": "true"}).content.decode()
    assert "<html" not in pane
    assert 'name="from" value="inbox"' in pane
    assert "<html" in page(desk, tip)


def test_closing_needs_an_outcome_and_returns_to_an_empty_inbox(desk, unit):
    tip = make.tip(unit=unit)
    desk.post(url("tip-outcome", tip.pk), {"outcome": "solved", "note": "", "seen": ""})
    seen = str(tip.decisions.get().pk)
    answer = desk.post(url("tip-close", tip.pk), {"text": "", "seen": seen}, follow=True)
    assert answer.redirect_chain[-1][0] == url("inbox")
    assert Tip.objects.get(pk=tip.pk).state == "closed"


def test_a_decline_about_officers_hides_the_tip_from_this_desk(desk, unit):
    tip = make.tip(unit=unit)
    desk.post(url("tip-decline", tip.pk), {"kind": "official", "reply": "Đã chuyển.", "seen": ""})
    assert desk.get(url("tip", tip.pk)).status_code == 404
    assert str(tip.pk) not in desk.get(url("inbox")).content.decode()


def test_a_duplicate_can_be_named_by_its_number(desk, unit):
    tip, other = make.tip(unit=unit), make.tip(unit=unit, reference="2026-N-0042")
    make.tip(unit=make.unit(), reference="2026-M-0043")
    for number in ("43", "không có"):
        desk.post(url("tip-duplicate", tip.pk), {"number": number, "seen": ""})
        assert not tip.decisions.exists()
    desk.post(url("tip-duplicate", tip.pk), {"number": "42", "seen": ""})
    tip.refresh_from_db()
    assert tip.duplicate_of == other


@pytest.fixture
def joined_above(unit):
    """A tip of this desk that the province joined to one of another desk, of which it tells here
    nothing: the incident is that desk's, and named by a number of its tip or by its officer.
    """
    elsewhere = make.unit(parent=unit.parent)
    theirs = make.tip(unit=elsewhere, category="scam_impersonation")
    make.sighting(theirs, indicator=make.indicator("+84912000417"))
    ours = make.tip(unit=unit, text="Có người gọi điện đòi tiền")
    province = make.officer(unit=unit.parent, role=Post.Role.COORDINATOR)
    triage.mark_duplicate(ours.pk, of=theirs.pk, by=province)
    ours.refresh_from_db()
    assert "0912 000 417" in ours.incident.title
    return ours


@pytest.mark.parametrize("place", ["page", "pane", "route"])
def test_of_an_incident_of_another_desk_is_said_only_that_there_is_one(desk, joined_above, place):
    if place == "pane":
        answer = desk.get(url("tip", joined_above.pk), headers={"HX-Request": "true"})
    else:
        answer = desk.get(url("tip" if place == "page" else "tip-route", joined_above.pk))
    shown = answer.content.decode()
    assert "0912 000" not in shown
    assert str(joined_above.incident_id) not in shown
    assert str(joined_above.duplicate_of_id) not in shown
    assert "Cấp tỉnh đã gộp tin này với tin báo của đơn vị khác" in shown


def test_a_warning_begins_with_the_tip_where_its_incident_is_another_desks(
    unit, desk, joined_above
):
    shown = page(desk, joined_above)
    assert f"?tip={joined_above.pk}" in shown
    assert desk.get(url("warning-new"), {"tip": joined_above.pk}).status_code == 200


def test_who_compares_tips_does_not_read_the_incident_of_another_desk(desk, unit, joined_above):
    # It leads what was left when the first tip was taken out, and the incident is still theirs.
    Tip.objects.filter(pk=joined_above.pk).update(duplicate_of=None, state=Tip.State.ACCEPTED)
    tip = make.tip(unit=unit, text=joined_above.text)
    shown = desk.get(url("tip-duplicate", tip.pk)).content.decode()
    assert str(joined_above.pk) in shown
    assert "0912 000" not in shown
    said = desk.post(url("tip-duplicate", tip.pk), {"of": joined_above.pk, "seen": ""}, follow=True)
    assert Tip.objects.get(pk=tip.pk).duplicate_of == joined_above
    assert str(joined_above.incident_id) not in said.content.decode()


def test_joining_many_to_an_incident_of_another_desk_leads_back_to_the_list(
    desk, unit, joined_above
):
    Tip.objects.filter(pk=joined_above.pk).update(duplicate_of=None, state=Tip.State.ACCEPTED)
    tip = make.tip(unit=unit)
    chosen = {"tip": [tip.pk, joined_above.pk], "act": "join", "at": f"{times.now().timestamp()}"}
    assert desk.post(url("bulk"), chosen, follow=True).status_code == 200
    assert Tip.objects.get(pk=tip.pk).duplicate_of == joined_above


def test_an_incident_names_each_place_that_its_tips_tell_of(desk_client, unit, joined_above):
    first = Tip.objects.get(pk=joined_above.duplicate_of_id)
    for tip, name in ((first, "Phường Tam Sơn"), (joined_above, "Phường Nếnh")):
        Tip.objects.filter(pk=tip.pk).update(place=make.place(name))
    mai = sign_in(desk_client, make.officer(unit=unit.parent, role=Post.Role.COORDINATOR))
    for address in (url("incident", joined_above.incident_id), url("incidents")):
        shown = mai.get(address).content.decode()
        assert "Phường Tam Sơn" in shown
        assert "Phường Nếnh" in shown


def test_the_province_reads_the_incident_of_its_desks(desk_client, unit, joined_above):
    mai = make.officer(unit=unit.parent, role=Post.Role.COORDINATOR)
    shown = page(sign_in(desk_client, mai), joined_above)
    assert "0912 000 417" in shown
    assert f"?incident={joined_above.incident_id}" in shown


def test_the_commune_that_the_words_name_is_shown_beside_the_one_it_stands_under(desk, unit):
    here = make.place("Phường Mẫu")
    make.place("Nếnh", code="07795", full_name="Phường Nếnh")
    tip = make.tip(unit=unit, place=here, text="Có trộm ở xã Vân Trung cũ")
    shown = page(desk, tip)
    assert "Phường Nếnh (“Vân Trung”)" in shown
    assert "Tin đang ở Phường Mẫu" in shown
    same = make.tip(unit=unit, place=make.place("Nếnh 2", parent=None), text="Cháy to quá")
    assert "nhắc tới" not in page(desk, same)


def test_namesakes_in_the_words_are_offered_and_the_reporter_is_to_be_asked(desk, unit):
    make.place("Hoàng Vân", code="07822", full_name="Xã Hoàng Vân")
    make.place("Xuân Lương", code="07246", full_name="Xã Xuân Lương")
    shown = page(desk, make.tip(unit=unit, text="Xã Đồng Tiến có người ghi đề"))
    assert "Lời báo có thể nhắc tới:" in shown
    assert "Xã Hoàng Vân" in shown
    assert "Xã Xuân Lương" in shown
    assert "hỏi người báo" in shown


def test_a_warning_is_drafted_by_the_same_key_on_the_page_and_beside_the_list(desk, unit):
    tip = make.tip(unit=unit)
    for headers in ({}, {"hx-request": "true"}):
        shown = desk.get(url("tip", tip.pk), headers=headers).content.decode()
        assert shown.count('data-key="w"') == 1
        assert f"/warnings/new/?tip={tip.pk}" in shown


def test_a_chat_that_asked_for_silence_is_said_to_have_a_code_only_if_one_went_out(desk, unit):
    silent = make.tip(unit=unit, channel="sandbox", do_not_contact=True)
    other = make.tip(unit=unit, channel="sandbox")
    sure, unsure = "Người báo có mã biên nhận.", "chỉ có mã biên nhận nếu"
    assert [text in page(desk, silent) for text in (sure, unsure)] == [False, True]
    assert [text in page(desk, other) for text in (sure, unsure)] == [True, False]


def test_setting_aside_is_offered_only_where_it_can_be_done(desk, unit):
    free = make.tip(unit=unit, due_at=times.now() + datetime.timedelta(hours=3))
    near = make.tip(unit=unit, due_at=times.now() + datetime.timedelta(hours=1))
    assert [url("tip-set-aside", tip.pk) in page(desk, tip) for tip in (free, near)] == [
        True,
        False,
    ]
    # What only a critical tip goes without stays.
    assert url("tip-critical", near.pk) in page(desk, near)


def test_a_note_is_written_beside_the_list_and_there_nothing_else_sends_it(desk, unit):
    tip = make.tip(unit=unit)
    beside = desk.get(url("tip", tip.pk), headers={"HX-Request": "true"}).content.decode()
    (box,) = re.findall(r"<textarea[^>]*data-key=.n.", beside)
    assert 'id="note-text"' in box
    assert len(re.findall(r'data-key="n"', beside)) == 1
    form = beside.split(url("tip-note", tip.pk))[1].split("</form>")[0]
    assert "data-send" not in form
    assert re.search(r'name="from"\s+value="inbox"', form)
    assert "data-send" in page(desk, tip).split(url("tip-note", tip.pk))[1].split("</form>")[0]
