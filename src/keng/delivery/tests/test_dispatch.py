"""Sending to many: one row for each recipient, no more, no fewer."""

import datetime
import hashlib

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keng.acts.errors import NotAllowed
from keng.acts.work import work
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.delivery.actions import dispatch as actions
from keng.delivery.audience import (
    Audience,
    SameRecipients,
    define_audience,
    groups_in_audience,
    plan_audience,
)
from keng.delivery.models import Approval, Delivery, RelayTask
from keng.delivery.sender import sql
from keng.delivery.tests.rows import make_rows
from keng.kit import times
from keng.network.models import GroupKind
from tests import make

pytestmark = pytest.mark.django_db
TEXTS = [
    actions.TextToSend("vi", "Cảnh báo"),
    actions.TextToSend("en", "Warning", subject="Warning"),
]


class Ward:
    """A ward with two hamlets, its desk, and the province above."""

    def __init__(self):
        self.province_place = make.place(kind="province", province_code="24")
        self.place = make.place(parent=self.province_place)
        self.hamlet = make.place(kind="hamlet", parent=self.place)
        self.other_hamlet = make.place(kind="hamlet", parent=self.place)
        self.province = make.province_unit(serves=self.province_place)
        self.unit = make.unit(parent=self.province, serves=self.place)
        self.officer = make.officer(unit=self.unit)
        self.commander = make.officer(unit=self.unit, role="commander")

    @classmethod
    def of_a_landlord(cls):
        """With one group of landlords, whose lead is Bà Mão."""
        made = cls()
        made.group = make.group(
            unit=made.unit, place=made.hamlet, kind="landlords", name="Nhà trọ 2"
        )
        made.lead = make.lead(unit=made.unit, groups=(made.group,), name="Bà Mão")
        return made

    def audience(self, **changes):
        values = {
            "units": (self.unit.pk,),
            "places": (self.place.pk,),
            "kinds": tuple(GroupKind.values),
        }
        return Audience(**values | changes)

    def approve(self, audience):
        plan = plan_audience(audience)
        return Approval.objects.create(
            text_hash=b"t" * 32,
            audience_hash=plan.hash,
            people=plan.subscribers,
            approved_by=self.commander,
            author=self.officer,
        )

    def send(self, audience, *, kind="warning", approval=None, urgent=False, unit=None, **more):
        # A step of an act on warnings, in its transaction; then the worker.
        sent = work()(actions.send_dispatch)(
            kind=kind,
            unit=unit or self.unit,
            approval=approval or self.approve(audience),
            texts=TEXTS,
            audience=define_audience(audience),
            source_kind="warning_version",
            source_ref=make.some_id(),
            is_urgent=urgent,
            by=self.officer,
            **more,
        )
        make_rows()
        sent.refresh_from_db()
        return sent


@pytest.fixture
def ward():
    return Ward()


def states(dispatch):
    return sorted(
        Delivery.objects.filter(dispatch=dispatch).values_list("channel", "state", "code")
    )


def test_everything_below_a_place_belongs_to_it(ward):
    make.group(unit=ward.unit, place=ward.hamlet, name="A")
    make.group(unit=ward.unit, place=ward.place, name="B")
    make.group(unit=ward.unit, place=make.place(parent=ward.province_place), name="elsewhere")
    assert [g.name for g in groups_in_audience(ward.audience())] == ["A", "B"]
    assert plan_audience(ward.audience()).groups == 2


def test_a_desk_cannot_address_the_groups_of_another_desk(ward):
    neighbour = make.unit(parent=ward.province)
    make.group(unit=neighbour, place=ward.hamlet)
    assert plan_audience(ward.audience()).groups == 0


def test_kinds_exceptions_and_groups_out_of_use_are_left_out(ward):
    kept = make.group(unit=ward.unit, place=ward.hamlet, kind="landlords")
    without = make.group(unit=ward.unit, place=ward.hamlet, kind="landlords")
    make.group(unit=ward.unit, place=ward.hamlet, kind="karaoke")
    make.group(unit=ward.unit, place=ward.hamlet, kind="landlords", is_active=False)
    audience = ward.audience(kinds=("landlords",), without=(without.pk,))
    assert [g.id for g in groups_in_audience(audience)] == [kept.pk]


def test_a_group_by_machine_goes_through_the_account_of_its_unit_or_the_one_above(ward):
    above = make.channel_account(unit=ward.province)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    sent = ward.send(ward.audience())
    assert Delivery.objects.get(dispatch=sent).account == above
    own = make.channel_account(unit=ward.unit)
    sent = ward.send(ward.audience())
    assert Delivery.objects.get(dispatch=sent).account == own


def test_without_an_account_the_row_is_refused_and_the_plan_says_so_before(ward):
    make.channel_account(unit=make.unit())
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    assert plan_audience(ward.audience()).unreachable == 1
    sent = ward.send(ward.audience())
    assert states(sent) == [("sandbox", "rejected", "no_account")]


def test_groups_by_hand_wait_without_an_account(ward):
    make.group(unit=ward.unit, place=ward.hamlet)
    sent = ward.send(ward.audience())
    assert states(sent) == [("by_hand", "queued", "")]
    assert Delivery.objects.get(dispatch=sent).account is None


def test_each_recipient_gets_the_text_of_their_language(ward):
    make.channel_account(unit=ward.unit, channel="email")
    english = make.subscription(places=(ward.place,), language="en")
    other = make.subscription(places=(ward.place,), language="zh")
    sent = ward.send(ward.audience())
    found = {d.recipient_ref: d.text.language for d in Delivery.objects.filter(dispatch=sent)}
    assert found == {english.pk: "en", other.pk: "vi"}


def test_subscribers_by_place_kind_and_severity(ward):
    make.channel_account(unit=ward.unit, channel="email")
    province_wide = make.subscription(places=(ward.province_place,))
    hamlet = make.subscription(places=(ward.hamlet,))
    landlord = make.subscription(places=(ward.place,), kinds=["landlords"])
    for left_out in (
        {"places": (ward.other_hamlet,)},
        {"places": (ward.hamlet,), "kinds": ["school"]},
        {"places": (ward.hamlet,), "minimum_severity": 3},
        {"places": (ward.hamlet,), "confirmed_at": None},
        {"places": (ward.hamlet,), "stopped_at": times.now()},
    ):
        make.subscription(**left_out)
    audience = ward.audience(places=(ward.hamlet.pk,), kinds=("landlords",), minimum_severity=2)
    sent = ward.send(audience)
    found = set(Delivery.objects.filter(dispatch=sent).values_list("recipient_ref", flat=True))
    assert found == {province_wide.pk, hamlet.pk, landlord.pk}
    assert plan_audience(ward.audience(subscribers=False)).subscribers == 0


def test_a_fourth_warning_in_a_week_needs_a_reason(ward):
    group = make.group(unit=ward.unit, place=ward.hamlet)
    for _ in range(3):
        assert plan_audience(ward.audience()).groups == 1
        ward.send(ward.audience())
    full = plan_audience(ward.audience())
    assert (full.groups, [each.id for each in full.over_limit]) == (0, [group.pk])
    assert plan_audience(ward.audience(over_limit_reason="Nhiều người vừa mất tiền")).groups == 1


def test_corrections_do_not_count_against_the_weekly_number(ward):
    group = make.group(unit=ward.unit, place=ward.hamlet)
    make.lead(unit=ward.unit, groups=(group,))
    first = ward.send(ward.audience())
    for _ in range(3):
        ward.send(SameRecipients((first.pk,)), kind="correction")
    assert plan_audience(ward.audience()).by_recent == {2: 1}


def test_an_audience_that_changed_since_the_approval_sends_nothing(ward):
    make.group(unit=ward.unit, place=ward.hamlet)
    approval = ward.approve(ward.audience())
    make.group(unit=ward.unit, place=ward.hamlet)
    with pytest.raises(actions.AudienceChanged):
        ward.send(ward.audience(), approval=approval)


def test_a_moved_group_is_a_changed_audience(ward):
    make.channel_account(unit=ward.unit)
    group = make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    before = plan_audience(ward.audience()).hash
    group.channel_address = "somewhere else"
    group.save()
    assert plan_audience(ward.audience()).hash != before


def test_leads_are_asked_for_their_groups_and_superiors_for_their_leads(ward):
    head = make.lead(unit=ward.unit, name="head")
    group = make.group(unit=ward.unit, place=ward.hamlet, kind="school")
    teacher = make.lead(unit=ward.unit, above=head, groups=(group,))
    make.lead(unit=ward.unit, groups=(group,), stopped_at=times.now())
    machine = make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    make.lead(unit=ward.unit, groups=(machine,))
    sent = ward.send(ward.audience())
    tasks = RelayTask.objects.filter(dispatch=sent).values_list("lead_id", "group_id")
    assert set(tasks) == {(teacher.pk, group.pk), (head.pk, None)}


def test_the_record_tells_what_was_approved_and_which_rows_were_made_of_it(ward):
    group = make.group(unit=ward.unit, place=ward.hamlet)
    sent = ward.send(ward.audience())
    acts = Entry.objects.filter(chain=unit_chain(ward.unit.pk), object_id=str(sent.pk))
    act, rows = acts.order_by("seq")
    assert (act.action, rows.action) == ("dispatch.sent", "dispatch.materialised")
    assert (act.actor_id, rows.actor_id) == (str(ward.officer.pk), "worker")
    assert act.detail["audience"] == plan_audience(ward.audience()).hash.hex()
    assert rows.detail["digest"] == hashlib.sha256(f"{group.pk} by_hand ".encode()).hexdigest()
    assert rows.detail["recipients"] == 1


def test_cancelling_stops_only_what_has_not_left(ward):
    make.channel_account(unit=ward.unit)
    for _ in range(3):
        make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    sent = ward.send(ward.audience())
    gone, leased, _ = Delivery.objects.filter(dispatch=sent).order_by("id")
    Delivery.objects.filter(pk=gone.pk).update(state="sent")
    Delivery.objects.filter(pk=leased.pk).update(
        state="leased", leased_until=times.now() + datetime.timedelta(minutes=1)
    )
    assert actions.cancel_dispatch(sent.pk, by=ward.officer) == 1
    assert [s for _, s, _ in states(sent)] == ["cancelled", "leased", "sent"]


def test_another_desk_cannot_cancel(ward):
    sent = ward.send(ward.audience())
    with pytest.raises(NotAllowed):
        actions.cancel_dispatch(sent.pk, by=make.officer(unit=make.unit()))


@pytest.mark.parametrize("role", ["auditor", "data_protection", "administrator"])
def test_whoever_only_reads_neither_stops_nor_sends_again(ward, role):
    sent = ward.send(ward.audience())
    reader = make.officer(unit=ward.unit, role=role)
    for act in (actions.cancel_dispatch, actions.resend_unknown):
        with pytest.raises(NotAllowed):
            act(sent.pk, by=reader)
    sent.refresh_from_db()
    assert sent.cancelled_at is None


def test_the_province_stops_what_a_commune_sends(ward):
    make.channel_account(unit=ward.unit)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    sent = ward.send(ward.audience())
    assert actions.cancel_dispatch(sent.pk, by=make.officer(unit=ward.province, role="duty")) == 1


def test_an_unknown_outcome_goes_out_again_only_by_a_person(ward):
    make.channel_account(unit=ward.unit)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    sent = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=sent).update(state="unknown")
    assert actions.resend_unknown(sent.pk, by=ward.officer) == 1
    assert states(sent) == [("sandbox", "queued", "")]


GOT = ["leased", "sent", "delivered", "read", "unknown"]
NOT_GOT = ["queued", "not_now", "gone", "rejected", "cancelled"]


def test_a_correction_reaches_exactly_those_who_got_it_or_may_have(ward):
    make.channel_account(unit=ward.unit)
    groups = {
        state: make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
        for state in [*GOT, *NOT_GOT]
    }
    by_hand = make.group(unit=ward.unit, place=ward.hamlet)
    leadless = make.group(unit=ward.unit, place=ward.hamlet)
    lead = make.lead(unit=ward.unit, groups=(by_hand,))
    first = ward.send(ward.audience())
    for state, group in groups.items():
        Delivery.objects.filter(dispatch=first, recipient_ref=group.pk).update(
            state=state, leased_until=times.now()
        )
    # Neither a new group nor a lead who left the group since changes who must hear the correction.
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    lead.groups.clear()
    second = ward.send(SameRecipients((first.pk,)), kind="correction")
    reached = set(Delivery.objects.filter(dispatch=second).values_list("recipient_ref", flat=True))
    assert reached == {groups[state].pk for state in GOT} | {by_hand.pk}
    assert leadless.pk not in reached
    assert RelayTask.objects.get(dispatch=second).lead == lead


def test_a_recall_after_a_correction_still_reaches_everybody_once(ward):
    make.channel_account(unit=ward.unit)
    for _ in range(2):
        make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    first = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=first).update(state="sent")
    second = ward.send(SameRecipients((first.pk,)), kind="correction")
    failed = Delivery.objects.filter(dispatch=second).first()
    Delivery.objects.filter(dispatch=second).exclude(pk=failed.pk).update(state="sent")
    Delivery.objects.filter(pk=failed.pk).update(state="gone")
    third = ward.send(SameRecipients((first.pk, second.pk)), kind="recall")
    assert Delivery.objects.filter(dispatch=third).count() == 2


def test_whoever_stopped_is_not_written_to_even_to_correct(ward):
    make.channel_account(unit=ward.unit, channel="email")
    person = make.subscription(places=(ward.place,))
    first = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=first).update(state="sent")
    person.stopped_at = times.now()
    person.save()
    second = ward.send(SameRecipients((first.pk,)), kind="correction")
    assert not Delivery.objects.filter(dispatch=second).exists()


def test_quiet_hours_wait_unless_it_is_urgent(ward):
    make.channel_account(unit=ward.unit, channel="email")
    local = times.now().astimezone(times.VIETNAM)
    begin, end = local - datetime.timedelta(hours=1), local + datetime.timedelta(hours=1)
    make.subscription(places=(ward.place,), quiet_from=begin.time(), quiet_to=end.time())
    make.subscription(places=(ward.place,), quiet_from=end.time(), quiet_to=begin.time())
    waits, goes = ward.send(ward.audience()), ward.send(ward.audience(), urgent=True)
    later = Delivery.objects.filter(dispatch=waits, not_before__gt=times.now())
    assert abs(later.get().not_before - end) < datetime.timedelta(minutes=1)
    # No sender reads past it at each lease until then, and then one takes it.
    assert (later.get().state, later.get().code) == ("not_now", "quiet_hours")
    later.update(not_before=times.now() - datetime.timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(sql.WAKE)
    assert not Delivery.objects.filter(dispatch=waits).exclude(state="queued").exists()
    assert not Delivery.objects.filter(dispatch=goes, not_before__gt=times.now()).exists()


def test_ids_are_of_version_7_and_of_now(ward):
    make.group(unit=ward.unit, place=ward.hamlet)
    key = Delivery.objects.get(dispatch=ward.send(ward.audience())).pk
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert abs((key.int >> 80) / 1000 - times.now().timestamp()) < 60


CHANNELS = st.sampled_from(["by_hand", "sandbox", "zalo_oa"])
GROUPS = st.lists(
    st.tuples(st.sampled_from(GroupKind.values), CHANNELS, st.booleans()), max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=GROUPS, people=st.integers(0, 4), kinds=st.sets(st.sampled_from(GroupKind.values)))
def test_the_sums_of_a_plan_balance_and_equal_the_rows_written(ward, groups, people, kinds):
    with transaction.atomic():
        make.channel_account(unit=ward.unit)
        for kind, channel, active in groups:
            make.group(
                unit=ward.unit, place=ward.hamlet, kind=kind, channel=channel, is_active=active
            )
        for _ in range(people):
            make.subscription(places=(ward.place,))
        audience = ward.audience(kinds=tuple(kinds))
        found = plan_audience(audience)
        expected = sum(1 for kind, _, active in groups if active and kind in kinds)
        assert found.groups == expected == sum(line.count for line in found.kinds())
        assert found.groups == len(groups_in_audience(audience)) == sum(found.by_recent.values())
        assert found.members == sum(line.members for line in found.kinds())
        assert (
            found.recipients
            == found.groups + people
            == sum(line.count for line in found.channels())
        )
        sent = ward.send(audience)
        rows = Delivery.objects.filter(dispatch=sent)
        assert rows.count() == found.recipients
        assert rows.values("recipient_ref").distinct().count() == found.recipients
        assert rows.filter(state="rejected").count() == found.unreachable
        transaction.set_rollback(True)
