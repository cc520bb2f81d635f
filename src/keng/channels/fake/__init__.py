"""What every fake of a provider is made of: its port, its journal, its faults and its clock."""

from keng.channels.fake.clock import FakeClock
from keng.channels.fake.faults import Fault, Faults
from keng.channels.fake.provider import (
    FakeProvider,
    JournalEntry,
    ProviderCall,
    json_answer,
    running_provider,
)

__all__ = [
    "FakeClock",
    "FakeProvider",
    "Fault",
    "Faults",
    "JournalEntry",
    "ProviderCall",
    "json_answer",
    "running_provider",
]
