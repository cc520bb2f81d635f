"""A process that is started by whoever asks it first: its socket listens before it does.

The supervisor holds the listening socket and takes nothing in from it. Who asks meanwhile waits in
the socket's queue, also while a process ends because nobody had asked for a while: nothing that is
asked falls between two of them.
"""

import asyncio
import os
import socket
from dataclasses import replace

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder
from keng.runtime.accounts_of_the_system import SystemAccount
from keng.runtime.supervisor.children import Child
from keng.runtime.supervisor.one_shot_process import run_in_own_process
from keng.vault.opener import opener_socket

# Longer than two people need for one opening; what they gave keeps the process there in any case.
ENDS_AFTER_IDLE_SECONDS = 120


def activated_opener(child: Child, account: SystemAccount) -> Child:
    """The opener, to be started by whoever asks it first. No thread may run here yet."""
    listening = _listening_socket(account)
    words = (
        *("--socket", str(listening.fileno())),
        *("--idle-seconds", str(ENDS_AFTER_IDLE_SECONDS)),
    )
    return replace(child, command=(*child.command, *words), listening=listening)


def _listening_socket(account: SystemAccount) -> socket.socket:
    listening = opener_socket.new_socket()
    make_private_folder(opener_socket.socket_folder())
    data = data_folder()

    def bind() -> None:
        # Unnamed, it would be looked for where the account keeps its own.
        os.environ["KENG_DATA"] = str(data)
        # The folder is the account's: as root we would follow whatever it lays there.
        os.initgroups(account.name, account.gid)
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
        opener_socket.bind_in_folder(listening)

    if account.is_ours:
        opener_socket.bind_in_folder(listening)
    else:
        run_in_own_process(bind)
    opener_socket.begin_to_listen(listening)
    return listening


async def wait_until_ready(
    descriptor: int, stop: asyncio.Event, seconds: float | None = None
) -> None:
    """Until there is something to read here, until `stop`, or for so long.

    Of a listening socket: until somebody waits in its queue. Of a process: until it has ended.
    """
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    waiting = {asyncio.create_task(event.wait()) for event in (ready, stop)}
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(descriptor)
        for task in waiting:
            task.cancel()
