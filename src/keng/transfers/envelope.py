"""A transfer file as bytes: signed by the installation that made it, sealed to the other one.

    "keng transfer 2", line feed, form 03 (vault.hybrid) of:
    public key of the signer (32 bytes), signature (64 bytes), content

The number says which fields the content has (content.py). Each older number is read, too, and is
written to an installation that has shown no newer one. It shows that by line feeds behind the
content, one for each newer number that it reads: a reader of before passes over them as white
space, and learns nothing it would have to understand.

Signed (Ed25519) are "keng transfer 2", 00, the SHA-256 of the key it is sealed to, and the content:
whoever opens it cannot pass it on as if it had been meant for a third. Whoever carries it sees
neither from whom it is nor what is in it.
"""

import hashlib
from dataclasses import dataclass, field

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

NEWEST_FORM = 2
_FORMS = b"keng transfer "
_HEADS = {form: _FORMS + b"%d\n" % form for form in range(1, NEWEST_FORM + 1)}
# Words alone: a tip with all that was said of it.
MOST_TRANSFER_BYTES = 4 * 1024 * 1024
_SIGNER_END = 32
_SIGNATURE_END = _SIGNER_END + 64


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What a known installation signed."""

    content: bytes = field(repr=False)
    sender: OtherInstallation
    form: int
    """The number of its fields."""
    reads_form: int
    """Up to which number its writer reads."""


def close_envelope(content: bytes, *, to: OtherInstallation, form: int) -> bytes:
    """Sign the content as this installation and seal it to the other one."""
    public = bytes(to.sealing_key)
    content += b"\n" * (NEWEST_FORM - form)
    signature = sign_bytes(_to_sign(content, public, form))
    return _HEADS[form] + seal_for_installation(public, bytes(verify_key()) + signature + content)


def open_envelope(data: bytes) -> OpenedEnvelope:
    """What it says, and from which known installation it is.

    Raises NoTransferFile, NotForUs, UnknownSender.
    """
    if len(data) > MOST_TRANSFER_BYTES or not data.startswith(_FORMS):
        raise NoTransferFile
    form = next((number for number, head in _HEADS.items() if data.startswith(head)), None)
    if form is None:
        raise NoTransferFile(is_of_other_form=True)
    opened = open_from_installation(data[len(_HEADS[form]) :])
    if opened is None or len(opened) < _SIGNATURE_END:
        raise NotForUs
    signer, content = opened[:_SIGNER_END], opened[_SIGNATURE_END:]
    sender = OtherInstallation.objects.known().filter(signing_key=signer).first()
    if sender is None:
        raise UnknownSender
    try:
        VerifyKey(signer).verify(
            _to_sign(content, transfer_public_key(), form), opened[_SIGNER_END:_SIGNATURE_END]
        )
    except (BadSignatureError, ValueError):
        raise NotForUs from None
    newer = len(content) - len(content.rstrip(b"\n"))
    return OpenedEnvelope(content, sender, form, min(form + newer, NEWEST_FORM))


def _to_sign(content: bytes, public: bytes, form: int) -> bytes:
    head = _HEADS[form].rstrip(b"\n")
    return b"".join((head, b"\0", hashlib.sha256(public).digest(), content))
