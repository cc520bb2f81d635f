"""A process that holds keys or what people wrote: its memory is nobody else's and lands in no file.

Linux gives up with one call each what no process of ours needs; elsewhere what there is is done.
"""

import ctypes
import os
import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def close_memory() -> None:
    """No core file, and no look into this process by others of the same account.

    A program that is started from here has no core file either, but must call this itself for the
    rest: starting one opens the memory again.
    """
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    set_process_option(_PR_SET_DUMPABLE, 0)


def forbid_new_privileges() -> None:
    """From here on no program gives more rights than we have: neither setuid nor capabilities."""
    set_process_option(_PR_SET_NO_NEW_PRIVS, 1)


def set_process_option(option: int, value: int | bytes, more: int | bytes = 0) -> None:
    """A call of prctl(2). Raises OSError; does nothing where it is not Linux."""
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, more, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
