"""Whose the files of the data folder are when root started, and how they come to be so.

Root keeps keys, passwords, logs and the register. What the processes read and write all day lies in
folders of their account, and the database's files in one of PostgreSQL's.
"""

import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path

from keng.kit.database import data_folder
from keng.runtime.accounts_of_the_system import SystemAccount
from keng.runtime.errors import CannotContinue

# Below the data folder: what the account of the processes owns, with all that is in it.
ACCOUNT_FOLDERS = (
    "audit",
    "cards",
    "destroyed",
    "files",
    "films",
    "keys/epochs",
    "keys/worker",
    "run/alive",
    "run/certificates",
    "run/opener",
    "run/refused",
    "uploads",
)
# Root's: others pass to what is theirs in it, and see that a file is there, but list nothing.
PASSED_FOLDERS = ("keys", "run", "secrets")
# Root's, and for everybody to read: what any browser may read as well.
READ_FOLDERS = ("static",)
CLOSED_FOLDERS = ("backups", "logs", "secrets/database")
# All that is in these is looked at, file by file (keng.cli.checks.machine).
RIGHTS_FOLDERS = ("secrets", "keys", "audit", "logs")
_PASSED, _CLOSED, _READ = 0o711, 0o700, 0o755
_RIGHTS = (
    dict.fromkeys(PASSED_FOLDERS, _PASSED)
    | dict.fromkeys(CLOSED_FOLDERS, _CLOSED)
    | dict.fromkeys(READ_FOLDERS, _READ)
)


def own_folders(data: Path) -> None:
    """Make the folders of somebody who runs everything as themselves."""
    for name in sorted(_RIGHTS):
        (data / name).mkdir(mode=_CLOSED, exist_ok=True)


def share_out_folders(data: Path, account: SystemAccount) -> None:
    """As root: make every folder, and give the account its own. Raises CannotContinue.

    What root owned until now, as everything did before there was such an account, is given once.
    """
    for name in ("", *sorted(_RIGHTS)):
        rights = _RIGHTS.get(name, _PASSED)
        folder = data / name
        folder.mkdir(mode=rights, exist_ok=True)
        status = folder.stat()
        if status.st_uid != 0:
            raise CannotContinue(
                f"{folder} belongs to {account_name(status.st_uid)}, who could put other keys "
                f"there. Be that account, or hand the folder over: chown root: {folder}"
            )
        if name and stat.S_IMODE(status.st_mode) != rights:
            folder.chmod(rights)
    for name in ACCOUNT_FOLDERS:
        folder = data / name
        with suppress(FileExistsError):
            folder.mkdir(mode=_CLOSED)
        hand_over(folder, account)


def hand_over(folder: Path, account: SystemAccount) -> int:
    """Give a folder with what is in it to an account, unless it is that account's; how many.

    Given is what belongs to the owner of the folder: no link is followed, and no file of somebody
    else that got a second name here. The folder itself comes last, so one that was cut short is
    done again. Raises CannotContinue where it is no folder.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except NotADirectoryError:
        raise CannotContinue(f"{folder} must be a folder, and no link to one.") from None
    except OSError as error:
        raise CannotContinue(f"{folder} cannot be handed over ({error.strerror}).") from None
    try:
        before = os.fstat(top).st_uid
        if before == account.uid:
            return 0
        given = 0
        for _, folders, files, descriptor in os.fwalk(
            ".", topdown=False, follow_symlinks=False, dir_fd=top
        ):
            for name in (*files, *folders):
                given += _give(name, descriptor, before, account)
        os.fchown(top, account.uid, account.gid)
    finally:
        os.close(top)
    return given + 1


def ownership_faults(account: SystemAccount, postgres: SystemAccount) -> list[str]:
    """What in the data folder belongs to the wrong account, or is open to others; by its path.

    The rights of RIGHTS_FOLDERS are a check of the doctor's own, which tells reading from changing.
    """
    expected = dict.fromkeys(_RIGHTS, 0)
    expected |= dict.fromkeys(ACCOUNT_FOLDERS, account.uid)
    expected["postgres/cluster"] = postgres.uid
    found = []
    for name, uid in expected.items():
        folder = data_folder() / name
        with suppress(FileNotFoundError):
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode):
                found.append(f"{folder} is no folder")
            elif status.st_uid != uid:
                found.append(
                    f"{folder} belongs to {account_name(status.st_uid)}, not {account_name(uid)}: "
                    "the next start hands over what is root's, else chown it"
                )
            elif Path(name).parts[0] in RIGHTS_FOLDERS:
                continue
            elif stat.S_IMODE(status.st_mode) & (0o022 if name in READ_FOLDERS else 0o066):
                found.append(f"{folder} is open to other accounts: chmod go-rw {folder}")
    return found


def account_name(uid: int) -> str:
    """What an account is called; its number where it has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"


def _give(name: str, folder: int, before: int, account: SystemAccount) -> int:
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        # A link, a socket, or gone meanwhile.
        return 0
    try:
        status = os.fstat(descriptor)
        is_folder = stat.S_ISDIR(status.st_mode)
        is_alone = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if status.st_uid != before or not (is_folder or is_alone):
            return 0
        os.fchown(descriptor, account.uid, account.gid)
    finally:
        os.close(descriptor)
    return 1
