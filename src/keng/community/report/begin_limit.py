"""For how many reports of one network a draft is kept: each is a row for half an hour, sent or not.

Whoever comes after them is not refused: their report stands on one page, which holds it itself
(`at_once.py`). Only the first answer is counted.
"""

from django.http import HttpRequest

from keng.kit.rate_limits import RateLimits, limit_of_setting, network_of_request

# A provider has many people behind one network, and after a fright many of them write at once.
begun_by_network = RateLimits(network=limit_of_setting("KENG_DRAFTS_NETWORK_LIMIT", "120,0.1"))


def has_room_for_draft(request: HttpRequest) -> bool:
    """Count one more report of this network, and say whether a draft of it is kept."""
    return not begun_by_network.wait(network_of_request(request))
