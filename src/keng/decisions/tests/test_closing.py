"""How tips end: declined, closed, out of scope, reopened; and what the reporter is told."""

import datetime
import json

import pytest
from django.utils import translation

from keng.audit.models import Entry
from keng.audit.verify import chain_faults
from keng.decisions import closing, out_of_scope, triage
from keng.delivery.models import Delivery, Inbound
from keng.dialogue import answering
from keng.inbox.list.inbox_query import open_rows_of
from keng.incidents import incident_acts
from keng.intake.examination import examine
from keng.kit import times
from keng.tips import errors
from keng.tips.letters import decline_reply
from keng.tips.models import DialogueMessage, Tip
from keng.vault import seal
from keng.vault.models import SealedIdentity
from keng.vault.opening import open_identity
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    unit = make.unit(parent=make.province_unit())
    return unit, make.officer(unit=unit)


def test_a_declined_tip_is_closed_with_the_officers_own_words(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    triage.decline_tip(tip.pk, kind="procedure", reply="Mời bạn tới bộ phận một cửa.", by=officer)
    tip.refresh_from_db()
    assert (tip.state, tip.kind, tip.outcome) == ("closed", "hoi_thu_tuc", "not_a_tip")
    assert tip.messages.get().text == "Mời bạn tới bộ phận một cửa."
    assert tip.due_at is None
    assert not tip.clocks.filter(stopped_at__isnull=True).exists()


def test_nothing_is_declined_without_an_answer(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    with pytest.raises(errors.NoText):
        triage.decline_tip(tip.pk, kind="civil", reply=" ", by=officer)
    tip.refresh_from_db()
    assert tip.is_open


def test_a_complaint_about_officers_leaves_the_unit_without_a_trace(desk):
    unit, officer = desk
    tip, other = make.tip(unit=unit), make.tip(unit=unit)
    make.sighting(tip, indicator=make.indicator("+84912000417"))
    triage.mark_duplicate(other.pk, of=tip.pk, by=officer)
    tip.refresh_from_db()
    assert "0912 000 417" in tip.incident.title
    triage.decline_tip(tip.pk, kind="official", reply="Đã chuyển lên trên.", by=officer)
    tip.refresh_from_db()
    assert tip.responsible_unit == unit.parent
    assert tip.is_open
    assert not Tip.objects.visible_to(officer).filter(pk=tip.pk).exists()
    assert tip in Tip.objects.visible_to(make.officer(unit=unit.parent))
    own_chain = Entry.objects.filter(chain=f"unit:{unit.pk}", action="tip.declined")
    assert not own_chain.exists()
    other.refresh_from_db()
    assert "0912 000 417" not in other.incident.title


def test_the_province_says_which_unit_a_complaint_is_about(desk):
    unit, _ = desk
    coordinator = make.officer(unit=unit.parent)
    tip = make.tip(unit=unit.parent)
    with pytest.raises(errors.NoUnitAbove):
        triage.decline_tip(tip.pk, kind="official", reply="Đã ghi nhận.", by=coordinator)
    triage.decline_tip(tip.pk, kind="official", reply="Đã ghi nhận.", by=coordinator, concerns=unit)
    assert tip.concerns.get().unit == unit
    assert tip in Tip.objects.visible_to(coordinator)


def test_what_is_out_of_scope_is_sealed_to_the_province_at_once(desk):
    unit, officer = desk
    private = make.unit_key(unit.parent)
    tip = make.tip(unit=unit, text="Chuyện riêng của hàng xóm", place_detail="nhà cuối ngõ")
    make.message(tip, "và chuyện khác nữa")
    Inbound.objects.create(
        channel="zalo_oa", kind="text", tip_ref=tip.pk, text="và chuyện khác nữa", latitude=21.1
    )
    make.sighting(tip, indicator=make.indicator())
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    tip.refresh_from_db()
    assert (tip.text, tip.state, tip.kind) == ("", "closed", "ngoai_pham_vi")
    assert not tip.sightings.exists()
    assert tip.place_detail == ""
    assert list(Inbound.objects.values_list("text", "latitude")) == [("", None)]
    assert set(tip.messages.values_list("text", flat=True)) == {"", "Ngoài phạm vi."}
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="content")
    opened = json.loads(open_identity(sealed, private))
    assert opened == {
        "text": "Chuyện riêng của hàng xóm",
        "place": "nhà cuối ngõ",
        "messages": ["và chuyện khác nữa"],
    }


def test_the_words_come_back_for_the_unit_above_when_the_reporter_objects(desk):
    unit, officer = desk
    private = {unit.parent_id: make.unit_key(unit.parent)}
    tip, other = (
        make.tip(
            unit=unit, text="Chuyện riêng", place_detail="nhà cuối ngõ", examined_at=times.now()
        )
        for _ in range(2)
    )
    make.message(tip, "và chuyện khác nữa")
    for each in (tip, other):
        triage.decline_tip(each.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    assert out_of_scope.restore_objected(private) == 0
    out_of_scope.object_to_sealing(tip.pk)
    assert out_of_scope.restore_objected({unit.pk: make.unit_key(unit)}) == 0
    assert (out_of_scope.restore_objected(private), out_of_scope.restore_objected(private)) == (
        1,
        0,
    )
    tip.refresh_from_db()
    other.refresh_from_db()
    assert (tip.text, tip.place_detail, tip.examined_at) == ("Chuyện riêng", "nhà cuối ngõ", None)
    assert "và chuyện khác nữa" in tip.messages.values_list("text", flat=True)
    assert other.text == ""
    assert Entry.objects.get(action="tip.restored").object_id == str(tip.pk)
    above = make.officer(unit=unit.parent)
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Vẫn ngoài phạm vi.", by=above)
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="content").count() == 1


def test_without_a_key_nothing_is_called_out_of_scope(desk):
    unit, officer = desk
    seal.forget_public_keys()
    tip = make.tip(unit=unit, text="Chuyện riêng")
    with pytest.raises(seal.NoKey):
        triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    tip.refresh_from_db()
    assert (tip.text, tip.is_open) == ("Chuyện riêng", True)


def test_nobody_decides_on_sealed_words_and_the_reporter_objects_once(desk):
    unit, officer = desk
    make.unit_key(unit.parent)
    tip = make.tip(unit=unit)
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    with pytest.raises(errors.ContentIsSealed):
        triage.reopen_tip(tip.pk, reason="thử", by=officer)
    out_of_scope.object_to_sealing(tip.pk)
    tip.refresh_from_db()
    assert (tip.responsible_unit, tip.is_open) == (unit.parent, True)
    above = make.officer(unit=unit.parent)
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Vẫn ngoài phạm vi.", by=above)
    with pytest.raises(out_of_scope.CannotObject):
        out_of_scope.object_to_sealing(tip.pk)


def test_after_a_week_the_sealed_words_are_destroyed_and_the_row_stays(desk):
    unit, officer = desk
    make.unit_key(unit.parent)
    old, fresh, normal = make.tip(unit=unit), make.tip(unit=unit), make.tip(unit=unit)
    for tip in (old, fresh):
        triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    SealedIdentity.objects.create(tip_ref=normal.pk, unit=unit, kind="contact", ciphertext=b"x")
    Tip.objects.filter(pk=old.pk).update(closed_at=times.now() - datetime.timedelta(days=8))
    assert out_of_scope.destroy_expired_content() == 1
    assert set(SealedIdentity.objects.values_list("tip_ref", flat=True)) == {fresh.pk, normal.pk}
    assert Tip.objects.filter(pk=old.pk).exists()
    with pytest.raises(out_of_scope.CannotObject):
        out_of_scope.object_to_sealing(old.pk)


def test_a_tip_is_closed_only_with_an_outcome_and_the_reporter_is_told(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, category="scam_bank", language="en")
    with pytest.raises(errors.NoOutcome):
        triage.close_tip(tip.pk, by=officer)
    triage.record_outcome(tip.pk, outcome="warned", note="đã báo cho cụm", by=officer)
    triage.close_tip(tip.pk, by=officer)
    tip.refresh_from_db()
    told = tip.messages.get()
    assert told.author == DialogueMessage.Author.AUTOMATIC
    assert "warning" in told.text
    assert (tip.state, tip.outcome) == ("closed", "warned")


def test_outside_scams_the_closing_sentence_gives_nothing_away(desk):
    unit, officer = desk
    texts = set()
    for outcome in ("solved", "unfounded", "handed_over"):
        tip = make.tip(unit=unit, category="drugs")
        triage.record_outcome(tip.pk, outcome=outcome, by=officer)
        triage.close_tip(tip.pk, by=officer)
        texts.add(tip.messages.get().text)
    assert len(texts) == 1


def test_whoever_asked_not_to_be_contacted_gets_no_automatic_message(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, do_not_contact=True)
    make.conversation(tip)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    assert not tip.messages.exists()
    assert not Delivery.objects.exists()


def test_closing_drops_the_conversation_key_so_that_the_next_message_opens_a_new_tip(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    conversation = make.conversation(tip)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    conversation.refresh_from_db()
    assert conversation.key_hash is None
    assert Delivery.objects.get().recipient_ref == conversation.pk


def test_a_closed_tip_takes_no_decision_until_it_is_reopened_with_a_reason(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, state="closed", outcome="solved")
    with pytest.raises(errors.AlreadyClosed):
        triage.accept_tip(tip.pk, by=officer)
    with pytest.raises(errors.NoReason):
        triage.reopen_tip(tip.pk, reason="", by=officer)
    triage.reopen_tip(tip.pk, reason="Có thêm ảnh", by=officer)
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.assigned_to) == ("accepted", "", officer)
    assert tip.due_at is not None
    with pytest.raises(errors.NotClosed):
        triage.reopen_tip(tip.pk, reason="lần nữa", by=officer)


def test_a_whole_case_leaves_a_record_that_holds(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    triage.accept_tip(tip.pk, by=officer)
    triage.sort_tip(tip.pk, category="theft", by=officer)
    answering.answer_reporter(tip.pk, text="Bạn nhớ biển số không?", by=officer)
    answering.add_note(tip.pk, text="Gọi lại chiều nay", by=officer)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.rate_tip(tip.pk, value="of_value", by=officer)
    triage.close_tip(tip.pk, by=officer)
    assert list(chain_faults()) == []
    said = json.dumps(list(Entry.objects.values_list("detail", flat=True)))
    assert "biển số" not in said
    assert "Gọi lại" not in said


def end(tip, officer, kind):
    if kind == "closed":
        triage.record_outcome(tip.pk, outcome="solved", by=officer)
        triage.close_tip(tip.pk, by=officer)
    else:
        triage.decline_tip(tip.pk, kind=kind, reply="Chào bạn.", by=officer)


def test_what_cannot_be_checked_ends_as_unfounded_and_leaves_the_search(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, category="theft", text="có kẻ trộm")
    examine.examine_tips()
    triage.decline_tip(tip.pk, kind="not_checkable", reply="Chưa đủ để kiểm tra.", by=officer)
    tip.refresh_from_db()
    assert (tip.state, tip.outcome) == (Tip.State.CLOSED, Tip.Outcome.UNFOUNDED)
    # What the law calls it is as before, and nothing is published for it.
    assert (tip.kind, tip.search) == (Tip.Kind.UNSORTED, None)


def test_every_ending_has_an_outcome_and_only_a_complaint_goes_on():
    goes_on = [kind for kind, (_law, outcome) in closing.DECLINED_AS.items() if outcome is None]
    assert goes_on == ["official"]
    assert Tip.Outcome.NONE not in {outcome for _law, outcome in closing.DECLINED_AS.values()}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whose_tip_is_declined_is_offered_nothing_that_their_page_does_not_have(desk, language):
    # A closed tip takes no message; only what is out of scope has its button to object.
    ended = [kind for kind, (_law, outcome) in closing.DECLINED_AS.items() if outcome is not None]
    with translation.override(language):
        letters_of_ends = {
            kind: decline_reply(kind, make.tip(unit=desk[0]))
            for kind in ended
            if kind != "out_of_scope"
        }
    code = "mã biên nhận" if language == "vi" else "receipt code"
    assert [kind for kind, words in letters_of_ends.items() if code in words] == []
    report = "gửi tin mới" if language == "vi" else "send a new report"
    assert {"spam", "not_checkable"} <= {
        kind for kind, words in letters_of_ends.items() if report in words
    }


@pytest.mark.parametrize("kind", ["closed", "civil", "not_checkable"])
def test_when_the_first_tip_ends_alone_the_oldest_open_one_leads_and_is_in_the_list(desk, kind):
    unit, officer = desk
    first, *others = (make.tip(unit=unit) for _ in range(4))
    for other in others:
        triage.mark_duplicate(other.pk, of=first.pk, by=officer)
    end(others[0], officer, "closed")
    assert set(open_rows_of(officer)) == {first}
    end(first, officer, kind)
    assert set(open_rows_of(officer)) == {others[1]}
    for each in (first, *others):
        each.refresh_from_db()
    assert others[1].duplicate_of is None
    assert [each.duplicate_of for each in (first, others[0], others[2])] == [others[1]] * 3
    assert len({each.incident for each in (first, *others)}) == 1


def test_when_a_critical_first_tip_ends_alone_the_next_critical_one_leads(desk):
    unit, officer = desk
    first = make.tip(unit=unit, urgency="P0")
    older, critical = make.tip(unit=unit), make.tip(unit=unit, urgency="P0")
    for tip in (older, critical):
        triage.mark_duplicate(tip.pk, of=first.pk, by=officer)
    triage.decline_tip(first.pk, kind="civil", reply="Không.", by=officer)
    critical.refresh_from_db()
    older.refresh_from_db()
    assert (critical.duplicate_of, older.duplicate_of) == (None, critical)


def test_a_tip_reopened_behind_a_closed_one_leads_and_is_in_the_list(desk):
    unit, officer = desk
    first, other = make.tip(unit=unit), make.tip(unit=unit)
    triage.mark_duplicate(other.pk, of=first.pk, by=officer)
    end(other, officer, "closed")
    end(first, officer, "closed")
    triage.reopen_tip(other.pk, reason="Có thêm ảnh", by=officer)
    assert set(open_rows_of(officer)) == {other}
    first.refresh_from_db()
    assert first.duplicate_of == other
    triage.reopen_tip(first.pk, reason="Có thêm ảnh", by=officer)
    first.refresh_from_db()
    assert (first.state, first.duplicate_of) == ("duplicate", other)


def test_when_an_incident_ends_the_open_tip_of_another_unit_is_in_that_units_list(desk):
    unit, officer = desk
    other_unit = make.unit(parent=unit.parent)
    first, theirs = make.tip(unit=unit), make.tip(unit=other_unit)
    triage.mark_duplicate(theirs.pk, of=first.pk, by=make.officer(unit=unit.parent))
    first.refresh_from_db()
    incident_acts.record_incident_outcome(first.incident_id, outcome="solved", by=officer)
    incident_acts.close_incident(first.incident_id, by=officer)
    assert set(open_rows_of(make.officer(unit=other_unit))) == {theirs}
