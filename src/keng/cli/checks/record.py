"""Whether the public log grows, how far it is witnessed, and the public summary is in force."""

import os
from collections.abc import Iterator

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
# It is signed again after six hours, and ends after a day.
SUMMARY_IS_OLD = 8 * 3600
_SUMMARY = """
SELECT extract(epoch FROM now() - (SELECT max(issued_at) FROM reports_publicsummary)),
  EXISTS (SELECT FROM places_unit WHERE kind = 'province' AND province_code = %s)
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
        summaries = list(_summary_states(connection))
    log = f"{size} leaves, {waiting} entries wait for the next step"
    if behind := [words for is_behind, words in [*windows, *summaries] if is_behind]:
        return attention("; ".join(behind))
    log = "; ".join([log, *(words for _is_behind, words in summaries)])
    if not windows:
        return ok(f"{log}; no witness is set, so whoever owns this machine could rewrite it all")
    return ok("; ".join([log, *(words for _is_behind, words in windows)]))


def _summary_states(connection: Connection) -> Iterator[tuple[bool, str]]:
    """Nothing where no summary is wanted."""
    if province := os.environ.get("KENG_SUMMARY_PROVINCE", ""):
        age, has_desk = connection.execute(_SUMMARY, [province]).fetchone() or (None, False)
        if not has_desk:
            yield True, f"no desk of province {province} is here: see KENG_SUMMARY_PROVINCE"
        elif age is None:
            yield True, "the public summary was not signed yet: see logs/worker.log"
        else:
            words = f"the public summary was signed {age_words(float(age))} ago"
            yield float(age) > SUMMARY_IS_OLD, words


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
