"""A passphrase is stretched so that guessing it is dear."""

import os

import pytest
from nacl.encoding import Base64Encoder
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from keng.vault.passphrase_lock import PassphraseLock, WrongPassphrase

WORDS = "ghe gỗ bên sông"


@pytest.mark.usefixtures("passphrases_are_stretched_as_in_production")
def test_a_lock_asks_for_256_mebibytes_three_times_over():
    salt = os.urandom(argon2id.SALTBYTES)
    key = argon2id.kdf(
        SecretBox.KEY_SIZE, WORDS.encode(), salt, opslimit=3, memlimit=256 * 1024 * 1024
    )
    closed = SecretBox(key).encrypt(b"what lies in it")
    lock = PassphraseLock(*(Base64Encoder.encode(part).decode() for part in (salt, closed)))
    assert lock.open(WORDS) == b"what lies in it"


def test_another_passphrase_opens_nothing():
    lock = PassphraseLock.close(b"what lies in it", WORDS)
    with pytest.raises(WrongPassphrase):
        lock.open(WORDS + " ")
