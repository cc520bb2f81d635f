"""What the loader may ask of the vault: only the command line, which hands it over, knows it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class SealBatch(Protocol):
    """What seals the things of one tip (keng.vault.seal)."""

    def for_unit(self, unit_id: uuid.UUID, plain: str, *, kind: Any, ref: uuid.UUID) -> bytes: ...

    def for_sender(self, plain: str, *, kind: Any) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Vault:
    """Making the keys, and sealing to them."""

    make_keys: Callable[[], str]
    """Makes the sender's and the units' keys; returns the operator's passphrase."""
    new_seals: Callable[[], SealBatch]
