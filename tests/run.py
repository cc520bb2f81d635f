"""All tests in their phases, with the time of each, or those that the arguments name: `make test`.

What stands beside the code uses both cores. Then the journeys of the systems, the other journeys
and the accessibility tests run side by side, each against a province of its own: a browser waits
more than it works. Tests that attack the product, and tests under load, come last and alone: the
former measure how long others wait, the latter kill processes while they run.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keng.cli.tests.chance import is_nightly
from tests.browser import HOW_TO_GET_ONE, find_or_install_browser

TOP = Path(__file__).parent.parent
JOURNEYS = sorted(path.relative_to(TOP) for path in TOP.glob("tests/journeys/test_*.py"))
BROWSER_FOLDERS = ("tests/journeys", "tests/accessibility")


@dataclass(frozen=True)
class Phase:
    """Tests that one pytest runs."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """How a phase ended: pytest's exit code, and wall clock seconds."""

    phase: Phase
    code: int
    seconds: float

    def __str__(self) -> str:
        outcome = "passed" if self.code == 0 else f"FAILED, pytest ended with {self.code}"
        return f"{self.phase.name}: {outcome}, {self.seconds:.0f} s"


# These count the work of one process; the others of their folder measure how long people wait.
LINEAR = tuple(str(path.relative_to(TOP)) for path in TOP.glob("tests/security/test_linear_*.py"))
BESIDE_THE_CODE = Phase(
    "beside the code", ("-n", "2", "src", "tests/architecture", "tests/fuzz", *LINEAR)
)
# Those of a system share a bare province, the others one that is lived in.
OF_SYSTEMS = tuple(str(path) for path in JOURNEYS if re.match(r"test_s\d\d_", path.name))
OTHERS = tuple(str(path) for path in JOURNEYS if str(path) not in OF_SYSTEMS)
WITH_A_BROWSER = (
    Phase("journeys of the systems", OF_SYSTEMS),
    Phase("other journeys", OTHERS),
    Phase("accessibility", ("tests/accessibility",)),
)
ATTACKED = Phase("attacked", ("tests/security", "--ignore-glob=*/test_linear_*"))
UNDER_LOAD = Phase("load", ("tests/load",))


def run_alone(phase: Phase) -> Ended:
    """With its output as it comes."""
    print(f"== {phase.name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command_of(phase), cwd=TOP, check=False).returncode
    return Ended(phase, code, time.monotonic() - began)


def run_side_by_side(phases: Sequence[Phase]) -> list[Ended]:
    """All at once; the output of each stands in one piece when it has ended."""
    print(f"== at once: {', '.join(phase.name for phase in phases)}", flush=True)
    began, ended = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="keng-run-") as folder:
        outputs = {phase: Path(folder, f"{number}.log") for number, phase in enumerate(phases)}
        running = {phase: start_phase(phase, file) for phase, file in outputs.items()}
        while running:
            time.sleep(0.2)
            for phase in [each for each, process in running.items() if process.poll() is not None]:
                code = running.pop(phase).returncode
                ended.append(Ended(phase, code, time.monotonic() - began))
                print(f"== {phase.name}\n{outputs[phase].read_text(errors='replace')}", flush=True)
    return ended


def start_phase(phase: Phase, output: Path) -> "subprocess.Popen[bytes]":
    with output.open("wb") as file:
        return subprocess.Popen(command_of(phase), cwd=TOP, stdout=file, stderr=subprocess.STDOUT)


# By day a run that failed can be looked into: the same tests come in the same order. At night they
# come in another one each time (pytest-randomly).
ORDER = 20261128


def command_of(phase: Phase) -> list[str]:
    order = [] if is_nightly() else [f"--randomly-seed={ORDER}"]
    # The cache of what failed last would be written by several at once, and is read by none.
    return [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("--durations=20", "--durations-min=2"),
        *order,
        *phase.arguments,
    ]


def run_everything() -> int:
    browser = find_or_install_browser()
    ended = [run_alone(BESIDE_THE_CODE)]
    if browser:
        ended += run_side_by_side(WITH_A_BROWSER)
    ended += [run_alone(ATTACKED), run_alone(UNDER_LOAD)]
    print("== times")
    for each in ended:
        print(each)
    if not browser:
        names = ", ".join(phase.name for phase in WITH_A_BROWSER)
        print(f"NOT RUN for want of a browser: {names}. {HOW_TO_GET_ONE}")
    return max(min(each.code, 1) for each in ended)


def run_named(arguments: Sequence[str]) -> int:
    """Only what the arguments name, with pytest's own output and exit code."""
    if any(word.startswith(BROWSER_FOLDERS) for word in arguments):
        find_or_install_browser()
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=TOP, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(run_named(sys.argv[1:]) if sys.argv[1:] else run_everything())
