"""What an installation has before its processes start: tables, rights, and the keys of processes.

What only this needs is loaded where it is used: the supervisor watches over the others for months.
"""


def prepare_installation(*, is_demo: bool, only_database: bool = False) -> None:
    """On a running database: tables and rights, and that these data are the demo's or one's own.

    Safe to repeat. Raises CannotContinue where they are the other's, or another version's, and
    unless `only_database` is started where they came out of a backup just now.
    """
    from keng.files.storage.opener_copies import remove_left_copies  # noqa: PLC0415
    from keng.runtime.known_keys import claim_installation  # noqa: PLC0415
    from keng.runtime.migrate import migrate  # noqa: PLC0415
    from keng.runtime.restored import require_settled  # noqa: PLC0415
    from keng.runtime.usable_storage import claim_store, require_usable_storage  # noqa: PLC0415

    if not only_database:
        require_usable_storage()
        remove_left_copies()
    migrate()
    if not only_database:
        require_settled()
    claim_installation(is_demo=is_demo)
    if not only_database:
        claim_store()


def make_process_keys() -> None:
    """Reply addresses are sealed to the sender's, so it must exist before the first tip.

    So must the worker's. The signing key is made by what first needs it.
    """
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings

    keys.make_sender_key()
    keys.renew_worker_key()
    make_push_account()


def make_push_account() -> None:
    """Browsers subscribe to its key, so it is made once and stays."""
    from keng.delivery import push_account  # noqa: PLC0415 -- needs the settings

    push_account.make_push_account()
