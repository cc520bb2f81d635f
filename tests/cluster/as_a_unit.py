"""`keng WORDS` as a unit starts it, with what a test lays around the process that it becomes.

    python -m tests.cluster.as_a_unit edge --ports 8000,8001,8002

A process that is started alone is told no more than it has to know. What stands in KENG_TEST_AROUND
(`NAME=VALUE`, one a line) is handed on past that: the library that shifts a clock.
"""

import os
import sys
from typing import Any

_AROUND = "KENG_TEST_AROUND"


def main() -> int:
    around = dict(line.split("=", 1) for line in os.environ.pop(_AROUND, "").splitlines())
    become = os.execve

    def become_with(path: Any, words: Any, environment: Any) -> None:
        become(path, words, {**environment, **around})

    if around:
        os.execve = become_with  # type: ignore[assignment]
    from keng.cli.__main__ import main as keng

    sys.argv = ["keng", *sys.argv[1:]]
    return int(keng() or 0)


if __name__ == "__main__":
    sys.exit(main())
