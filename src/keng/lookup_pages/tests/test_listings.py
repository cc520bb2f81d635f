"""From a tip into the public look-up: four eyes, enough reporters, nothing about a hidden tip."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from keng.acts.errors import AlreadyDone, NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import Inbound
from keng.kit import times
from keng.lookup import deciders, errors
from keng.lookup.actions import disputes
from keng.lookup.actions import listing as actions
from keng.lookup.models import Dispute, Listing
from keng.lookup.queries import dispute_by_code
from keng.lookup.tests.make_listing import imported, listing, look_up
from keng.lookup_pages.propose import propose_sighting
from keng.releases.errors import HandInIt
from keng.tips.models import ListingEvidence
from keng.waiting.counts import counts_by_page
from tests import make

pytestmark = pytest.mark.django_db

NUMBER = "+84912000417"


def waiting_count(officer):
    """The number in the officer's menu."""
    return counts_by_page(officer)["listings"]


@pytest.fixture(autouse=True)
def right_code(monkeypatch):
    """Every code is right: lookup_pages.tests.test_listing_codes is about codes."""
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, _code: True)


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit("Công an tỉnh"))


@pytest.fixture
def lan(unit):
    return make.officer(unit=unit, name="Lan")


@pytest.fixture
def chief(unit):
    return make.officer(unit=unit, name="Hải", role="commander")


def sighting(unit, value=NUMBER, *, type="phone", **fields):
    tip = make.tip(unit=unit, **fields)
    return make.sighting(tip, indicator=make.indicator(value, type=type))


def proposed(seen, by, **fields):
    values = {
        "grade": "confirmed",
        "category": "scam_bank",
        "basis": "Đã gọi thử.",
        "month": datetime.date(2026, 11, 1),
        "expires_on": times.local_date(times.now() + datetime.timedelta(days=90)),
    }
    return propose_sighting(seen.pk, by=by, **values | fields)


def grade(text="0912000417"):
    return look_up(text)[0].grade


# Four eyes.


def test_one_officer_proposes_and_another_one_makes_it_public(unit, lan, chief):
    made = proposed(sighting(unit), lan)
    assert grade() == "no_data"
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert grade() == "confirmed"
    acts = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert acts[-2:] == ["listing.proposed", "listing.confirmed"]


def test_nobody_is_their_own_second_person(unit, chief):
    made = proposed(sighting(unit), chief)
    with pytest.raises(HandInIt):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert grade() == "no_data"


def test_another_persons_proposal_of_the_same_number_opens_no_way_round(
    unit, lan, chief, desk_client
):
    """The chief's own number, proposed once more by a colleague: it stays the chief's."""
    seen = sighting(unit)
    first = proposed(seen, chief)
    actions.end_listing(first.pk, why=Listing.End.NO_LONGER, note="Viết lại.", by=chief)
    again = proposed(seen, lan, basis="Đã gọi thử, cùng giọng.")
    with pytest.raises(HandInIt):
        actions.confirm_listing(again.pk, seen=again.digest_now, does_harm=False, by=chief)
    with pytest.raises(IntegrityError, match="hand_in_it"), transaction.atomic():
        Listing.objects.filter(pk=again.pk).update(released_by=chief)
    assert waiting_count(chief) == 0
    province = make.officer(unit=unit.parent, name="Mai")
    sign_in(desk_client, chief)
    address = reverse("listing", args=[again.pk], urlconf="keng.site.desk_urls")
    page = desk_client.get(address).content.decode()
    assert f"tỉnh sẽ duyệt. Người duyệt được ở tỉnh: {province} (Công an tỉnh)" in page
    assert f"{chief}, {lan}" in page
    sent = {"seen": again.digest_now.hex(), "harm": "no", "code": "1"}
    answer = desk_client.post(address, sent)
    assert answer.status_code == 403
    assert f"tỉnh sẽ duyệt. Người duyệt được ở tỉnh: {province}" in answer.content.decode()
    assert grade() == "no_data"
    assert waiting_count(province) == 1
    actions.confirm_listing(again.pk, seen=again.digest_now, does_harm=False, by=province)
    hands = [str(chief.pk), str(lan.pk)]
    assert Entry.objects.get(action="listing.confirmed").detail["hands"] == hands


def test_a_hand_in_what_was_public_before_is_none_in_what_follows(unit, lan, chief):
    seen = sighting(unit)
    listed = proposed(seen, chief)
    actions.confirm_listing(
        listed.pk, seen=listed.digest_now, does_harm=False, by=make.officer(unit=unit.parent)
    )
    actions.end_listing(listed.pk, why=Listing.End.NO_LONGER, note="Hết dùng.", by=chief)
    again = proposed(seen, lan)
    actions.confirm_listing(again.pk, seen=again.digest_now, does_harm=False, by=chief)


def test_a_second_person_must_be_entitled_to_release_for_the_unit(unit, lan):
    made = proposed(sighting(unit), lan)
    colleague = make.officer(unit=unit)
    with pytest.raises(NotAllowed):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=colleague)
    province = make.officer(unit=unit.parent)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=province)
    assert grade() == "confirmed"


def test_what_would_warn_a_suspect_or_expose_a_reporter_stays_inside(unit, lan, chief):
    made = proposed(sighting(unit), lan)
    with pytest.raises(errors.MayDoHarm):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=True, by=chief)
    actions.refuse_listing(made.pk, reason="Đang theo dõi.", by=chief)
    assert grade() == "no_data"
    assert look_up("0912000417")[0].taken_off is None


def test_a_proposal_of_another_unit_does_not_exist(unit, lan):
    made = proposed(sighting(unit), lan)
    elsewhere = make.officer(unit=make.unit(parent=unit.parent), role="commander")
    with pytest.raises(NotAllowed):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=elsewhere)


# What may be listed.


@pytest.mark.parametrize("role", ["unknown", "not_used"])
def test_only_what_was_used_in_the_offence_can_be_proposed(unit, lan, role):
    seen = sighting(unit)
    seen.role = role
    seen.save()
    with pytest.raises(NotAllowed):
        proposed(seen, lan)


@pytest.mark.parametrize(
    ("type", "value"),
    [("plate", "98B1-12345"), ("url", "facebook.com/nguyen.van.b"), ("url", "zalo.me/g/abcdef")],
)
def test_a_plate_or_somebodys_page_is_never_listed(unit, lan, type, value):
    with pytest.raises(errors.NeverPublic):
        proposed(sighting(unit, value, type=type), lan)


def test_reported_takes_three_different_reporters(unit, lan, chief):
    first, second = sighting(unit), sighting(unit)
    with pytest.raises(errors.TooFewReporters):
        proposed(first, lan, grade="reported")
    third = sighting(unit)
    made = proposed(third, lan, grade="reported")
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert (grade(), second.tip_id != third.tip_id) == ("reported", True)


def test_tips_out_of_one_conversation_are_one_reporter(unit, lan):
    seen = [sighting(unit) for _ in range(3)]
    for each in seen[:2]:
        Inbound.objects.create(
            channel="zalo_oa", kind="text", conversation_hash=b"1" * 32, tip_ref=each.tip_id
        )
    with pytest.raises(errors.TooFewReporters):
        proposed(seen[0], lan, grade="reported")
    sighting(unit)
    assert proposed(seen[0], lan, grade="reported").grade == "reported"


def test_a_tip_in_which_the_number_was_not_used_counts_for_nothing(unit, lan):
    seen = [sighting(unit) for _ in range(3)]
    seen[2].role = "not_used"
    seen[2].save()
    with pytest.raises(errors.TooFewReporters):
        proposed(seen[0], lan, grade="reported")


def test_an_unfounded_tip_counts_for_nothing(unit, lan):
    sighting(unit, outcome="unfounded", state="closed")
    seen = [sighting(unit) for _ in range(2)]
    with pytest.raises(errors.TooFewReporters):
        proposed(seen[0], lan, grade="reported")


def test_an_account_is_listed_only_when_confirmed(unit, lan):
    seen = [sighting(unit, "0000001234567", type="bank_account") for _ in range(3)]
    with pytest.raises(errors.OnlyWhenConfirmed):
        proposed(seen[0], lan, grade="reported")


def test_pages_of_one_site_speak_for_the_site(unit, lan, chief):
    pages = ["lua-dao.example/a", "lua-dao.example/b?x=1", "lua-dao.example"]
    seen = [sighting(unit, page, type="url") for page in pages]
    sighting(unit, "lua-dao.example.com", type="url")
    made = proposed(seen[0], lan, grade="reported")
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert grade("lua-dao.example/c") == "reported"
    assert grade("lua-dao.example.com") == "no_data"


def test_the_same_number_is_not_proposed_twice(unit, lan):
    proposed(sighting(unit), lan)
    with pytest.raises(errors.AlreadyListed):
        proposed(sighting(unit), lan)


def test_confirmed_takes_the_place_of_reported(unit, lan, chief):
    old = listing(NUMBER, unit=unit, grade="reported")
    made = proposed(sighting(unit), lan)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    old.refresh_from_db()
    assert (grade(), old.end_reason) == ("confirmed", "replaced")


def test_what_ends_soon_is_renewed_without_a_gap(unit, lan, chief):
    soon = times.local_date(times.now() + datetime.timedelta(days=20))
    old = listing(NUMBER, unit=unit, expires_on=soon)
    made = proposed(sighting(unit), lan)
    assert grade() == "confirmed"
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    old.refresh_from_db()
    (answer,) = look_up("0912000417")
    assert (old.end_reason, answer.listing.pk) == ("replaced", made.pk)


def test_reported_never_takes_the_place_of_confirmed(unit, lan, chief):
    elsewhere = make.unit(parent=unit.parent)
    seen = [sighting(unit) for _ in range(3)]
    made = proposed(seen[0], lan, grade="reported")
    soon = times.local_date(times.now() + datetime.timedelta(days=20))
    theirs = listing(NUMBER, unit=elsewhere, expires_on=soon)
    with pytest.raises(errors.AlreadyListed):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    actions.end_listing(made.pk, why="no_longer", note="Thôi.", by=lan)
    with pytest.raises(errors.AlreadyListed):
        proposed(seen[0], lan, grade="reported")
    theirs.refresh_from_db()
    assert (grade(), theirs.status) == ("confirmed", "listed")


# The end.


def test_one_person_takes_an_entry_off_with_a_reason(unit, lan, chief):
    made = listing(NUMBER, unit=unit, made_by=lan)
    with pytest.raises(errors.NoReason):
        actions.end_listing(made.pk, why="mistake", note=" ", by=chief)
    actions.end_listing(made.pk, why="mistake", note="Nhầm một chữ số.", by=lan)
    assert grade() == "no_data"
    assert Entry.objects.latest("id").detail == {"why": "mistake"}


@pytest.mark.parametrize(("role", "over"), [("duty", "own"), ("auditor", "own"), ("duty", "far")])
def test_nobody_else_takes_an_entry_off(unit, lan, role, over):
    """Neither who made it nor who could have made it public."""
    made = listing(NUMBER, unit=unit, made_by=lan)
    other = make.officer(unit=unit if over == "own" else make.unit(parent=unit.parent), role=role)
    with pytest.raises(NotAllowed):
        actions.end_listing(made.pk, why="mistake", note="Nhầm.", by=other)
    assert grade() == "confirmed"


def test_the_worker_ends_what_has_reached_its_day(unit):
    day = times.local_date(times.now()) - datetime.timedelta(days=1)
    over = listing(NUMBER, unit=unit, expires_on=day)
    stays = listing("+84912000418", unit=unit)
    assert actions.expire_listings() == 1
    over.refresh_from_db()
    stays.refresh_from_db()
    assert (over.end_reason, stays.status) == ("expired", "listed")


# Disputes.


def objection(made, **fields):
    values = {"reason": "mistake", "text": "Số của quán tôi.", "token": "x" * 22}
    return disputes.object_to_listing(bytes(made.lookup_hash).hex(), **values | fields)[0]


def test_a_wrongly_listed_shop_is_taken_off_by_somebody_who_did_not_list_it(unit, lan, chief):
    made = proposed(sighting(unit), lan)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    dispute = objection(made)
    for who in (lan, chief):
        with pytest.raises(HandInIt):
            disputes.decide_dispute(dispute.pk, outcome="rejected", answer="Không.", by=who)
    mai = make.officer(unit=unit.parent, role="coordinator")
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Xin lỗi quán.", by=mai)
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.taken_off.end_reason) == ("no_data", "mistake")
    acts = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert acts[-3:] == ["dispute.made", "listing.ended", "dispute.decided"]


@pytest.mark.parametrize("outcome", ["recycled", "spoofed"])
def test_a_recycled_number_and_a_faked_hotline_are_said_as_such(unit, outcome):
    made = listing(NUMBER, unit=unit)
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(objection(made).pk, outcome=outcome, answer="Đúng.", by=mai)
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.taken_off.end_reason) == ("no_data", outcome)
    assert answer.is_spoofed == (outcome == "spoofed")


def test_a_rejected_objection_leaves_the_entry(unit):
    made = listing(NUMBER, unit=unit)
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(objection(made).pk, outcome="rejected", answer="Vẫn bị dùng.", by=mai)
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.is_disputed) == ("confirmed", False)


def test_an_objection_is_answered_once_and_with_words(unit):
    made = listing(NUMBER, unit=unit)
    mai = make.officer(unit=unit.parent)
    dispute = objection(made)
    with pytest.raises(errors.NoReason):
        disputes.decide_dispute(dispute.pk, outcome="removed", answer=" ", by=mai)
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=mai)
    with pytest.raises(AlreadyDone):
        disputes.decide_dispute(dispute.pk, outcome="rejected", answer="Không.", by=mai)


def test_whoever_objects_keeps_no_name_here_and_gets_a_day(unit, settings):
    settings.DISPUTE_DAYS = 3
    made = listing(NUMBER, unit=unit)
    dispute = objection(made, text="Tôi là Nguyễn Văn Tám, số của tôi 0912 000 999, bán phở.")
    kept = Dispute.objects.get(pk=dispute.pk)
    assert "Tám" not in kept.text
    assert "0912 000 999" not in kept.text
    assert "phở" in kept.text
    assert kept.due_on == times.local_date(times.now() + datetime.timedelta(days=3))


def test_an_objection_to_a_foreign_list_goes_to_whoever_runs_the_site(unit):
    made = imported("vay-sieutoc.example")
    dispute = objection(made)
    mai = make.officer(unit=unit.parent)
    assert not Dispute.objects.visible_to(make.officer(unit=unit)).exists()
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=mai)
    (answer,) = look_up("vay-sieutoc.example")
    assert (answer.grade, answer.taken_off.pk) == ("no_data", made.pk)


def test_when_everybody_of_the_desk_took_part_the_auditor_decides(unit, desk_client):
    province = unit.parent
    mai = make.officer(unit=province, name="Mai", role="coordinator")
    quan = make.officer(unit=province, name="Quân")
    thu = make.officer(unit=province, name="Khổng Diệu Thu", role="auditor")
    made = proposed(sighting(province), mai)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=quan)
    dispute = objection(made)
    address = reverse("listing-dispute", args=[dispute.pk])
    sign_in(desk_client, quan)
    page = desk_client.get(address).content.decode()
    assert "Khổng Diệu Thu" in page
    assert 'name="outcome"' not in page
    sign_in(desk_client, thu)
    said = {"outcome": "removed", "answer": "Xin lỗi quán.", "code": "1"}
    assert desk_client.post(address, said).status_code == 302
    dispute.refresh_from_db()
    assert dispute.decided_by == thu


def test_the_auditor_leaves_it_to_an_officer_of_the_desk_who_took_no_part(unit, desk_client):
    province = unit.parent
    thu = make.officer(unit=province, name="Khổng Diệu Thu", role="auditor")
    third = make.officer(unit=province, name="Mẫn Khắc Việt", role="commander")
    dispute = objection(listing(NUMBER, unit=province))
    with pytest.raises(NotAllowed):
        disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=thu)
    sign_in(desk_client, thu)
    page = desk_client.get(reverse("listing-dispute", args=[dispute.pk])).content.decode()
    assert "Mẫn Khắc Việt" in page
    assert "bạn đã tham gia" not in page
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=third)


def test_nothing_takes_the_place_of_an_entry_while_an_objection_to_it_is_open(
    unit, lan, chief, desk_client
):
    soon = times.local_date(times.now() + datetime.timedelta(days=20))
    old = listing(NUMBER, unit=unit, expires_on=soon)
    made = proposed(sighting(unit), lan)
    dispute = objection(old)
    with pytest.raises(errors.DisputeOpen):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    sign_in(desk_client, chief)
    said = desk_client.post(
        reverse("listing", args=[made.pk]),
        {"seen": made.digest_now.hex(), "harm": "no", "code": "1"},
    )
    assert "sau khi khiếu nại đó đã được trả lời" in said.content.decode()
    old.refresh_from_db()
    assert old.status == "listed"
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(dispute.pk, outcome="rejected", answer="Vẫn bị dùng.", by=mai)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)


def test_an_upheld_objection_leaves_nothing_of_the_number_listed(unit, lan):
    """Whatever came after the disputed entry, and whatever else says the same."""
    old = listing(NUMBER, unit=unit, status="ended", end_reason="replaced")
    newer = listing(NUMBER, unit=unit)
    elsewhere = make.unit(parent=unit.parent)
    waits = listing(NUMBER, unit=elsewhere, status="proposed")
    other_list = imported(NUMBER, type="phone")
    dispute = objection(newer)
    Dispute.objects.filter(pk=dispute.pk).update(listing=old)
    mai = make.officer(unit=unit.parent, role="coordinator")
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Xin lỗi quán.", by=mai)
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.sources) == ("no_data", ())
    for row in (old, newer, waits, other_list):
        row.refresh_from_db()
        assert (row.status, row.end_reason, row.ended_by) == ("ended", "mistake", mai)
    assert set(Listing.objects.taken_off()) == {old, newer, other_list}


def test_upheld_once_it_answers_everybody_who_objects_to_the_number(unit, desk_client):
    elsewhere = make.unit(parent=unit.parent)
    older = listing(NUMBER, unit=elsewhere)
    earlier = objection(older, token="a" * 22)
    Listing.objects.filter(pk=older.pk).update(
        status="ended", end_reason="replaced", ended_at=times.now()
    )
    newer, other = listing(NUMBER, unit=unit), listing("+84912000418", unit=unit)
    dispute, second = objection(newer), objection(newer, token="b" * 22)
    stranger = objection(other, token="c" * 22)
    mai = make.officer(unit=unit.parent, role="coordinator")
    sign_in(desk_client, mai)
    address = reverse("listing-dispute", args=[dispute.pk])
    assert "Còn 2 khiếu nại khác về số này" in desk_client.get(address).content.decode()
    disputes.decide_dispute(dispute.pk, outcome="spoofed", answer="Số bị giả.", by=mai)
    for each in (dispute, second, earlier):
        each.refresh_from_db()
        assert (each.outcome, each.answer, each.decided_by) == ("spoofed", "Số bị giả.", mai)
    told = {e.object_id: e.detail for e in Entry.objects.filter(action="dispute.decided")}
    assert set(told) == {str(each.pk) for each in (dispute, second, earlier)}
    assert [told[str(each.pk)]["with"] for each in (second, earlier)] == [str(dispute.pk)] * 2
    stranger.refresh_from_db()
    assert stranger.outcome == ""
    with pytest.raises(AlreadyDone):
        disputes.decide_dispute(second.pk, outcome="rejected", answer="Không.", by=mai)


def test_everybody_who_objects_reads_the_answer_with_their_own_code(unit):
    key = bytes(listing(NUMBER, unit=unit).lookup_hash).hex()
    codes = [
        disputes.object_to_listing(key, reason="mistake", text="Không.", token=token * 22)[1]
        for token in "ab"
    ]
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(
        dispute_by_code(codes[0]).pk, outcome="removed", answer="Xin lỗi.", by=mai
    )
    assert [dispute_by_code(code).answer for code in codes] == ["Xin lỗi."] * 2


def test_a_rejected_objection_answers_nobody_else(unit):
    made = listing(NUMBER, unit=unit)
    dispute, second = objection(made), objection(made, token="b" * 22)
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(dispute.pk, outcome="rejected", answer="Vẫn bị dùng.", by=mai)
    second.refresh_from_db()
    assert second.outcome == ""


@pytest.mark.parametrize("how", ["proposes it anew", "made what others object to"])
def test_whoever_has_a_part_in_the_number_decides_no_objection_to_it(unit, how, desk_client):
    mai = make.officer(unit=unit.parent, role="coordinator")
    if how == "proposes it anew":
        listing(NUMBER, unit=unit.parent, status="proposed", made_by=mai)
    else:
        theirs = listing(NUMBER, unit=unit.parent, made_by=mai)
        objection(theirs, token="b" * 22)
        ended = {"status": "ended", "end_reason": "replaced", "ended_at": times.now()}
        Listing.objects.filter(pk=theirs.pk).update(**ended)
    dispute = objection(listing(NUMBER, unit=unit))
    for outcome in ("removed", "rejected"):
        with pytest.raises(HandInIt):
            disputes.decide_dispute(dispute.pk, outcome=outcome, answer="Đúng.", by=mai)
    sign_in(desk_client, mai)
    page = desk_client.get(reverse("listing-dispute", args=[dispute.pk])).content.decode()
    assert 'name="outcome"' not in page
    assert "bạn đã tham gia" in page
    third = make.officer(unit=unit.parent)
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=third)


def test_an_upheld_objection_is_told_of_an_entry_that_had_ended_meanwhile(unit, lan, chief):
    made = listing(NUMBER, unit=unit, made_by=lan)
    dispute = objection(made)
    actions.end_listing(made.pk, why="no_longer", note="Đã cắt.", by=lan)
    mai = make.officer(unit=unit.parent)
    disputes.decide_dispute(dispute.pk, outcome="recycled", answer="Đúng.", by=mai)
    (answer,) = look_up("0912000417")
    made.refresh_from_db()
    assert (answer.taken_off.end_reason, made.end_note) == ("recycled", "Đã cắt.")


# On the desk.


def test_an_entry_tells_nothing_of_a_tip_that_the_officer_may_not_see(unit, desk_client):
    """The province lists from a tip about the commune's desk; its officers see no trace of it."""
    mai = make.officer(unit=unit.parent, role="coordinator")
    hidden = sighting(unit, text="Lời kín", concerns=(unit,), reference="KIN-1")
    open_one = sighting(unit, text="Lời thường", reference="THUONG-1")
    made = proposed(hidden, mai)
    Listing.objects.filter(pk=made.pk).update(unit=unit)
    sign_in(desk_client, make.officer(unit=unit, role="commander"))
    page = desk_client.get(reverse("listing", args=[made.pk])).content.decode()
    assert open_one.tip.reference in page
    assert "KIN-1" not in page
    assert "Lời kín" not in page


@pytest.fixture
def proposed_twice(unit, lan, chief):
    """An objection to what Bảo proposed once more, after the chief had refused Lan's proposal."""
    seen = sighting(unit)
    actions.refuse_listing(proposed(seen, lan).pk, reason="Chưa đủ.", by=chief)
    bao = make.officer(unit=unit, name="Bảo")
    again = proposed(seen, bao)
    actions.confirm_listing(again.pk, seen=again.digest_now, does_harm=False, by=chief)
    return objection(again)


def test_whoever_proposed_it_first_decides_no_objection_to_what_came_of_it(
    desk_client, proposed_twice, lan
):
    sign_in(desk_client, lan)
    address = reverse("listing-dispute", args=[proposed_twice.pk])
    assert 'name="outcome"' not in desk_client.get(address).content.decode()
    answer = desk_client.post(address, {"outcome": "rejected", "answer": "Đúng.", "code": "1"})
    assert answer.status_code == 422
    assert "Người khác quyết định" in answer.content.decode()
    proposed_twice.refresh_from_db()
    assert proposed_twice.decided_at is None
    with pytest.raises(IntegrityError, match="hand"), transaction.atomic():
        Dispute.objects.filter(pk=proposed_twice.pk).update(
            outcome="rejected", answer="Đúng.", decided_by=lan, decided_at=times.now()
        )


@pytest.mark.parametrize("who", ["lan", "chief"])
def test_nor_does_somebody_in_whose_sign_in_they_had_a_hand(request, unit, proposed_twice, who):
    ghost = make.officer(unit=unit, name="Ma", set_up_at=times.now())
    ghost.set_up_asked_by = request.getfixturevalue(who)
    ghost.save()
    with pytest.raises(HandInIt):
        disputes.decide_dispute(proposed_twice.pk, outcome="rejected", answer="Đúng.", by=ghost)
    assert ghost.pk not in {post.officer_id for post in deciders.dispute_deciders(proposed_twice)}
    other = make.officer(unit=unit)
    disputes.decide_dispute(proposed_twice.pk, outcome="rejected", answer="Đúng.", by=other)


def test_an_auditor_decides_rather_than_nobody_whoever_agreed_to_the_sign_in(
    unit, proposed_twice, chief
):
    young = {"set_up_at": times.now(), "set_up_agreed_by": chief}
    auditor = make.officer(unit=unit, name="Thu", role="auditor", **young)
    assert [post.officer for post in deciders.dispute_deciders(proposed_twice)] == [auditor]
    other = make.officer(unit=unit, name="Kiểm", role="auditor")
    assert [post.officer for post in deciders.dispute_deciders(proposed_twice)] == [other]
    with pytest.raises(HandInIt):
        disputes.decide_dispute(proposed_twice.pk, outcome="rejected", answer="Đúng.", by=auditor)
    disputes.decide_dispute(proposed_twice.pk, outcome="rejected", answer="Đúng.", by=other)


def test_the_way_from_a_tip_to_the_public_on_the_desk(unit, lan, chief, desk_client):
    seen = sighting(unit)
    sign_in(desk_client, lan)
    tip_page = desk_client.get(reverse("tip", args=[seen.tip_id])).content.decode()
    way = reverse("listing-propose", args=[seen.pk])
    assert way in tip_page
    form = {
        "grade": "confirmed",
        "category": "scam_bank",
        "holds": "180",
        "basis": "Đã gọi thử.",
        "month": f"{times.local_date(times.now()):%Y-%m}-01",
    }
    answer = desk_client.post(way, form)
    made = Listing.objects.get()
    assert answer.url == reverse("listing", args=[made.pk])
    assert 'name="seen"' not in desk_client.get(answer.url).content.decode()
    sign_in(desk_client, chief)
    assert 'name="seen"' in desk_client.get(answer.url).content.decode()
    read = {"seen": made.digest_now.hex()}
    assert desk_client.post(answer.url, read).status_code == 422
    assert desk_client.post(answer.url, {"seen": "0" * 64, "harm": "no"}).status_code == 409
    desk_client.post(answer.url, read | {"harm": "no", "code": "1"})
    assert grade() == "confirmed"


def test_an_account_offers_no_lesser_grade(unit, lan, desk_client):
    seen = sighting(unit, "0000001234567", type="bank_account")
    sign_in(desk_client, lan)
    page = desk_client.get(reverse("listing-propose", args=[seen.pk])).content.decode()
    assert 'value="confirmed"' in page
    assert 'value="reported"' not in page


def test_an_auditor_proposes_nothing_and_is_not_offered_it(unit, desk_client):
    auditor = make.officer(unit=unit, role="auditor")
    seen = sighting(unit)
    with pytest.raises(NotAllowed):
        proposed(seen, auditor)
    sign_in(desk_client, auditor)
    page = desk_client.get(reverse("tip", args=[seen.tip_id])).content.decode()
    assert reverse("listing-propose", args=[seen.pk]) not in page


@pytest.mark.urls("keng.site.desk_urls")
def test_the_menu_counts_what_waits_for_this_officer(unit, lan, chief):
    assert waiting_count(chief) == 0
    made = proposed(sighting(unit), lan)
    assert (waiting_count(lan), waiting_count(chief)) == (0, 1)
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert waiting_count(chief) == 0
    objection(made)
    elsewhere = make.officer(unit=make.unit(parent=unit.parent))
    # Whoever listed it answers no objection; where nobody else is left, the auditor does.
    auditor = make.officer(unit=unit, role="auditor")
    assert [waiting_count(each) for each in (lan, chief, elsewhere, auditor)] == [0, 0, 0, 1]
    third = make.officer(unit=unit, role="duty")
    assert [waiting_count(each) for each in (third, auditor)] == [1, 0]


def test_a_proposal_is_taken_back_in_its_own_words(unit, lan, desk_client):
    made = proposed(sighting(unit), lan)
    sign_in(desk_client, lan)
    page = desk_client.get(reverse("listing", args=[made.pk])).content.decode()
    assert 'name="why"' not in page
    desk_client.post(reverse("listing-end", args=[made.pk]), {"note": "Chép nhầm số.", "code": "1"})
    made.refresh_from_db()
    assert (made.status, made.end_note) == ("ended", "Chép nhầm số.")
    page = desk_client.get(reverse("listing", args=[made.pk])).content.decode()
    assert "Rút lại trước khi công khai" in page


def test_nobody_is_told_that_others_decided_what_was_taken_back(unit, lan, chief, desk_client):
    made = proposed(sighting(unit), lan)
    seen = made.digest_now.hex()
    sign_in(desk_client, lan)
    sent = {"note": "Chép nhầm số.", "code": "1"}
    address = reverse("listing-end", args=[made.pk])
    page = desk_client.post(address, sent, follow=True).content.decode()
    assert "Đã rút đề xuất. Mục này chưa từng công khai." in page
    page = desk_client.post(address, sent, follow=True).content.decode()
    assert "Bạn đã rút đề xuất này rồi." in page
    sign_in(desk_client, chief)
    sent = {"seen": seen, "harm": "no", "code": "1"}
    page = desk_client.post(reverse("listing", args=[made.pk]), sent, follow=True).content.decode()
    assert f"{lan} đã rút đề xuất này" in page
    assert "Người khác" not in page


def test_reported_by_several_is_offered_only_when_they_are_several(unit, lan, desk_client):
    seen = sighting(unit)
    sign_in(desk_client, lan)
    address = reverse("listing-propose", args=[seen.pk])
    page = desk_client.get(address).content.decode()
    assert 'value="reported"' not in page
    assert "ba người báo khác nhau" in page


def test_both_officers_read_how_many_reporters_cannot_be_told_apart(unit, lan, chief, desk_client):
    seen = [sighting(unit) for _ in range(4)]
    for each in seen[:2]:
        Inbound.objects.create(
            channel="zalo_oa", kind="text", conversation_hash=b"1" * 32, tip_ref=each.tip_id
        )
    made = proposed(seen[0], lan, grade="reported")
    hidden = make.tip(unit=unit, concerns=(unit,))
    ListingEvidence.objects.create(listing=made, tip=hidden)
    pages = {
        lan: reverse("listing-propose", args=[seen[0].pk]),
        chief: reverse("listing", args=[made.pk]),
    }
    for officer, address in pages.items():
        sign_in(desk_client, officer)
        page = desk_client.get(address).content.decode()
        assert "Nhiều nhất 3 người báo khác nhau" in page
        assert "2 tin trong số này gửi qua trang web" in page
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    assert (
        "người báo khác nhau"
        not in desk_client.get(reverse("listing", args=[made.pk])).content.decode()
    )


def test_nothing_is_said_of_telling_apart_where_each_chat_is_known(unit, lan, desk_client):
    seen = [sighting(unit) for _ in range(2)]
    for number, each in enumerate(seen):
        Inbound.objects.create(
            channel="zalo_oa",
            kind="text",
            conversation_hash=bytes([number]) * 32,
            tip_ref=each.tip_id,
        )
    sign_in(desk_client, lan)
    page = desk_client.get(reverse("listing-propose", args=[seen[0].pk])).content.decode()
    assert "Nhiều nhất 2 người báo khác nhau" in page
    assert "gửi qua trang web" not in page
