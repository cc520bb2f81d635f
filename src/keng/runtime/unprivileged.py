"""What every process does before it works: give up what it does not need, root first of all.

    python -m keng.runtime.unprivileged [--account NAME] [--keep FILE] MODULE ARGUMENTS…

It begins as root, so that it can read the secrets that are its own and no others; from the moment
at which it is another account nobody of that account can look into it. `keng worker` and
`keng sender` do the same by themselves.
"""

import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from keng.kit.closed_memory import close_memory, forbid_new_privileges, set_process_option
from keng.kit.database import PROCESSES, Process, data_folder, is_external, password_file, role
from keng.kit.kept_secrets import keep_secret
from keng.kit.secrets import site_key_file
from keng.runtime.accounts_of_the_system import PROCESSES_SETTING, SystemAccount, process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.sign import sign_process
from keng.runtime.way_to_the_code import open_way_to_code

_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG = 1, 2
# Nothing that a library finds by it: root's own cannot be read any more.
_NO_HOME = "/nonexistent"


def become_unprivileged(process: Process | None, extra: tuple[Path, ...] = ()) -> None:
    """As root: read this process's secrets, then be its account. As anybody: close the rest.

    Raises CannotContinue.
    """
    os.umask(0o077)
    if os.geteuid() == 0:
        for path in (*_secrets_of(process), *extra):
            keep_secret(path)
        # Where root's data lie by itself, another account would not look for them.
        os.environ.setdefault("KENG_DATA", str(data_folder()))
        account = process_account()
        open_way_to_code(account)
        _become(account)
    close_memory()
    forbid_new_privileges()
    if process is not None:
        sign_process(data_folder())


def _secrets_of(process: Process | None) -> Iterator[Path]:
    if process is None:
        return
    if process != "opener":
        yield site_key_file()
    if not is_external() and f"KENG_DATABASE_URL_{process.upper()}" not in os.environ:
        yield password_file(role(process))
    if process in {"desk", "worker"}:
        # Signed reports, and the heads of the audit chains.
        yield data_folder() / "keys" / "audit.key"
        # What other installations send is opened where an officer takes it in, or by the worker
        # where it came by network.
        yield data_folder() / "keys" / "transfer.key"
    if process == "sender" and os.environ.get("KENG_SENDER_KEY_FILE"):
        yield Path(os.environ["KENG_SENDER_KEY_FILE"])


def _become(account: SystemAccount) -> None:
    parent, dies_with_parent = os.getppid(), _death_signal()
    os.chdir("/")
    os.initgroups(account.name, account.gid)
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if dies_with_parent:
        # The system forgets it at a change of account.
        set_process_option(_PR_SET_PDEATHSIG, dies_with_parent)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
    os.environ.update(HOME=_NO_HOME, USER=account.name, LOGNAME=account.name)
    os.environ.pop("XDG_RUNTIME_DIR", None)


def _death_signal() -> int:
    if sys.platform != "linux":
        return 0
    number = ctypes.c_int(0)
    ctypes.CDLL(None, use_errno=True).prctl(_PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0)
    return number.value


def main(words: list[str]) -> None:
    """Become it, then be the module."""
    extra: list[Path] = []
    while words[0] in {"--account", "--keep"}:
        option, value, *words = words
        if option == "--account":
            os.environ[PROCESSES_SETTING] = value
        else:
            extra.append(Path(value))
    name = os.environ.get("KENG_PROCESS")
    process = next((known for known in PROCESSES if known == name), None)
    become_unprivileged(process, tuple(extra))
    if process is None:
        # A program that is told nothing of ours.
        for setting in (PROCESSES_SETTING, "KENG_DATA"):
            os.environ.pop(setting, None)
    module, *rest = words
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CannotContinue as error:
        sys.exit(f"keng: {error}")
