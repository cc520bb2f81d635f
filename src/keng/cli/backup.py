"""keng backup: save everything that runs here into one sealed file, and look after the old ones."""

import argparse
import os
from pathlib import Path

from keng.kit.database import data_folder
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", metavar="key|list|epochs")
    key = words.add_parser("key", help="make the key that backups are sealed to, once")
    key.add_argument(
        "file", type=Path, help="where the private half goes: a stick, to be carried away"
    )
    key.add_argument(
        "--again",
        action="store_true",
        help="another key from now on; older backups still want the one before",
    )
    words.add_parser("list", help="the backups that are here")
    words.add_parser("epochs", help="seal the wrap keys of epochs, apart; remove those that died")


def run(arguments: argparse.Namespace) -> int:
    if arguments.word == "key":
        return _make_key(arguments)
    if arguments.word == "epochs":
        with running_database():
            start_django()
            return _save_epochs()
    return _list() if arguments.word == "list" else _save()


def _save_epochs() -> int:
    from keng.runtime.backup.epoch_keys import save_epoch_keys  # noqa: PLC0415 -- loads the driver

    made = save_epoch_keys()
    print(
        f"{made.folder}: {made.kept} wrap keys, {made.removed} of ended epochs removed. Copy the "
        "folder with deletions, to one place: an old copy opens what should be gone."
    )
    return 0


def _save() -> int:
    from keng.runtime.backup.epoch_keys import has_epoch_keys  # noqa: PLC0415 -- loads the driver
    from keng.runtime.backup.saving import make_backup  # noqa: PLC0415
    from keng.runtime.backup.shelf import kept_days  # noqa: PLC0415

    with running_database():
        made = make_backup()
        if has_epoch_keys():
            start_django()
            _save_epochs()
    print(
        f"{made.file}: {made.size / 1024**2:.1f} MB, the database and {made.files} files, "
        "read again and found whole."
    )
    if os.environ.get("KENG_FILES_URL"):
        print(
            "What lies in the store of files is not in it: only the store's own copies bring that "
            "back (running.md)."
        )
    if made.removed:
        print(f"{len(made.removed)} older than {kept_days()} days were removed.")
    return 0


def _list() -> int:
    from keng.runtime.backup.sealed_stream import read_head  # noqa: PLC0415
    from keng.runtime.backup.shelf import backup_folder, backups_here  # noqa: PLC0415

    found = backups_here()
    for made_at, path in found:
        with path.open("rb") as file:
            head = read_head(file)
        size = path.stat().st_size / 1024**2
        print(f"{made_at:%Y-%m-%d %H:%M} UTC  {size:8.1f} MB  sealed to {head.key}  {path.name}")
    if not found:
        print(f"There is no backup in {backup_folder()}.")
    return 0


def _make_key(arguments: argparse.Namespace) -> int:
    from keng.kit.codes import passphrase_of_groups  # noqa: PLC0415
    from keng.runtime.backup import recipient  # noqa: PLC0415

    data, file = data_folder().resolve(), arguments.file.absolute()
    if not (data / "keys").is_dir():
        raise CannotContinue(f"There is no installation in {data}: `keng serve` begins one.")
    if file.resolve().is_relative_to(data):
        raise CannotContinue(
            f"{file} lies in the data folder, and whoever takes that would open every backup. "
            "Name a file on a medium that you carry away."
        )
    if recipient.public_key_file().exists() and not arguments.again:
        raise CannotContinue(
            "There is a key already. With another one older backups still want the one before: "
            "`keng backup key FILE --again`."
        )
    if file.exists():
        raise CannotContinue(f"{file} is there already. Nothing was changed.")
    passphrase = passphrase_of_groups(10)
    # Printed first: a key whose passphrase nobody has read would seal backups that nobody opens.
    print("The passphrase of the key, shown this once. Write it on paper, away from the file:")
    print(f"  {passphrase}", flush=True)
    name = recipient.make_recipient(file, passphrase)
    print(
        f"The private half of key {name} is in {file}. Carry it away: on this machine nothing "
        "opens a backup. Try both at once with `keng restore` on another machine."
    )
    if file.stat().st_dev == data.stat().st_dev:
        print(
            "It lies on the same disk as the data: move it away now. Whoever takes this disk would "
            "have it, and lack no more than the passphrase."
        )
    return 0
