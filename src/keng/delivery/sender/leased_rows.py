"""What is leased here and not yet on record: never more than there is room for, fairly shared."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.housekeeping import Housekeeping
from keng.delivery.sender.rows import LEASED_AHEAD, LeasedDelivery, UnitTurn

LOOK_EVERY_SECONDS = 1.0
# Who has used so many times the mean lends so much of an equal share to the others.
_HEAVY, _LENT = 1.5, 0.75


class LeasedRows:
    """The room, by account. `offer` is called with a row when its moment has come."""

    def __init__(
        self,
        concurrency: int,
        housekeeping: Housekeeping,
        offer: Callable[[LeasedDelivery], None],
        *,
        ahead: int = LEASED_AHEAD,
    ) -> None:
        self._concurrency = concurrency
        self._ahead = ahead
        self._housekeeping = housekeeping
        self._offer = offer
        self._held: dict[uuid.UUID, SendingAccount] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[uuid.UUID]:
        return iter(tuple(self._held))

    def account_of(self, row: LeasedDelivery) -> SendingAccount | None:
        """None where the row is on record by now: it was swept, leased again, and went out."""
        return self._held.get(row.id)

    def lease_counts(self, leaving: Collection[uuid.UUID] = ()) -> dict[uuid.UUID, int]:
        """How many rows of which account there is room for, once those that leave are on record."""
        now = asyncio.get_running_loop().time()
        accounts = self._housekeeping.accounts
        room = self._concurrency + self._ahead - len(self._held)
        left = Counter(self._held[row_id].id for row_id in leaving if row_id in self._held)
        room += left.total()
        shares = self._shares(now)
        found: dict[uuid.UUID, int] = {}
        for account in accounts:
            state = account.state
            if not _may_have(account, now):
                continue
            most, held = account.max_rows(shares(account)), state.held - left[account.id]
            count = min(room, most - held)
            # A lease of a few rows costs as much as one of many.
            if count > 0 and (held == 0 or count >= min(most, self._ahead) // 2):
                found[account.id] = count
                room -= count
        accounts.rotate(1)
        return found

    def _shares(self, now: float) -> Callable[[SendingAccount], int]:
        """How many rows of an account may be held at once.

        A slow provider keeps its rows long: some senders always stay free for the others. And
        whoever has used most of them of late, since it has thousands of rows, lets the others pass
        first: those have few, or soon have used as much.
        """
        accounts = self._housekeeping.accounts
        if len(accounts) == 1:
            return lambda _account: self._concurrency + self._ahead
        busy = [a.state for a in accounts if a.state.held > 0 or _may_have(a, now)]
        equal = self._concurrency * 3 // 4 / max(1, len(busy))
        used = [state.count_use(now) for state in busy]
        limit = _HEAVY * sum(used) / max(1, len(busy))
        heavy = sum(each > limit for each in used)
        if not 0 < heavy < len(busy):
            return lambda _account: max(1, int(equal))
        lent = equal * _LENT * heavy / (len(busy) - heavy)

        def share(account: SendingAccount) -> int:
            is_heavy = account.state.count_use(now) > limit
            return max(1, int(equal * (1 - _LENT) if is_heavy else equal + lent))

        return share

    def turns(self, accounts: Iterable[uuid.UUID]) -> list[UnitTurn]:
        """The units that share these accounts, of each account in the order of their turns."""
        known = self._housekeeping.known_accounts
        return [turn for key in accounts for turn in known[key].state.turns()]

    def note_turns(self, rows: list[LeasedDelivery]) -> None:
        """Whose turn it was on accounts that units share."""
        for key in {row.account_id for row in rows}:
            state = self._housekeeping.known_accounts[key].state
            state.note_turns(row for row in rows if row.account_id == key)

    def add(self, rows: list[LeasedDelivery]) -> None:
        """These are ours now; each goes out in its turn."""
        loop = asyncio.get_running_loop()
        for row in rows:
            account = self._held[row.id] = self._housekeeping.known_accounts[row.account_id]
            state = account.state
            state.count_use(loop.time())
            state.held += 1
            turn = row.due_in
            if account.rate_per_minute:
                turn = max(turn, state.free_at - loop.time())
                state.free_at = loop.time() + turn + account.seconds_between_sends
            if turn > 0.001:
                loop.call_later(turn, self._offer, row)
            else:
                self._offer(row)

    def remove(self, ids: Iterable[uuid.UUID]) -> None:
        """On record, or given back."""
        for row_id in ids:
            account = self._held.pop(row_id, None)
            if account is not None:
                account.state.count_use(asyncio.get_running_loop().time())
                account.state.held -= 1

    def look_again(self, counts: dict[uuid.UUID, int], rows: list[LeasedDelivery]) -> None:
        """Who gave fewer rows than asked for has no more; at a rate the next are not yet due."""
        now = asyncio.get_running_loop().time()
        got: dict[uuid.UUID, list[float]] = {}
        for row in rows:
            got.setdefault(row.account_id, []).append(row.due_in)
        for account_id, wanted in counts.items():
            account, turns = self._housekeeping.known_accounts[account_id], got.get(account_id, [])
            if account.rate_per_minute and turns:
                account.state.look_at = now + max(max(turns) - 0.25, 0.05)
            elif len(turns) < wanted:
                account.state.look_at = now + LOOK_EVERY_SECONDS

    def seconds_to_next_look(self) -> float:
        """Seconds until some account may have something."""
        now = asyncio.get_running_loop().time()
        looks = [account.state.look_at - now for account in self._housekeeping.accounts]
        return min([look for look in looks if look > 0] + [LOOK_EVERY_SECONDS])


def _may_have(account: SendingAccount, now: float) -> bool:
    return account.state.look_at <= now and account.state.paused_until <= now
