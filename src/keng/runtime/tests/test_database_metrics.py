"""What waits is measured as it is, seldom, and an answer that became old is left out."""

import datetime
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry

from keng.acts.errors import TryAgain
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, Inbound, InboundMedia
from keng.kit import times
from keng.kit.ids import new_id
from keng.public_log.models import LogPace, WitnessStanding
from keng.retention.tests.world import closed_tip, period
from keng.runtime import database_metrics
from keng.runtime.database_metrics import ASKED_EVERY, QUESTIONS, DatabaseFigures, Question
from keng.runtime.worker import all_tasks
from keng.tips.models import Alarm, AlarmCall, Tip, WaitingPicture
from keng.tips.models.dialogue import Attachment
from tests import make


def ago(minutes):
    return times.now() - datetime.timedelta(minutes=minutes)


class Clock:
    now = 5000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def measured(clock, monkeypatch):
    """What a monitor would read after the worker has measured."""
    figures = DatabaseFigures(clock=clock)
    registry = CollectorRegistry()
    registry.register(figures)
    monkeypatch.setattr(database_metrics, "DATABASE_FIGURES", figures)

    def measure():
        database_metrics.measure_database()
        return lambda name, **labels: registry.get_sample_value(
            name, {key.rstrip("_"): value for key, value in labels.items()}
        )

    measure.registry = registry
    return measure


@pytest.mark.django_db
def test_in_an_empty_database_nothing_waits(measured):
    value = measured()
    kinds = {"ringing", "not called", "examination", "files to fetch", "dispatches", "retention"}
    assert {value("keng_queue_depth", class_=kind) for kind in kinds} == {0.0}
    assert {value("keng_queue_oldest_seconds", class_=kind) for kind in kinds - {"retention"}} == {
        0.0
    }


@pytest.mark.django_db
def test_a_critical_tip_is_measured_until_somebody_has_taken_it(measured, clock):
    unit = make.unit()
    tip = make.tip(unit=unit, urgency="P0", received_at=ago(20), examined_at=None)
    value = measured()
    assert value("keng_queue_depth", class_="ringing") == 1
    assert 1190 < value("keng_queue_oldest_seconds", class_="ringing") < 1300
    assert value("keng_queue_depth", class_="not called") == 1
    assert value("keng_queue_depth", class_="examination") == 1
    alarm = Alarm.objects.create(
        tip=tip, unit=unit, rounds=1, next_call_at=ago(-1), raised_at=ago(19)
    )
    AlarmCall.objects.create(alarm=alarm, round=0, unit=unit, is_on_duty=True, ways=0)
    clock.now += ASKED_EVERY
    value = measured()
    assert value("keng_queue_depth", class_="not called") == 0
    assert value("keng_queue_depth", class_="reached nobody") == 1
    Tip.objects.update(assigned_to=make.officer(unit=unit), examined_at=times.now())
    Alarm.objects.update(ended_at=times.now())
    clock.now += ASKED_EVERY
    value = measured()
    assert {value("keng_queue_depth", class_=kind) for kind in ("ringing", "examination")} == {0}


@pytest.mark.django_db
def test_deliveries_are_measured_by_channel_and_urgency(measured):
    account = make.channel_account(unit=make.unit())
    dispatch = Dispatch.objects.create(
        kind="notice", is_urgent=False, unit=account.unit, materialised_at=times.now()
    )

    def delivery(**fields):
        Delivery.objects.create(
            dispatch=dispatch,
            account=account,
            channel=account.channel,
            recipient_kind="group",
            recipient_ref=new_id(),
            **fields,
        )

    delivery(is_urgent=True, created_at=ago(5))
    delivery(created_at=ago(90))
    delivery(created_at=ago(30), state="leased", leased_until=ago(-1))
    delivery(created_at=ago(500), not_before=ago(-60))
    delivery(created_at=ago(500), state="sent", settled_at=times.now())
    ChannelAccount.objects.update(circuit_open_since=ago(3), circuit_reason="refused")
    value = measured()
    assert value("keng_deliveries_due", channel="sandbox", class_="urgent") == 1
    assert value("keng_deliveries_due", channel="sandbox", class_="other") == 2
    assert 5390 < value("keng_deliveries_oldest_seconds", channel="sandbox", class_="other") < 5500
    assert value("keng_accounts_stopped", channel="sandbox") == 1
    assert value("keng_queue_depth", class_="dispatches") == 0


@pytest.mark.django_db
def test_files_and_copies_that_wait_are_measured(measured):
    unit = make.unit()
    account = make.channel_account(unit=unit)
    tip = make.tip(unit=unit)
    inbound = Inbound.objects.create(
        account=account, channel="sandbox", kind="message", tip_ref=tip.pk, received_at=ago(10)
    )
    InboundMedia.objects.create(
        inbound=inbound, kind="image", url_sealed=b"sealed", next_try_at=ago(1)
    )
    picture = Attachment.objects.create(tip=tip, kind="image", mime="image/png", size=1)
    WaitingPicture.objects.create(attachment=picture, path="p", key_sealed=b"k", since=ago(4))
    value = measured()
    assert value("keng_queue_depth", class_="files to fetch") == 1
    assert 590 < value("keng_queue_oldest_seconds", class_="files to fetch") < 700
    assert value("keng_queue_depth", class_="copies to view") == 1


@pytest.mark.django_db
def test_what_should_have_been_destroyed_is_measured(measured):
    unit = make.province_unit()
    period(unit)
    closed_tip(unit)
    assert measured()("keng_queue_depth", class_="retention") == 1


@pytest.mark.django_db
def test_the_public_log_and_its_witnesses_are_measured(measured, monkeypatch):
    names = ["one.example", "two.example", "three.example"]
    witnesses = [SimpleNamespace(key=SimpleNamespace(name=name)) for name in names]
    monkeypatch.setattr(database_metrics, "configured_witnesses", lambda: witnesses)
    step = int(ago(60).timestamp()) // 300
    LogPace.objects.update_or_create(pk=1, defaults={"step": step, "size": 16})
    WitnessStanding.objects.create(witness="one.example", cosigned_at=ago(5))
    WitnessStanding.objects.create(witness="two.example", cosigned_at=ago(50))
    value = measured()
    assert 3300 < value("keng_log_silent_seconds") < 4200
    assert value("keng_witnesses_behind") == 2


@pytest.mark.django_db
def test_one_that_takes_too_long_is_left_out_and_holds_up_no_other_one(
    measured, clock, monkeypatch
):
    def never():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        return []

    questions = (
        Question("slow", never),
        *(one for one in QUESTIONS if one.name == "ringing"),
    )
    figures = DatabaseFigures(questions, clock=clock)
    monkeypatch.setattr(database_metrics, "DATABASE_FIGURES", figures)
    monkeypatch.setattr(database_metrics, "_STATEMENT_TAKES", "50ms")
    clock.now += 100
    database_metrics.measure_database()
    ages = {
        sample.labels["class"]: sample.value
        for metric in figures.collect()
        for sample in metric.samples
        if sample.name == "keng_figures_age_seconds"
    }
    assert ages == {"slow": 100, "ringing": 0}


def test_an_answer_that_became_old_is_left_out_and_its_age_is_told(clock):
    question = Question("ringing", list)
    figures = DatabaseFigures([question], clock=clock)
    registry = CollectorRegistry()
    registry.register(figures)
    labels = {"class": "ringing"}
    figures.keep(question, [("keng_queue_depth", ("ringing",), 3.0)])
    assert registry.get_sample_value("keng_queue_depth", labels) == 3
    clock.now += 4 * ASKED_EVERY
    assert registry.get_sample_value("keng_queue_depth", labels) is None
    assert registry.get_sample_value("keng_figures_age_seconds", labels) == 4 * ASKED_EVERY


@pytest.mark.parametrize("error", [DatabaseError, TryAgain])
def test_with_the_database_away_the_task_ends_and_nothing_is_kept(clock, monkeypatch, error):
    figures = DatabaseFigures(clock=clock)
    monkeypatch.setattr(database_metrics, "DATABASE_FIGURES", figures)

    def away(question):
        raise error

    monkeypatch.setattr(database_metrics, "_answered", away)
    assert database_metrics.measure_database() == 0
    assert len(figures.due_questions()) == len(QUESTIONS)


@pytest.mark.django_db
def test_it_is_asked_only_where_the_operator_wants_it(monkeypatch):
    monkeypatch.delenv("KENG_METRICS_PORT", raising=False)
    assert database_metrics.MEASURE_DATABASE not in all_tasks()
    monkeypatch.setenv("KENG_METRICS_PORT", "9500")
    assert database_metrics.MEASURE_DATABASE in all_tasks()
