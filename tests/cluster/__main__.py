"""All tests of replicated databases, on the PostgreSQL of the lock file and on Debian's.

`python -m tests.cluster` is `make test-cluster`; arguments go to pytest.
"""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
DEBIAN = Path("/usr/lib/postgresql/17/bin")


def run_on(name: str, environment: dict[str, str]) -> int:
    print(f"== {name}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/cluster", *sys.argv[1:]],
        cwd=TOP,
        env=os.environ | {"KENG_TEST_CLUSTER": "long"} | environment,
        check=False,
    ).returncode


def main() -> int:
    codes = [run_on("the PostgreSQL of the lock file", {})]
    if (DEBIAN / "postgres").exists():
        codes.append(run_on("Debian's PostgreSQL 17", {"KENG_PG_BINDIR": str(DEBIAN)}))
    else:
        print(f"NOT RUN: there is no {DEBIAN} (package postgresql-17).")
    return max(min(code, 1) for code in codes)


if __name__ == "__main__":
    sys.exit(main())
