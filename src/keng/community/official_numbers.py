"""The official channels of desks, as warnings are compared with them."""

import uuid
from collections.abc import Iterable, Iterator

from keng.community.models import OfficialChannel
from keng.warnings.known_numbers import OfficialNumber


def official_channels_of(unit_ids: Iterable[uuid.UUID]) -> Iterator[OfficialNumber]:
    """What two people put on the list of these units and nobody doubts, with whose it is."""
    listed = OfficialChannel.objects.sure().filter(unit__in=list(unit_ids))
    for channel in listed.select_related("unit"):
        owner = f"{channel.get_kind_display()}, {channel.unit.name}"
        yield OfficialNumber(channel.shown_as, owner)
