"""Whether what is sealed to split keys can be opened by two people, and by nobody for ever lost."""

import uuid

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    attention,
    first_row,
    ok,
    reading_connection,
    wrong,
)
from keng.kit.database import data_folder
from keng.runtime.backup.epoch_keys import keys_without_backup
from keng.vault import opener_client

_COUNTS = """
SELECT (SELECT count(*) FROM vault_holderkey WHERE retired_at IS NULL),
  (SELECT count(*) FROM vault_custodiankey WHERE retired_at IS NULL),
  (SELECT count(DISTINCT unit_id) FROM vault_unitkey WHERE retired_at IS NULL AND epoch IS NULL
     AND key_class = 'ordinary'),
  (SELECT count(*) FROM vault_unitkey AS key WHERE epoch IS NOT NULL AND destroyed_at IS NULL
     AND NOT EXISTS (SELECT FROM vault_keyshare WHERE unit_key_id = key.id
       AND holder_key_id IS NULL)),
  (SELECT count(*) FROM vault_unitkey AS key WHERE epoch IS NOT NULL AND retired_at IS NULL
     AND 2 > (SELECT count(*) FROM vault_keyshare AS share JOIN vault_holderkey AS holder
       ON holder.id = share.holder_key_id AND holder.retired_at IS NULL
       WHERE share.unit_key_id = key.id)),
  (SELECT count(*) FROM vault_custodiankey WHERE retired_at IS NULL AND division IS NOT NULL)
"""
_SPLIT = "SELECT id FROM vault_unitkey WHERE epoch IS NOT NULL AND destroyed_at IS NULL"


def shares(place: CheckedPlace) -> Finding:
    """Of holders, custodians, wrap keys and the opener."""
    with reading_connection() as connection:
        holders, custodians, unsplit, without_custodians, few, divided = map(
            int, first_row(connection, _COUNTS)
        )
        split = [row[0] for row in connection.execute(_SPLIT.encode())]
    folder = data_folder() / "keys" / "epochs"
    lost = sum(1 for key_id in split if not (folder / str(key_id)).exists())
    if lost:
        return wrong(
            f"{lost} of {len(split)} wrap keys are missing in {folder}: what was sealed to these "
            "keys opens for nobody. Bring them back: keng restore --key KEYFILE --epochs "
            "COPY/OF/backups/epochs"
        )
    sealed = data_folder() / "keys" / "units.sealed"
    if divided and not sealed.exists():
        return wrong(
            f"{sealed} is missing: units' keys lie in it, sealed to the custodians, and those of "
            "units that were added since the dividing lie nowhere else. Bring it back from a backup"
        )
    found = _to_be_seen_to(holders, custodians, without_custodians, few)
    if split:
        if copies := keys_without_backup():
            found.append(f"{copies} wrap keys have no copy: keng backup epochs")
        if not _opener_answers():
            found.append("the opener does not answer, no record can be opened: logs/opener.log")
    if found:
        return attention("; ".join(found))
    if not split:
        who = "custodians together open" if divided else "the operator's file opens"
        return ok(f"no key is split yet: {who} names, two holders would")
    return ok(f"{len(split)} keys are split, {holders} officers hold; {unsplit} units have no two")


def _to_be_seen_to(holders: int, custodians: int, without_custodians: int, few: int) -> list[str]:
    found = []
    if holders and not custodians:
        found.append(
            f"{holders} officers have keys, but no key is split before there is one of the "
            "custodians: bring units.keys back, keng vault init, and take it away again"
        )
    if without_custodians:
        found.append(
            f"{without_custodians} keys have no share of the custodians: lost keys of officers "
            "would close them for good"
        )
    if few:
        found.append(f"{few} keys that seal now have fewer than two holders left")
    return found


def _opener_answers() -> bool:
    try:
        opener_client.begin(uuid.UUID(int=0))
    except opener_client.OpenerAway:
        return False
    except opener_client.CannotOpen:
        return True
    return True
