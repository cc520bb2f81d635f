"""Of the whole installation: signs of life, disk, age of the backup, standbys, certificates.

Handed out by the residents' site alone, so that each stands there once. Files are looked at anew
each time, since it costs a few looks into a folder or two; of standbys and of our own servers'
certificates is told what the last look found.
"""

import os
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from keng.kit import alive
from keng.kit.backup_sign import backup_age
from keng.kit.database import Process, data_folder
from keng.kit.metrics import REGISTRY
from keng.kit.own_certificates import CertificateProbe
from keng.kit.standby_probe import StandbyProbe

# By these names they give their signs; "keng" is the supervisor.
_SIGNS = {
    **{name: name for name in ("public", "desk", "edge", "sender", "opener")},
    **{sign: sign for sign in alive.WORKER_SIGNS.values()},
    "keng": "supervisor",
}


def site_registry(process: Process) -> CollectorRegistry:
    """What this site hands out; the public one adds what files say."""
    if process == "public":
        registry = CollectorRegistry(auto_describe=False)
        registry.register(RegistryCollector(REGISTRY))
        registry.register(MachineCollector())
        return registry
    return REGISTRY


class RegistryCollector(Collector):
    """Another registry, as a part of one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        return self._registry.collect()


class MachineCollector(Collector):
    """Of what is not known there is no sample: a monitor that misses one asks why."""

    def __init__(self) -> None:
        self._standbys = StandbyProbe("public")
        self._certificates = CertificateProbe("public")

    def collect(self) -> Iterator[Metric]:
        yield self._signs()
        yield from self._tasks()
        yield from self._disk()
        backup = GaugeMetricFamily(
            "keng_backup_age_seconds", "Since the last backup was made and verified."
        )
        if (age := backup_age()) is not None:
            backup.add_metric([], age)
        yield backup
        standbys = GaugeMetricFamily(
            "keng_standby_wait_seconds",
            "For how long a commit waits for a standby; none where commits wait for none.",
        )
        if (waited := self._standbys.waited_seconds()) is not None:
            standbys.add_metric([], waited)
        yield standbys
        yield self._certificate_ends()

    def _signs(self) -> Metric:
        family = GaugeMetricFamily(
            "keng_process_silent_seconds",
            "Since the last sign of life of a process that should run.",
            labels=["process"],
        )
        for name, age in alive.sign_ages().items():
            if name in _SIGNS:
                family.add_metric([_SIGNS[name]], age)
        return family

    def _tasks(self) -> Iterator[Metric]:
        late = GaugeMetricFamily(
            "keng_worker_tasks_late",
            "Tasks of the worker that did not come through when they should have.",
            labels=["class"],
        )
        silent = GaugeMetricFamily(
            "keng_worker_tasks_silent_seconds",
            "Since the task of this pace came through whose turn is longest ago.",
            labels=["class"],
        )
        signs = alive.task_signs()
        for pace in sorted({sign.pace for sign in signs}):
            own = [sign for sign in signs if sign.pace == pace]
            late.add_metric([pace], sum(sign.is_late for sign in own))
            silent.add_metric([pace], max(sign.age for sign in own))
        yield late
        yield silent

    def _certificate_ends(self) -> Metric:
        family = GaugeMetricFamily(
            "keng_certificate_ends_seconds",
            "Until the first certificate of this class ends; 0 where it is over or not accepted.",
            labels=["class"],
        )
        for kind, left in self._certificates.seconds_left().items():
            family.add_metric([kind], max(0.0, left))
        return family

    def _disk(self) -> Iterator[Metric]:
        free = GaugeMetricFamily("keng_disk_free_bytes", "What may still be written to the disk.")
        size = GaugeMetricFamily("keng_disk_size_bytes", "The disk on which the data lie.")
        try:
            disk = os.statvfs(data_folder())
        except OSError:
            pass
        else:
            free.add_metric([], disk.f_bavail * disk.f_frsize)
            size.add_metric([], disk.f_blocks * disk.f_frsize)
        yield free
        yield size
