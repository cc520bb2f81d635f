"""Whether the keys here are those of the database, asked before anything is made or started.

In plain SQL: loading the product's settings would make the site's key where it is missing.
"""

import os
from dataclasses import dataclass

import psycopg
from psycopg import sql

from keng import channels
from keng.kit.database import DatabaseNotPrepared, data_folder, dsn
from keng.runtime.errors import CannotContinue
from keng.runtime.version_of_data import Connection, require_not_newer
from keng.vault.fingerprints import (
    KEY_KINDS,
    KeyKind,
    earlier_fingerprint,
    fingerprint_of_public_key,
    key_file,
    key_fingerprint,
)


@dataclass(frozen=True)
class KeyFault:
    """A key that does not belong to this database, or is not there."""

    kind: KeyKind
    is_missing: bool

    def __str__(self) -> str:
        if self.is_missing:
            return f"{key_file(self.kind)} is missing"
        where = key_file(self.kind)
        if self.kind == "site":
            return f"{where} (or KENG_SECRET_KEY) is another one"
        return f"{where} is another one"


@dataclass(frozen=True)
class RecordedInstallation:
    """What the database says of the installation it belongs to."""

    is_demo: bool
    fingerprints: dict[KeyKind, bytes]


def recorded_installation(connection: Connection) -> RecordedInstallation | None:
    """None before the first start, and before the first one of a version that keeps it."""
    if not _has_table(connection, "vault_installation"):
        return None
    # A version of before kept fewer; what it did not keep is known from the next start on.
    kept = [kind for kind in KEY_KINDS if _has_column(connection, f"{kind}_key")]
    columns = sql.SQL(", ").join(sql.Identifier(f"{kind}_key") for kind in kept)
    row = connection.execute(
        sql.SQL("SELECT is_demo, {} FROM vault_installation").format(columns)
    ).fetchone()
    if row is None:
        return None
    found = zip(kept, row[1:], strict=True)
    return RecordedInstallation(row[0], {kind: bytes(key) for kind, key in found if key})


def has_rows(connection: Connection) -> bool:
    """Whether anybody has begun to work with this database."""
    return any(
        _exists(connection, table)
        for table in ("vault_installation", "places_unit", "accounts_officer")
    )


def key_faults(connection: Connection) -> list[KeyFault]:
    """What of the keys here is not as the database knows it; nothing where it is empty."""
    if not has_rows(connection):
        return []
    known = recorded_installation(connection)
    expected = known.fingerprints if known else _known_before(connection)
    found = []
    for kind in KEY_KINDS:
        here = key_fingerprint(kind)
        if here is None and kind in expected:
            found.append(KeyFault(kind, is_missing=True))
        elif here is not None and expected.get(kind) not in {
            None,
            here,
            earlier_fingerprint(kind),
        }:
            found.append(KeyFault(kind, is_missing=False))
    return found


def require_known_keys() -> None:
    """Raises CannotContinue, in words, when what would be written could not be opened later."""
    with owner_connection() as connection:
        faults = key_faults(connection)
    if faults:
        raise CannotContinue(
            f"The keys here do not belong to this database: {'; '.join(map(str, faults))}. "
            "Nothing was started. Put the old ones back: every backup has them, and KENG_DATA and "
            "KENG_SECRET_KEY must be as before. If they are lost for good, `keng keys accept` says "
            "what is lost with them."
        )


def is_demo_data(connection: Connection) -> bool | None:
    """Whether the people in this database are invented; None where there is nobody yet."""
    known = recorded_installation(connection)
    if known is not None:
        return known.is_demo
    if not has_rows(connection):
        return None
    # Begun before it was kept: the simulated phones are the demo's alone.
    simulated = channels.codes_where(lambda channel: channel.facts.is_simulated)
    return connection.execute(
        "SELECT EXISTS (SELECT 1 FROM delivery_channelaccount WHERE channel = ANY(%s))",
        [simulated],
    ).fetchone() == (True,)


def require_demo() -> None:
    """Raises CannotContinue unless these are the demo's data."""
    with owner_connection() as connection:
        if not is_demo_data(connection):
            raise CannotContinue(
                f"The data in {data_folder()} are not the demo's: nobody's digits are printed. "
                "Whoever lost their phone gets another secret with `keng officer renew NAME`."
            )


def follow_data() -> None:
    """Make this process one of a demo where the data are the demo's, before it reads settings."""
    with owner_connection() as connection:
        if is_demo_data(connection):
            os.environ["KENG_DEMO"] = "1"


def require_data_of(*, is_demo: bool) -> None:
    """Before anything is changed.

    Raises CannotContinue where the data are the other's, or where a newer version changed them.
    """
    with owner_connection() as connection:
        belongs_to_demo = is_demo_data(connection)
        require_not_newer(connection, is_demo=is_demo)
    if belongs_to_demo is not None and belongs_to_demo != is_demo:
        raise CannotContinue(_not_these(is_demo=is_demo))


def claim_installation(*, is_demo: bool) -> None:
    """At every start: these data are the demo's or one's own for good, with these keys.

    Raises CannotContinue where they are the other's. Needs the settings.
    """
    from keng.vault import installation  # noqa: PLC0415 -- needs the settings

    require_data_of(is_demo=is_demo)
    installation.begin_installation(is_demo=is_demo)


def _not_these(*, is_demo: bool) -> str:
    if is_demo:
        return (
            f"The data in {data_folder()} are your own, and the demo shows its data to everybody. "
            "Nothing was started: name another folder in KENG_DATA."
        )
    return (
        f"The data in {data_folder()} are the demo's: nobody real may report into them. Nothing "
        "was started: name another folder in KENG_DATA, or use `keng demo`."
    )


def _known_before(connection: Connection) -> dict[KeyKind, bytes | None]:
    """What an older version left on record: which keys there must be, of one which it is."""
    found: dict[KeyKind, bytes | None] = {"site": None}
    if _has_table(connection, "vault_senderkey") and (
        row := connection.execute(
            "SELECT public_key FROM vault_senderkey WHERE retired_at IS NULL "
            "ORDER BY id DESC LIMIT 1"
        ).fetchone()
    ):
        found["sender"] = fingerprint_of_public_key("sender", bytes(row[0]))
    if _exists(connection, "audit_signedhead"):
        found["audit"] = None
    return found


def owner_connection() -> Connection:
    """To ask what the settings are not needed for. Raises DatabaseNotPrepared."""
    try:
        return psycopg.connect(dsn("owner"), connect_timeout=5)
    except psycopg.OperationalError as error:
        raise DatabaseNotPrepared(
            "The database does not answer: run `keng migrate` first (`make run` does it too), or "
            "ask `keng doctor` what is wrong."
        ) from error


def _has_table(connection: Connection, table: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,)


def _has_column(connection: Connection, column: str) -> bool:
    question = (
        "SELECT FROM pg_attribute WHERE attrelid = 'vault_installation'::regclass"
        " AND attname = %s AND NOT attisdropped"
    )
    return connection.execute(question, [column]).fetchone() is not None


def _exists(connection: Connection, table: str) -> bool:
    if not _has_table(connection, table):
        return False
    question = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))
    return connection.execute(question).fetchone() == (True,)
