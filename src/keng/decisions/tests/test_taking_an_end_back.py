"""Declining and closing can be undone until the answer leaves, and nobody is ever told twice."""

import contextvars
import json

import pytest
from django.db import connection, transaction
from django.urls import reverse

from keng.audit.models import Entry
from keng.audit.verify import chain_faults
from keng.audit_page.entries import out_of_scope_rates
from keng.conftest import sign_in
from keng.decisions import out_of_scope, triage, undo, undo_ending
from keng.delivery.models import Conversation, Delivery, Inbound
from keng.dialogue import answering
from keng.files import store
from keng.incidents import incident_acts
from keng.kit import times
from keng.kit.database import data_folder
from keng.language.fold import fold
from keng.tips import errors, messages, sweep_files
from keng.tips.errors import error_sentence
from keng.tips.models import Attachment, HeldEnding, Incident, Sighting, Suggestion, Tip
from keng.tips.search_words import add_search_words
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db

_STANDS = (
    "state",
    "kind",
    "category",
    "outcome",
    "due_at",
    "closed_at",
    "assigned_to_id",
    "text",
    "place_detail",
    "responsible_unit_id",
    "incident_id",
    "duplicate_of_id",
    "waiting_since",
    "first_answered_at",
    "search",
)


@pytest.fixture
def desk():
    unit = make.unit(parent=make.province_unit())
    unit.private = make.unit_key(unit.parent)
    return unit, make.officer(unit=unit)


def stands(tip):
    tip.refresh_from_db()
    clocks = tip.clocks.filter(stopped_at=None).values_list("rule_code", flat=True)
    return {name: getattr(tip, name) for name in _STANDS} | {"clocks": set(clocks)}


def declined(tip, kind, officer):
    return triage.decline_tip(tip.pk, kind=kind, reply="Chào bạn.", by=officer)


def closed(tip, officer, **given):
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    return triage.close_tip(tip.pk, by=officer, **given)


@pytest.mark.parametrize("kind", ["procedure", "municipal", "not_checkable", "official"])
def test_a_declined_tip_is_as_it_was_and_its_reporter_hears_nothing(desk, kind):
    unit, officer = desk
    tip = make.tip(unit=unit, waiting_since=times.now())
    talk = make.conversation(tip)
    add_search_words([(tip.pk, tip.text, fold(tip.text))])
    key, before = bytes(talk.key_hash), stands(tip)
    step = declined(tip, kind, officer)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    assert stands(tip) == before
    assert not tip.messages.exists()
    assert Delivery.objects.get().state == Delivery.State.CANCELLED
    talk.refresh_from_db()
    assert bytes(talk.key_hash) == key
    assert tip in Tip.objects.visible_to(officer)
    assert not tip.concerns.exists()
    assert list(chain_faults()) == []


@pytest.mark.parametrize("given", [{}, {"text": "Đã xong, cảm ơn bạn."}])
def test_a_closed_tip_is_as_it_was_and_its_reporter_is_told_once(desk, given):
    unit, officer = desk
    tip = make.tip(unit=unit, waiting_since=times.now())
    make.conversation(tip)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    add_search_words([(tip.pk, tip.text, fold(tip.text))])
    before = stands(tip)
    step = triage.close_tip(tip.pk, by=officer, **given)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    assert stands(tip) == before
    triage.close_tip(tip.pk, by=officer, **given)
    assert tip.messages.count() == 1
    states = list(Delivery.objects.order_by("id").values_list("state", flat=True))
    assert states == [Delivery.State.CANCELLED, Delivery.State.QUEUED]


def leads_two(unit, officer, title=""):
    """A tip and two others behind it, all of one incident that is named after a number of it."""
    first, *others = (make.tip(unit=unit) for _ in range(3))
    make.sighting(first, indicator=make.indicator("+84912345678"))
    for other in others:
        triage.mark_duplicate(other.pk, of=first.pk, by=officer)
    first.refresh_from_db()
    if title:
        incident_acts.rename_incident(first.incident_id, title=title, by=officer)
    return first, others


def as_one(first, others):
    return stands(first), *(stands(each) for each in others), first.incident.title


ENDS = {
    "civil": lambda tip, by: declined(tip, "civil", by),
    "official": lambda tip, by: declined(tip, "official", by),
    "out_of_scope": lambda tip, by: declined(tip, "out_of_scope", by),
    "closed": lambda tip, by: triage.close_tip(tip.pk, by=by),
    "routed": lambda tip, by: triage.route_tip(
        tip.pk, to=tip.responsible_unit.parent, reason="của tỉnh", by=by
    ),
}


@pytest.mark.parametrize("end", list(ENDS))
def test_the_first_tip_of_an_incident_leads_it_again_and_no_other(desk, end):
    unit, officer = desk
    first, others = leads_two(unit, officer, title="Nhóm 0912 345 678 ở chợ")
    triage.record_outcome(first.pk, outcome="solved", by=officer)
    add_search_words([(first.pk, first.text, fold(first.text))])
    Tip.objects.filter(pk__in=[each.pk for each in others]).update(waiting_since=times.now())
    before = as_one(first, others)
    step = ENDS[end](Tip.objects.get(pk=first.pk), officer)
    heir = Tip.objects.get(pk=others[0].pk)
    assert (heir.state, heir.duplicate_of) == ("accepted", None)
    assert Tip.objects.get(pk=others[1].pk).duplicate_of == heir
    # Who left has taken what only it told along; who ended within the incident has not.
    assert ("345 678" in heir.incident.title) == (end in {"civil", "closed"})
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    first = Tip.objects.get(pk=first.pk)
    after = as_one(first, others)
    for each in (before[0], after[0]):
        each["search"] = bool(each["search"])
    assert after == before
    assert list(chain_faults()) == []


@pytest.mark.parametrize("end", list(ENDS))
def test_what_became_of_the_others_meanwhile_stands_and_the_undo_says_so(desk, end):
    unit, officer = desk
    first, others = leads_two(unit, officer)
    triage.record_outcome(first.pk, outcome="solved", by=officer)
    step = ENDS[end](Tip.objects.get(pk=first.pk), officer)
    triage.separate_tip(others[1].pk, reason="việc khác", by=officer)
    before = as_one(others[0], [first, others[1]])
    with pytest.raises(errors.IncidentChanged), transaction.atomic():
        undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    assert as_one(others[0], [first, others[1]]) == before
    assert "vụ của tin" in error_sentence(errors.IncidentChanged())


def test_no_tip_comes_back_behind_one_that_leads_no_more(desk):
    unit, officer = desk
    first, others = leads_two(unit, officer)
    step = declined(others[0], "out_of_scope", officer)
    triage.route_tip(first.pk, to=unit.parent, reason="của tỉnh", by=officer)
    with pytest.raises(errors.IncidentChanged):
        undo.take_back_decision(step.pk, by=officer, secret=step.secret)


def test_who_leads_meanwhile_is_not_put_back_behind_a_tip_that_left(desk):
    unit, officer = desk
    first, others = leads_two(unit, officer)
    step = triage.sort_tip(others[0].pk, category="theft", by=officer)
    declined(first, "out_of_scope", officer)
    with pytest.raises(errors.IncidentChanged):
        undo.take_back_decision(step.pk, by=officer)


def test_undoing_what_came_before_a_join_leaves_the_incident_whole(desk):
    unit, officer = desk
    first, other = make.tip(unit=unit), make.tip(unit=unit)
    step = triage.sort_tip(first.pk, category="theft", by=officer)
    Tip.objects.filter(pk=first.pk).update(assigned_to=officer)
    triage.mark_duplicate(other.pk, of=first.pk, by=officer)
    undo.take_back_decision(step.pk, by=officer)
    for each in (first, other):
        each.refresh_from_db()
    assert first.category == ""
    assert (first.incident, first) == (other.incident, other.duplicate_of)


def test_undoing_a_join_gives_back_all_that_stood_behind_the_tip(desk):
    unit, officer = desk
    first, others = leads_two(unit, officer)
    before = as_one(first, others)
    step = triage.mark_duplicate(first.pk, of=make.tip(unit=unit).pk, by=officer)
    undo.take_back_decision(step.pk, by=officer)
    assert as_one(Tip.objects.get(pk=first.pk), others) == before


def test_what_is_out_of_scope_leaves_no_name_of_an_incident_it_was_passed_on_from(desk):
    unit, officer = desk
    first, _ = leads_two(unit, officer, title="Nhóm 0912 345 678 ở chợ")
    step = triage.route_tip(first.pk, to=unit.parent, reason="của tỉnh", by=officer)
    declined(first, "out_of_scope", make.officer(unit=unit.parent))
    step.refresh_from_db()
    assert "345 678" not in json.dumps(step.detail)
    assert "345 678" not in Incident.objects.get().title


def test_an_undone_end_is_dated_and_on_record_and_counts_for_no_rate(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = declined(tip, "out_of_scope", officer)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    entry = Entry.objects.get(action="tip.taken_back", object_id=str(tip.pk))
    assert (entry.actor_id, entry.detail["kind"]) == (str(officer.pk), "declined")
    assert (times.now() - entry.at).total_seconds() < 60
    step.refresh_from_db()
    assert step.detail == {"as_kind": "out_of_scope", "taken_back": True}
    assert out_of_scope_rates(officer, [unit]) == []


def test_once_the_answer_has_left_nothing_is_undone(desk):
    unit, officer = desk
    tip, talked = make.tip(unit=unit), make.tip(unit=unit)
    make.conversation(talked)
    steps = [declined(each, "civil", officer) for each in (tip, talked)]
    # The sender has this one in its hands, a moment early by its own clock.
    Delivery.objects.update(state=Delivery.State.LEASED, leased_until=times.now())
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(steps[1].pk, by=officer, secret=steps[1].secret)
    tip.messages.update(visible_at=times.now())
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(steps[0].pk, by=officer, secret=steps[0].secret)
    for each in (tip, talked):
        each.refresh_from_db()
        assert not each.is_open
        assert each.messages.count() == 1


def test_only_the_page_of_the_officer_who_decided_can_undo_it(desk):
    unit, officer = desk
    step = declined(make.tip(unit=unit), "civil", officer)
    for by, secret in ((officer, ""), (officer, "sai"), (make.officer(unit=unit), step.secret)):
        with pytest.raises(errors.NotYours):
            undo.take_back_decision(step.pk, by=by, secret=secret)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(step.pk, by=officer, secret=step.secret)


def test_what_is_out_of_scope_is_out_of_every_sight_while_it_can_be_undone(desk):
    unit, officer = desk
    words, place, more = "Chuyện riêng của hàng xóm", "nhà cuối ngõ", "và chuyện khác nữa"
    tip = make.tip(unit=unit, text=words, place_detail=place)
    make.message(tip, more)
    Inbound.objects.create(channel="web", kind="text", tip_ref=tip.pk, text=more)
    declined(tip, "out_of_scope", officer)
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="content").count() == 1
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            [(held,)] = cursor.fetchall()
        for said in (words, place, more):
            assert said not in held, table
            assert said.encode().hex() not in held, table


def test_what_was_out_of_scope_by_mistake_comes_back_whole(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, text="Trộm xe", place_detail="ngõ 3", examined_at=times.now())
    other = make.tip(unit=unit)
    triage.mark_duplicate(tip.pk, of=other.pk, by=officer)
    more = make.message(tip, "biển số đây", examined_at=times.now())
    make.sighting(tip, indicator=make.indicator(), role="used", message=more)
    Suggestion.objects.create(tip=tip, categories=[{"code": "theft"}], places=["27"])
    path = store.keep_viewing_copy(b"anh")
    Attachment.objects.create(
        tip=tip,
        kind="image",
        mime="image/png",
        size=3,
        original_path="",
        viewing_path=path,
        keyed_hash=b"x" * 32,
    )
    out_of_scope_before = stands(tip)
    seen = list(Sighting.objects.values())
    step = declined(tip, "out_of_scope", officer)
    assert not tip.sightings.exists()
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    after = stands(tip)
    assert after.pop("search") is not None
    out_of_scope_before.pop("search")
    assert after == out_of_scope_before
    assert [each.text for each in tip.messages.all()] == ["biển số đây"]
    assert list(Sighting.objects.values()) == seen
    assert Suggestion.objects.get().categories == [{"code": "theft"}]
    assert store.open_viewing_copy(tip.attachments.get().viewing_path) == b"anh"
    undo_ending.forget_held_endings()
    # Nothing is left sealed of a tip that was never out of scope.
    assert not SealedIdentity.objects.filter(kind="content").exists()
    assert not HeldEnding.objects.exists()


def test_copies_to_look_at_go_when_it_can_be_undone_no_longer(
    desk, django_capture_on_commit_callbacks
):
    unit, officer = desk
    tip = make.tip(unit=unit)
    path = store.keep_viewing_copy(b"anh")
    Attachment.objects.create(
        tip=tip,
        kind="image",
        mime="image/png",
        size=3,
        original_path="",
        viewing_path=path,
        keyed_hash=b"x" * 32,
    )
    with django_capture_on_commit_callbacks(execute=True):
        step = declined(tip, "out_of_scope", officer)
    assert tip.attachments.get().viewing_path == ""
    assert undo_ending.forget_held_endings() == 0
    HeldEnding.objects.update(until=times.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert undo_ending.forget_held_endings() == 1
    assert not (data_folder() / path).exists()
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="content").exists()
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(step.pk, by=officer, secret=step.secret)


def test_the_sweeper_leaves_a_copy_that_may_come_back(desk, monkeypatch):
    unit, officer = desk
    tip = make.tip(unit=unit)
    path = store.keep_viewing_copy(b"anh")
    Attachment.objects.create(
        tip=tip,
        kind="image",
        mime="image/png",
        size=3,
        original_path="",
        viewing_path=path,
        keyed_hash=b"x" * 32,
    )
    declined(tip, "out_of_scope", officer)
    monkeypatch.setattr(sweep_files, "OLD_ENOUGH_SECONDS", -60)
    sweep_files.sweep_files()
    assert (data_folder() / path).exists()


def test_the_words_of_the_second_decision_come_back_for_the_unit_above(desk):
    unit, officer = desk
    private = {unit.parent_id: unit.private}
    tip = make.tip(unit=unit, text="Chuyện riêng")
    step = declined(tip, "out_of_scope", officer)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    make.message(tip, "thêm một câu")
    declined(tip, "out_of_scope", officer)
    assert out_of_scope.may_object_to_sealing(Tip.objects.get(pk=tip.pk))
    out_of_scope.object_to_sealing(tip.pk)
    assert out_of_scope.restore_objected(private) == 1
    tip.refresh_from_db()
    assert tip.text == "Chuyện riêng"
    assert tip.messages.filter(text="thêm một câu").exists()
    assert not SealedIdentity.objects.filter(kind="content").exists()


def test_letting_go_of_the_first_decision_keeps_what_the_second_one_sealed_at_that_moment(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = declined(tip, "out_of_scope", officer)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    again = []

    def second(execute, sql, *rest):
        if sql.startswith("DELETE") and "sealedidentity" in sql and not again:
            again.append(True)
            # As another process does it, which has no part in this work.
            contextvars.Context().run(declined, tip, "out_of_scope", officer)
        return execute(sql, *rest)

    with connection.execute_wrapper(second):
        assert undo_ending.forget_held_endings() == 1
    assert again
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="content").exists()


def test_an_objection_that_came_first_stands(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = declined(tip, "out_of_scope", officer)
    out_of_scope.object_to_sealing(tip.pk)
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    tip.refresh_from_db()
    assert tip.responsible_unit == unit.parent


def test_whoever_began_another_report_meanwhile_goes_on_with_that_one(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    talk = make.conversation(tip)
    key = bytes(talk.key_hash)
    step = closed(tip, officer)
    other = make.conversation(make.tip(unit=unit), account=talk.account)
    Conversation.objects.filter(pk=other.pk).update(key_hash=key)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    tip.refresh_from_db()
    assert tip.is_open
    assert Conversation.objects.get(key_hash=key) == other


def test_what_a_reporter_wrote_above_meanwhile_still_waits(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = declined(tip, "official", officer)
    wrote = times.now()
    Tip.objects.filter(pk=tip.pk).update(waiting_since=wrote)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    tip.refresh_from_db()
    assert tip.waiting_since == wrote


def test_a_unit_that_a_tip_concerned_before_is_still_kept_out(desk):
    unit, officer = desk
    above = make.officer(unit=unit.parent)
    tip = make.tip(unit=unit.parent, concerns=(unit,))
    step = triage.decline_tip(tip.pk, kind="official", reply="Chào bạn.", by=above, concerns=unit)
    undo.take_back_decision(step.pk, by=above, secret=step.secret)
    assert tip.concerns.get().unit == unit
    assert not Tip.objects.visible_to(officer).filter(pk=tip.pk).exists()


def test_a_reply_that_was_withdrawn_by_itself_does_not_stand_in_the_way(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = declined(tip, "civil", officer)
    answering.withdraw_answer(tip.messages.get().pk, by=officer)
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    tip.refresh_from_db()
    assert tip.is_open


def test_on_the_desk_the_toast_undoes_it_and_says_until_when(desk, desk_client):
    unit, officer = desk
    tip, client = make.tip(unit=unit), sign_in(desk_client, officer)
    page = client.post(
        f"/tips/{tip.pk}/decline/", {"kind": "civil", "reply": "Chào bạn."}, follow=True
    )
    fields = page.context["undo_fields"]
    assert "20" in str(next(iter(page.context["messages"])))
    assert fields["secret"] in page.content.decode()
    assert fields["secret"] not in json.dumps(dict(client.session))
    client.post("/tips/undo/", fields, follow=True)
    tip.refresh_from_db()
    assert tip.is_open
    assert client.post("/tips/undo/", {"decision": fields["decision"]}).status_code == 302
    assert not tip.messages.exists()


@pytest.mark.parametrize("asked", ["inbox", "alarm"])
def test_a_key_that_no_page_came_for_in_time_leaves_the_session(
    desk, desk_client, monkeypatch, asked
):
    unit, officer = desk
    tip, client = make.tip(unit=unit), sign_in(desk_client, officer)
    client.post(f"/tips/{tip.pk}/decline/", {"kind": "civil", "reply": "Chào bạn."})
    assert "secret" in json.dumps(dict(client.session))
    later = times.now() + messages.ANSWER_HELD_FOR
    with monkeypatch.context() as patch:
        patch.setattr(times, "now", lambda: later)
        page = client.get(reverse(asked))
    assert "secret" not in json.dumps(dict(client.session))
    assert 'name="secret"' not in page.content.decode()
