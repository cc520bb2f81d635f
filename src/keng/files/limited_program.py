"""Becomes another program after giving up what that program does not need.

    python -m keng.files.limited_program CPU_SECONDS OPEN_FILES PROGRAM ARGUMENT...

A launcher and no `preexec_fn`: the worker has threads, and code between fork and exec of such a
process may hang.
"""

import contextlib
import ctypes
import os
import resource
import sys

from keng.kit.closed_memory import close_memory, forbid_new_privileges

_MEMORY = 2 * 1024**3
_LARGEST_FILE = 64 * 1024**2
_POLITENESS = 10
# Of each thread, and one store of memory for all: a picture of 192 tiles has 192 decoders.
_STACK = 1024**2
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
_NEW_USERS = 0x10000000
_NEW_NETWORK = 0x40000000


def main() -> None:
    """Set the limits, then be the program."""
    cpu, files, program, *arguments = sys.argv[1:]
    close_memory()
    forbid_new_privileges()
    leave_network()
    for what, limit in (
        (resource.RLIMIT_CPU, int(cpu)),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_NOFILE, int(files)),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_STACK, _STACK),
    ):
        # Not every system has every limit; the time limit of the caller holds everywhere.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
    os.nice(_POLITENESS)
    os.execve(program, [program, *arguments], _ENVIRONMENT)  # noqa: S606 -- no shell, no environment


def leave_network() -> None:
    """Have a network of its own with nobody in it, where the system lets an account do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USERS | _NEW_NETWORK)


if __name__ == "__main__":
    main()
