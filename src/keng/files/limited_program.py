"""Becomes another program after giving up what that program does not need.

    python -m keng.files.limited_program {"cpu": seconds, "files": open ones, …} PROGRAM ARGUMENT...

It opens what lies below `reads`, changes what lies below `writes`, and of the rest of the disk
reads what programs are made of.

A launcher and no `preexec_fn`: the worker has threads, and code between fork and exec of such a
process may hang.
"""

import contextlib
import ctypes
import json
import os
import resource
import sys
from collections.abc import Iterable
from pathlib import Path

from keng.kit.closed_memory import close_memory, forbid_new_privileges
from keng.kit.reachable_files import allow_only_files
from keng.kit.system_calls import forbid_network_and_others

_MEMORY = 2 * 1024**3
_LARGEST_FILE = 64 * 1024**2
_POLITENESS = 10
# Of each thread, and one store of memory for all: a picture of 192 tiles has 192 decoders.
_STACK = 1024**2
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
_LIBRARIES = tuple(
    Path(each) for each in ("/bin", "/lib", "/lib64", "/usr", "/nix/store", "/etc/ld.so.cache")
)
_NEW_USERS = 0x10000000
_NEW_NETWORK = 0x40000000


def main() -> None:
    """Set the limits, then be the program."""
    given, program, *arguments = sys.argv[1:]
    wanted = json.loads(given)
    reads, writes = ([*map(Path, wanted.get(each, ()))] for each in ("reads", "writes"))
    close_memory()
    forbid_new_privileges()
    become_owner([*writes, *reads])
    leave_network()
    for what, limit in (
        (resource.RLIMIT_CPU, wanted["cpu"]),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_NOFILE, wanted["files"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_STACK, _STACK),
    ):
        # Not every system has every limit; the time limit of the caller holds everywhere.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
    os.nice(_POLITENESS)
    allow_only_files([*_parts_of_program(Path(program)), *reads], writes)
    forbid_network_and_others()
    os.execve(program, [program, *arguments], _ENVIRONMENT)  # noqa: S606 -- no shell, no environment


def _parts_of_program(program: Path) -> list[Path]:
    """Itself, and where its libraries lie; of one in /somewhere/bin they are in /somewhere/lib."""
    beside = program.resolve().parent
    own = [beside.parent / name for name in ("lib", "lib64")] if beside.name == "bin" else []
    return [program, *own, *_LIBRARIES]


def become_owner(paths: Iterable[Path]) -> None:
    """Root becomes the account whose files these are, where they are not root's own.

    Among users of its own, which `leave_network` asks for, it could no longer pass their folders.
    Raises OSError where it cannot: half of another account is none to read a stranger's file as.
    """
    if os.geteuid() != 0:
        return
    for owner in (path.stat() for path in paths if path.exists()):
        if owner.st_uid:
            os.setgroups([])
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
            return


def leave_network() -> None:
    """Have a network of its own with nobody in it, where the system lets an account do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USERS | _NEW_NETWORK)


if __name__ == "__main__":
    main()
