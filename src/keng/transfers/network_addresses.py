"""Where files go by themselves: what both sides know of the way between two public sites.

The file is the one that may be carried, byte by byte. Beside it stands who sends it, as a signature
over its digest: the public site cannot open a file, and takes none of a stranger. The same bytes
again are answered as the first ones, with what has become of them since.
"""

import hashlib
from http import HTTPStatus

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from keng.audit.heads import sign_bytes, verify_key
from keng.tips.models import TransferArrival, TransferTrouble

INCOMING_PATH = "/transfers/incoming/"
_UPLOAD_FORM = b"keng transfer upload 1"
# What is answered, by what became of the file.
STATUS_OF_STATE = {
    TransferArrival.State.WAITING: HTTPStatus.ACCEPTED,
    TransferArrival.State.TAKEN: HTTPStatus.OK,
    TransferArrival.State.REFUSED: HTTPStatus.CONFLICT,
}
# Why a file that arrived was refused; the other words are of one that did not arrive.
REFUSALS = frozenset(
    {
        TransferTrouble.NOT_FOR_US,
        TransferTrouble.UNREADABLE,
        TransferTrouble.TOO_OLD,
        TransferTrouble.NO_TRANSFER,
    }
)


def digest_of_file(data: bytes) -> bytes:
    """By which both sides know it."""
    return hashlib.sha256(data).digest()


def sender_fields(data: bytes) -> dict[str, str]:
    """What goes beside the file: our key, and that it signed these bytes for sending."""
    signature = sign_bytes(_to_sign(digest_of_file(data)))
    return {"signer": bytes(verify_key()).hex(), "signature": signature.hex()}


def is_sent_by(signer: bytes, signature: bytes, digest: bytes) -> bool:
    """Whether the holder of this key sent a file with this digest."""
    try:
        VerifyKey(signer).verify(_to_sign(digest), signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _to_sign(digest: bytes) -> bytes:
    return _UPLOAD_FORM + b"\0" + digest
