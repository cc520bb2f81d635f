"""Approving, correcting, taking back: this very text to these very people, by a second person."""

import dataclasses
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from keng.accounts.vouching import HAND_COUNTS_FOR
from keng.acts.errors import NotAllowed
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.audience import define_audience, plan_audience
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.tests.rows import make_rows
from keng.kit import times
from keng.language.ready_words import ready_words
from keng.network.models import Group
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import actions, queries
from keng.warnings.content import audience_of, warning_content_of
from keng.warnings.models import VerifyCode, Version, Warning
from keng.warnings.tests.ward import CALM, NOTE, Ward, looked_at, waiting_warnings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


# The desk of the ward is another one than the province and its other communes.
CALLS_113 = {**CALM, "call": "Gọi 113."}


def release(version, by):
    dispatch = actions.approve_warning(version.pk, **looked_at(version), by=by)
    make_rows()
    return dispatch


def reached(dispatch):
    return set(Delivery.objects.filter(dispatch=dispatch).values_list("recipient_ref", flat=True))


def test_an_approved_warning_is_public_and_on_its_way(ward):
    version = ward.submitted()
    dispatch = release(version, ward.commander)
    version.refresh_from_db()
    assert version.warning.state == Warning.State.PUBLISHED
    assert reached(dispatch) == {ward.by_hand.pk, ward.machine.pk}
    text = dispatch.texts.get(language="vi").text
    code = VerifyCode.objects.get(version=version).code
    assert CALM["title"] in text
    assert f"{code[:3]}-{code[3:]}" in text
    assert "không cần bấm" in text
    # A warning of false links has none itself: the site's name is there to be typed.
    assert "://" not in text
    assert "/w/" not in text
    assert "tự gõ" in text.splitlines()[-1]
    said = Entry.objects.get(action="warning.approved", object_id=str(version.pk)).detail
    assert said["hands"] == [str(ward.officer.pk)]
    assert said["text"] == bytes(version.digest).hex()
    # What is sent is bound to the same digest.
    assert bytes(version.approval.text_hash) == bytes(version.digest)


def test_the_author_cannot_approve(ward):
    for author, refusal in (
        (ward.officer, NotAllowed),
        (ward.commander, HandInIt),
        (ward.coordinator, HandInIt),
    ):
        version = ward.submitted(by=author)
        with pytest.raises(refusal):
            release(version, author)


@pytest.mark.parametrize("hand", ["set_up_asked_by", "set_up_agreed_by"])
def test_whoever_had_a_hand_in_the_authors_sign_in_is_no_second_person(ward, hand):
    version = ward.submitted(by=ward.officer)

    def set_up(officer, maker, at):
        type(officer).objects.filter(pk=officer.pk).update(**{hand: maker, "set_up_at": at})
        officer.refresh_from_db()

    def commander():
        return type(ward.commander).objects.get(pk=ward.commander.pk)

    for maker, made in ((ward.commander, ward.officer), (ward.officer, ward.commander)):
        set_up(made, maker, times.now())
        with pytest.raises(HandInIt):
            release(version, commander())
        set_up(made, None, None)
    # After a quarter the person is known at the desk.
    set_up(ward.officer, ward.commander, times.now() - HAND_COUNTS_FOR)
    release(version, commander())


def test_the_page_says_so_and_offers_no_button(desk_client, ward):
    version = ward.submitted(by=ward.officer)
    ward.officer.set_up_agreed_by, ward.officer.set_up_at = ward.coordinator, times.now()
    ward.officer.save()
    sign_in(desk_client, ward.coordinator)
    page = desk_client.get(f"/warnings/{version.warning_id}/approve/").content.decode()
    assert "bạn đã mở tài khoản cho người soạn" in page
    assert str(ward.commander) in page
    assert "Duyệt và gửi" not in page
    sign_in(desk_client, ward.province_duty)
    page = desk_client.get(f"/warnings/{version.warning_id}/approve/").content.decode()
    assert "Duyệt và gửi" in page


def test_writing_the_same_text_before_is_writing_it(ward):
    # The commander's words, saved once more by the officer with another audience.
    first = ward.draft(by=ward.commander)
    choice = dataclasses.replace(ward.choice(), subscribers=False)
    actions.revise_warning(
        first.warning_id, content=warning_content_of(first), choice=choice, by=ward.officer
    )
    version = actions.submit_warning(first.warning_id, by=ward.officer)
    with pytest.raises(HandInIt):
        release(version, ward.commander)
    release(version, ward.coordinator)


def with_a_word_more(ward, version, by):
    words = {**CALM, "act": CALM["act"] + " Xin chú ý."}
    if Version.objects.get(pk=version.pk).is_released:
        words |= NOTE
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    return actions.revise_warning(version.warning_id, content=changed, choice=ward.choice(), by=by)


def test_another_persons_word_opens_no_way_round(ward):
    """The commander's text, one word by a colleague, handed in and approved by the commander."""
    version = ward.submitted(by=ward.commander)
    again = with_a_word_more(ward, version, ward.officer)
    actions.submit_warning(version.warning_id, by=ward.officer)
    with pytest.raises(HandInIt):
        release(again, ward.commander)
    assert not queries.warning_desk_lists(ward.commander).to_release
    assert waiting_warnings(ward.commander) == 0
    assert waiting_warnings(ward.coordinator) == 1
    release(again, ward.coordinator)


def test_whoever_handed_it_in_does_not_let_it_out_even_after_it_came_back(ward):
    version = ward.draft()
    actions.submit_warning(version.warning_id, by=ward.commander)
    actions.send_back_warning(version.warning_id, reason="Xem lại số", by=ward.coordinator)
    actions.submit_warning(version.warning_id, by=ward.officer)
    with pytest.raises(HandInIt):
        release(version, ward.commander)
    release(version, ward.coordinator)


def test_a_hand_in_what_was_let_out_before_is_none_in_its_correction(ward):
    version = ward.submitted(by=ward.commander)
    release(version, ward.coordinator)
    again = with_a_word_more(ward, version, ward.officer)
    actions.submit_warning(version.warning_id, by=ward.officer)
    release(again, ward.commander)


def test_nobody_without_the_right_approves(ward):
    version = ward.submitted()
    neighbour = make.officer(unit=make.unit(parent=ward.province), role="commander")
    with pytest.raises(NotAllowed):
        release(version, neighbour)
    with pytest.raises(NotAllowed):
        release(version, make.officer(unit=ward.unit, role="duty"))
    for role in ("administrator", "auditor", "data_protection"):
        for unit in (ward.unit, ward.province):
            with pytest.raises(NotAllowed):
                release(version, make.officer(unit=unit, role=role))


@pytest.mark.parametrize("author", ["officer", "commander", "coordinator", "province_duty"])
def test_whoever_writes_somebody_else_can_always_approve(ward, author):
    """The commander asleep, or the author themselves: the province's officer on duty is there."""
    by = getattr(ward, author)
    version = ward.submitted(by=by)
    others = [ward.province_duty, ward.coordinator, ward.commander]
    able = [officer for officer in others if officer != by]
    assert able[0] in (ward.province_duty, ward.coordinator)
    release(version, able[0])


def test_a_unit_with_a_single_officer_is_not_stuck(ward):
    lonely = make.unit(parent=ward.province, serves=make.place(parent=ward.province_place))
    only = make.officer(unit=lonely, role="commander")
    version = ward.submitted(by=only, unit=lonely, groups=True, words=CALLS_113)
    release(version, ward.province_duty)


def test_a_warning_of_the_province_is_approved_by_its_second_officer(ward):
    version = ward.submitted(by=ward.coordinator, unit=ward.province, words=CALLS_113)
    with pytest.raises(NotAllowed):
        release(version, make.officer(unit=ward.province, role="administrator"))
    release(version, ward.province_duty)


def test_the_digest_of_a_version_asks_once_whom_it_goes_to(ward):
    version = Version.objects.select_related("warning__unit").get(pk=ward.submitted().pk)
    with CaptureQueriesContext(connection) as asked:
        assert len(version.digest_now) == 32
    assert len([one for one in asked if "candidates" in one["sql"]]) == 1


def test_one_comma_more_makes_the_approval_stale(ward):
    version = ward.submitted()
    seen = looked_at(version)
    words = {**CALM, "act": CALM["act"] + ","}
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    again = actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    for key in (version.pk, again.pk):
        with pytest.raises(TextChanged):
            actions.approve_warning(key, **seen, by=ward.commander)
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("severity", 3), ("category", "theft"), ("valid_until", None)]
)
def test_everything_that_is_printed_is_part_of_the_hash(ward, field, value):
    version = ward.draft()
    digest = version.digest_now
    setattr(version, field, value)
    assert version.digest_now != digest


def test_one_group_more_makes_the_approval_stale(ward):
    version = ward.submitted()
    seen = looked_at(version)
    make.group(unit=ward.unit, place=ward.hamlet)
    with pytest.raises(TextChanged):
        actions.approve_warning(version.pk, **seen, by=ward.commander)


@pytest.mark.parametrize(
    "change",
    [
        lambda ward: Group.objects.filter(pk=ward.by_hand.pk).update(is_active=False),
        lambda ward: Group.objects.filter(pk=ward.machine.pk).update(channel_address="elsewhere"),
        lambda ward: Group.objects.filter(pk=ward.machine.pk).update(channel="by_hand"),
    ],
)
def test_one_group_less_or_elsewhere_makes_it_stale_as_well(ward, change):
    version = ward.submitted()
    seen = looked_at(version)
    change(ward)
    with pytest.raises(TextChanged):
        actions.approve_warning(version.pk, **seen, by=ward.commander)


def test_one_subscriber_more_leaves_the_approval(ward):
    make.channel_account(unit=ward.unit, channel="email")
    stays, stops = (make.subscription(places=(ward.place,)) for _ in range(2))
    version = ward.submitted()
    seen = looked_at(version)
    more = make.subscription(places=(ward.place,))
    stops.stopped_at = times.now()
    stops.save()
    dispatch = actions.approve_warning(version.pk, **seen, by=ward.commander)
    make_rows()
    assert reached(dispatch) == {ward.by_hand.pk, ward.machine.pk, stays.pk, more.pk}
    assert dispatch.approval.people == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"kinds": ("school",)},
        {"without": (uuid.uuid4(),)},
        {"subscribers": False},
        {"over_limit_reason": "Nhiều người vừa mất tiền"},
        {"places": ()},
    ],
)
def test_everything_that_defines_the_audience_is_part_of_its_hash(ward, changed):
    audience = define_audience(audience_of(ward.draft()))
    assert dataclasses.replace(audience, **changed).hash != audience.hash
    assert dataclasses.replace(audience, minimum_severity=3).hash != audience.hash
    assert dataclasses.replace(audience, groups=audience.groups[1:]).hash != audience.hash
    turned = dataclasses.replace(audience, groups=audience.groups[::-1])
    assert turned.hash == audience.hash


def test_the_approver_is_told_what_changed_since_they_looked(ward):
    version = ward.submitted()
    actions.note_reading(version, plan_audience(audience_of(version)), by=ward.commander)
    added = make.group(unit=ward.unit, place=ward.hamlet, name="Nhóm mới")
    ward.by_hand.is_active = False
    ward.by_hand.save()
    words = {**CALM, "what": CALM["what"].replace("Có người", "Kẻ gian")}
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    again = actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    now = plan_audience(audience_of(again))
    with translation.override("vi"):
        since = queries.since_last_look(again, now, officer=ward.commander)
    assert [
        (c.part, [p.words for p in c.old if p.is_changed], [p.words for p in c.new if p.is_changed])
        for c in since.texts
    ] == [("Chúng làm gì", ["Có", "người"], ["Kẻ", "gian"])]
    assert (since.joined, since.left) == ([added.name], [ward.by_hand.name])
    assert queries.since_last_look(again, now, officer=ward.coordinator) is None


def test_a_version_is_approved_only_once(ward):
    version = ward.submitted()
    release(version, ward.commander)
    with pytest.raises(NothingWaits):
        release(version, ward.province_duty)


def test_giving_back_needs_the_same_right_and_keeps_the_reason(ward):
    version = ward.submitted()
    with pytest.raises(NotAllowed):
        actions.send_back_warning(version.warning_id, reason="x", by=ward.officer)
    back = actions.send_back_warning(version.warning_id, reason="Sai số", by=ward.commander)
    assert (back.returned_reason, back.submitted_at) == ("Sai số", None)
    with pytest.raises(NothingWaits):
        release(back, ward.commander)


def test_saving_without_a_change_makes_no_version(ward):
    version = ward.draft()
    same = actions.revise_warning(
        version.warning_id,
        content=warning_content_of(version),
        choice=ward.choice(),
        by=ward.officer,
    )
    assert same == version


def test_what_the_house_style_stops_is_not_submitted(ward):
    version = ward.draft(words={**CALM, "act": "Bấm vào vneid-kichhoat.com để kiểm tra."})
    with pytest.raises(actions.StyleStops):
        actions.submit_warning(version.warning_id, by=ward.officer)


def test_a_warning_to_nobody_is_not_submitted(ward):
    version = ward.draft(choice=dataclasses.replace(ward.choice(), kinds=("karaoke",)))
    with pytest.raises(actions.NobodyThere):
        actions.submit_warning(version.warning_id, by=ward.officer)


def correct(ward, version):
    words = {**CALM, **NOTE, "call": "Trực ban 0204 000 0999, hoặc 113."}
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    return release(actions.submit_warning(version.warning_id, by=ward.officer), ward.commander)


def test_a_correction_says_what_it_changes_and_why(ward):
    version = ward.published()

    def hand_in(**note):
        words = {**CALM, "call": "Trực ban 0204 000 0999, hoặc 113.", **note}
        changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
        actions.revise_warning(
            version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
        )
        return actions.submit_warning(version.warning_id, by=ward.officer)

    with pytest.raises(actions.NoChangeNote):
        hand_in()
    for words in ("Số đúng là 0912 345 678.", "Xem vneid-kichhoat.com."):
        with pytest.raises(actions.ChangeNoteStops):
            hand_in(note=words)
    again = hand_in(**NOTE)
    # What it says of itself is let out with it.
    seen = looked_at(again)
    Version.objects.filter(pk=again.pk).update(texts={"vi": again.texts["vi"] | {"note": "Khác."}})
    with pytest.raises(TextChanged):
        actions.approve_warning(again.pk, **seen, by=ward.commander)


def test_a_note_alone_corrects_nothing(ward):
    version = ward.published()
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": {**CALM, **NOTE}})
    same = actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    assert same == version


def test_a_correction_goes_to_those_who_were_sent_the_warning_and_replaces_what_waits(ward):
    version = ward.submitted()
    first = release(version, ward.commander)
    Delivery.objects.filter(dispatch=first, recipient_ref=ward.machine.pk).update(state="sent")
    make.group(unit=ward.unit, place=ward.hamlet)
    second = correct(ward, version)
    assert second.kind == "correction"
    assert reached(second) == reached(first)
    assert Delivery.objects.get(dispatch=first, recipient_ref=ward.by_hand.pk).state == "cancelled"
    old, new = Version.objects.filter(warning=version.warning_id).order_by("number")
    assert old.verify_code.code != new.verify_code.code
    text = second.texts.get(language="vi").text
    assert f"{old.verify_code.code[:3]}-{old.verify_code.code[3:]}" in text
    assert f"Đã sửa: {NOTE['note']}" in text
    assert [v.pk for v in queries.public_versions()] == [new.pk]
    assert RelayTask.objects.filter(dispatch=second, lead=ward.lead).count() == 1


def test_what_a_correction_ends_stands_in_the_units_record_once_all_rows_are_written(ward):
    """The chain stays locked until the commit, and the whole desk writes in it."""
    version = ward.submitted()
    first = release(version, ward.commander)
    with CaptureQueriesContext(connection) as queries:
        second = correct(ward, version)
    chain = Entry.objects.filter(chain=unit_chain(ward.unit.pk)).order_by("seq")
    told = [(each.action, each.object_id) for each in chain][-4:]
    assert told[0] == ("dispatch.cancelled", str(first.pk))
    assert told[1] == ("dispatch.sent", str(second.pk))
    assert told[2][0] == "warning.approved"
    assert told[3] == ("dispatch.materialised", str(second.pk))
    assert Entry.objects.get(action="dispatch.cancelled").detail["reason"] == "corrected"
    done = [each["sql"] for each in queries]
    for statement, entry in (
        ('UPDATE "delivery_delivery"', "'dispatch.cancelled'"),
        ("INSERT INTO delivery_delivery", "'dispatch.materialised'"),
    ):
        rows = max(n for n, sql in enumerate(done) if statement in sql)
        assert rows < next(n for n, sql in enumerate(done) if entry in sql)


def test_while_a_correction_is_written_the_public_reads_the_old_version(ward):
    version = ward.submitted()
    release(version, ward.commander)
    texts = {"vi": {**CALM, **NOTE}}
    changed = dataclasses.replace(warning_content_of(version), severity=3, texts=texts)
    actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    assert [v.severity for v in queries.current_warnings()] == [2]
    assert queries.warning_desk_lists(ward.commander).to_release


def test_a_recall_reaches_exactly_the_same_recipients_and_stops_the_rest(ward):
    waiting = make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    version = ward.submitted()
    first = release(version, ward.commander)
    Delivery.objects.filter(dispatch=first, recipient_ref=ward.machine.pk).update(state="delivered")
    late = make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    with pytest.raises(NotAllowed):
        actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.officer)
    dispatch = actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    make_rows()
    assert reached(dispatch) == {ward.machine.pk, ward.by_hand.pk}
    assert not {waiting.pk, late.pk} & reached(dispatch)
    assert Delivery.objects.get(dispatch=first, recipient_ref=waiting.pk).state == "cancelled"
    assert "Số điện thoại, số tài khoản" in dispatch.texts.get(language="vi").text
    version.warning.refresh_from_db()
    assert version.warning.state == Warning.State.RECALLED
    assert queries.current_warnings() == []
    with pytest.raises(actions.AlreadyRecalled):
        actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    with pytest.raises(actions.AlreadyRecalled):
        actions.revise_warning(
            version.warning_id,
            content=warning_content_of(version),
            choice=ward.choice(),
            by=ward.officer,
        )


def test_a_correction_that_waits_ends_with_the_recall(ward):
    """Let out later, it would bring the warning back to life."""
    version = ward.published()
    again = with_a_word_more(ward, version, ward.officer)
    actions.submit_warning(version.warning_id, by=ward.officer)
    assert waiting_warnings(ward.commander) == 1
    actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    assert waiting_warnings(ward.commander) == 0
    with pytest.raises(NothingWaits):
        release(Version.objects.get(pk=again.pk), ward.commander)
    with pytest.raises(NothingWaits):
        actions.call_province(version.warning_id, by=ward.officer)
    version.refresh_from_db()
    assert version.is_released


def test_the_next_version_ends_the_one_that_waited_and_carries_its_hands_on(ward):
    version = ward.submitted()
    again = with_a_word_more(ward, version, ward.commander)
    version.refresh_from_db()
    assert (version.is_waiting, version.ended_at is None) == (False, False)
    assert again.hands == [ward.officer.pk, ward.commander.pk]
    assert [each.pk for each in queries.warning_desk_lists(ward.officer).working] == [again.pk]


def test_a_draft_cannot_be_taken_back(ward):
    with pytest.raises(actions.AlreadyRecalled):
        actions.recall_warning(ward.draft().warning_id, reason="over", by=ward.commander)


def test_the_second_person_sees_which_parts_are_still_the_suggestion(desk_client, ward):
    ready = ready_words()["scam_impersonation"]
    version = ward.draft(by=ward.officer)
    version.texts = {"vi": {**CALM, "signs": ready["signs"], "act": ready["act"] + " Báo ngay."}}
    version.save()
    actions.submit_warning(version.warning_id, by=ward.officer)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(f"/warnings/{version.warning_id}/approve/")
    assert page.context["unchanged"] == ["signs"]
    assert page.content.decode().count("Vẫn nguyên văn lời gợi ý") == 1
