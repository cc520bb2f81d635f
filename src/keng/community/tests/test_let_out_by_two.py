"""What a desk says to everybody is written by one and let out by another, with a code."""

import datetime

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from keng.accounts.models import Officer
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.community.actions import announcements, questions
from keng.community.models import Meeting, OfficialChannel, Question
from keng.community.number_checks import check_channel_numbers
from keng.community.official_numbers import official_channels_of
from keng.conftest import sign_in
from keng.kit import times
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.tips import receipt_codes
from keng.warnings.known_numbers import NumbersUnchecked
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db
NUMBER = "0900 000 999"


@pytest.fixture
def ward(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    return Ward()


def let_out(made, *, by, **given):
    """By this second person, who read what stands there."""
    act = {
        Meeting: announcements.let_out_meeting,
        OfficialChannel: announcements.let_out_channel,
        Question: questions.let_out_answer,
    }[type(made)]
    return act(made.pk, seen=made.digest_now, by=by, **given)


def listed(kind, shown_as, ward):
    """A channel of the ward that two let out."""
    made = announcements.propose_channel(kind=kind, shown_as=shown_as, by=ward.officer)
    ticked = check_channel_numbers(made, by=ward.commander).digest
    return let_out(made, numbers=ticked, by=ward.commander)


def announced(ward, **fields):
    """A meeting of the ward that two let out."""
    made = proposed_meeting(ward, **fields)
    return let_out(made, by=ward.commander)


def proposed_meeting(ward, **fields):
    values = {
        "place": ward.hamlet,
        "starts_at": times.now() + datetime.timedelta(days=3),
        "venue": "Nhà văn hóa",
        "about": "Phòng cháy",
        "by": ward.officer,
    }
    return announcements.propose_meeting(**(values | fields))


def make_question(ward, *, wish="public", text="Công an có gọi điện không?"):
    token = receipt_codes.new_token()
    code = questions.ask_desk(ward.place, text=text, wish=wish, token=token, language="vi")
    return Question.objects.get(code_hash=receipt_codes.code_hash(code))


def official(ward):
    return [one.shown_as for one in official_channels_of([ward.unit.pk])]


def seen_publicly(address):
    """What a resident reads there, beside a desk that is signed in."""
    public = {"ROOT_URLCONF": "keng.site.public_urls", "MIDDLEWARE": settings.PUBLIC_MIDDLEWARE}
    with override_settings(**public):
        return Client().get(address).content.decode()


def channels_page():
    return seen_publicly("/official-channels/")


def place_page(ward):
    return seen_publicly(f"/places/{ward.place.code}/")


def test_one_officer_puts_nothing_on_the_public_list_and_nothing_becomes_official(
    desk_client, ward
):
    sign_in(desk_client, ward.officer)
    for kind, shown_as in (("phone", NUMBER), ("website", "https://hoan-tien-ca.example/nhan")):
        sent = {"kind": kind, "shown_as": shown_as}
        assert desk_client.post("/official-channels/", sent).status_code == 302
    assert NUMBER not in channels_page()
    assert "hoan-tien-ca" not in channels_page()
    assert NUMBER not in place_page(ward)
    assert official(ward) == []
    one = OfficialChannel.objects.get(kind="phone")
    page = desk_client.get(f"/official-channels/{one.pk}/").content.decode()
    assert str(ward.commander) in page
    for do in ("end", "keep"):
        desk_client.post(f"/official-channels/{one.pk}/", {"do": do, "code": "1"})
    sent = {"seen": one.digest_now.hex(), "code": "1"}
    assert desk_client.post(f"/official-channels/{one.pk}/", sent).status_code == 403
    with pytest.raises(NotAllowed):
        let_out(one, by=ward.officer)
    assert official(ward) == []
    assert not Entry.objects.filter(action="channel.listed").exists()


def test_a_second_person_compares_the_number_and_lets_it_out_with_a_code(desk_client, ward):
    made = announcements.propose_channel(kind="phone", shown_as=NUMBER, by=ward.officer)
    sign_in(desk_client, ward.commander)
    address = f"/official-channels/{made.pk}/"
    ticked = check_channel_numbers(made, by=ward.commander).digest
    assert ticked in desk_client.get(address).content.decode()
    sent = {"seen": made.digest_now.hex(), "code": "1", "numbers": ticked}
    for wrong in ({"code": "0"}, {"code": ""}, {"numbers": ""}, {"numbers": "0" * 64}):
        assert desk_client.post(address, sent | wrong).status_code == 422
    assert official(ward) == []
    assert desk_client.post(address, sent | {"seen": "0" * 64}).status_code == 409
    with pytest.raises(NumbersUnchecked):
        let_out(made, by=ward.commander)
    assert desk_client.post(address, sent).status_code == 302
    assert NUMBER in channels_page()
    assert official(ward) == [NUMBER]
    entry = Entry.objects.get(action="channel.listed")
    text, hands = made.digest_now.hex(), [str(ward.officer.pk)]
    assert entry.detail == {"kind": "phone", "text": text, "hands": hands}
    assert Entry.objects.filter(action="channel.proposed").count() == 1
    with pytest.raises(NothingWaits):
        let_out(made, numbers=ticked, by=ward.province_duty)
    with pytest.raises(NothingWaits):
        announcements.drop_channel(made.pk, by=ward.officer)


def test_where_nobody_else_is_at_hand_the_province_lets_it_out(desk_client, ward):
    made = announcements.propose_channel(kind="zalo", shown_as="Công an phường", by=ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(f"/official-channels/{made.pk}/").content.decode()
    assert str(ward.coordinator) in page
    with pytest.raises(HandInIt):
        let_out(made, by=ward.commander)
    let_out(made, by=ward.province_duty)
    assert official(ward) == ["Công an phường"]


def test_nobody_lets_out_what_a_ghost_of_theirs_wrote(ward):
    channel = announcements.propose_channel(kind="zalo", shown_as="A", by=ward.officer)
    meeting = proposed_meeting(ward)
    question = make_question(ward)
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    made_by_commander = {"set_up_agreed_by": ward.commander, "set_up_at": times.now()}
    Officer.objects.filter(pk=ward.officer.pk).update(**made_by_commander)
    question.refresh_from_db()
    for one in (channel, meeting, question):
        with pytest.raises(HandInIt):
            let_out(one, by=ward.commander)
    let_out(question, by=ward.province_duty)


def test_a_bank_account_is_no_channel(desk_client, ward):
    sign_in(desk_client, ward.officer)
    sent = {"kind": "other", "shown_as": "Hoàn tiền nạn nhân: STK 0123456789 Techcombank"}
    answer = desk_client.post("/official-channels/", sent)
    assert answer.status_code == 422
    assert "Tài khoản ngân hàng không phải là kênh" in answer.content.decode()
    assert not OfficialChannel.objects.exists()


def test_what_waits_is_counted_in_the_menu_of_whoever_may_let_it_out(desk_client, ward):
    announcements.propose_channel(kind="zalo", shown_as="A", by=ward.officer)
    proposed_meeting(ward)

    def counts(officer):
        page = sign_in(desk_client, officer).get("/settings/")
        wanted = ("/meetings/", "/official-channels/")
        menu = [each for each in page.context["desk_menu"] if each["url"] in wanted]
        return {each["url"]: each["count"] + 0 for each in menu}

    of_commander = counts(ward.commander)
    assert (of_commander["/meetings/"], of_commander["/official-channels/"]) == (1, 1)
    assert counts(ward.officer)["/official-channels/"] == 0
    colleague = make.officer(unit=ward.unit)
    assert counts(colleague)["/meetings/"] == 0


def test_one_officer_takes_no_true_channel_off_but_nobody_is_to_use_it_at_once(desk_client, ward):
    channel = listed("phone", NUMBER, ward)
    sign_in(desk_client, ward.officer)
    address = f"/official-channels/{channel.pk}/"
    assert desk_client.post(address, {"do": "doubt", "code": "0"}).status_code == 422
    assert "khoan dùng" not in channels_page()
    assert "tel:0900000999" in channels_page()
    assert desk_client.post(address, {"do": "doubt", "code": "1"}).status_code == 302
    for page in (channels_page(), place_page(ward)):
        assert NUMBER in page
        assert "khoan dùng" in page
        assert "tel:0900000999" not in page
    assert official(ward) == []
    desk_client.post(address, {"do": "end", "code": "1"})
    with pytest.raises(NotAllowed):
        announcements.end_channel(channel.pk, by=ward.officer)
    channel.refresh_from_db()
    assert channel.ended_at is None
    sign_in(desk_client, ward.commander)
    assert desk_client.post(address, {"do": "end", "code": "0"}).status_code == 422
    assert desk_client.post(address, {"do": "end", "code": "1"}).status_code == 302
    assert NUMBER not in channels_page()
    acts = Entry.objects.filter(action__startswith="channel.").order_by("id")
    assert [one.action for one in acts] == [
        "channel.proposed",
        "channel.listed",
        "channel.doubted",
        "channel.unlisted",
    ]


def test_what_was_doubted_is_kept_by_whoever_doubted_it_or_by_a_second_person(ward):
    channel = listed("zalo", "A", ward)
    announcements.doubt_channel(channel.pk, by=ward.officer)
    with pytest.raises(NothingWaits):
        announcements.doubt_channel(channel.pk, by=ward.commander)
    with pytest.raises(NotAllowed):
        announcements.keep_channel(channel.pk, by=make.officer(unit=ward.unit))
    announcements.keep_channel(channel.pk, by=ward.officer)
    announcements.doubt_channel(channel.pk, by=ward.officer)
    announcements.keep_channel(channel.pk, by=ward.province_duty)
    assert official(ward) == ["A"]
    with pytest.raises(NothingWaits):
        announcements.end_channel(channel.pk, by=ward.commander)


def test_nobody_takes_off_what_a_ghost_of_theirs_doubted(ward):
    channel = listed("zalo", "A", ward)
    announcements.doubt_channel(channel.pk, by=ward.officer)
    made_by_commander = {"set_up_asked_by": ward.commander, "set_up_at": times.now()}
    Officer.objects.filter(pk=ward.officer.pk).update(**made_by_commander)
    commander = Officer.objects.get(pk=ward.commander.pk)
    with pytest.raises(HandInIt):
        announcements.end_channel(channel.pk, by=commander)


def test_what_waits_is_dropped_by_anybody_of_the_desk(desk_client, ward):
    made = announcements.propose_channel(kind="zalo", shown_as="A", by=ward.officer)
    sign_in(desk_client, ward.officer)
    desk_client.post(f"/official-channels/{made.pk}/", {"do": "drop"})
    assert not OfficialChannel.objects.on_the_list().exists()
    meeting = proposed_meeting(ward)
    desk_client.post(f"/meetings/{meeting.pk}/", {"do": "drop"})
    assert "Phòng cháy" not in place_page(ward)
    with pytest.raises(NothingWaits):
        let_out(meeting, by=ward.commander)
    assert Entry.objects.filter(action__in=["meeting.dropped", "channel.dropped"]).count() == 2


def test_one_officer_announces_no_meeting(desk_client, ward):
    soon = times.local_date(times.now()) + datetime.timedelta(days=3)
    sent = {
        "place": str(ward.place.pk),
        "day": soon.isoformat(),
        "clock": "19:30",
        "venue": "https://evil.example/x nhập OTP",
        "about": f"Gọi {NUMBER} chuyển phí 500k",
    }
    sign_in(desk_client, ward.officer)
    assert desk_client.post("/meetings/", sent).status_code == 302
    assert "chuyển phí" not in place_page(ward)
    meeting = Meeting.objects.get()
    address = f"/meetings/{meeting.pk}/"
    sent = {"seen": meeting.digest_now.hex(), "code": "1"}
    assert desk_client.post(address, sent).status_code == 403
    sign_in(desk_client, ward.commander)
    page = desk_client.get(address).content.decode()
    assert "evil[.]example" in page or "evil.example" in page
    assert "2 số cần đối chiếu" in page
    # Nobody is asked to let it out without having compared them.
    assert desk_client.post(address, sent).status_code == 422
    assert "chuyển phí" not in place_page(ward)


def test_a_public_meeting_is_called_off_with_a_code(desk_client, ward):
    meeting = announced(ward)
    assert "Phòng cháy" in place_page(ward)
    sign_in(desk_client, ward.officer)
    address = f"/meetings/{meeting.pk}/"
    assert desk_client.post(address, {"do": "call_off", "code": "0"}).status_code == 422
    assert "Đã hoãn" not in place_page(ward)
    assert desk_client.post(address, {"do": "call_off", "code": "1"}).status_code == 302
    assert "Đã hoãn" in place_page(ward)


def test_working_at_another_desk_is_no_right_at_a_desk_where_one_only_reads(ward):
    meeting, channel = proposed_meeting(ward), listed("zalo", "A", ward)
    mixed = make.officer(unit=ward.unit, role="auditor")
    make.post(mixed, unit=make.unit(), role="commander")
    with pytest.raises(NotAllowed):
        let_out(meeting, by=mixed)
    for act, one in (
        (announcements.drop_meeting, meeting),
        (announcements.call_off_meeting, meeting),
        (announcements.doubt_channel, channel),
        (announcements.keep_channel, channel),
    ):
        with pytest.raises(NotAllowed):
            act(one.pk, by=mixed)


def test_what_is_public_is_not_dropped_without_a_code(desk_client, ward):
    meeting, channel = announced(ward), listed("zalo", "A", ward)
    sign_in(desk_client, ward.officer)
    desk_client.post(f"/meetings/{meeting.pk}/", {"do": "drop"})
    desk_client.post(f"/official-channels/{channel.pk}/", {"do": "drop"})
    assert "Đã hoãn" not in place_page(ward)
    assert official(ward) == ["A"]
    with pytest.raises(NothingWaits):
        announcements.drop_meeting(meeting.pk, by=ward.officer)
    with pytest.raises(NothingWaits):
        announcements.call_off_meeting(proposed_meeting(ward).pk, by=ward.officer)
    assert not Entry.objects.filter(action__in=["meeting.called_off", "meeting.dropped"]).exists()


def test_one_officer_answers_nobody_publicly(desk_client, ward):
    question = make_question(ward)
    sign_in(desk_client, ward.officer)
    address = f"/questions/{question.pk}/"
    words = f"Nhập thẻ và OTP ở evil.example, hoặc gọi {NUMBER}"
    desk_client.post(address, {"shown": "Có gọi không?", "words": words})
    question.refresh_from_db()
    assert (question.state, question.text != "") == ("waiting", True)
    assert "evil" not in place_page(ward)
    given = {"seen": question.digest_now.hex(), "code": "1"}
    assert desk_client.post(address, given).status_code == 403
    assert Question.objects.get().state == "waiting"
    sign_in(desk_client, ward.commander)
    page = desk_client.get(address).content.decode()
    assert "2 số cần đối chiếu" in page
    assert desk_client.post(address, given).status_code == 422
    ticked = page.split('name="numbers" value="')[1].split('"')[0]
    given["numbers"] = ticked
    assert desk_client.post(address, given | {"code": "0"}).status_code == 422
    assert desk_client.post(address, given | {"seen": "0" * 64}).status_code == 409
    assert desk_client.post(address, given).status_code == 302
    question.refresh_from_db()
    assert (question.state, question.text, question.decided_by) == ("answered", "", ward.commander)
    entry = Entry.objects.get(action="question.answered")
    assert (question.released_by, question.digest.hex()) == (ward.commander, given["seen"])
    hands = [str(ward.officer.pk)]
    assert entry.detail == {"wish": "public", "text": given["seen"], "hands": hands}


def test_whoever_changes_the_words_lets_them_out_no_more(ward):
    question = make_question(ward)
    first = questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    seen = first.digest_now
    again = questions.answer_question(question.pk, shown="a", words="c", by=ward.commander)
    with pytest.raises(TextChanged):
        questions.let_out_answer(question.pk, seen=seen, by=ward.province_duty)
    with pytest.raises(HandInIt):
        let_out(again, by=ward.commander)
    let_out(again, by=ward.province_duty)


def test_an_answer_for_the_asker_alone_needs_no_second_person(ward):
    question = make_question(ward, wish="private")
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    assert Question.objects.get().state == "answered"


def test_what_becomes_no_answer_takes_the_waiting_one_with_it(ward):
    question = make_question(ward)
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    question.refresh_from_db()
    assert (question.state, question.shown_text, question.answer) == ("opinion", "", "")
    assert not question.is_waiting
    # Whoever wrote it has a hand in what follows, should the asker object.
    assert question.hands == [ward.officer.pk]


def test_an_answer_waits_no_more_once_the_time_of_its_question_is_over(ward):
    question = make_question(ward)
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    long_ago = times.now() - datetime.timedelta(days=31)
    Question.objects.filter(pk=question.pk).update(asked_at=long_ago)
    questions.sweep_questions()
    question.refresh_from_db()
    assert (question.state, question.is_waiting) == ("gone", False)
    with pytest.raises(NothingWaits):
        let_out(question, by=ward.commander)


def test_the_asker_reads_no_answer_that_waits(public_client, ward):
    token = receipt_codes.new_token()
    code = questions.ask_desk(ward.place, text="x?", wish="public", token=token, language="vi")
    question = Question.objects.get()
    questions.answer_question(question.pk, shown="a", words="Chưa ai duyệt", by=ward.officer)
    page = public_client.post("/answer/", {"code": code}).content.decode()
    assert "Chưa ai duyệt" not in page
    assert "Chưa có ai trả lời" in page


def test_the_database_holds_to_it(ward):
    channel = announcements.propose_channel(kind="zalo", shown_as="A", by=ward.officer)
    meeting = proposed_meeting(ward)
    question = make_question(ward)
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    now, by_two = times.now(), r"_second_person|_hand_in_it"
    let_out = {"released_at": now, "released_by": ward.officer}
    ended = {"doubted_by": ward.officer, "ended_by": ward.officer, "ended_at": now}
    decided = {"state": "answered", "text": "", "box": b"", "decided_at": now}
    for rows, change in (
        (OfficialChannel.objects.filter(pk=channel.pk), let_out),
        (OfficialChannel.objects.filter(pk=channel.pk), ended),
        (Meeting.objects.filter(pk=meeting.pk), let_out),
        (Question.objects.filter(pk=question.pk), decided | {"decided_by": ward.officer}),
    ):
        with pytest.raises(IntegrityError, match=by_two), transaction.atomic():
            rows.update(**change)


def test_what_was_public_before_this_rule_stays_public(ward):
    """Nobody has a hand in it, and who let it out is not known."""
    now = times.now()
    before = {"unit": ward.unit, "released_at": now}
    day = times.local_date(now)
    OfficialChannel.objects.create(
        kind="zalo", shown_as="A", checked_by=ward.officer, checked_on=day, **before
    )
    Meeting.objects.create(
        place=ward.hamlet,
        starts_at=now + datetime.timedelta(days=3),
        venue="Nhà văn hóa",
        about="Phòng cháy",
        **before,
    )
    assert official(ward) == ["A"]
    assert "Phòng cháy" in place_page(ward)
