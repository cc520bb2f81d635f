"""How many reports one network may begin: each is a row here for half an hour, sent or not.

Only the first answer is counted: a report that goes on is never refused. In memory, under a hash
whose key changes every hour.
"""

import os
import threading
import time
from collections.abc import Callable

from django.http import HttpRequest

from keng.kit.rate_limits import RateLimits, client_address, network_of_address

# A provider has many people behind one network, and after a fright many of them write at once.
_DEFAULT = "120,0.1"
_NO_LIMIT = 10**9


def begin_limits_of(setting: str, *, clock: Callable[[], float] = time.monotonic) -> RateLimits:
    """The limits that KENG_DRAFTS_NETWORK_LIMIT says; none for all networks together."""
    at_once, _comma, per_second = setting.partition(",")
    network = int(at_once), max(float(per_second or 1), 0.001)
    return RateLimits(network=network, process=(_NO_LIMIT, float(_NO_LIMIT)), clock=clock)


_limits_lock = threading.Lock()
begin_limits = begin_limits_of(os.environ.get("KENG_DRAFTS_NETWORK_LIMIT") or _DEFAULT)


def seconds_until_next_report(request: HttpRequest) -> float:
    """Count one more report of this network; 0, or how long until it may begin one."""
    with _limits_lock:
        return begin_limits.wait(network_of_address(client_address(request)))
