"""Whether the account of the processes can read Kẻng and its Python, which root installed.

A checkout in root's home is behind a closed door. Where the system allows it, each process gets a
view of its own in which that one folder holds nothing but what Kẻng needs; elsewhere the start says
which folder is closed.
"""

import ctypes
import os
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import keng
from keng.kit.database import data_folder
from keng.kit.demo_hook import running_demo
from keng.runtime.accounts_of_the_system import SystemAccount

_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_SLAVE = 0x1000, 0x4000, 0x80000
_PACKAGE = Path(keng.__file__).parent


def _packages() -> list[Path]:
    """The folder of Kẻng, and in a demo that of its tools."""
    demo = running_demo()
    return [_PACKAGE] if demo is None else [_PACKAGE, demo.FOLDER.parent]


def unreadable_code(account: SystemAccount) -> str | None:
    """What the account cannot read, in words and with what to do; None when all is well.

    Asked by a process that becomes the account for that: access lists count as well as rights.
    """
    if account.is_ours:
        return None
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(receiving)
            open_way_to_code(account)
            os.initgroups(account.name, account.gid)
            os.setresgid(account.gid, account.gid, account.gid)
            os.setresuid(account.uid, account.uid, account.uid)
            os.write(sending, str(_first_unreadable() or "").encode())
        except OSError as error:
            os.write(sending, f"{_PACKAGE} ({error.strerror})".encode())
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as answer:
        closed = answer.read().decode()
    os.waitpid(child, 0)
    if not closed:
        return None
    return (
        f"Kẻng's processes run as {account.name}, which may not read {closed}. Open it "
        f"(chmod o+rx {closed}), install Kẻng elsewhere, such as in /opt or /srv, or start as an "
        "ordinary user."
    )


def open_way_to_code(account: SystemAccount) -> None:
    """For this process alone: in a folder that is closed to the account, show what Kẻng needs.

    Does nothing where no folder is closed, and where the system lets nobody mount.
    """
    closed: dict[Path, list[Path]] = defaultdict(list)
    for path in _needed():
        parent = account.closed_parent(path)
        if parent is not None:
            closed[parent].append(path)
    if not closed or sys.platform != "linux":
        return
    system = ctypes.CDLL(None, use_errno=True)
    # What is mounted later elsewhere is seen here too; what is mounted here nobody else sees.
    if system.unshare(_CLONE_NEWNS) != 0:
        return
    if system.mount(b"none", b"/", None, _MS_REC | _MS_SLAVE, None) != 0:
        return
    for folder, paths in closed.items():
        _show_only(system, folder, paths)


def _show_only(system: ctypes.CDLL, folder: Path, paths: list[Path]) -> None:
    held = [(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY)) for path in paths]
    # The folders on the way are made here, and are for others to pass.
    rights = os.umask(0o022)
    try:
        options = b"mode=0711,size=1m"
        if system.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) != 0:
            return
        for path, descriptor in held:
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
            source = f"/proc/self/fd/{descriptor}".encode()
            system.mount(source, os.fsencode(path), None, _MS_BIND | _MS_REC, None)
    finally:
        os.umask(rights)
        for _, descriptor in held:
            os.close(descriptor)


def _needed() -> list[Path]:
    """Folders, none of them in another: Python, its libraries, Kẻng, and the data."""
    paths = {data_folder(), *(package.parent for package in _packages())}
    paths |= {Path(path) for path in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    paths |= {path.resolve() for path in paths}
    folders = sorted(path for path in paths if path.is_dir())
    return [
        path
        for path in folders
        if not any(path != other and path.is_relative_to(other) for other in folders)
    ]


def _first_unreadable() -> Path | None:
    passed: set[Path] = set()
    for path in _to_read():
        # Looked at once: two thousand files lie in fifty folders.
        for parent in reversed(path.parents if path.parent not in passed else ()):
            if not os.access(parent, os.X_OK):
                return parent
        passed.add(path.parent)
        if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            return path
    return None


def _to_read() -> Iterator[Path]:
    """Programs, the folders of libraries with what is in them at the top, and all of Kẻng."""
    yield Path(sys.executable)
    yield Path(sys.executable).resolve()
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        folder = Path(sysconfig.get_path(name))
        yield folder
        yield from folder.iterdir()
    for package in _packages():
        for top, folders, files in os.walk(package):
            yield Path(top)
            folders[:] = [folder for folder in folders if folder not in {"tests", "__pycache__"}]
            yield from (Path(top, file) for file in files)
