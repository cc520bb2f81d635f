"""Whether letters that come back are read: else dead addresses are written to for ever."""

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    age_words,
    attention,
    ok,
    reading_connection,
)

# The worker looks once a minute.
_LATE = 15 * 60
_MAILBOXES = """
SELECT a.slug, m.fault, extract(epoch FROM now() - m.fault_since)::float8,
  extract(epoch FROM now() - m.read_at)::float8
FROM delivery_channelaccount a JOIN delivery_returnmailbox m ON m.account_id = a.id
WHERE a.is_active ORDER BY a.slug
"""
_SETTINGS = """
SELECT slug, base_url, secrets_box FROM delivery_channelaccount WHERE is_active ORDER BY slug
"""


def returned(place: CheckedPlace) -> Finding:
    """The mailboxes to which letters come back: signed in to, and read of late."""
    with reading_connection() as connection:
        rows = connection.execute(_MAILBOXES.encode()).fetchall()
        accounts = connection.execute(_SETTINGS.encode()).fetchall()
    faults = [*_read_by_nobody(accounts), *(fault for row in rows if (fault := _fault(*row)))]
    if faults:
        return attention(
            f"{'; '.join(faults)}. Dead addresses are not taken off, and letters that ask to stop "
            "are not heard: keng channel check, then keng channel renew NAME"
        )
    if not rows:
        return ok("no account has a mailbox that letters come back to")
    longest_ago = max(float(read) for _slug, _fault, _since, read in rows)
    return ok(f"{len(rows)} return mailboxes, all read within {age_words(longest_ago)}")


def _read_by_nobody(rows: list[tuple[str, str, bytes]]) -> list[str]:
    """Accounts with an address to which letters come back, and no mailbox server to read it at.

    Each row: slug, address of the provider, box of secrets.
    """
    from keng.runtime.environment import load_django  # noqa: PLC0415

    load_django("owner")
    from keng.delivery.credentials import (  # noqa: PLC0415 -- needs the settings
        can_open_secrets,
        given_settings,
    )
    from keng.delivery.imap_client import return_mailbox_access  # noqa: PLC0415
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    # Read with the limits of the doctor's own connection, not with Django's.
    accounts = [
        ChannelAccount(slug=slug, base_url=base_url, secrets_box=box)
        for slug, base_url, box in rows
    ]
    # After keys were lost (`keng keys accept`) some open no more until they are renewed.
    settings = {one.slug: given_settings(one) for one in accounts if can_open_secrets(one)}
    return [
        f"{slug}: letters come back to its return_address, and nobody reads them (no return_server)"
        for slug, given in settings.items()
        if given.get("return_address") and return_mailbox_access(given) is None
    ]


def _fault(slug: str, fault: str, since: float | None, read: float | None) -> str:
    """What is wrong with one; "" where nothing is."""
    if fault:
        return f"{slug}: {fault}, for {age_words(since or 0)}"
    if read is None:
        return f"{slug}: not read yet"
    return f"{slug}: last read {age_words(read)} ago" if read > _LATE else ""
