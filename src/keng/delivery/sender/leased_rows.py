"""What is leased here and not yet on record: never more than there is room for, fairly shared."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from keng.delivery.sender.accounts import Account
from keng.delivery.sender.housekeeping import Rounds
from keng.delivery.sender.rows import AHEAD, Leased

LOOK_EVERY = 1.0


class Shelf:
    """The room, by account. `offer` is called with a row when its moment has come."""

    def __init__(self, concurrency: int, rounds: Rounds, offer: Callable[[Leased], None]) -> None:
        self._concurrency = concurrency
        self._rounds = rounds
        self._offer = offer
        self._held: dict[uuid.UUID, Account] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[uuid.UUID]:
        return iter(tuple(self._held))

    def account(self, row: Leased) -> Account:
        return self._held[row.id]

    def wishes(self, leaving: Collection[uuid.UUID] = ()) -> dict[uuid.UUID, int]:
        """How many rows of which account there is room for, once those that leave are on record."""
        now = asyncio.get_running_loop().time()
        accounts, room = self._rounds.accounts, self._concurrency + AHEAD - len(self._held)
        left = Counter(self._held[row_id].id for row_id in leaving if row_id in self._held)
        room += left.total()
        share = self._share(now)
        found: dict[uuid.UUID, int] = {}
        for account in accounts:
            standing = account.standing
            if not _may_have(account, now):
                continue
            most, held = account.most(share), standing.held - left[account.id]
            count = min(room, most - held)
            # A lease of a few rows costs as much as one of many.
            if count > 0 and (held == 0 or count >= min(most, AHEAD) // 2):
                found[account.id] = count
                room -= count
        accounts.rotate(1)
        return found

    def _share(self, now: float) -> int:
        """A slow provider keeps its rows long: some senders always stay free for the others."""
        accounts = self._rounds.accounts
        if len(accounts) == 1:
            return self._concurrency + AHEAD
        busy = sum(a.standing.held > 0 or _may_have(a, now) for a in accounts)
        return max(1, self._concurrency * 3 // 4 // max(1, busy))

    def take(self, rows: list[Leased]) -> None:
        """These are ours now; each goes out in its turn."""
        loop = asyncio.get_running_loop()
        for row in rows:
            account = self._held[row.id] = self._rounds.known[row.account_id]
            standing = account.standing
            standing.held += 1
            turn = row.turn
            if account.rate_per_minute:
                turn = max(turn, standing.free_at - loop.time())
                standing.free_at = loop.time() + turn + account.apart
            if turn > 0.001:
                loop.call_later(turn, self._offer, row)
            else:
                self._offer(row)

    def let_go(self, ids: Iterable[uuid.UUID]) -> None:
        """On record, or given back."""
        for row_id in ids:
            account = self._held.pop(row_id, None)
            if account is not None:
                account.standing.held -= 1

    def look_again(self, wishes: dict[uuid.UUID, int], rows: list[Leased]) -> None:
        """Who gave fewer rows than asked for has no more; at a rate the next are not yet due."""
        now = asyncio.get_running_loop().time()
        got: dict[uuid.UUID, list[float]] = {}
        for row in rows:
            got.setdefault(row.account_id, []).append(row.turn)
        for account_id, wanted in wishes.items():
            account, turns = self._rounds.known[account_id], got.get(account_id, [])
            if account.rate_per_minute and turns:
                account.standing.look_at = now + max(max(turns) - 0.25, 0.05)
            elif len(turns) < wanted:
                account.standing.look_at = now + LOOK_EVERY

    def next_look(self) -> float:
        """Seconds until some account may have something."""
        now = asyncio.get_running_loop().time()
        looks = [account.standing.look_at - now for account in self._rounds.accounts]
        return min([look for look in looks if look > 0] + [LOOK_EVERY])


def _may_have(account: Account, now: float) -> bool:
    return account.standing.look_at <= now and account.standing.paused_until <= now
