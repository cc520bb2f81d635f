"""However a sender ends, it leaves no connection open."""

import asyncio
from unittest.mock import AsyncMock, Mock

import pytest

from keng.delivery.sender import Sender
from keng.delivery.sender.ledger import SenderLedger


async def no_notices():
    await asyncio.Event().wait()
    yield


def run_stopped(ledger: AsyncMock, open_wire: Mock) -> None:
    """A sender that was asked to stop before it began."""

    async def run() -> None:
        sender = Sender(ledger, open_wire, concurrency=1)
        sender.stop()
        await sender.run()

    asyncio.run(run())


@pytest.mark.parametrize(
    "open_wire",
    [
        pytest.param(Mock(side_effect=OSError("no wire")), id="the wire cannot be opened"),
        pytest.param(
            lambda: Mock(close=AsyncMock(side_effect=OSError("no wire"))),
            id="the wire cannot be closed",
        ),
    ],
)
def test_the_database_is_left_even_where_the_wire_fails(open_wire):
    ledger = AsyncMock(spec=SenderLedger)
    ledger.read_accounts.return_value = {}
    ledger.notices = no_notices
    with pytest.raises(OSError, match="no wire"):
        run_stopped(ledger, open_wire)
    ledger.close.assert_awaited_once()
