"""How far the loading is: one line that grows in a terminal, a few plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Report = Callable[[str, float], None]
_WIDTH = 32


def silent(what: str, share: float) -> None:
    """For tests and for the small demo."""


@dataclass(slots=True)
class Bar:
    """A bar over all the stages; each stage takes its part of it."""

    is_terminal: bool = field(default_factory=sys.stdout.isatty)
    _begun: float = field(default_factory=time.monotonic)
    _last: str = ""

    def __call__(self, what: str, share: float) -> None:
        """`share` of everything is done, and this is being done now."""
        if self.is_terminal:
            full = round(share * _WIDTH)
            bar = "█" * full + "░" * (_WIDTH - full)
            print(f"\r  {bar} {share:4.0%}  {what:<44}", end="", flush=True)
        elif what != self._last:
            print(f"  {share:4.0%}  {what}", flush=True)
        self._last = what

    def end(self) -> None:
        """The line stands, with the time it took."""
        took = time.monotonic() - self._begun
        self("ready", 1.0)
        print(f"\n  The province was loaded in {took:.0f} seconds.", flush=True)
