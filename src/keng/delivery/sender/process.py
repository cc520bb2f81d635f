"""The sender as a process of its own: until SIGTERM or SIGINT."""

import asyncio
import signal

from keng.delivery.sender.loop import Sender
from keng.kit.alive import Heartbeat
from keng.kit.database import dsn
from keng.kit.metrics import REGISTRY
from keng.kit.metrics_server import serve_metrics


def run_sender() -> int:
    """Send until asked to stop."""
    import uvloop  # noqa: PLC0415 -- only this process needs it

    uvloop.run(_main())
    return 0


async def _main() -> None:
    serve_metrics("sender", lambda: REGISTRY)
    sender = Sender.on_postgres(dsn("sender"), sign=Heartbeat("sender"))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, sender.stop)
    await sender.run()
