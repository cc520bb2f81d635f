"""What one installation seals to another: the key of this one, and form 03 for what goes and comes.

The key is a file of its own, which the desk alone reads: it opens what other installations send,
and nothing that this one keeps.
"""

from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.kept_secrets import read_secret
from keng.kit.secrets import key_cut_short, read_or_make_key
from keng.vault.filling import filled_up, without_filling
from keng.vault.hybrid import HybridSeal, SealedKind, open_hybrid
from keng.vault.key_pairs import (
    PRIVATE_SIZE,
    hybrid_key,
    hybrid_public_key,
    is_hybrid,
    public_half,
)


def transfer_key_file() -> Path:
    """The private key with which this installation opens what others send."""
    return data_folder() / "keys" / "transfer.key"


def make_transfer_key() -> None:
    """Make it unless there is one: at the first start."""
    read_or_make_key(transfer_key_file(), PRIVATE_SIZE)


def transfer_public_key() -> bytes:
    """What others seal to. Raises KeyMissing where the file was cut short."""
    return public_half(_private_key())


def is_transfer_public_key(public: bytes) -> bool:
    """Whether something can be sealed to these bytes."""
    if not is_hybrid(public):
        return False
    try:
        hybrid_public_key(public)
    except ValueError:
        return False
    return True


def seal_for_installation(public: bytes, plain: bytes) -> bytes:
    """What only the installation with this key opens."""
    return HybridSeal(hybrid_public_key(public)).close(filled_up(plain), SealedKind.TRANSFER, None)


def open_from_installation(sealed: bytes) -> bytes | None:
    """What another one sealed to us; None where it is for somebody else, or was changed."""
    private = hybrid_key(_private_key())
    if private is None:
        return None
    padded = open_hybrid(sealed, private, SealedKind.TRANSFER, None)
    return None if padded is None else without_filling(padded)


def _private_key() -> bytes:
    private = read_secret(transfer_key_file())
    if len(private) != PRIVATE_SIZE:
        raise key_cut_short(transfer_key_file())
    return private
