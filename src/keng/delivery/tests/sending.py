"""What tests of the sender share: rows to send, and senders that run beside the test."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText
from keng.delivery.sender import Sender
from keng.kit.ids import new_id
from keng.vault import seal
from keng.vault.hybrid import SealedKind

SOON = 20.0


def test_dsn() -> str:
    """The database of this test, as its owner."""
    p = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{name: str(p[name]) for name in names if p.get(name) is not None})


test_dsn.__test__ = False


def queue(
    account: ChannelAccount,
    addresses: list[str],
    *,
    urgent: bool = False,
    priority: int = 9,
    kind: str = "group",
    text: str = "Chào bạn",
    image_path: str = "",
    **fields: object,
) -> Dispatch:
    """One dispatch to these addresses; persons' addresses are sealed, as they always are."""
    dispatch = Dispatch.objects.create(kind="notice", is_urgent=urgent, unit=account.unit)
    words = DispatchText.objects.create(
        dispatch=dispatch, language="vi", text=text, image_path=image_path, subject="Cảnh báo"
    )
    to_group = kind == "group"
    Delivery.objects.bulk_create(
        Delivery(
            dispatch=dispatch,
            account=account,
            channel=account.channel,
            recipient_kind=kind,
            recipient_ref=new_id(),
            text=words,
            address=address if to_group else "",
            address_sealed=None
            if to_group
            else seal.seal_for_sender(address, kind=SealedKind.ADDRESS),
            priority=priority,
            is_urgent=urgent,
            **fields,
        )
        for address in addresses
    )
    return dispatch


def states(**where: object) -> dict[str, int]:
    """How many deliveries are in which state."""
    found: dict[str, int] = {}
    for state in Delivery.objects.filter(**where).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


@contextlib.contextmanager
def sending(count: int = 1, *, concurrency: int = 16) -> Iterator[list[Sender]]:
    """So many senders in a thread of their own, until the block ends; then they stop in order."""
    senders = [Sender.on_postgres(test_dsn(), concurrency=concurrency) for _ in range(count)]
    loop = asyncio.new_event_loop()
    failed: list[BaseException] = []

    async def run() -> None:
        await asyncio.gather(*(sender.run() for sender in senders))

    def work() -> None:
        try:
            loop.run_until_complete(run())
        except BaseException as error:  # noqa: BLE001 -- told to the test below
            failed.append(error)
        finally:
            loop.close()

    thread = threading.Thread(target=work, name="senders")
    thread.start()
    try:
        yield senders
    finally:
        with contextlib.suppress(RuntimeError):  # they have ended already
            for sender in senders:
                loop.call_soon_threadsafe(sender.stop)
        thread.join()
    assert not failed, failed


def until(holds: Callable[[], bool], within: float = SOON) -> None:
    """Wait for it, and say what the rows look like if it never comes."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            codes = list(Delivery.objects.values_list("state", "code")[:10])
            raise AssertionError(f"not within {within} s: {states()} {codes}")
        time.sleep(0.03)


def send_until(holds: Callable[[], bool], *, count: int = 1, within: float = SOON) -> None:
    with sending(count):
        until(holds, within)


def all_sent(count: int) -> Callable[[], bool]:
    return lambda: states().get("sent", 0) == count
