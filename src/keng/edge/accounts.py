"""The channel accounts and rules that the edge works with, kept in memory and renewed."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import close_old_connections, connection

from keng.delivery import inbound_handlers
from keng.delivery.actions.inbound import pin_signature_variant
from keng.delivery.inbound_message import ReceivingAccount, receiving_accounts
from keng.kit import metrics
from keng.kit.database import session_name
from keng.kit.database_state import CLOCK_WRONG_SECONDS, seconds_ahead
from keng.kit.task_ending import end_tasks

logger = logging.getLogger(__name__)
REFRESH_SECONDS = 20.0
_PAUSE_AFTER_ERROR = 1.0
# Asking for an unknown address must not become a way to keep the database busy.
_LEAST_BETWEEN = 1.0


class AccountBook:
    """What a webhook's address stands for. Django reads it, so that is done in its own thread."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._accounts: dict[tuple[str, str], ReceivingAccount] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="accounts")
        self._task: asyncio.Task[None] | None = None
        self._read_at = 0.0
        self.is_read = False
        # Our clock less the seconds since the machine's start, were it the database's.
        self._right_offset = _clock_offset()

    def get(self, channel: str, slug: str) -> ReceivingAccount | None:
        return self._accounts.get((channel, slug))

    async def get_or_refresh(self, channel: str, slug: str) -> ReceivingAccount | None:
        """For an address that is not known: perhaps it is new."""
        if time.monotonic() - self._read_at > _LEAST_BETWEEN:
            await self.refresh()
        return self.get(channel, slug)

    async def refresh(self) -> bool:
        self._read_at = time.monotonic()
        try:
            self._accounts, self._right_offset = await asyncio.get_running_loop().run_in_executor(
                self._thread, _read_accounts
            )
        except Exception as error:  # noqa: BLE001 -- the old ones still hold; the type says enough
            logger.warning("The channel accounts cannot be read (%s).", type(error).__name__)
            return False
        self.is_read = True
        return True

    def has_right_clock(self) -> bool:
        """Whether ours is the database's, also if it was set since that was asked."""
        return abs(_clock_offset() - self._right_offset) <= CLOCK_WRONG_SECONDS

    def keep_variant(self, account: ReceivingAccount, variant: str) -> None:
        """Remember which reading of the signature scheme is this account's."""
        if account.credentials.get("signature_variant") != variant:
            account.credentials["signature_variant"] = variant
            self._thread.submit(_keep_variant, account, variant)

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        if self._task is not None:
            await end_tasks([self._task])
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _keep_fresh(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 -- whatever it was, it must be told again
                logger.warning("Not told of changed accounts (%s).", type(error).__name__)
            await asyncio.sleep(_PAUSE_AFTER_ERROR)

    async def _listen(self) -> None:
        """Read at once when an account was changed, and anyway from time to time."""
        connection = await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=3,
            application_name=session_name("edge accounts"),
        )
        async with connection:
            await connection.execute("LISTEN keng_accounts")
            while True:
                is_read = await self.refresh()
                wait = REFRESH_SECONDS if is_read else _PAUSE_AFTER_ERROR
                async for _ in connection.notifies(timeout=wait, stop_after=1):
                    pass


def _read_accounts() -> tuple[dict[tuple[str, str], ReceivingAccount], float]:
    close_old_connections()
    inbound_handlers.refresh_handlers()
    found = {(account.channel, account.slug): account for account in receiving_accounts()}
    connection.ensure_connection()
    ahead = seconds_ahead(connection.connection)
    metrics.clock_ahead.labels("edge").set(ahead)
    return found, _clock_offset() - ahead


def _clock_offset() -> float:
    """Changes only when our clock is set."""
    return time.time() - time.monotonic()


def _keep_variant(account: ReceivingAccount, variant: str) -> None:
    close_old_connections()
    try:
        pin_signature_variant(account.id, variant)
    except Exception as error:  # noqa: BLE001 -- tried again with the next start
        logger.warning("A signature's reading was not kept (%s).", type(error).__name__)
