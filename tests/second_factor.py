"""The six digits of a running stack's officers and partners, without waiting for the clock.

The product takes the digits of the present 30 seconds, of those before and of those after, each
once and in this order. So three sign-ins of one officer may follow one another. Before a fourth,
for which a person would wait half a minute, the database forgets that the three were used: the
busiest officer of a run signs in thirty times.
"""

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyotp
from nacl.secret import SecretBox

from tests.stack_database import OwnerConnection, connect_as_owner

STEP_SECONDS = 30
# A page under load may take this long from the typing of the digits to their check.
MARGIN_SECONDS = 10


class SecondFactors:
    """What a code app of each officer would show, read from the data folder of a stack."""

    def __init__(self, data: Path, *, connect: Callable[[], OwnerConnection] | None = None) -> None:
        """`connect`: to a database that is not the folder's own."""
        self._data = data
        self._connect = connect or partial(connect_as_owner, data)
        self._last_steps: dict[str, int] = {}

    def next_code(self, username: str) -> str:
        """The digits of the first step that was not used, or of one whose use is forgotten."""
        with self._connect() as connection:
            secret, last_step = self._read(connection, username)
            present = time.time() / STEP_SECONDS
            # Digits are taken until the step after theirs has ended.
            oldest = int(present - 1 + MARGIN_SECONDS / STEP_SECONDS)
            step = max(last_step + 1, self._last_steps.get(username, 0) + 1, oldest)
            if step > int(present) + 1:
                step = oldest
                self._forget_use(connection, username, since=step)
        self._last_steps[username] = step
        return pyotp.TOTP(secret).generate_otp(step)

    def _read(self, connection: OwnerConnection, username: str) -> tuple[str, int]:
        """The secret in base32, and the last step that was used."""
        row = connection.execute(
            """SELECT totp_box, totp_last_step FROM accounts_officer WHERE username = %(name)s
            UNION ALL
            SELECT totp_box, totp_last_step FROM accounts_partnermember
            WHERE username = %(name)s""",
            {"name": username},
        ).fetchone()
        assert row is not None, f"Nobody signs in as {username!r}."
        return self._box().decrypt(bytes(row[0])).decode(), row[1]

    def _forget_use(self, connection: OwnerConnection, username: str, *, since: int) -> None:
        for table in ("accounts_officer", "accounts_partnermember"):
            connection.execute(
                f"UPDATE {table} SET totp_last_step = %(step)s WHERE username = %(name)s",
                {"name": username, "step": since - 1},
            )

    def _box(self) -> SecretBox:
        """As `keng.kit.secrets.site_box("totp")` of that installation."""
        site_key = (self._data / "secrets" / "site.key").read_bytes()
        return SecretBox(hashlib.blake2b(b"totp", key=site_key, digest_size=32).digest())
