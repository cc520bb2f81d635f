"""One sender cannot ring everybody again and again; driven through the real edge and worker."""

import http.client
import time
import uuid

import pytest

from keng.channels.sandbox import compose_call
from keng.duty import pager_acts
from keng.edge.tests.conftest import SECRET, account
from keng.kit import times
from keng.tips.models import Alarm, AlarmCall, Clock, Tip
from tests import make
from tests.running import running

__all__ = ["account"]
pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Tin mới: có người bị giết, máu khắp nhà"
MANY = 12


def test_one_chat_cannot_ring_everybody_as_often_as_it_writes(account):
    unit = account.unit
    make.channel_account(channel="email", unit=unit)
    officer = make.officer(unit=unit)
    pager_acts.add_email_pager("truc@congan.example", by=officer)
    with running("edge") as edge:
        for _ in range(MANY):
            assert _say(edge, who="an") == 200
        assert _say(edge, who="binh") == 200
    assert Tip.objects.filter(urgency="P0", state="received").count() == MANY + 1
    assert Clock.objects.filter(rule_code="URGENT_NOW").count() == MANY + 1
    with running("worker"):
        _wait_for(lambda: Alarm.objects.filter(rounds__gt=0).count() == 2)
        time.sleep(5)
    # One for each sender, and the first once more since there are three, and ten.
    assert Alarm.objects.count() == 2
    assert AlarmCall.objects.filter(officer=officer).count() <= 4


def _say(edge, *, who):
    raw, headers = compose_call(
        id=uuid.uuid4().hex, sender=who, at=times.now(), text=WORDS, secret=SECRET
    )
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    try:
        connection.request("POST", "/hooks/sandbox/phones", raw, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _wait_for(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)
