"""Indicators, what the public may look up of them, and who objects."""

from keng.lookup.models.dispute import Dispute, DisputeFile
from keng.lookup.models.indicator import Indicator
from keng.lookup.models.listing import BlockList, Listing

__all__ = ["BlockList", "Dispute", "DisputeFile", "Indicator", "Listing"]
