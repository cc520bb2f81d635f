"""Tests as an ordinary user runs them, started by root: `python -m tests.as_user FILES OPTIONS`.

Root's machines are those of the tests; most newcomers are nobody's root. The account is the one
that root lends to the processes: it has a name, owns nothing, and cannot become anybody else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from keng.kit.closed_memory import forbid_new_privileges
from keng.runtime import way_to_the_code
from keng.runtime.accounts_of_the_system import process_account

TOP = Path(__file__).parent.parent


def main(words: list[str]) -> int:
    """The exit code of pytest."""
    account = process_account()
    if account.is_ours:
        sys.exit("This is for root: you are an ordinary user already. Call pytest.")
    needed = way_to_the_code._needed
    way_to_the_code._needed = lambda: [*needed(), TOP]
    home = Path(tempfile.mkdtemp(prefix="keng-as-user-"))
    account.give(home)
    ours = ("PATH", "LANG", "LC_ALL", "KENG_PG_BINDIR", "KENG_TEST_NIGHTLY")
    kept = {name: os.environ[name] for name in ours if name in os.environ}

    def become() -> None:
        way_to_the_code.open_way_to_code(account)
        os.initgroups(account.name, account.gid)
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
        forbid_new_privileges()

    try:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
            cwd=TOP,
            env=kept | {"HOME": str(home), "USER": account.name, "LOGNAME": account.name},
            preexec_fn=become,
            check=False,
        ).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
