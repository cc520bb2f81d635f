"""A worker that is killed between two steps of a call loses none and repeats none."""

import datetime
import os
import signal

import pytest
from django.db import connection

from keng.accounts.models import Shift
from keng.alarms import answers, ringing
from keng.audit.models import Entry
from keng.delivery.models import Delivery, Dispatch, PagerAnswer
from keng.duty import pager_acts, pager_tests
from keng.kit import times
from keng.tips.models import Alarm, AlarmCall
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def killed(do, *, at=None):
    """Do it in a process that is killed: where the function `at` was called, or once it is done."""
    child = os.fork()
    if child == 0:
        # The parent's connection stays the parent's: not even a farewell is said over it.
        connection.connection = None
        try:
            if at is not None:
                module, name, is_before = at
                do_it = getattr(module, name)

                def die(*args, **kwargs):
                    if not is_before:
                        do_it(*args, **kwargs)
                    os.kill(os.getpid(), signal.SIGKILL)

                setattr(module, name, die)
            do()
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def record_of_calls():
    """What the record says, and what leaves: rounds, entries of the chain, rows to pagers."""
    return {
        "rounds": sum(Alarm.objects.values_list("rounds", flat=True)),
        "noted": AlarmCall.objects.count(),
        "entries": Entry.objects.filter(action__in=["alarm.called", "alarm.answered"]).count(),
        "dispatches": Dispatch.objects.filter(kind="page").count(),
        "rows": Delivery.objects.filter(recipient_kind="pager").count(),
    }


def test_each_step_is_whole_or_not_there(settings):
    settings.EMERGENCY_EMAIL = ""
    keys.make_sender_key()
    unit = make.province_unit()
    make.channel_account(channel="voice", slug="voice", unit=unit)
    lan = make.officer(unit=unit)
    phone = pager_acts.add_phone_pager("901234567", "voice", by=lan)
    make.tip(unit=unit, urgency="P0")
    nothing = record_of_calls()
    for module, name, is_before in (
        (ringing.page_officers, "call_officers", False),
        (ringing, "record", True),
    ):
        killed(ringing.call_what_rings, at=(module, name, is_before))
        assert record_of_calls() == nothing
    once = {"rounds": 1, "noted": 1, "entries": 1, "dispatches": 1, "rows": 1}
    killed(ringing.call_what_rings)
    assert record_of_calls() == once
    # Whoever comes after it finds the round made, and makes the next one in its time.
    assert ringing.call_what_rings() == 0
    assert record_of_calls() == once

    call = Delivery.objects.get(recipient_ref=phone.pk)
    PagerAnswer.objects.create(delivery_ref=call.pk, at=times.now())
    for module, name, is_before in (
        (answers, "record", True),
        (answers, "_forget", True),
    ):
        killed(answers.settle_answers, at=(module, name, is_before))
        assert (record_of_calls(), PagerAnswer.objects.count()) == (once, 1)
    killed(answers.settle_answers)
    assert not PagerAnswer.objects.exists()
    assert record_of_calls() == once | {"entries": 2, "dispatches": 2}
    assert Delivery.objects.get(pk=call.pk).state == "cancelled"
    assert answers.settle_answers() == ringing.call_what_rings() == 0

    begun = times.now()
    Shift.objects.create(
        unit=unit,
        officer=lan,
        starts_at=begun,
        ends_at=begun + datetime.timedelta(hours=8),
        set_by=lan,
    )
    killed(pager_tests.test_pagers_of_shifts, at=(pager_tests, "record", True))
    killed(pager_tests.test_pagers_of_shifts)
    assert pager_tests.test_pagers_of_shifts() == 0
    assert Dispatch.objects.filter(source_kind=pager_tests.TEST_SOURCE).count() == 1
