"""A transfer file as bytes: signed by the installation that made it, sealed to the other one.

    "keng transfer 1", line feed, form 03 (vault.hybrid) of:
    public key of the signer (32 bytes), signature (64 bytes), content

Signed (Ed25519) are "keng transfer 1", 00, the SHA-256 of the key it is sealed to, and the content:
whoever opens it cannot pass it on as if it had been meant for a third. Whoever carries it sees
neither from whom it is nor what is in it.
"""

import hashlib

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from keng.audit.heads import sign_bytes, verify_key
from keng.tips.models import OtherInstallation
from keng.transfers.errors import NotForUs, NoTransferFile, UnknownSender
from keng.vault.transfer_seals import (
    open_from_installation,
    seal_for_installation,
    transfer_public_key,
)

FILE_FORM = b"keng transfer 1"
_HEAD = FILE_FORM + b"\n"
_FORMS = b"keng transfer "
# Words alone: a tip with all that was said of it.
MOST_TRANSFER_BYTES = 4 * 1024 * 1024
_SIGNER_END = 32
_SIGNATURE_END = _SIGNER_END + 64


def close_envelope(content: bytes, *, to: OtherInstallation) -> bytes:
    """Sign the content as this installation and seal it to the other one."""
    public = bytes(to.sealing_key)
    signature = sign_bytes(_to_sign(content, public))
    return _HEAD + seal_for_installation(public, bytes(verify_key()) + signature + content)


def open_envelope(data: bytes) -> tuple[bytes, OtherInstallation]:
    """The content, and from which known installation it is.

    Raises NoTransferFile, NotForUs, UnknownSender.
    """
    if len(data) > MOST_TRANSFER_BYTES or not data.startswith(_FORMS):
        raise NoTransferFile
    if not data.startswith(_HEAD):
        raise NoTransferFile(is_of_other_form=True)
    opened = open_from_installation(data[len(_HEAD) :])
    if opened is None or len(opened) < _SIGNATURE_END:
        raise NotForUs
    signer, content = opened[:_SIGNER_END], opened[_SIGNATURE_END:]
    sender = OtherInstallation.objects.known().filter(signing_key=signer).first()
    if sender is None:
        raise UnknownSender
    try:
        VerifyKey(signer).verify(
            _to_sign(content, transfer_public_key()), opened[_SIGNER_END:_SIGNATURE_END]
        )
    except (BadSignatureError, ValueError):
        raise NotForUs from None
    return content, sender


def _to_sign(content: bytes, public: bytes) -> bytes:
    return b"".join((FILE_FORM, b"\0", hashlib.sha256(public).digest(), content))
