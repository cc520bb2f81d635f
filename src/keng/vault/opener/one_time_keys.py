"""What the opener keeps in memory: a key pair for each request, and the shares given to it."""

import time
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from keng.vault import share_seals
from keng.vault.opener_client import SHARES_STAY, Lapsed

# More than a province opens at once; whoever asks for more waits for one to lapse.
_MOST_REQUESTS = 200


@dataclass
class OneTimeKey:
    """One request's key pair, and by officer the words of the shares given."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    ends_at: float
    shares: dict[uuid.UUID, bytearray] = field(default_factory=dict, repr=False)

    def forget_shares(self) -> None:
        """Overwrite what can be: Python keeps no promise about copies it made itself."""
        for words in self.shares.values():
            words[:] = bytes(len(words))
        self.shares.clear()


class OneTimeKeys:
    """Of every request that is on its way, each for 15 minutes."""

    def __init__(self) -> None:
        self._kept: dict[uuid.UUID, OneTimeKey] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on its way."""
        self._forget_lapsed()
        return not self._kept

    def begin(self, request_id: uuid.UUID) -> bytes:
        """The public half of the key of this request; the same while it stands. Raises Lapsed."""
        self._forget_lapsed()
        kept = self._kept.get(request_id)
        if kept is None:
            if len(self._kept) >= _MOST_REQUESTS:
                raise Lapsed
            private = ec.generate_private_key(ec.SECP256R1())
            kept = OneTimeKey(private, time.monotonic() + SHARES_STAY.total_seconds())
            self._kept[request_id] = kept
        return share_seals.point_of(kept.private)

    def of(self, request_id: uuid.UUID) -> OneTimeKey:
        """Raises Lapsed."""
        self._forget_lapsed()
        kept = self._kept.get(request_id)
        if kept is None:
            raise Lapsed
        return kept

    def forget(self, request_id: uuid.UUID) -> None:
        """Key and shares: it is done."""
        kept = self._kept.pop(request_id, None)
        if kept is not None:
            kept.forget_shares()

    def _forget_lapsed(self) -> None:
        now = time.monotonic()
        for request_id, kept in list(self._kept.items()):
            if kept.ends_at <= now:
                self.forget(request_id)
