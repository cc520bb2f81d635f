"""Checking passwords one after the other, so that whoever signs in leaves the pages to the others.

A check costs memory and a processor on purpose, and holds one of the few threads of its process
while it lasts. So one is computed at a time, one more waits, and whoever comes then is told to come
again in some seconds: the other threads answer pages meanwhile.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    identify_hasher,
    make_password,
)
from django.utils.translation import gettext_lazy as _

from keng.accounts import guessing
from keng.accounts.guessing import TryOrigin
from keng.acts.errors import Incomplete

_WAITING = 1
# A place of its own: what is tried at the sign-in keeps nobody from changing a password.
_SIGNED_IN = TryOrigin(network="", browser="signed in")
_LONGEST_WAIT = 3.0
COME_AGAIN_SECONDS = 5


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB and two passes in one lane, which OWASP names as sufficient.

    Django's own figures, 100 MiB in eight lanes, take eight times the processor and five times the
    memory of a machine that also answers residents. Passwords here have 12 characters at least,
    those we make have 79 bits, and the second factor is never left out.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class SignInBusy(Exception):
    """Others are signing in just now."""


class WrongPassword(Incomplete):
    """The present password was not right."""

    sentence = _("This is not your present password.")


_room = threading.BoundedSemaphore(1 + _WAITING)
_turn = threading.BoundedSemaphore(1)


def is_password_right(
    password: str, stored: str | None, *, keep: Callable[[str], None] | None = None
) -> bool:
    """Whether this is the password; `None` takes as long as a stored one. Raises SignInBusy.

    A right one whose hash was made with other figures is hashed anew and given to `keep`.
    """
    with _own_turn():
        if stored is None:
            make_password(password)
            return False
        is_right = check_password(password, stored)
        if is_right and keep is not None and identify_hasher(stored).must_update(stored):
            keep(make_password(password))
        return is_right


@contextmanager
def count_own_password(whose: str) -> Iterator[None]:
    """Around the act that asks for the present password, for somebody who is signed in.

    Five wrong ones, then one in five minutes: whoever sits at a forgotten browser guesses no more
    often than at the sign-in. Not within the act: what is counted stays where it is refused.
    Raises TooManyTries.
    """
    this_try = guessing.password_guesses.begin_try(f"own {whose}", _SIGNED_IN)
    try:
        yield
    except WrongPassword:
        raise
    except BaseException:
        this_try.count_as_right()
        raise
    this_try.count_as_right()


@contextmanager
def _own_turn() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise SignInBusy
    try:
        if not _turn.acquire(timeout=_LONGEST_WAIT):
            raise SignInBusy
        try:
            yield
        finally:
            _turn.release()
    finally:
        _room.release()
