"""Tasks of a process end when they are told to."""

import asyncio
import contextlib

from keng.kit import task_ending


def test_a_task_that_takes_its_end_for_a_lost_connection_is_told_again(monkeypatch):
    """Else a process that was asked to stop goes on for ever."""
    monkeypatch.setattr(task_ending, "CANCEL_AGAIN_SECONDS", 0.01)

    async def goes_on():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def run():
        tasks = [asyncio.create_task(goes_on()) for _ in range(3)]
        await asyncio.sleep(0)
        return await asyncio.wait_for(task_ending.end_tasks(tasks), 5)

    assert [type(each) for each in asyncio.run(run())] == [asyncio.CancelledError] * 3
