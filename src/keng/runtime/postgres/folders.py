"""The folders of a cluster: data closed to everyone else, and a socket folder with a short name."""

import hashlib
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

from keng.runtime.accounts_of_the_system import SystemAccount, process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.ownership import own_folders, share_out_folders
from keng.runtime.postgres.providers import Software

PORT = 5432  # Names the socket file only: nothing listens on TCP.
LONGEST_SOCKET = 107  # sun_path of Linux, less its closing zero byte.


def prepare_data_folder(data: Path) -> None:
    """The data folder and what every process keeps in it. Raises CannotContinue."""
    try:
        _make_data_folder(data)
    except PermissionError:
        # Said where all commands say it: the data belong to somebody.
        raise
    except OSError as error:
        raise CannotContinue(
            f"KENG_DATA: the folder {data} cannot be made or used ({error.strerror})."
        ) from None


def _make_data_folder(data: Path) -> None:
    # The accounts that root lends must pass the folder, but not list it.
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        share_out_folders(data, process_account())
    else:
        own_folders(data)
    (data / "postgres").mkdir(exist_ok=True)
    (data / "postgres").chmod(0o711)


def socket_folder(data: Path, account: SystemAccount) -> Path:
    """A folder for the socket alone, the same one at every start of this data folder."""
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:10]
    folder = _runtime_folder(data) / f"keng-{os.geteuid()}-{digest}"
    require_short(folder)
    if account.is_ours:
        folder.mkdir(mode=0o700, exist_ok=True)
        _refuse_a_stranger(folder, account.name, account.uid, os.getegid(), 0o700)
        return folder
    # PostgreSQL's, and of all others the processes alone pass: nobody else even reaches the socket.
    gid = process_account().gid
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _lend(folder, account.uid, gid)
    elif not folder.parent.stat().st_mode & stat.S_IWOTH and not folder.is_symlink():
        # Root's alone to write in: left by a version that had other accounts.
        _lend(folder, account.uid, gid)
    _refuse_a_stranger(folder, account.name, account.uid, gid, 0o710)
    return folder


def _lend(folder: Path, uid: int, gid: int) -> None:
    os.chown(folder, uid, gid, follow_symlinks=False)
    folder.chmod(0o710)


def require_short(folder: Path) -> None:
    path = f"{folder}/.s.PGSQL.{PORT}"
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise CannotContinue(
            f"The socket path {path} is longer than {LONGEST_SOCKET} bytes; "
            "set XDG_RUNTIME_DIR to a shorter folder."
        )


def reachable_software(software: Software, data: Path, account: SystemAccount) -> Software:
    """The programs themselves, or a copy under the data folder when the account cannot reach them.

    A virtual environment in root's home is such a case: the home is closed to other accounts.
    """
    if account.closed_parent(software.binaries / "postgres") is None:
        return software
    if not software.folders:
        account.require_way_to(software.binaries / "postgres", setting="KENG_PG_BINDIR")
    shelf = data / "postgres" / "software" / f"{software.name}-{software.version}"
    if not shelf.exists():
        _copy(software.folders, shelf)
    base = software.folders[0].parent
    return replace(software, binaries=shelf / software.binaries.relative_to(base))


def _copy(folders: tuple[Path, ...], shelf: Path) -> None:
    unfinished = shelf.with_name(shelf.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in folders:
        ignored = shutil.ignore_patterns("include", "doc", "__pycache__", "*.tar.gz")
        shutil.copytree(folder, unfinished / folder.name, symlinks=True, ignore=ignored)
    for folder in (unfinished.parent, unfinished):
        folder.chmod(0o755)
    unfinished.rename(shelf)


def _runtime_folder(data: Path) -> Path:
    """Root's is the system's own; others have one of their session, or share the temporary one."""
    shared = Path("/tmp")  # noqa: S108 -- a private 0700 folder in it, its owner checked below
    if os.geteuid() == 0:
        candidates = [Path("/run"), shared]
    else:
        candidates = [Path(os.environ.get("XDG_RUNTIME_DIR", "")), shared, data / "run"]
    return next(
        folder
        for folder in candidates
        if folder.is_absolute() and folder.is_dir() and os.access(folder, os.W_OK)
    )


def _refuse_a_stranger(folder: Path, name: str, uid: int, gid: int, rights: int) -> None:
    """In a shared folder another account may have laid a trap under our name."""
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == rights
    # A private folder of ours may be of another group of ours.
    is_group_right = rights == 0o700 or status.st_gid == gid
    if not is_private or status.st_uid != uid or not is_group_right:
        raise CannotContinue(
            f"{folder} is not a folder that {name} alone may enter. Remove it; "
            "it holds nothing but the socket of a running database."
        )
