"""How the room of one sender is shared between accounts."""

import asyncio
from collections import deque
from types import SimpleNamespace

import pytest

from keng.delivery.sender.accounts import AccountState
from keng.delivery.sender.leased_rows import LeasedRows
from keng.delivery.sender.loop import Sender
from keng.kit.ids import new_id

AT_ONCE = 64


def shares(*accounts, now=100.0):
    """Of each account, by (rows held, rows times seconds used of late)."""
    made = deque(
        SimpleNamespace(state=AccountState(held=held, used=used, used_at=now))
        for held, used in accounts
    )
    rows = LeasedRows(AT_ONCE, SimpleNamespace(accounts=made), lambda _row: None)
    share = rows._shares(now)
    return [share(account) for account in made]


def test_alone_an_account_has_all_the_room():
    assert shares((64, 640.0)) == [96]


@pytest.mark.parametrize("used", [0.0, 240.0])
def test_who_used_as_much_has_as_much(used):
    assert shares((24, used), (24, used)) == [24, 24]


def test_who_has_thousands_of_rows_lets_somebody_with_few_pass():
    many, few = shares((24, 240.0), (0, 0.0))
    assert (many, few) == (6, 42)
    # Some stay free for the others, whoever is slow.
    assert many + few <= AT_ONCE * 3 // 4


def test_nobody_passes_for_long():
    assert shares((6, 240.0), (42, 100.0)) == [24, 24]


def test_of_three_the_two_with_few_share_what_the_third_lends():
    assert shares((16, 300.0), (0, 0.0), (0, 3.0)) == [4, 22, 22]


def test_what_was_used_long_ago_counts_for_little():
    state = AccountState(held=10, used_at=0.0)
    assert state.count_use(100.0) == pytest.approx(100, rel=0.01)
    state.held = 0
    assert state.count_use(130.0) == pytest.approx(5, abs=0.1)


def test_a_row_that_is_on_record_by_now_ends_no_sender():
    """It was swept, leased again by the same one, and went out: its second turn finds nothing."""
    sender = Sender.__new__(Sender)
    sender._leased = LeasedRows(AT_ONCE, SimpleNamespace(accounts=deque()), lambda _row: None)
    asyncio.run(sender._send(SimpleNamespace(id=new_id())))
