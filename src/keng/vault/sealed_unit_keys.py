"""Units' private keys once the custodians' key is divided: sealed to it, in a file that may stay.

So a new unit gets its key without any custodian. Each portion opens with the custodians' key alone;
whoever has the machine has no use of the file.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError

from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file
from keng.vault.filling import filled_up
from keng.vault.hybrid import HybridSeal, SealedKind
from keng.vault.key_pairs import hybrid_public_key
from keng.vault.models import CustodianKey
from keng.vault.opening import open_with_unit_key

PrivateKeys = dict[str, bytes]
"""By the name under which each stands in the operator's file."""


def written_private_keys(kept: Mapping[str, bytes]) -> bytes:
    """As they stand in the operator's file and in a portion, before either is closed."""
    return json.dumps({name: private.hex() for name, private in kept.items()}).encode()


def read_private_keys(plain: bytes) -> PrivateKeys:
    """What `written_private_keys` wrote."""
    return {name: bytes.fromhex(private) for name, private in json.loads(plain).items()}


def sealed_unit_keys_file() -> Path:
    """Where the portions lie; every backup has it."""
    return data_folder() / "keys" / "units.sealed"


def sealed_portions() -> list[bytes]:
    """Those that lie here, in the order in which they were sealed; none without the file."""
    try:
        stored = json.loads(sealed_unit_keys_file().read_text())
    except FileNotFoundError:
        return []
    return [Base64Encoder.decode(each) for each in stored["sealed"]]


def write_portions(portions: Iterable[bytes]) -> None:
    """All of them, in the place of those that lie here."""
    stored = {"sealed": [Base64Encoder.encode(each).decode() for each in portions]}
    replace_file(sealed_unit_keys_file(), json.dumps(stored).encode())


def sealed_to_custodians(custodians: CustodianKey, kept: Mapping[str, bytes]) -> bytes:
    """One portion."""
    seal = HybridSeal(hybrid_public_key(bytes(custodians.public_key)))
    plain = filled_up(written_private_keys(kept))
    return seal.close(plain, SealedKind.UNIT_KEYS, custodians.pk)


def opened_by_custodians(
    portions: Iterable[bytes], private: bytes, custodians_id: uuid.UUID
) -> PrivateKeys:
    """What lies in those that this key opens; what was sealed to other custodians stays closed."""
    kept: PrivateKeys = {}
    for portion in portions:
        try:
            plain = open_with_unit_key(
                portion, private, kind=SealedKind.UNIT_KEYS, ref=custodians_id
            )
        except CryptoError:
            continue
        kept |= read_private_keys(plain)
    return kept
