"""What processes cost, as the kernel counts it (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time so far, with children that ended; a process that is gone counts nothing.

    A PostgreSQL backend that ended is counted in its postmaster, so take the same server twice.
    """
    return sum(_cpu(pid) for pid in pids)


def _cpu(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, after_name[11:15])) / _TICK


def switches(pids: Iterable[int]) -> int:
    """How often threads of these waited so far: each time they went on something had woken them."""
    return sum(_switches(pid) for pid in pids)


def _switches(pid: int) -> int:
    found = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            lines = status.read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
    return found


def taken_seconds() -> float:
    """CPU time that all programs of this machine have had so far, and what its host took of it."""
    user, nice, system, *rest = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, rest[4]))) / _TICK


def children_seconds() -> float:
    """CPU time of the programs that this one started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def pss_mb(pids: Iterable[int]) -> float:
    """Proportional set size: a shared page counts once, divided among those who share it."""
    return sum(_pss_kb(pid) for pid in pids) / 1024


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except PermissionError:
        # Closed to all but root (keng.kit.closed_memory): the resident size, shared pages in it.
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def family(pid: int) -> list[int]:
    """A process and everything it started that still lives."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(map(int, task.read_text().split()))
    return found
