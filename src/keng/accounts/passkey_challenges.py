"""Challenges for passkeys: each is for one purpose, person and browser, for 5 minutes, and once.

What a challenge is for stands in it as a keyed hash, so none has to be kept while nobody answers:
whoever asks for a million of them fills nothing. Kept is only that one was answered.
"""

import datetime
import enum
import os
from dataclasses import dataclass

from django.db import IntegrityError

from keng.accounts.models import SpentChallenge
from keng.acts.work import savepoint
from keng.kit import times
from keng.kit.secrets import keyed_hash, same_secret

CHALLENGE_SECONDS = 300
_NONCE_SIZE, _TIME_SIZE, _HASH_SIZE = 16, 5, 32


class ChallengePurpose(enum.StrEnum):
    """What an answer is good for. None is good for another one."""

    SIGN_IN = "sign in"
    SECOND_STEP = "second step"
    REGISTER = "register"
    PRESENCE = "presence"
    UNLOCK = "unlock"


@dataclass(frozen=True)
class ChallengeUse:
    """For what a challenge is made, and so the only thing that its answer may do."""

    purpose: ChallengePurpose
    browser: str
    """What only the browser that asked has: its session, or its cookie against forged forms."""
    holder_id: str = ""
    """Whose passkey has to answer; empty: whoever's it is signs in."""
    about: str = ""
    """What else the answer says yes to, such as the name of a passkey that is being made."""


class ChallengeRefused(Exception):
    """It is for something else, or of another browser, or too old, or was answered before."""


def new_challenge(use: ChallengeUse) -> bytes:
    """A challenge that is good for this alone."""
    expires = int(times.now().timestamp()) + CHALLENGE_SECONDS
    head = os.urandom(_NONCE_SIZE) + expires.to_bytes(_TIME_SIZE)
    return head + _seal(head, use)


def check_challenge(challenge: bytes, use: ChallengeUse) -> None:
    """Raises ChallengeRefused unless it was made for this, and less than 5 minutes ago."""
    head, seal = challenge[:-_HASH_SIZE], challenge[-_HASH_SIZE:]
    if len(head) != _NONCE_SIZE + _TIME_SIZE or not same_secret(seal, _seal(head, use)):
        raise ChallengeRefused
    if _expiry(challenge) <= times.now().timestamp():
        raise ChallengeRefused


def spend_challenge(challenge: bytes) -> None:
    """It is answered, in the transaction of what the answer does. Raises ChallengeRefused."""
    kept = SpentChallenge(
        digest=keyed_hash("spent challenge", challenge),
        expires_at=datetime.datetime.fromtimestamp(_expiry(challenge), datetime.UTC),
    )
    try:
        with savepoint():
            kept.save(force_insert=True)
    except IntegrityError as error:
        raise ChallengeRefused from error


def remove_spent_challenges() -> int:
    """Remove those that are refused by their age alone; how many."""
    return SpentChallenge.objects.filter(expires_at__lte=times.now()).delete()[0]


def _expiry(challenge: bytes) -> int:
    return int.from_bytes(challenge[_NONCE_SIZE : _NONCE_SIZE + _TIME_SIZE])


def _seal(head: bytes, use: ChallengeUse) -> bytes:
    return keyed_hash("passkey challenge", head, use.purpose, use.browser, use.holder_id, use.about)
