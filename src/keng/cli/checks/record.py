"""Whether the public log grows, and how far it is witnessed."""

import os

from keng.cli.checks.check import (
    CheckedPlace,
    Connection,
    Finding,
    age_words,
    attention,
    ok,
    reading_connection,
)
from keng.public_log.growth import GROWTH, WITNESS_IS_BEHIND

# Three steps of the log.
LOG_STANDS_STILL = 900
_WITNESS = """
SELECT coalesce(max(cosigned_at), 'epoch'), extract(epoch FROM now() - max(cosigned_at)),
  (SELECT count(*) FROM public_log_logleaf WHERE leaf >= coalesce(max(size), 0)),
  coalesce(max(trouble), '')
FROM public_log_witnessstanding WHERE witness = %s
"""


def record(place: CheckedPlace) -> Finding:
    """What nobody but us has seen of the record yet could still be rewritten unnoticed."""
    with reading_connection() as connection:
        row = connection.execute(GROWTH).fetchone()
        if row is None:
            return ok("the public log begins with the worker's next step")
        size, age, waiting = int(row[0]), float(row[1]), int(row[2])
        if age > LOG_STANDS_STILL:
            return attention(
                f"the public log has not grown for {age_words(age)}, {waiting} entries wait for "
                "it: see logs/worker.log"
            )
        windows = [_window(connection, name, waiting) for name in _names_of_witnesses()]
    log = f"{size} leaves, {waiting} entries wait for the next step"
    if not windows:
        return ok(f"{log}; no witness is set, so whoever owns this machine could rewrite it all")
    behind = [words for is_behind, words in windows if is_behind]
    if behind:
        return attention("; ".join(behind))
    return ok("; ".join([log, *(words for _is_behind, words in windows)]))


def _names_of_witnesses() -> list[str]:
    setting = os.environ.get("KENG_LOG_WITNESSES", "")
    return [
        each.strip().partition(" ")[2].strip().partition("+")[0]
        for each in setting.split(",")
        if each.strip()
    ]


def _window(connection: Connection, name: str, waiting: int) -> tuple[bool, str]:
    row = connection.execute(_WITNESS, [name]).fetchone()
    if row is None or row[1] is None:
        trouble = f" ({row[3]})" if row and row[3] else ""
        return True, f"{name} has cosigned nothing yet{trouble}: see KENG_LOG_WITNESSES"
    age, unseen = float(row[1]), int(row[2]) + waiting
    words = f"{name} cosigned {age_words(age)} ago, {unseen} entries since are not witnessed"
    trouble = f" ({row[3]})" if row[3] else ""
    return age > WITNESS_IS_BEHIND, words + trouble
