"""What the loader may ask of the vault: only the command line, which hands it over, knows it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vault:
    """Making the keys, and sealing to them."""

    make_keys: Callable[[], str]
    """Makes the sender's and the units' keys; returns the operator's passphrase."""
    for_unit: Callable[[uuid.UUID, str], bytes]
    for_sender: Callable[[str], bytes]
