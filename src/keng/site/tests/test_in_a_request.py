"""The gravest acts as production does them: the desk's role, one request, a commit; once and twice.

Each act has an example here. It is done in one request, then again in another one, then in two
requests at the same moment. Whoever comes second is refused with the error that is named, or
changes nothing, or (`may_repeat`) does it once more, as two officers may.
"""

import datetime
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from keng.accounts import actions as accounts
from keng.audit import verify
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.actions import relay
from keng.delivery.audience import plan
from keng.delivery.models import RelayTask
from keng.delivery.tests.test_dispatch import Ward as RelayWard
from keng.kit import times
from keng.lookup import errors as lookup_errors
from keng.lookup.actions import listing as listings
from keng.lookup.tests.make_listing import listing
from keng.network.actions import groups
from keng.reports.periodic import signing
from keng.reports.tests import past
from keng.surveys.actions import errors as survey_errors
from keng.surveys.actions import releasing as surveys
from keng.surveys.tests.stage import Stage as SurveyStage
from keng.tips import errors
from keng.tips.actions import dialogue, incident, out_of_scope, suspending, triage, undo
from keng.tips.actions.listing import propose
from keng.warnings import actions as warnings
from keng.warnings.actions import errors as warning_errors
from keng.warnings.content import audience_of
from keng.warnings.tests.ward import Ward as WarningWard
from tests import make
from tests.fuzz.whole import complaints

WITHIN = 120
_numbers = itertools.count(100)


def fresh_number():
    """A phone number of no other example."""
    return f"+84912000{next(_numbers)}"


@dataclass(frozen=True)
class Example:
    """One act by one officer (None: somebody on the public site), and what its repetition meets."""

    by: Any
    act: Callable[[Any], Any]
    refused: type[Exception] | None = None
    may_repeat: bool = False


class TipDesk:
    """A ward's desk below a province, that can seal what is out of scope."""

    def __init__(self) -> None:
        make.clock_rules()
        self.province = make.province_unit()
        self.unit = make.unit(parent=self.province)
        make.unit_key(self.province)
        self.officer = make.officer(unit=self.unit)

    def tip(self, **fields):
        tip = make.tip(unit=self.unit, **fields)
        make.conversation(tip)
        return tip

    def event(self):
        tips = tuple(self.tip() for _ in range(3))
        return make.incident(unit=self.unit, by=self.officer, tips=tips)


def accepted():
    desk = TipDesk()
    tip = desk.tip()
    return Example(desk.officer, lambda by: triage.accept(tip.pk, by=by), may_repeat=True)


def sorted_():
    desk = TipDesk()
    tip = desk.tip()
    return Example(
        desk.officer,
        lambda by: triage.sort(tip.pk, category="theft", urgency="P1", by=by),
        may_repeat=True,
    )


def joined():
    desk = TipDesk()
    first, tip = desk.tip(), desk.tip()
    return Example(
        desk.officer, lambda by: triage.mark_duplicate(tip.pk, of=first.pk, by=by), may_repeat=True
    )


def separated():
    desk = TipDesk()
    event = desk.event()
    tip = event.tips.exclude(duplicate_of=None).first()
    return Example(
        desk.officer,
        lambda by: triage.separate(tip.pk, reason="Chuyện khác", by=by),
        errors.NotInAnIncident,
    )


def passed_on():
    desk = TipDesk()
    tip, other = desk.tip(), make.unit(parent=desk.province)
    return Example(
        desk.officer,
        lambda by: triage.route(tip.pk, to=other, reason="Địa bàn khác", by=by),
        errors.NotYours,
    )


def suspended():
    desk = TipDesk()
    tip = desk.tip()
    triage.sort(tip.pk, category="theft", by=desk.officer)
    return Example(
        desk.officer,
        lambda by: suspending.suspend(
            tip.pk, ground="examination", reason="Chờ giám định", text="Tạm dừng.", by=by
        ),
        errors.AlreadySuspended,
    )


def answered():
    desk = TipDesk()
    tip = desk.tip()
    return Example(
        desk.officer, lambda by: dialogue.answer(tip.pk, text="Chào bạn.", by=by), may_repeat=True
    )


def answer_withdrawn():
    desk = TipDesk()
    message = dialogue.answer(desk.tip().pk, text="Chào bạn.", by=desk.officer)
    return Example(desk.officer, lambda by: dialogue.withdraw(message.pk, by=by), errors.NotYours)


def declined(kind):
    def example():
        desk = TipDesk()
        tip = desk.tip()
        gone = errors.NotYours if kind == "official" else errors.AlreadyClosed
        return Example(
            desk.officer,
            lambda by: triage.decline(tip.pk, kind=kind, reply="Chào bạn.", by=by),
            gone,
        )

    return example


def closed():
    desk = TipDesk()
    tip = desk.tip()
    triage.record_outcome(tip.pk, outcome="solved", by=desk.officer)
    return Example(desk.officer, lambda by: triage.close(tip.pk, by=by), errors.AlreadyClosed)


def reopened():
    desk = TipDesk()
    tip = desk.tip()
    triage.decline(tip.pk, kind="civil", reply="Chào bạn.", by=desk.officer)
    return Example(
        desk.officer,
        lambda by: triage.reopen(tip.pk, reason="Thêm tin", by=by),
        errors.NotClosed,
    )


def acceptance_undone():
    desk = TipDesk()
    step = triage.accept(desk.tip().pk, by=desk.officer)
    return Example(desk.officer, lambda by: undo.take_back(step.pk, by=by), errors.TooLate)


def end_undone(kind):
    def example():
        desk = TipDesk()
        tip = desk.tip()
        step = triage.decline(tip.pk, kind=kind, reply="Chào bạn.", by=desk.officer)
        secret = step.secret
        return Example(
            desk.officer,
            lambda by: undo.take_back(step.pk, by=by, secret=secret),
            errors.TooLate,
        )

    return example


def objected():
    desk = TipDesk()
    tip = desk.tip()
    triage.decline(tip.pk, kind="out_of_scope", reply="Chào bạn.", by=desk.officer)
    return Example(None, lambda _: out_of_scope.object_to(tip.pk), out_of_scope.CannotObject)


def event_answered():
    desk = TipDesk()
    event = desk.event()
    return Example(
        desk.officer,
        lambda by: incident.answer_all(event.pk, text="Cảnh giác.", by=by),
        may_repeat=True,
    )


def event_answer_withdrawn():
    desk = TipDesk()
    batch = incident.answer_all(desk.event().pk, text="Nhầm.", by=desk.officer)
    return Example(desk.officer, lambda by: incident.withdraw_answer(batch, by=by), errors.NotYours)


def event_closed():
    desk = TipDesk()
    event = desk.event()
    incident.record_outcome(event.pk, outcome="warned", by=desk.officer)
    return Example(desk.officer, lambda by: incident.close(event.pk, by=by), errors.AlreadyClosed)


def warning_submitted():
    ward = WarningWard()
    version = ward.draft()
    return Example(
        ward.officer, lambda by: warnings.submit(version.warning_id, by=by), may_repeat=True
    )


def warning_approved():
    ward = WarningWard()
    version = ward.submitted()
    seen = {
        "text_hash": bytes(version.text_hash),
        "audience_hash": plan(audience_of(version)).hash,
    }
    return Example(
        ward.province_duty,
        lambda by: warnings.approve(version.pk, **seen, by=by),
        warning_errors.NotSubmitted,
    )


def warning_recalled():
    ward = WarningWard()
    version = ward.published()
    return Example(
        ward.coordinator,
        lambda by: warnings.recall(version.warning_id, reason="Có chỗ sai.", by=by),
        warning_errors.AlreadyRecalled,
    )


def sending_stopped():
    ward = WarningWard()
    version = ward.published()
    return Example(
        ward.coordinator, lambda by: sending.cancel(version.dispatch_id, by=by), may_repeat=True
    )


def group_added():
    ward = WarningWard()
    entry = groups.GroupEntry(
        name="Tổ 5",
        kind="residents",
        place_id=ward.hamlet.pk,
        unit_id=ward.unit.pk,
        channel="by_hand",
        channel_address="",
        member_count=40,
        officer_in_charge_id=ward.officer.pk,
        lead_ids=frozenset({ward.lead.pk}),
    )
    return Example(ward.officer, lambda by: groups.add_group(entry, by=by), groups.NameTaken)


def group_retired():
    ward = WarningWard()
    return Example(
        ward.officer,
        lambda by: groups.set_active(ward.by_hand.pk, active=False, by=by),
        may_repeat=True,
    )


def relay_confirmed():
    ward = RelayWard.of_a_landlord()
    dispatch = ward.send(ward.audience())
    tasks = list(RelayTask.objects.filter(dispatch=dispatch).values_list("pk", flat=True))
    return Example(None, lambda _: relay.confirm(tasks, lead=ward.lead, via="zalo"))


def listing_proposed():
    desk = TipDesk()
    seen = make.sighting(desk.tip(), indicator=make.indicator(fresh_number()))
    today = times.local_date(times.now())
    return Example(
        desk.officer,
        lambda by: propose(
            seen.pk,
            grade="confirmed",
            category="scam_bank",
            month=today,
            basis="Đã gọi thử.",
            expires_on=today + datetime.timedelta(days=90),
            by=by,
        ),
        lookup_errors.AlreadyThere,
    )


def listing_confirmed():
    desk = TipDesk()
    chief = make.officer(unit=desk.unit, role="commander")
    made = listing(fresh_number(), unit=desk.unit, status="proposed", made_by=desk.officer)
    return Example(
        chief,
        lambda by: listings.confirm(made.pk, does_harm=False, by=by),
        lookup_errors.AlreadyDecided,
    )


def survey_approved():
    stage = SurveyStage()
    survey = surveys_submitted(stage)
    return Example(
        stage.commander,
        lambda by: surveys.approve(survey.pk, seen=bytes(survey.hash), by=by),
        survey_errors.WrongState,
    )


def survey_opened():
    stage = SurveyStage()
    survey = stage.approved()
    return Example(
        stage.coordinator, lambda by: surveys.open_up(survey.pk, by=by), survey_errors.WrongState
    )


def surveys_submitted(stage):
    from keng.surveys.actions import writing

    return writing.submit(stage.draft().pk, by=stage.coordinator)


def report_signed():
    make.clock_rules()
    desk = past.busy()
    seen = desk.draft().hash
    return Example(
        desk.commander,
        lambda by: signing.sign(desk.ask(), seen=seen, by=by),
        signing.CannotSign,
    )


def officer_added():
    desk = TipDesk()
    administrator = make.officer(unit=desk.unit, role="administrator")
    username = f"lan{next(_numbers)}"
    return Example(
        administrator,
        lambda by: accounts.add_officer(
            username=username,
            name="Lan",
            rank="",
            unit_id=desk.unit.pk,
            role="duty",
            valid_from=make.LONG_AGO,
            by=by,
        ),
        accounts.UsernameTaken,
    )


# By area: to empty every table takes longer than any of these acts, so they share it.
EXAMPLES: dict[str, dict[str, Callable[[], Example]]] = {
    "tips": {
        "accepted": accepted,
        "sorted": sorted_,
        "joined": joined,
        "separated": separated,
        "passed on": passed_on,
        "suspended": suspended,
        "answered": answered,
        "answer withdrawn": answer_withdrawn,
        "acceptance undone": acceptance_undone,
    },
    "ends": {
        "declined": declined("civil"),
        "declined as out of scope": declined("out_of_scope"),
        "passed above as a complaint": declined("official"),
        "closed": closed,
        "reopened": reopened,
        "end undone": end_undone("civil"),
        "out of scope undone": end_undone("out_of_scope"),
        "out of scope objected to": objected,
    },
    "events": {
        "answered": event_answered,
        "answer withdrawn": event_answer_withdrawn,
        "closed": event_closed,
    },
    "warnings": {
        "submitted": warning_submitted,
        "approved": warning_approved,
        "recalled": warning_recalled,
        "sending stopped": sending_stopped,
    },
    "network": {
        "group added": group_added,
        "group retired": group_retired,
        "relay confirmed": relay_confirmed,
        "officer added": officer_added,
    },
    "public": {
        "listing proposed": listing_proposed,
        "listing confirmed": listing_confirmed,
        "survey approved": survey_approved,
        "survey opened": survey_opened,
        "report signed": report_signed,
    },
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def balanced(area):
    """What is wrong with the books after a commit; an event's tips share one entry."""
    return [*(complaints() if area != "events" else []), *map(str, verify.faults())]


@pytest.mark.parametrize("area", EXAMPLES)
def test_an_act_is_done_in_a_request_and_once(in_a_request, subtests, area):
    for name, made in EXAMPLES[area].items():
        with subtests.test(name):
            example = made()
            before = Entry.objects.count()
            in_a_request(example.act, by=example.by)
            after = Entry.objects.count()
            assert after > before
            if example.refused:
                with pytest.raises(example.refused):
                    in_a_request(example.act, by=example.by)
            else:
                in_a_request(example.act, by=example.by)
            if not example.may_repeat:
                assert Entry.objects.count() == after
            assert balanced(area) == []


@pytest.mark.parametrize("area", EXAMPLES)
def test_of_two_requests_at_once_one_counts_and_the_other_is_told(in_a_request, subtests, area):
    for name, made in EXAMPLES[area].items():
        with subtests.test(name):
            example = made()
            before = Entry.objects.count()
            ended = at_once(2, partial(in_a_request, example.act, by=example.by))
            refused = [error for error in ended if error is not None]
            assert all(isinstance(error, example.refused or ()) for error in refused), refused
            assert len(refused) == (1 if example.refused else 0)
            entries = Entry.objects.count() - before
            assert entries > 0
            if not (example.refused or example.may_repeat):
                assert entries == 1
            assert balanced(area) == []


def test_of_two_who_send_the_same_new_group_at_once_one_reads_that_the_name_is_taken(
    transactional_db, desk_client
):
    ward = WarningWard()
    browsers = [sign_in(Client(), ward.officer) for _ in range(2)]
    form = {
        "name": "Tổ 5",
        "kind": "residents",
        "place": ward.hamlet.pk,
        "member_count": "40",
        "channel": "by_hand",
    }
    answers = []
    ended = at_once(2, lambda: answers.append(browsers.pop().post("/groups/new/", form)))
    assert ended == [None, None]
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (kept,) = [answer for answer in answers if answer.status_code == 200]
    assert "Đơn vị đã có nhóm mang tên này" in kept.content.decode()


def at_once(count, act):
    """Run it in so many threads that start together; what each of them raised, or None."""
    start = threading.Barrier(count)
    ended: list[Exception | None] = [None] * count

    def run(place):
        start.wait(WITHIN)
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- what it is decides the test
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
        assert not thread.is_alive(), "they wait for each other for ever"
    return ended
