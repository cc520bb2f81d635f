"""How tasks of a process are ended, so that it stops when it is asked to."""

import asyncio
from collections.abc import Iterable

CANCEL_AGAIN_SECONDS = 1.0


async def end_tasks(tasks: Iterable["asyncio.Task[None]"]) -> list[BaseException | None]:
    """Cancel them until all have ended; what each raised, in their order.

    A task that is cancelled in the middle of a query may hear of it as a lost connection and try
    again: it is told until it ends.
    """
    every = list(tasks)
    pending = set(every)
    while pending:
        for task in pending:
            task.cancel()
        _ended, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
    return await asyncio.gather(*every, return_exceptions=True)
