"""A process that ends with the one that started it, even if that one was killed.

It gets no rights that we lack, and leaves no core file.

Linux tells it itself (PR_SET_PDEATHSIG). Elsewhere the next start ends what was left behind.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def ends_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the signal a child gets when we are gone; None where that cannot be.

    It is the end of the starting *thread* that counts: start children from one that stays.
    """
    if sys.platform != "linux":
        return None
    # Loaded before the fork: afterwards only the one call is safe.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # A core file would hold what people wrote.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Gone already, between the fork and the line above.
        if os.getppid() != parent:
            os.kill(os.getpid(), number)

    return tie
