"""600 open desks that are told of changes by streams, and the same that ask by the clock."""

import asyncio
import hashlib
import http.cookies
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from keng.kit import times
from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.processes import cpu_seconds, family
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

DESKS = 600
# As many as share a commune's desk; whatever happens there, all of them are told.
DESKS_OF_UNIT = 10
TIPS_A_MINUTE = 5
SECONDS = 60.0
# As a page asks without a stream (changes.js).
ALARM_EVERY, NEWS_EVERY = 5.0, 20.0
# And beside one.
ASKS_EVERY = 120.0
# Asked one after the other to learn what one costs; so many that the kernel's ticks are fine enough.
ASKED = 200
TARGET_PERCENT = 10


def measure(bench: Bench) -> list[Figure]:
    """CPU of the desk's process and of the database, in percent of one core."""
