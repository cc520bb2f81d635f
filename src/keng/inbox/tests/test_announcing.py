"""Whoever looks for changes notifies of the units whose pages have something to look at anew."""

import datetime
import re
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from keng.accounts import screen_lock
from keng.accounts.models import DeskSession, NamedOfficer
from keng.accounts.session_marks import session_marks
from keng.conftest import sign_in
from keng.inbox import announcing
from keng.inbox.announcing import ChangeLookout
from keng.kit import times
from keng.kit.changes import (
    CHANGES_CHANNEL,
    NOTHING_NEW,
    STREAM_GRANT,
    ChangeKind,
    kind_of_topic,
    payloads,
    topics_of_payload,
)
from keng.kit.ids import new_id
from keng.tips.models import BundledCall, Tip
from tests import make

# As far may the clock of another machine be behind.
SLOWER = datetime.timedelta(seconds=30)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
KNIFE = "Chồng tôi đang cầm dao ngoài cửa"


END = "end"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Nothing is said because time has passed: a test says what it is about."""
    for name in ("_LIST_EVERY", "SIGN_EVERY", "_REMEMBERS_FOR"):
        monkeypatch.setattr(announcing, name, 1e9)
    monkeypatch.setattr(announcing, "_TOPIC_EVERY", 0.0)


@pytest.fixture
def listened(transactional_db):
    """The topics that were notified of since it was called before, one set for each payload."""
    listener = connection.copy()
    listener.ensure_connection()
    assert listener.connection is not None
    listener.connection.execute(f"LISTEN {CHANGES_CHANNEL}")

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANGES_CHANNEL, END])
        found = []
        for notice in listener.connection.notifies(timeout=30):
            if notice.payload == END:
                return found
            found.append(topics_of_payload(notice.payload))
        pytest.fail("The end was not heard.")

    yield read
    listener.close()


@pytest.fixture
def heard(listened):
    """What a lookout notifies of in one go: the topics; None where it says nothing at all."""

    def look(lookout):
        lookout.announce()
        found = listened()
        return frozenset().union(*found) if found else None

    return look


def rings(unit, **fields):
    return make.tip(unit=unit, text=KNIFE, urgency="P0", **fields)


def test_the_units_whose_alarms_change_are_named_and_no_others(heard):
    here, there = make.unit("Công an phường thử"), make.unit("Công an phường khác")
    lookout = ChangeLookout()
    assert heard(lookout) == frozenset()
    assert heard(lookout) is None
    tip = rings(here, received_at=times.now())
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(here.pk)}
    assert heard(lookout) is None
    Tip.objects.filter(pk=tip.pk).update(responsible_unit=there)
    assert heard(lookout) == {
        ChangeKind.ALARM.topic_of(here.pk),
        ChangeKind.ALARM.topic_of(there.pk),
    }
    Tip.objects.filter(pk=tip.pk).update(assigned_to=make.officer(unit=there))
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(there.pk)}


@pytest.mark.parametrize(
    "change",
    [
        {"do_not_contact": True},
        {"do_not_call": True},
        {"is_for_named": True},
        {"closed_at": times.now(), "danger_unheard": True},
    ],
    ids="-".join,
)
def test_whatever_the_bar_says_otherwise_is_told_of(heard, desk_client, change):
    unit = make.unit(parent=make.province_unit())
    commander = make.officer(unit=unit, role="commander")
    NamedOfficer.objects.create(unit=unit, officer=commander, named_by=commander)
    sign_in(desk_client, make.officer(unit=unit))
    tip = rings(unit)
    lookout = ChangeLookout()
    heard(lookout)
    before = bar_of(desk_client)
    Tip.objects.filter(pk=tip.pk).update(**change)
    assert bar_of(desk_client) != before
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def test_whoever_holds_a_tip_that_rings_again_is_told_of(heard, desk_client):
    unit = make.unit()
    officer = make.officer(unit=unit)
    sign_in(desk_client, officer)
    tip = rings(unit, danger_unheard=True)
    lookout = ChangeLookout()
    heard(lookout)
    before = bar_of(desk_client)
    Tip.objects.filter(pk=tip.pk).update(assigned_to=officer)
    assert bar_of(desk_client) != before
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def test_how_many_ring_as_one_is_told_of(heard, desk_client):
    unit = make.unit()
    sign_in(desk_client, make.officer(unit=unit))
    first, second = rings(unit), rings(unit)
    lookout = ChangeLookout()
    heard(lookout)
    before = bar_of(desk_client)
    BundledCall.objects.create(tip=second, first_ref=first.pk)
    assert bar_of(desk_client) != before
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def bar_of(client):
    """What the red bar of a page of the desk shows, without what is another with each answer.

    It fails where the bar shows a column that nobody compares: Django would fetch it.
    """
    with mock.patch.object(Tip, "refresh_from_db", side_effect=AssertionError("not compared")):
        answer = client.get(reverse("alarm", "keng.site.desk_urls"), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "data-alarm" in page
    return TOKEN.sub("", page)


def test_whoever_takes_over_names_all_that_rings(heard):
    unit = make.unit()
    rings(unit)
    assert ChangeKind.ALARM.topic_of(unit.pk) in heard(ChangeLookout())
    assert ChangeKind.ALARM.topic_of(unit.pk) in heard(ChangeLookout())


def test_whoever_takes_over_again_names_what_rang_when_they_looked_before(heard, monkeypatch):
    unit = make.unit()
    rings(unit)
    lookout = ChangeLookout()
    heard(lookout)
    assert heard(lookout) is None
    monkeypatch.setattr(announcing, "_REMEMBERS_FOR", 0.0)
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def test_what_comes_into_a_list_is_named_once(heard, monkeypatch):
    unit = make.unit()
    monkeypatch.setattr(announcing, "_LIST_EVERY", 0.0)
    lookout = ChangeLookout()
    heard(lookout)
    tip = make.tip(unit=unit, text="Mất xe", urgency="P2", received_at=times.now())
    assert heard(lookout) == {ChangeKind.TIPS.topic_of(unit.pk)}
    assert heard(lookout) is None
    make.message(tip, "Tôi sợ")
    assert heard(lookout) == {ChangeKind.TIPS.topic_of(unit.pk)}


def test_what_an_edge_wrote_by_a_slower_clock_is_named(heard):
    unit = make.unit()
    make.tip(unit=unit, text="Mất xe", urgency="P2", received_at=times.now() - SLOWER)
    assert heard(ChangeLookout()) == {ChangeKind.TIPS.topic_of(unit.pk)}


def test_an_alarm_is_told_where_the_list_cannot_be_read(listened, monkeypatch):
    unit = make.unit()
    lookout = ChangeLookout()
    monkeypatch.setattr(announcing, "_arrivals", fails)
    rings(unit)
    # And the worker makes no pause, which would hold back the next one.
    lookout.announce()
    assert listened()[0] == {ChangeKind.ALARM.topic_of(unit.pk)}


def test_an_alarm_that_could_not_be_notified_of_is_told_at_the_next_look(heard, monkeypatch):
    unit = make.unit()
    lookout = ChangeLookout()
    heard(lookout)
    rings(unit)
    with monkeypatch.context() as away:
        away.setattr(ChangeLookout, "_notify", fails)
        with pytest.raises(OperationalError):
            lookout.announce()
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def test_what_rings_anew_every_moment_is_told_at_once_and_then_each_second(heard, monkeypatch):
    unit = make.unit()
    lookout = ChangeLookout()
    heard(lookout)
    monkeypatch.setattr(announcing, "_TOPIC_EVERY", 1e9)
    rings(unit)
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}
    rings(unit)
    assert heard(lookout) is None
    monkeypatch.setattr(announcing, "_TOPIC_EVERY", 0.0)
    assert heard(lookout) == {ChangeKind.ALARM.topic_of(unit.pk)}


def fails(*_given):
    raise OperationalError


@pytest.mark.django_db
def test_the_worker_may_read_what_it_takes(become):
    rings(make.unit(), received_at=times.now())
    become("worker")
    assert ChangeLookout().announce() == 0


def test_payloads_hold_all_topics_within_what_the_database_takes():
    topics = {ChangeKind.ALARM.topic_of(new_id()) for _ in range(500)}
    texts = payloads(topics)
    assert all(len(text) < 8000 for text in texts)
    assert frozenset().union(*map(topics_of_payload, texts)) == topics
    assert topics_of_payload(NOTHING_NEW) == frozenset()


@pytest.mark.django_db
class TestGrant:
    """What a page's stream may be told of."""

    @pytest.fixture
    def province(self):
        return make.province_unit("Công an tỉnh thử")

    @pytest.fixture
    def commune(self, province):
        return make.unit("Công an phường thử", parent=province)

    @staticmethod
    def granted(client):
        answer = client.get(reverse("changes", "keng.site.desk_urls"))
        return answer.wsgi_request.META.get(STREAM_GRANT), answer

    def test_it_is_of_the_units_that_the_officer_works_on(self, desk_client, province, commune):
        make.unit("Công an phường khác")
        grant, answer = self.granted(sign_in(desk_client, make.officer(unit=commune)))
        assert answer["Content-Type"] == "text/event-stream"
        assert answer["X-Accel-Buffering"] == "no"
        assert not answer.content
        alarm, tips = ChangeKind.ALARM.topic_of(commune.pk), ChangeKind.TIPS.topic_of(commune.pk)
        assert {each for each in grant.topics if ":" in each} == {alarm, tips}
        above, _answer = self.granted(sign_in(desk_client, make.officer(unit=province)))
        assert {alarm, ChangeKind.ALARM.topic_of(province.pk)} <= above.topics

    def test_a_locked_screen_is_told_of_alarms_alone(self, desk_client, commune):
        client = sign_in(desk_client, make.officer(unit=commune))
        before, _answer = self.granted(client)
        screen_lock.lock_screen(client.session)
        locked, _answer = self.granted(client)
        assert {kind_of_topic(each) for each in locked.topics} <= {"alarm", "emergency"}
        assert locked.mark != before.mark

    def test_whoever_is_not_signed_in_has_none(self, desk_client):
        grant, answer = self.granted(desk_client)
        assert (grant, answer.status_code) == (None, 302)

    def test_a_role_without_tips_has_none(self, desk_client, province):
        grant, answer = self.granted(
            sign_in(desk_client, make.officer(unit=province, role="auditor"))
        )
        assert grant is None
        assert answer.status_code == 403

    def test_the_mark_is_another_one_when_post_or_password_is(self, desk_client, commune):
        officer = make.officer(unit=commune)
        sign_in(desk_client, officer)
        (key,) = DeskSession.objects.values_list("pk", flat=True)
        marks = [session_marks([key])[key]]
        officer.set_password("another word of it")
        officer.save()
        marks.append(session_marks([key])[key])
        make.post(officer, unit=make.unit("Công an phường khác"))
        marks.append(session_marks([key])[key])
        assert len(set(marks)) == len(marks)
        officer.is_active = False
        officer.save()
        assert session_marks([key]) == {}

    def test_asking_for_it_is_nobodys_being_there(self, desk_client, commune):
        client = sign_in(desk_client, make.officer(unit=commune))
        long_ago = times.now() - datetime.timedelta(minutes=3)
        DeskSession.objects.update(active_at=long_ago)
        self.granted(client)
        assert DeskSession.objects.get().active_at == long_ago
