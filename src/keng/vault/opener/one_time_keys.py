"""What the opener keeps in memory: a key pair for each request, and the shares given to it."""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from keng.vault import share_seals
from keng.vault.opener_client import SHARES_STAY, Lapsed

# More than a province opens at once; whoever asks for more waits for one to lapse.
_MOST_REQUESTS = 200


def _end_of_stay() -> float:
    return time.monotonic() + SHARES_STAY.total_seconds()


@dataclass
class GivenShare:
    """The words of one officer's share."""

    words: bytearray = field(repr=False)
    ends_at: float


@dataclass
class OneTimeKey:
    """One request's key pair, and by officer the words of the shares given."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    ends_at: float = field(default_factory=_end_of_stay)
    _shares: dict[uuid.UUID, GivenShare] = field(default_factory=dict, repr=False)

    def prolong(self) -> None:
        """Stay as long again from now on; a share that was given before does not."""
        self.ends_at = _end_of_stay()

    def keep_share(self, officer: uuid.UUID, words: bytes) -> None:
        """In place of what this officer gave before."""
        self._forget_share(officer)
        self.prolong()
        self._shares[officer] = GivenShare(bytearray(words), self.ends_at)

    def shares_of(self, officers: Iterable[uuid.UUID]) -> list[bytearray]:
        """What these have given and is still good."""
        return [self._shares[each].words for each in officers if each in self._shares]

    def forget_lapsed_shares(self, now: float) -> None:
        """Each by its own quarter of an hour."""
        for officer, share in list(self._shares.items()):
            if share.ends_at <= now:
                self._forget_share(officer)

    def forget_shares(self) -> None:
        """All that were given."""
        for officer in list(self._shares):
            self._forget_share(officer)

    def _forget_share(self, officer: uuid.UUID) -> None:
        """Overwrite what can be: Python keeps no promise about copies it made itself."""
        share = self._shares.pop(officer, None)
        if share is not None:
            share.words[:] = bytes(len(share.words))


class OneTimeKeys:
    """Of every request that is on its way, each until nobody has asked for it for 15 minutes."""

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
            kept = self._kept[request_id] = OneTimeKey(private)
        # Whoever is handed it now has the whole time to seal a share to it.
        kept.prolong()
        return share_seals.point_of(kept.private)

    def require_key(self, request_id: uuid.UUID) -> OneTimeKey:
        """The key pair that `begin` made, and the shares that are still good. Raises Lapsed."""
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
            kept.forget_lapsed_shares(now)
            if kept.ends_at <= now:
                self.forget(request_id)
