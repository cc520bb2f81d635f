"""Six channels, faults of every kind, senders killed and PostgreSQL once: nothing is lost.

`python -m tests.load.delivery_chaos` goes on for longer; `make chaos` does.
"""

import json
import os
import subprocess
import sys

import pytest

from keng.runtime.tests.chance import is_nightly

FAULT_KINDS = {"before_read", "after_accept", "truncate", "replace", "delay"}


def run_chaos(deliveries: int, strikes: int, **environment: str) -> dict:
    """The report of a run with processes and a database of its own."""
    command = [sys.executable, "-m", "tests.load.delivery_chaos"]
    command += ["--deliveries", str(deliveries), "--strikes", str(strikes)]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KENG_")
        or name in ("KENG_PG_BINDIR", "KENG_PG_USER", "KENG_ACCOUNT")
    }
    found = subprocess.run(
        command, env=kept | environment, capture_output=True, text=True, check=False
    )
    assert found.stdout, found.stderr[-3000:]
    return json.loads(found.stdout.splitlines()[-1])


def test_nothing_is_lost_and_the_page_states_what_may_have_come_twice():
    found = run_chaos(*((6000, 30) if is_nightly() else (600, 5)))
    print(found)
    assert (found["open"], found["never_arrived"]) == ([], [])
    assert (found["repeated_unasked"], found["repeated_though_unsure"]) == ([], [])
    assert found["not_stated"] == []
    # Without any of these nothing would have been shown.
    assert found["database_kills"] == 1
    assert found["faults"].keys() == FAULT_KINDS
    assert found["repeated"] > 0
    assert 0 < found["stated"] <= found["ended_leases"]
    assert found["states"]["sent"] > found["deliveries"] // 2


@pytest.mark.skipif(not is_nightly(), reason="the fault is a test's own; once a night is enough")
def test_sending_before_the_lease_is_committed_is_caught():
    fault = {"KENG_DEBUG_FAULTS": "1", "KENG_TEST_FAULT": "send_before_lease"}
    found = run_chaos(600, 6, **fault)
    assert found["repeated_though_unsure"] or found["repeated_unasked"]
