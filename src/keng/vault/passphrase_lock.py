"""What is closed by a passphrase on paper: the operator's file, parts of it, a backup's key.

Argon2id stretches the passphrase; XSalsa20-Poly1305 closes, and notices whatever is changed.
"""

import os
from dataclasses import dataclass
from typing import Self

from nacl import pwhash
from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


class WrongPassphrase(ValueError):
    """The passphrase does not open what it was given for."""


@dataclass(frozen=True, slots=True)
class PassphraseLock:
    """Something closed, as text for a file."""

    salt: str
    closed: str

    @classmethod
    def close(cls, plain: bytes, passphrase: str) -> Self:
        """Under a salt of its own."""
        salt = os.urandom(pwhash.argon2id.SALTBYTES)
        cipher = SecretBox(_stretch(passphrase, salt)).encrypt(plain)
        return cls(Base64Encoder.encode(salt).decode(), Base64Encoder.encode(cipher).decode())

    def open(self, passphrase: str) -> bytes:
        """What was closed. Raises WrongPassphrase, ValueError where it is no lock at all."""
        box = SecretBox(_stretch(passphrase, Base64Encoder.decode(self.salt.encode())))
        try:
            return box.decrypt(Base64Encoder.decode(self.closed.encode()))
        except CryptoError as error:
            raise WrongPassphrase from error


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE,
        passphrase.encode(),
        salt,
        opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
    )
