"""A bench leaves nothing behind, also when it is cut short."""

import os
import signal
import subprocess
import sys

from keng.runtime.tests.test_supervisor import WITHIN, eventually, is_gone


def test_a_bench_that_is_told_to_end_takes_its_database_along(open_folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "keng.cli", "bench", "start"],
        env=os.environ | {"TMPDIR": str(open_folder)},
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: [*open_folder.glob("keng-bench-*/data/postgres/connection.json")])
        (file,) = open_folder.glob("keng-bench-*/data/postgres/**/postmaster.pid")
        server = int(file.read_text().splitlines()[0])
        assert not is_gone(server)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(WITHIN) == 128 + signal.SIGTERM
    assert is_gone(server)
    assert not [*open_folder.iterdir()]
