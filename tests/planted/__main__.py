"""Plant each fault in a copy of the tree, run its tests, and say which of them let it pass.

python -m tests.planted [NAME …] [--phase PHASE …] [--sound] [--list]

Ends with 1 when a fault was missed. `--sound` runs the same tests without any fault: they must
pass, or their failing says nothing.
"""

import argparse
import sys
import time

from tests.planted.scratch import NotRun, Scratch
from tests.planted.table import PHASES, Fault, all_faults


def main() -> int:
    asked = _arguments()
    faults = [
        fault
        for fault in all_faults()
        if (not asked.names or fault.name in asked.names)
        and (not asked.phase or fault.phase in asked.phase)
    ]
    if unknown := set(asked.names) - {fault.name for fault in faults}:
        print(f"No such fault: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if asked.list:
        for fault in faults:
            print(f"{fault.phase:16} {fault.name}: {fault.why}")
        return 0
    with Scratch() as scratch:
        if asked.sound:
            return _sound(scratch, faults)
        return _plant(scratch, faults)


def _plant(scratch: Scratch, faults: list[Fault]) -> int:
    """Each by itself; 1 when one is not caught."""
    missed = 0
    for fault in faults:
        began, failing = time.monotonic(), ""
        try:
            failing = scratch.caught_by(fault)
            verdict = "caught" if failing else "MISSED"
        except NotRun as error:
            print(str(error)[-3000:], file=sys.stderr)
            verdict = "NOT RUN"
        missed += verdict != "caught"
        seconds = time.monotonic() - began
        print(f"{verdict:8} {seconds:6.1f} s  {fault.phase:16} {fault.name}", flush=True)
        # To be read: what failed for another reason than the fault is no protection.
        if failing:
            print(f"         {failing[:200]}", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} planted faults are caught.")
    return 1 if missed else 0


def _sound(scratch: Scratch, faults: list[Fault]) -> int:
    """Their tests without a fault, a phase at a time; 1 when one fails."""
    wrong = 0
    for phase in PHASES:
        tests = sorted({test for fault in faults if fault.phase == phase for test in fault.tests})
        if not tests:
            continue
        failing = scratch.failing(*tests)
        wrong += bool(failing)
        print(
            f"{'FAILS' if failing else 'passes':8} {phase}: {len(tests)} without a fault {failing}"
        )
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--phase", action="append", choices=PHASES)
    parser.add_argument("--sound", action="store_true", help="the same tests without a fault")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
