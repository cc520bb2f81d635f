"""All tests of replicated databases and of two machines, on Debian's PostgreSQL.

What the server itself decides (a primary that dies, commits in doubt, Patroni) also on that of the
lock file; what breaks around the machines looks the same on both, and is done once.
`python -m tests.cluster` is `make test-cluster`; arguments go to pytest.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).parents[2]
DEBIAN = Path("/usr/lib/postgresql/17/bin")
EVERYTHING = ("tests/cluster",)
OF_THE_SERVER = tuple(
    f"tests/cluster/test_{name}.py" for name in ("primary_dies", "commits_in_doubt", "patroni")
)


def run_on(name: str, what: Sequence[str], environment: dict[str, str]) -> int:
    print(f"== {name}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "--durations=12", *what, *sys.argv[1:]],
        cwd=TOP,
        env=os.environ | {"KENG_TEST_CLUSTER": "long"} | environment,
        check=False,
    ).returncode


def main() -> int:
    own = "the PostgreSQL of the lock file"
    if not (DEBIAN / "postgres").exists():
        print(f"NOT RUN: there is no {DEBIAN} (package postgresql-17).")
        return run_on(own, EVERYTHING, {})
    codes = [
        run_on("Debian's PostgreSQL 17", EVERYTHING, {"KENG_PG_BINDIR": str(DEBIAN)}),
        run_on(own, OF_THE_SERVER, {}),
    ]
    return max(min(code, 1) for code in codes)


if __name__ == "__main__":
    sys.exit(main())
