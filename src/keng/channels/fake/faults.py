"""What goes wrong next, as a test ordered it."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(slots=True)
class Fault:
    """One call that goes wrong. `match` and `address` are parts of the path, `count` how many.

    status/body replace the answer and nothing is done; delay holds the answer back; truncate sends
    that many bytes of it; drop cuts the connection, before_read with nothing done, after_accept
    with everything done.
    """

    match: str = ""
    address: str = ""
    """What a person typed on the page, beside the step that the fault is of."""
    count: int = 1
    status: int | None = None
    body: Any = None
    delay: float = 0.0
    drop: Literal["", "before_read", "after_accept"] = ""
    truncate: int | None = None

    @property
    def replaces(self) -> bool:
        return self.status is not None or self.body is not None

    @property
    def name(self) -> str:
        """For the journal."""
        if self.drop:
            return self.drop
        if self.truncate is not None:
            return "truncate"
        return "replace" if self.replaces else "delay"


class Faults:
    """First ordered, first served."""

    def __init__(self) -> None:
        self._queue: deque[Fault] = deque()

    @property
    def waiting(self) -> int:
        """How many calls are to go wrong yet."""
        return sum(fault.count for fault in self._queue)

    def next(self, **what: Any) -> None:
        self._queue.append(Fault(**what))

    def clear(self) -> None:
        self._queue.clear()

    def next_fault(self, path: str) -> Fault | None:
        for fault in tuple(self._queue):
            if fault.match in path and fault.address in path:
                fault.count -= 1
                if fault.count <= 0:
                    self._queue.remove(fault)
                return fault
        return None
