"""How often the supervisor has started each process: once is a start, more are deaths."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector


def starts_registry(starts: Counter[str]) -> CollectorRegistry:
    """What the supervisor hands out."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    registry.register(_StartsCollector(starts))
    return registry


class _StartsCollector(Collector):
    def __init__(self, starts: Counter[str]) -> None:
        self._starts = starts

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "keng_process_starts", "How often the supervisor has started it.", labels=["process"]
        )
        for name, count in sorted(self._starts.items()):
            family.add_metric([name], count)
        yield family
