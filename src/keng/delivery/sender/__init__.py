"""The sender: leases deliveries, sends them side by side, and writes every outcome back."""

from keng.delivery.sender.loop import Sender
from keng.delivery.sender.process import run_sender

__all__ = ["Sender", "run_sender"]
