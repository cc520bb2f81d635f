"""How many reports one network may begin: each is a row here for half an hour, sent or not.

Only the first answer is counted: a report that goes on is never refused.
"""

from django.http import HttpRequest

from keng.kit.rate_limits import RateLimits, limit_of_setting, network_of_request

# A provider has many people behind one network, and after a fright many of them write at once.
begun_by_network = RateLimits(network=limit_of_setting("KENG_DRAFTS_NETWORK_LIMIT", "120,0.1"))


def seconds_until_next_report(request: HttpRequest) -> float:
    """Count one more report of this network; 0, or how long until it may begin one."""
    return begun_by_network.wait(network_of_request(request))
