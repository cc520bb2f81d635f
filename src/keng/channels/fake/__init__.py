"""What every fake of a provider is made of: its port, its journal, its faults and its clock."""

from keng.channels.fake.clock import FakeClock
from keng.channels.fake.faults import Fault, Faults
from keng.channels.fake.provider import (
    CallRecord,
    FakeProvider,
    ProviderCall,
    json_answer,
    running_provider,
)

__all__ = [
    "CallRecord",
    "FakeClock",
    "FakeProvider",
    "Fault",
    "Faults",
    "ProviderCall",
    "json_answer",
    "running_provider",
]
