"""Senders that are broken on purpose: each must be caught, or the simulation shows nothing."""

import uuid
from contextlib import contextmanager

from keng.channels.base import Outcome
from keng.delivery.sender import Sender
from keng.delivery.sender.one_delivery import SendResult
from keng.delivery.sender.rows import LeasedDelivery
from tests.simulation.faulty_ledger import FaultyLedger, FaultyTokens
from tests.simulation.ledger_model import LedgerModel, ModelRow


class RecordsBeforeSending(Sender):
    """It calls a row sent, and then sends it."""

    async def _send_its_text(self, row, account) -> SendResult:
        sending = super()._send_its_text(row, account)
        self._consequences._begin(_finish(sending))
        return SendResult(Outcome("sent", provider_id="soon"))


async def _finish(sending) -> None:
    await sending


class ForgetsLeases(FaultyLedger):
    """What a killed sender held is nobody's for ever."""

    async def sweep(self) -> bool:
        return await self.world.ask("sweep", self.world.rows.wake)


class SendsAgainWhatNobodyKnows(FaultyLedger):
    """Every lease that was left behind is queued anew, also of what no machine repeats."""

    async def sweep(self) -> bool:
        def queue_again(now: float) -> bool:
            for row in self.world.rows.look().values():
                if row.state == "leased" and row.leased_until < now:
                    row.state, row.leased_by, row.leased_until = "queued", None, None
            return self.world.rows.wake(now)

        return await self.world.ask("sweep", queue_again)


class EndsLeasesOfTheLiving(FaultyLedger):
    """Whoever sweeps ends every lease of the others, though they are at work."""

    async def sweep(self) -> bool:
        def end_others(now: float) -> bool:
            for row in self.world.rows.look().values():
                if row.state == "leased" and row.leased_by != self.sender:
                    self.world.rows._end_lease(row, now)
            return self.world.rows.sweep(now)

        return await self.world.ask("sweep", end_others)


class HoldsTooMany(Sender):
    """It leases twice as much as it was told to."""

    def __init__(self, *given, ahead: int) -> None:
        super().__init__(*given, ahead=ahead * 2)


class AsksNotWhetherItIsCalledOff(Sender):
    """A call that was taken back while it waited for its turn still wakes somebody."""

    async def _is_called_off(self, row) -> bool:
        return False


class HasNoBucket(LedgerModel):
    """Each sender keeps to the rate by itself: the account's row counts nothing for all of them."""

    def _lease(self, sender, account_id, counts, turns, now) -> list[LeasedDelivery]:
        leased = super()._lease(sender, account_id, counts, turns, now)
        self.accounts[account_id].bucket_at = 0.0
        return leased


class QueuesWhatWasCalledOff(LedgerModel):
    """A lease that was left behind is queued anew, though its row was called off meanwhile."""

    def _end_lease(self, row: ModelRow, now: float) -> None:
        row.called_off_at = None
        super()._end_lease(row, now)


class LeasesTheLastFirst(LedgerModel):
    """The highest number of priority goes first."""

    def _due(self, account_id: uuid.UUID, now: float) -> list[ModelRow]:
        return super()._due(account_id, now)[::-1]


class RenewsOutOfTurn(FaultyLedger):
    """Two senders may ask for new tokens of one account at once."""

    def __init__(self, world, sender: uuid.UUID) -> None:
        super().__init__(world, sender)
        self.tokens = TokensOutOfTurn(world)


class TokensOutOfTurn(FaultyTokens):
    """No lock."""

    @contextmanager
    def _turn(self, account_id: uuid.UUID):
        yield
