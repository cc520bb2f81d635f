"""That a key is one of the desk that took a tip over, as its installation signs it.

The opener seals who reported to no other key: it looks at the signature by itself, so whoever asks
it (the desk's process) has no say in where it goes. No Django here: the opener needs it.
"""

import uuid

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

_FORM = b"keng desk key 1\0"


def desk_key_to_sign(transfer: uuid.UUID, key_id: uuid.UUID, public: bytes) -> bytes:
    """What the installation signs whose desk it is: for this transfer, this key.

    `transfer` is the number that both sides know it by.
    """
    return b"".join((_FORM, transfer.bytes, key_id.bytes, public))


def is_signed_desk_key(signer: bytes, said: bytes, signature: bytes) -> bool:
    """Whether the installation with this key signed exactly that."""
    try:
        VerifyKey(signer).verify(said, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True
