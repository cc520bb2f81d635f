"""A processor that is the limit: processes held to a share of one core (Linux, as root)."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_PERIOD_US = 20_000
# Version 2 has one tree for everything, version 1 one for each controller.
_TREES = (
    (Path("/sys/fs/cgroup"), "cpu.max", f"{{quota}} {_PERIOD_US}"),
    (Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us", "{quota}"),
)


@contextmanager
def held_to_share(share: float, families: Sequence[Sequence[int]]) -> Iterator[bool]:
    """Each family of processes by itself has this share of a core; no where it cannot be had."""
    made: list[Path] = []
    try:
        held = all(_hold(share, pids, number, made) for number, pids in enumerate(families))
        yield held
    finally:
        for group in made:
            _let_go(group)


def _hold(share: float, pids: Sequence[int], number: int, made: list[Path]) -> bool:
    quota = int(share * _PERIOD_US)
    for tree, limit, form in _TREES:
        group = tree / f"keng-bench-{os.getpid()}-{number}"
        try:
            group.mkdir()
        except OSError:
            continue
        made.append(group)
        try:
            if limit == "cpu.cfs_quota_us":
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / limit).write_text(form.format(quota=quota))
            for pid in pids:
                (group / "cgroup.procs").write_text(str(pid))
        except OSError:
            _let_go(group)
            made.remove(group)
        else:
            return True
    return False


def _let_go(group: Path) -> None:
    """Its processes go back to where they came from, which is the group above."""
    with suppress(OSError):
        for pid in (group / "cgroup.procs").read_text().split():
            with suppress(OSError):
                (group.parent / "cgroup.procs").write_text(pid)
        group.rmdir()
