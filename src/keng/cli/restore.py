"""keng restore: bring a backup back into an empty place, and see to it that nothing goes twice."""

import argparse
import datetime
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keng.cli.checks.check import age_words
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.runtime.backup.bringing_back import BroughtBack

_NOT_DONE_AGAIN = """\
What no list has, and is back as it was when the backup was made. Tell the desks:
  - Reports found out of scope since stand open again with their words, and so do other decisions.
  - Codes on paper that were exchanged since can be exchanged once more.
  - Passwords that were changed since are the old ones again; pagers taken off call again.
  - Officers who were taken out of a tip since see it again, and matters that were made one for
    named officers by hand since are read by the whole desk: do both again first.
  - Legal holds that were asked for since are lost: ask for them again within seven days, before
    anything is destroyed by a period.
  - Chats that were silenced since are not, and accounts at providers that were removed are there
    (`keng channel list`).
  - Names, numbers and pictures that were destroyed since by hand."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="what `keng backup` made; none, with --epochs, to bring wrap keys back where all runs",
    )
    parser.add_argument(
        "--key", type=Path, required=True, help="the private half that `keng backup key` wrote"
    )
    parser.add_argument(
        "--destroyed",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="a copy of the folder `destroyed`: what was destroyed since is destroyed again",
    )
    parser.add_argument(
        "--epochs",
        type=Path,
        metavar="FOLDER",
        help="what `keng backup epochs` made: without it names of split keys stay closed",
    )
    parser.add_argument(
        "--with-store",
        action="store_true",
        help="the store in KENG_FILES_URL belongs to what is brought back from now on",
    )
    parser.add_argument(
        "--without-list",
        action="store_true",
        help="there is no such copy: what was destroyed since the backup comes back",
    )


def run(arguments: argparse.Namespace) -> int:
    from keng.runtime.backup import bringing_back, recipient  # noqa: PLC0415 -- load the driver
    from keng.runtime.backup.destroyed import listed_lines, listed_until  # noqa: PLC0415

    if arguments.file is None:
        return _bring_epochs_alone(arguments)
    if not arguments.destroyed and not arguments.without_list:
        raise CannotContinue(
            "Name the newest copy of the folder `destroyed` (--destroyed FOLDER): without it "
            "reports come back that were taken back since, and accounts that were closed. If there "
            "is none, say so with --without-list. Nothing was changed."
        )
    if os.environ.get("KENG_FILES_URL") and not arguments.with_store:
        raise CannotContinue(
            "KENG_FILES_URL names a store: within an hour of the start everything in it that is "
            "older than a day and that no row of this backup names is destroyed. For a rehearsal "
            "leave it out, also at the start, or name a copy of the bucket; where this is the "
            "installation from now on, say so with --with-store. Nothing was changed."
        )
    for folder in [*arguments.destroyed, *([arguments.epochs] if arguments.epochs else [])]:
        if not folder.is_dir():
            raise CannotContinue(f"{folder} is no folder. Nothing was changed.")
    bringing_back.require_empty_place()
    private = recipient.read_private_key(arguments.key, _passphrase())
    facts = bringing_back.check_backup(arguments.file, private)
    now = datetime.datetime.now(datetime.UTC)
    age = age_words((now - facts.made_at).total_seconds())
    print(f"Whole. Made {facts.made_at:%Y-%m-%d %H:%M} UTC, {age} ago.", flush=True)
    if not facts.has_site_key:
        print("The site's secret is not in it: KENG_SECRET_KEY must be as it was.", flush=True)
    done = bringing_back.bring_back(
        arguments.file, private, facts, arguments.destroyed, arguments.epochs
    )
    lines = sum(1 for _ in listed_lines(arguments.destroyed))
    _tell(done, now, lines, listed_until(arguments.destroyed))
    return 0


def _bring_epochs_alone(arguments: argparse.Namespace) -> int:
    """Into an installation that is there: after a restore without them, or a lost folder."""
    from keng.runtime.backup import recipient  # noqa: PLC0415 -- loads the driver
    from keng.runtime.backup.epoch_keys import bring_epoch_keys_back  # noqa: PLC0415
    from keng.runtime.environment import running_database, start_django  # noqa: PLC0415

    if arguments.epochs is None:
        raise CannotContinue("Name the backup, or a copy of `backups/epochs` alone (--epochs).")
    if not arguments.epochs.is_dir():
        raise CannotContinue(f"{arguments.epochs} is no folder. Nothing was changed.")
    private = recipient.read_private_key(arguments.key, _passphrase())
    with running_database():
        start_django()
        _tell_of_wrap_keys(bring_epoch_keys_back(arguments.epochs, private))
    return 0


def _tell_of_wrap_keys(back: int | None) -> None:
    if back is None:
        print(
            "Wrap keys of epochs were not named, and names that were split stay closed until they "
            "are back: keng restore --key KEYFILE --epochs COPY/OF/backups/epochs"
        )
    else:
        print(f"{back} wrap keys of epochs are back.")


def _tell(
    done: "BroughtBack", now: datetime.datetime, lines: int, until: datetime.datetime | None
) -> None:
    print(f"The database and {done.files} files are back.")
    last = done.facts.last_tip_at
    if last is None:
        print("No report was in it.")
    else:
        age = age_words((now - last).total_seconds())
        print(
            f"The last report in it came {last:%Y-%m-%d %H:%M} UTC, {age} ago: later ones are lost."
        )
    print(
        f"Nothing of what was on its way is sent: {done.unknown} messages stand as “not known”, "
        f"and {done.cancelled} warnings without a list yet are stopped."
    )
    if done.openings:
        print(
            f"{done.openings} requests for an opening are ended: whether they were opened since is "
            "not known. Who still needs one asks again."
        )
    _tell_of_wrap_keys(done.wrap_keys)
    for slug in done.accounts:
        print(f"The tokens of {slug} work once and were used since: `keng channel renew {slug}`.")
    _tell_of_list(lines, until)
    for words, count in done.again.done.items():
        print(f"  {count} {words}")
    for kind, count in done.again.failed.items():
        print(f"  WRONG: {count} of “{kind}” could not be done again; see above, do it by hand")
    print(_NOT_DONE_AGAIN)
    if done.log:
        print(done.log.words)
    print(
        "The restore is on record; `keng audit verify` says what was signed and is lost. Then "
        "`keng serve`, and `keng doctor`."
    )


def _tell_of_list(lines: int, until: datetime.datetime | None) -> None:
    if until is None:
        print("No list says what was destroyed since: all of it is back.")
        return
    print(
        f"The list of what was destroyed goes to {until:%Y-%m-%d %H:%M} UTC, {lines} lines. What "
        "was destroyed later is back."
    )


def _passphrase() -> str:
    """From the keyboard, unseen, or from the first line of a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass("Passphrase of the backup key: ")
    return sys.stdin.readline().rstrip("\n")
