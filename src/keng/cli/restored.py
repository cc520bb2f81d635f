"""keng restored: after a backup came back, and before anything runs: nothing is sent twice."""

import argparse

from keng.kit import alive
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.restored import require_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--confirm",
        action="store_true",
        help="this database came out of a backup: stop what it says is still to be sent",
    )


def run(arguments: argparse.Namespace) -> int:
    require_whole()
    ages = alive.sign_ages()
    names = (*alive.WORKER_SIGNS.values(), "sender")
    at_work = [n for n in names if ages.get(n, 1e9) < alive.PROCESS_SILENT_AFTER]
    if at_work:
        raise CannotContinue(
            f"{' and '.join(at_work)} run here: what waits to be sent is theirs. This is for a "
            "backup that was just restored, while only the database runs (`keng serve "
            "--only-database`)."
        )
    with running_database():
        start_django()
        from keng.delivery.actions import restored  # noqa: PLC0415 -- needs the settings
        from keng.openings.after_restore import lapse_restored_openings  # noqa: PLC0415
        from keng.public_log.after_restore import continue_log_after_restore  # noqa: PLC0415

        under_way = restored.count_under_way()
        if under_way and not arguments.confirm:
            raise CannotContinue(
                f"{under_way} messages and warnings wait to be sent. They would be stopped, and "
                "nobody can take that back: right after a backup was brought back, and at no other "
                "time. Nothing was changed; `keng restored --confirm` does it."
            )
        # Before the entry with which a restored database starts.
        openings = lapse_restored_openings()
        found = restored.settle_after_restore()
        continued = continue_log_after_restore()
    print(
        f"Nothing of what was on its way is sent: {found.unknown} messages stand as “not known”, "
        f"and {found.cancelled} warnings without a list yet are stopped. Officers see them on the "
        "page of each dispatch, and may send again what did not arrive."
    )
    if openings:
        print(
            f"{openings} requests for an opening are ended: whether they were opened since is not "
            "known. Who still needs one asks again."
        )
    for slug in found.accounts:
        print(f"The tokens of {slug} work once and were used since: `keng channel renew {slug}`.")
    print(continued.words)
    return 0
