"""Becomes another program after giving up what that program does not need.

    python -m keng.lessons.films.confined CPU_SECONDS PROGRAM ARGUMENT...

A launcher and no `preexec_fn`: the worker has threads, and code between fork and exec of such a
process may hang.
"""

import contextlib
import os
import resource
import sys

_MEMORY = 2 * 1024**3
_LARGEST_FILE = 64 * 1024**2
_FILES = 64
_POLITENESS = 10


def main() -> None:
    """Set the limits, then be the program."""
    cpu, program, *arguments = sys.argv[1:]
    for what, limit in (
        (resource.RLIMIT_CPU, int(cpu)),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        # Not every system has every limit; the time limit of the caller holds everywhere.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
    os.nice(_POLITENESS)
    os.execve(program, [program, *arguments], {})  # noqa: S606 -- no shell, no environment


if __name__ == "__main__":
    main()
