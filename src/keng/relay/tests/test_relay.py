"""Relay by hand: what a lead sees and says, what a leaked link is worth, what the desk counts."""

import datetime
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Attempt, Delivery, Dispatch, RelayTask
from keng.delivery.queries import outcomes
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.models import Lead
from keng.network.secret_links import lead_token
from keng.relay import coverage
from keng.relay import relay_acts as actions
from keng.relay import tasks_of_leads as queries
from keng.relay.public import lead_page
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    made = Ward()
    made.group = make.group(unit=made.unit, place=made.hamlet, kind="landlords", name="Nhà trọ 2")
    made.lead = make.lead(unit=made.unit, groups=(made.group,), name="Bà Mão")
    return made


def url(name, *args, desk=False):
    conf = "keng.site.desk_urls" if desk else "keng.site.public_urls"
    return reverse(name, args=args, urlconf=conf)


def page(client, lead):
    return client.get(url("relay", lead_token(lead))).content.decode()


def confirm(client, lead, dispatch, **more):
    tasks = RelayTask.objects.filter(dispatch=dispatch, lead=lead)
    data = {"tasks": [str(task.pk) for task in tasks], "via": "zalo", **more}
    return client.post(url("relay-confirm", lead_token(lead), dispatch.pk), data)


def state(dispatch, group):
    return Delivery.objects.get(dispatch=dispatch, recipient_ref=group.pk).state


def test_the_standing_page_has_the_text_and_a_way_round_the_landlord(public_client, ward):
    ward.send(ward.audience())
    shown = page(public_client, ward.lead)
    assert "Cảnh báo" in shown
    assert "không qua chủ trọ" in shown
    assert "Nhà trọ 2" in shown


def test_opening_the_link_confirms_nothing(public_client, ward):
    sent = ward.send(ward.audience())
    for method in ("get", "head"):
        getattr(public_client, method)(url("relay", lead_token(ward.lead)))
    assert (
        public_client.get(url("relay-confirm", lead_token(ward.lead), sent.pk)).status_code == 405
    )
    assert state(sent, ward.group) == "queued"


def test_confirming_moves_the_delivery_and_is_a_sign_of_life(public_client, ward):
    sent = ward.send(ward.audience())
    confirm(public_client, ward.lead, sent, via="loudspeaker", reached_count="24")
    task = RelayTask.objects.get(dispatch=sent)
    assert (task.via, task.reached_count, state(sent, ward.group)) == ("loudspeaker", 24, "relayed")
    ward.group.refresh_from_db()
    assert ward.group.last_sign_at == task.confirmed_at
    entry = Entry.objects.get(action="relay.confirmed")
    assert (entry.actor_kind, entry.actor_id) == ("lead", str(ward.lead.pk))
    assert "Đã ghi: bạn đã chuyển" in page(public_client, ward.lead)


def test_confirming_twice_changes_nothing(public_client, ward):
    sent = ward.send(ward.audience())
    confirm(public_client, ward.lead, sent)
    first = RelayTask.objects.get(dispatch=sent).confirmed_at
    confirm(public_client, ward.lead, sent, via="board")
    task = RelayTask.objects.get(dispatch=sent)
    assert (task.confirmed_at, task.via) == (first, "zalo")
    assert Entry.objects.filter(action="relay.confirmed").count() == 1


def test_only_the_browser_that_confirmed_can_take_it_back(public_client, ward):
    sent = ward.send(ward.audience())
    confirm(public_client, ward.lead, sent)
    stranger = type(public_client)()
    leaked = page(stranger, ward.lead)
    assert "hoàn tác" not in leaked
    assert "Bà Mão" not in leaked
    assert "Nhà trọ 2" not in leaked
    assert "Cảnh báo" in leaked
    stranger.post(url("relay-undo", lead_token(ward.lead), sent.pk))
    assert state(sent, ward.group) == "relayed"
    public_client.post(url("relay-undo", lead_token(ward.lead), sent.pk))
    assert state(sent, ward.group) == "queued"
    assert "Tôi đã chuyển" in page(public_client, ward.lead)


def test_after_two_hours_nothing_is_taken_back(ward):
    sent = ward.send(ward.audience())
    task = RelayTask.objects.get(dispatch=sent)
    actions.confirm_tasks([task.pk], lead=ward.lead, via="zalo")
    RelayTask.objects.update(confirmed_at=times.now() - datetime.timedelta(hours=3))
    with pytest.raises(actions.UndoTooLate):
        actions.undo_confirmation([task.pk], lead=ward.lead)


def test_one_of_two_leads_taking_back_leaves_the_group_passed_on(ward):
    other = make.lead(unit=ward.unit, groups=(ward.group,))
    sent = ward.send(ward.audience())
    for lead in (ward.lead, other):
        actions.confirm_tasks([RelayTask.objects.get(lead=lead).pk], lead=lead, via="zalo")
    actions.undo_confirmation([RelayTask.objects.get(lead=other).pk], lead=other)
    assert state(sent, ward.group) == "relayed"
    actions.undo_confirmation([RelayTask.objects.get(lead=ward.lead).pk], lead=ward.lead)
    assert state(sent, ward.group) == "queued"


def test_who_passes_on_to_the_same_groups_waits_at_the_first_of_them(ward):
    """And holds nothing meanwhile that the other one needs."""
    other = make.group(unit=ward.unit, place=ward.hamlet, name="Nhà trọ 3")
    ward.lead.groups.add(other)
    sent = ward.send(ward.audience())
    tasks = [task.pk for task in RelayTask.objects.filter(lead=ward.lead)]
    for act in (
        lambda: actions.confirm_tasks(tasks, lead=ward.lead, via="zalo"),
        lambda: actions.mark_seen(tasks[0], by=ward.officer),
        lambda: actions.undo_confirmation(tasks, lead=ward.lead),
    ):
        with CaptureQueriesContext(connection) as asked:
            act()
        locks = [each["sql"] for each in asked if "FOR NO KEY UPDATE" in each["sql"]]
        tables = [sql.partition(' FROM "')[2].partition('"')[0] for sql in locks]
        assert tables[:2] == ["network_group", "delivery_relaytask"]
        assert tables[2:] in ([], ["delivery_delivery"])
        assert all("ORDER BY" in sql for sql in locks)
    assert {state(sent, group) for group in (ward.group, other)} == {"queued"}


def test_a_lead_cannot_confirm_for_another(public_client, ward):
    other = make.lead(unit=ward.unit, groups=(make.group(unit=ward.unit, place=ward.hamlet),))
    sent = ward.send(ward.audience())
    foreign = RelayTask.objects.get(lead=other)
    data = {"tasks": [str(foreign.pk)], "via": "zalo"}
    answer = public_client.post(url("relay-confirm", lead_token(ward.lead), sent.pk), data)
    assert answer.status_code == 422
    assert actions.confirm_tasks([foreign.pk], lead=ward.lead, via="zalo") == []


@pytest.mark.parametrize("token", ["x", "a" * 43, "é" * 43, "A" * 44])
def test_a_wrong_link_opens_nothing(public_client, token):
    assert public_client.get(url("relay", token)).status_code == 404


def cannot(client, lead, dispatch, reason):
    tasks = [str(t.pk) for t in RelayTask.objects.filter(dispatch=dispatch, lead=lead)]
    return client.post(
        url("relay-cannot", lead_token(lead), dispatch.pk), {"tasks": tasks, "reason": reason}
    )


def test_this_evening_keeps_the_task_and_remembers_when(public_client, ward):
    sent = ward.send(ward.audience())
    cannot(public_client, ward.lead, sent, "later")
    task = RelayTask.objects.get()
    local = task.remind_at.astimezone(times.VIETNAM)
    assert (local.hour, local.minute) == (20, 30)
    assert task.remind_at > times.now()
    assert "Bạn hẹn đăng lúc 20:30" in page(public_client, ward.lead)
    confirm(public_client, ward.lead, sent)
    assert state(sent, ward.group) == "relayed"


def test_no_longer_mine_closes_the_task_without_a_confirmation(public_client, ward):
    sent = ward.send(ward.audience())
    cannot(public_client, ward.lead, sent, "not_mine")
    assert "Nhà trọ 2" not in page(public_client, ward.lead)
    assert state(sent, ward.group) == "queued"


def test_having_posted_nothing_is_an_answer_only_to_a_correction(public_client, ward):
    sent = ward.send(ward.audience())
    assert cannot(public_client, ward.lead, sent, "never_posted").status_code == 422
    again = ward.send(SameRecipients((sent.pk,)), kind="correction")
    cannot(public_client, ward.lead, again, "never_posted")
    assert RelayTask.objects.get(dispatch=again).cannot_reason == "never_posted"


def test_what_the_desk_took_back_is_gone_from_the_page(public_client, ward):
    sent = ward.send(ward.audience())
    sending.cancel_dispatch(sent.pk, by=ward.officer)
    assert "Hiện không có gì cần chuyển" in page(public_client, ward.lead)
    confirm(public_client, ward.lead, sent)
    assert state(sent, ward.group) == "cancelled"


def test_several_groups_of_one_lead_are_one_text_and_one_button(public_client, ward):
    other = make.group(unit=ward.unit, place=ward.hamlet, name="Nhà trọ 3")
    ward.lead.groups.add(other)
    sent = ward.send(ward.audience())
    shown = page(public_client, ward.lead)
    assert shown.count("Tôi đã chuyển") == 1
    assert "2 nhóm của bạn" in shown
    only = RelayTask.objects.get(group=other)
    confirm(public_client, ward.lead, sent, tasks=[str(only.pk)])
    assert (state(sent, other), state(sent, ward.group)) == ("relayed", "queued")


def test_a_superior_sees_who_below_has_not_confirmed(public_client, ward):
    head = make.lead(unit=ward.unit, name="Cô Phương")
    Lead.objects.filter(pk=ward.lead.pk).update(above=head)
    ward.send(ward.audience())
    assert "Bà Mão" in page(public_client, head)


def test_the_desk_hands_out_to_each_lead_once(desk_client, ward):
    sent = ward.send(ward.audience())
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("hand-outs", desk=True)).content.decode()
    assert "/relay/" not in shown
    shown = desk_client.post(url("hand-out-link", ward.lead.pk, desk=True)).content.decode()
    assert Entry.objects.filter(action="lead.link_shown", object_id=str(ward.lead.pk)).count() == 1
    link = re.search(r"https?://\S+/relay/(\S+?)</p>", shown)[1]
    assert link == lead_token(ward.lead)
    desk_client.post(url("hand-out-done", ward.lead.pk, desk=True))
    task = RelayTask.objects.get(dispatch=sent)
    assert task.handed_out_by == ward.officer
    assert link not in desk_client.get(url("hand-outs", desk=True)).content.decode()


def test_urgent_things_are_handed_out_first(ward):
    calm, urgent = ward.lead, make.lead(unit=ward.unit)
    ward.send(ward.audience())
    group = make.group(unit=ward.unit, place=ward.hamlet, kind="school")
    urgent.groups.add(group)
    ward.send(ward.audience(kinds=("school",)), urgent=True)
    assert [one.lead for one in queries.leads_to_tell(ward.officer)] == [urgent, calm]


def covered(ward, sent, officer=None):
    return coverage.coverage_of_dispatches([sent.pk], officer=officer or ward.officer)


def test_coverage_tells_said_from_seen_and_its_sums_balance(ward):
    make.channel_account(unit=ward.unit)
    machine = make.group(unit=ward.unit, place=ward.other_hamlet, channel="sandbox")
    make.group(unit=ward.unit, place=ward.other_hamlet, channel="zalo_oa", kind="school")
    make.group(unit=ward.unit, place=ward.hamlet, kind="school")
    sent = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=sent, recipient_ref=machine.pk).update(state="sent")
    task = RelayTask.objects.get(group=ward.group)
    actions.confirm_tasks([task.pk], lead=ward.lead, via="zalo")
    actions.mark_seen(task.pk, by=ward.officer)
    found = covered(ward, sent)
    total = found.total
    assert (total.groups, total.by_machine, total.passed_on, total.waiting, total.failed) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert total.seen == 1
    for rows in (found.kinds, found.places, found.dispatches.values()):
        for name in ("groups", "by_machine", "passed_on", "waiting", "failed", "seen"):
            assert sum(getattr(row, name) for row in rows) == getattr(total, name)
        assert all(r.by_machine + r.passed_on + r.waiting + r.failed == r.groups for r in rows)


def test_names_go_to_the_direct_superior_only(desk_client, ward):
    head = make.lead(unit=ward.unit, name="Cô Phương")
    group = make.group(unit=ward.unit, place=ward.hamlet, kind="school")
    make.lead(unit=ward.unit, above=head, groups=(group,), name="Cô Hiền")
    sent = ward.send(ward.audience())
    sign_in(desk_client, ward.officer)
    address = url("dispatch-coverage", sent.pk, desk=True)
    shown = desk_client.get(address).content.decode()
    assert "Bà Mão" in shown
    assert "Cô Phương" in shown
    assert "Cô Hiền" not in shown
    sign_in(desk_client, make.officer(unit=ward.province))
    shown = desk_client.get(address).content.decode()
    assert ward.unit.name in shown
    assert "Bà Mão" not in shown
    assert "Cô Phương" not in shown


def test_a_commune_sees_what_the_province_sent_to_its_own_groups_only(desk_client, ward):
    neighbour = make.unit(parent=ward.province, serves=make.place(parent=ward.province_place))
    make.group(unit=neighbour, place=neighbour.jurisdictions.get().place)
    audience = ward.audience(
        units=(ward.province.pk, ward.unit.pk, neighbour.pk), places=(ward.province_place.pk,)
    )
    sent = ward.send(audience, unit=ward.province)
    assert covered(ward, sent).total.groups == 1
    assert covered(ward, sent, make.officer(unit=ward.province)).total.groups == 2
    sign_in(desk_client, ward.officer)
    assert desk_client.get(url("dispatch-coverage", sent.pk, desk=True)).status_code == 200
    assert desk_client.get(url("dispatch", sent.pk, desk=True)).status_code == 404


def test_the_sample_stays_the_same_five(ward):
    for _ in range(8):
        group = make.group(unit=ward.unit, place=ward.hamlet)
        make.lead(unit=ward.unit, groups=(group,))
    sent = ward.send(ward.audience())
    for task in RelayTask.objects.select_related("lead"):
        actions.confirm_tasks([task.pk], lead=task.lead, via="zalo")
    first = [task.pk for task in coverage.sample_to_check(sent, officer=ward.officer)]
    assert len(first) == 5
    assert [task.pk for task in coverage.sample_to_check(sent, officer=ward.officer)] == first


def test_every_state_of_a_delivery_has_a_column():
    assert set(outcomes.COLUMN_OF_STATE) == set(Delivery.State.values)
    assert set(outcomes.COLUMN_OF_STATE.values()) == set(outcomes.OUTCOME_COLUMNS)


def test_the_outcome_table_balances_and_offers_the_unknown_to_a_person(desk_client, ward):
    make.channel_account(unit=ward.unit)
    for state_name in Delivery.State.values:
        make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox", name=state_name)
    sent = ward.send(ward.audience())
    rows = list(Delivery.objects.filter(dispatch=sent, channel="sandbox").order_by("id"))
    for row, state_name in zip(rows, Delivery.State.values, strict=True):
        Delivery.objects.filter(pk=row.pk).update(state=state_name, leased_until=times.now())
    found = outcomes.outcome_of_dispatch(sent)
    assert found.total.total == Delivery.objects.filter(dispatch=sent).count()
    assert found.total.total == sum(row.total for row in found.rows)
    assert sum(r.count for r in found.reasons) == (
        found.total.later + found.total.unknown + found.total.failed
    )
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("dispatch", sent.pk, desk=True)).content.decode()
    assert "Gửi lại tay 1 nơi" in shown
    desk_client.post(url("dispatch-resend", sent.pk, desk=True))
    assert not Delivery.objects.filter(dispatch=sent, state="unknown").exists()


def test_what_may_have_come_twice_is_counted_once_and_said(desk_client, ward):
    """Only two tries that may both have arrived count.

    `?`: nobody knows; `!`: it arrived; `x`: certainly not; `e`: its lease ended, and `l`: so late
    its sender, slow and alive, said that it had arrived.
    """
    for code in ("sandbox", "zalo_oa"):
        make.channel_account(channel=code, unit=ward.unit)
    tried = [
        *(("zalo_oa", "?!"), ("zalo_oa", "??!"), ("zalo_oa", "??"), ("zalo_oa", "e!")),
        *(("zalo_oa", "?"), ("zalo_oa", "x!"), ("zalo_oa", "!!"), ("sandbox", "?!")),
        *(("zalo_oa", "xel"), ("zalo_oa", "el!")),
    ]
    for nth, (channel, _tries) in enumerate(tried):
        address = f"g{nth}"
        make.group(unit=ward.unit, place=ward.hamlet, channel=channel, channel_address=address)
    sent = ward.send(ward.audience())
    # Outcome, code and duration: a minute lies between the ends of two tries.
    ends = {
        "?": ("unknown", "", 0),
        "!": ("sent", "", 0),
        "x": ("retry", "", 0),
        "e": ("unknown", "lease_ended", 0),
        "l": ("sent", "", 90_000),
    }
    for nth, (_channel, tries) in enumerate(tried):
        row = Delivery.objects.get(dispatch=sent, address=f"g{nth}")
        leases = len(tries.replace("l", ""))
        Delivery.objects.filter(pk=row.pk).update(state="sent", attempts=leases)
        for minute, (outcome, code, milliseconds) in enumerate(ends[each] for each in tries):
            Attempt.objects.create(
                delivery_ref=row.pk,
                outcome=outcome,
                code=code,
                milliseconds=milliseconds,
                at=times.now() + datetime.timedelta(minutes=minute),
            )
    assert outcomes.outcome_of_dispatch(sent).may_have_come_twice == 5
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("dispatch", sent.pk, desk=True)).content.decode()
    assert "Có thể đã tới hai lần: 5 nơi nhận." in shown
    # A person may have sent it again, or a reply was unclear.
    assert "ngắt giữa chừng" not in shown
    sheet = desk_client.get(url("dispatch-export", sent.pk, desk=True)).content.decode()
    assert "Có thể đã tới hai lần;5" in sheet


def test_the_outcome_asks_again_while_a_machine_sends_and_then_stops(desk_client, ward):
    make.channel_account(unit=ward.unit)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    sent = ward.send(ward.audience())
    there = url("dispatch", sent.pk, desk=True)
    sign_in(desk_client, ward.officer)
    assert f'hx-get="{there}" hx-trigger="every 5s"' in desk_client.get(there).content.decode()
    Delivery.objects.filter(dispatch=sent, channel="sandbox").update(state="sent")
    assert outcomes.outcome_of_dispatch(sent).by_hand_waiting == 1
    assert "every 5s" not in desk_client.get(there).content.decode()


def test_an_answer_to_a_reporter_is_no_dispatch_of_the_desk(desk_client, ward):
    reply = Dispatch.objects.create(kind="reply", is_urgent=True, unit=ward.unit)
    sign_in(desk_client, ward.officer)
    for name in ("dispatch", "dispatch-coverage"):
        assert desk_client.get(url(name, reply.pk, desk=True)).status_code == 404


def test_seen_is_marked_and_taken_back_by_the_desk_of_that_group_only(desk_client, ward):
    ward.send(ward.audience())
    task = RelayTask.objects.get()
    actions.confirm_tasks([task.pk], lead=ward.lead, via="zalo")
    sign_in(desk_client, make.officer(unit=make.unit()))
    assert desk_client.post(url("relay-seen", task.pk, desk=True)).status_code == 404
    sign_in(desk_client, ward.officer)
    desk_client.post(url("relay-seen", task.pk, desk=True))
    assert RelayTask.objects.get().seen_by == ward.officer
    desk_client.post(url("relay-seen", task.pk, desk=True), {"seen": "no"})
    assert RelayTask.objects.get().seen_at is None


@pytest.mark.parametrize(("name", "most"), [("coverage", 12), ("hand-outs", 14)])
def test_the_lists_ask_few_questions(desk_client, ward, django_assert_max_num_queries, name, most):
    for _ in range(3):
        group = make.group(unit=ward.unit, place=ward.hamlet)
        make.lead(unit=ward.unit, groups=(group,))
        ward.send(ward.audience(over_limit_reason="x"))
    sign_in(desk_client, ward.officer)
    with django_assert_max_num_queries(most):
        desk_client.get(url(name, desk=True))


def test_what_takes_a_text_back_comes_first_and_then_what_is_urgent():
    kits = [
        SimpleNamespace(dispatch=Dispatch(kind=kind, is_urgent=is_urgent))
        for kind, is_urgent in [("warning", False), ("warning", True), ("recall", False)]
    ]
    in_order = [kit.dispatch for kit in sorted(kits, key=lead_page._waits_after)]
    assert [(one.kind, one.is_urgent) for one in in_order] == [
        ("recall", False),
        ("warning", True),
        ("warning", False),
    ]


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(8, 12, 67), (199, 200, 99), (1, 300, 1), (0, 5, 0), (5, 5, 100)]
)
def test_a_percentage_is_rounded_and_all_only_where_nobody_is_left(part, whole, percent):
    assert coverage.RelayLevel(is_below=False, asked=whole, passed_on=part).percent == percent
