"""Whether what goes to other installations by network gets there."""

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    age_words,
    attention,
    ok,
    reading_connection,
)

# A machine that is started anew, or a line that is away for a moment, is nobody's trouble.
_LATE = 3600
_INSTALLATIONS = """
SELECT o.name,
  extract(epoch FROM now() - min(u.failing_since) FILTER (WHERE u.settled_at IS NULL))::float8,
  count(*) FILTER (
    WHERE u.state IN ('refused', 'given_up') AND t.state IN ('sent', 'with_them', 'with_us'))
FROM tips_otherinstallation o
LEFT JOIN tips_transfer t ON t.other_id = o.id
LEFT JOIN tips_transferfile f ON f.transfer_id = t.id AND NOT f.is_incoming
LEFT JOIN tips_transferupload u ON u.file_id = f.id
WHERE o.removed_at IS NULL AND o.address <> ''
GROUP BY o.id, o.name ORDER BY o.name, o.id
"""


def installations(place: CheckedPlace) -> Finding:
    """Installations with an address: what was made for them arrives there."""
    with reading_connection() as connection:
        rows = connection.execute(_INSTALLATIONS.encode()).fetchall()
    faults = [fault for row in rows if (fault := _fault(*row))]
    if faults:
        return attention(
            f"{'; '.join(faults)}. Call its operator; the page of each transfer says why, and its "
            "file may be carried"
        )
    if not rows:
        return ok("no other installation has an address: files are carried")
    return ok(f"{len(rows)} other installations with an address, nothing waits for long")


def _fault(name: str, failing: float | None, not_taken: int) -> str:
    """What is wrong with one; "" where nothing is."""
    said = []
    if failing is not None and failing > _LATE:
        said.append(f"cannot be reached for {age_words(failing)}")
    if not_taken:
        said.append(f"{not_taken} files were not taken there")
    return f"{name}: {', '.join(said)}" if said else ""
