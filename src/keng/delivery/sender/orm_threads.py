"""Django's ORM beside the event loop: three threads, so three connections, closed at the end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

from keng.acts.errors import TryAgain

T = TypeVar("T")
_usual = ThreadPoolExecutor(1, thread_name_prefix="sender-orm")
# Asking a provider for new tokens may take a minute; everything else goes on beside it.
_asking = ThreadPoolExecutor(1, thread_name_prefix="sender-tokens")
# What residents look up must not keep accounts waiting.
_answering = ThreadPoolExecutor(1, thread_name_prefix="sender-answers")


async def in_orm_thread(work: Callable[..., T], *arguments: object) -> T:
    """Run something rare that needs the ORM; a connection that died is replaced first."""
    return await _run(_usual, work, *arguments)


async def in_token_thread(work: Callable[..., T], *arguments: object) -> T:
    """The same for what talks to a provider meanwhile."""
    return await _run(_asking, work, *arguments)


async def in_answering_thread(work: Callable[..., T], *arguments: object) -> T:
    """The same for what is read anew for each message."""
    return await _run(_answering, work, *arguments)


async def _run(threads: ThreadPoolExecutor, work: Callable[..., T], *arguments: object) -> T:
    def fresh() -> T:
        close_old_connections()
        try:
            return work(*arguments)
        except TryAgain as error:
            # The sender knows what to do about the database's own error.
            gave_up = error.__cause__ or error
        raise gave_up

    return await asyncio.get_running_loop().run_in_executor(threads, fresh)


async def close_threads() -> None:
    """Give the connections back."""
    for threads in (_usual, _asking, _answering):
        await asyncio.get_running_loop().run_in_executor(threads, connections.close_all)
