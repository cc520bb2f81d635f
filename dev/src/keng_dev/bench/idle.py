"""What the demo takes of a laptop while nobody uses it: memory and CPU of each process."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from keng.runtime.postgres import embedded_cluster
from keng.runtime.supervisor.register import registered_processes
from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.processes import cpu_seconds, family, pss_mb, switches
from keng_dev.bench.scratch import Bench
from keng_dev.bench.start import bench_folder, first_page, running_demo

# What each task of the worker does first after a start is not what it does all day.
SETTLES_SECONDS = 60.0
MEASURED_SECONDS = 120.0
# They play other companies on this machine, and are no part of what anybody runs.
FAKES = frozenset({"zalo_fake"})
_SUPERVISOR = "supervisor"


def measure(bench: Bench) -> list[Figure]:
    """One long look: everything that comes round within two minutes comes round in it."""
    with bench_folder() as folder:
        with running_demo(folder):
            pass  # The first run makes the data, and caches that stay.
        with running_demo(folder) as (pid, site):
            # Once, as whoever looked at it before going away.
            first_page(site)
            time.sleep(SETTLES_SECONDS)
            before = _spent(_families(pid, folder / "data"))
            time.sleep(MEASURED_SECONDS)
            families = _families(pid, folder / "data")
            after = _spent(families)
            memory = {name: pss_mb(pids) for name, pids in families.items()}
    percent, woken = (
        {name: (after[name][n] - before.get(name, (0, 0))[n]) / MEASURED_SECONDS for name in after}
        for n in (0, 1)
    )
    percent = {name: share * 100 for name, share in percent.items()}
    return [
        Figure(
            "idle_pss_mb",
            "all processes of the idle demo but its fakes, PSS",
            "MB",
            [_of_product(memory)],
            target=Target("≤", 400),
        ),
        Figure(
            "idle_cpu_percent",
            "their CPU, the database's in it",
            "% of a core",
            [_of_product(percent)],
            target=Target("≤", 3),
        ),
        Figure(
            "idle_wakeups",
            "how often a second one of them waited and went on",
            "1/s",
            [_of_product(woken)],
        ),
        *_by_process(memory, percent, woken),
    ]


def _by_process(
    memory: Mapping[str, float], percent: Mapping[str, float], woken: Mapping[str, float]
) -> Iterator[Figure]:
    for name in sorted(memory, key=lambda each: -memory[each]):
        whose = f"{name} (a fake)" if name in FAKES else name
        yield Figure(f"idle_{name}_mb", f"{whose}: memory, PSS", "MB", [memory[name]])
        yield Figure(
            f"idle_{name}_percent",
            f"{whose}: CPU; waits {woken[name]:.1f} times a second",
            "% of a core",
            [percent[name]],
        )


def _of_product(figures: Mapping[str, float]) -> float:
    return sum(value for name, value in figures.items() if name not in FAKES)


def _families(supervisor: int, data: Path) -> dict[str, list[int]]:
    """By process of the register, itself and what it started; and the supervisor by itself."""
    server = embedded_cluster(data).pid
    found = {
        name: family(entry["pid"])
        for name, entry in registered_processes(data).items()
        if name != "postgres"
    }
    found["postgres"] = family(server) if server else []
    return {**found, _SUPERVISOR: [supervisor]}


def _spent(families: Mapping[str, list[int]]) -> dict[str, tuple[float, float]]:
    """By process: seconds of CPU and waits so far.

    Of the supervisor what it computed itself: what its children did who ended is counted in it, and
    none ends meanwhile but by a fault.
    """
    return {name: (cpu_seconds(pids), switches(pids)) for name, pids in families.items()}
