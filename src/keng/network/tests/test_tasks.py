"""What the worker forgets."""

import datetime

import pytest

from keng.kit import times
from keng.network.tasks import FORGOTTEN_AFTER, forget_unconfirmed
from tests import make

pytestmark = pytest.mark.django_db


def test_an_address_that_nobody_confirmed_is_forgotten_after_a_week():
    place = make.place()
    long_ago = times.now() - FORGOTTEN_AFTER - datetime.timedelta(hours=1)
    forgotten = make.subscription(places=(place,), confirmed_at=None, asked_at=long_ago)
    fresh = make.subscription(places=(place,), confirmed_at=None)
    confirmed = make.subscription(places=(place,), asked_at=long_ago)
    assert forget_unconfirmed() == 1
    assert forget_unconfirmed() == 0
    for one in (forgotten, fresh, confirmed):
        one.refresh_from_db()
    assert (forgotten.stopped_at is None, bytes(forgotten.address_sealed)) == (False, b"")
    for kept in (fresh, confirmed):
        assert (kept.stopped_at, bytes(kept.address_sealed)) == (None, b"sealed")
