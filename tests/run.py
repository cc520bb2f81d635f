"""All tests in their phases, with the time of each, or those that the arguments name: `make test`.

The time is told twice: by the clock on the wall, and as what the processors worked, which another
busy process on the machine does not lengthen. Look at the latter to see what a change costs.

What stands beside the code and starts processes, commits, waits or looks at a clock has two
processes. Then the journeys and the accessibility tests run side by side in groups that take about
as long as each other, each against a province of its own: a browser waits more than it works. Tests
that attack the running product, and tests under load, come last and one after the other: the former
measure how long others wait, the latter kill processes while they run.

All of these wait for a good part of their time. In it, from the beginning, one process more does
the rest of the tests beside the code, with what the others leave of the processors: nothing in
these tests starts, waits or asks how long it took.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from keng.runtime.tests.chance import is_nightly
from tests.browser import HOW_TO_GET_ONE, find_or_install_browser

TOP = Path(__file__).parent.parent
BROWSER_FOLDERS = ("tests/journeys", "tests/accessibility")


@dataclass(frozen=True)
class Phase:
    """Tests that one pytest runs."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """How a phase ended: pytest's exit code, wall clock seconds, and seconds of processors."""

    phase: Phase
    code: int
    seconds: float
    cpu_seconds: float
    """Of pytest and of all it started and waited for, in user mode and in the kernel."""

    def __str__(self) -> str:
        outcome = "passed" if self.code == 0 else f"FAILED, pytest ended with {self.code}"
        return f"{self.phase.name}: {outcome}, {self.seconds:.0f} s, CPU {self.cpu_seconds:.0f} s"


def files_of_tests(folder: str, pattern: str = "test_*.py") -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(TOP)) for path in TOP.glob(f"{folder}/{pattern}")))


def without(files: Sequence[str], *others: str) -> tuple[str, ...]:
    return tuple(file for file in files if file not in others)


# What is started, sent or kept running is what these are about.
AREAS_OF_PROCESSES = ("acts", "alarms", "channels", "cli", "delivery", "duty", "edge", "runtime")
BEGINS_SOMETHING = re.compile(
    r"transaction=True|transactional_db|in_a_request|as_sender|\bat_once\(|\brunning\w*\("
    r"|subprocess|multiprocessing|[Tt]hread|asyncio|sleep\(|[Cc]luster\b|socket|Stack\("
    r"|monotonic|time\.time\(|perf_counter|process_time|cpu_seconds|tests\.security|tests\.sending|os\.kill"
)


def begins_something(file: str) -> bool:
    """Whether its tests start something, commit, wait or look at a clock, by the words in it."""
    area = Path(file).parts[2]
    return area in AREAS_OF_PROCESSES or bool(BEGINS_SOMETHING.search((TOP / file).read_text()))


# These count the work of one process; the others of their folder measure how long people wait.
LINEAR = files_of_tests("tests/security", "test_linear_*.py")
# These attack no running province, and measure nobody's waiting either.
WITHOUT_A_PROVINCE = (
    "tests/security/test_check_the_record.py",
    "tests/security/test_cost.py",
    "tests/security/test_floods.py",
    "tests/security/test_free_text_columns.py",
    "tests/security/test_proxy_examples.py",
)
# These compare with the development set, and disturb nobody.
WITH_THE_DEV_SET = files_of_tests("tests/load", "test_*dev_*.py")
OF_THE_CODE = (*files_of_tests("src", "**/test_*.py"), *files_of_tests("dev/src", "**/test_*.py"))
IN_THE_BACKGROUND = Phase(
    "in the background", tuple(file for file in OF_THE_CODE if not begins_something(file))
)
BESIDE_THE_CODE = Phase(
    "beside the code",
    (
        *("-n", "2", *without(OF_THE_CODE, *IN_THE_BACKGROUND.arguments)),
        *("tests/architecture", "tests/fuzz", "tests/simulation"),
        *(*LINEAR, *WITHOUT_A_PROVINCE, *WITH_THE_DEV_SET),
    ),
)
# Those of a system share a bare province, the others one that is lived in.
OF_SYSTEMS = files_of_tests("tests/journeys", "test_s[0-9][0-9]_*.py")
OTHERS = without(files_of_tests("tests/journeys"), *OF_SYSTEMS)
EVERY_PAGE = "tests/accessibility/test_every_page.py"
# It has a whole province of its own, so it can go where time is left.
OF_A_WHOLE_PROVINCE = "tests/accessibility/test_waves_and_reports.py"
WITH_A_BROWSER = (
    Phase("journeys of the first ten systems", (*OF_SYSTEMS[:10], OF_A_WHOLE_PROVINCE)),
    Phase("journeys of the other systems", OF_SYSTEMS[10:]),
    Phase("one half of the other journeys", OTHERS[::2]),
    Phase("the other half of them", OTHERS[1::2]),
    Phase("accessibility of every page", (EVERY_PAGE,)),
    Phase(
        "accessibility of answers and the rest",
        without(files_of_tests("tests/accessibility"), EVERY_PAGE, OF_A_WHOLE_PROVINCE),
    ),
)
ATTACKED = Phase(
    "attacked", without(files_of_tests("tests/security"), *LINEAR, *WITHOUT_A_PROVINCE)
)
COMMITS_IN_DOUBT = "tests/cluster/test_commits_in_doubt.py"
UNDER_LOAD = Phase(
    "load",
    (
        *without(
            (*files_of_tests("tests/load"), *files_of_tests("tests/upgrade")), *WITH_THE_DEV_SET
        ),
        COMMITS_IN_DOUBT,
    ),
)
# Minutes, in which primaries die: `make test-cluster` by day.
AT_NIGHT = Phase("clusters", without(files_of_tests("tests/cluster"), COMMITS_IN_DOUBT))

# What a running province and a browser take of the memory, and something to spare.
BYTES_OF_A_GROUP = 1_500_000_000
# What the process beside them takes, with its database.
BYTES_OF_THE_BACKGROUND = 1_000_000_000
# Its browser waits about half of the time; with more of them pages come later than tests wait.
GROUPS_OF_TWO_PROCESSORS = 3


@dataclass(frozen=True)
class Running:
    """A phase whose pytest has begun."""

    phase: Phase
    process: "subprocess.Popen[bytes]"
    began: float

    def ended(self, *, wait: bool) -> Ended | None:
        """How it ended; None where it has not and nobody is to wait for that."""
        # Popen.wait() would throw away what the process and all its children worked.
        pid, status, usage = os.wait4(self.process.pid, 0 if wait else os.WNOHANG)
        if pid == 0:
            return None
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Ended(self.phase, code, time.monotonic() - self.began, cpu_seconds)


def run_alone(phase: Phase) -> Ended:
    """With its output as it comes."""
    print(f"== {phase.name}", flush=True)
    ended = start_phase(phase).ended(wait=True)
    assert ended is not None
    return ended


def how_many_at_once() -> int:
    """As many groups as memory and processors bear, and two in any case."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") - BYTES_OF_THE_BACKGROUND
    processors = os.cpu_count() or 1
    return max(2, min(memory // BYTES_OF_A_GROUP, GROUPS_OF_TWO_PROCESSORS * processors // 2))


def run_side_by_side(phases: Sequence[Phase], most: int) -> list[Ended]:
    """So many at once; the output of each stands in one piece when it has ended."""
    print(f"== at once: {', '.join(phase.name for phase in phases)}", flush=True)
    every_end = []
    with tempfile.TemporaryDirectory(prefix="keng-run-") as folder:
        outputs = {phase: Path(folder, f"{number}.log") for number, phase in enumerate(phases)}
        waiting = list(phases)
        running: list[Running] = []
        while waiting or running:
            while waiting and len(running) < most:
                phase = waiting.pop(0)
                running.append(start_phase(phase, outputs[phase]))
            time.sleep(0.2)
            for each in list(running):
                if ended := each.ended(wait=False):
                    running.remove(each)
                    every_end.append(ended)
                    text = outputs[each.phase].read_text(errors="replace")
                    print(f"== {each.phase.name}\n{text}", flush=True)
    return every_end


@contextmanager
def in_the_background(phase: Phase) -> Iterator[Running]:
    """It runs meanwhile, on what the others leave; its output stands in one piece at the end."""
    with tempfile.TemporaryDirectory(prefix="keng-run-") as folder:
        output = Path(folder, "output.log")
        running = start_phase(phase, output, comes_last=True)
        try:
            yield running
        finally:
            if running.process.returncode is None:
                # It is in no group that Ctrl-C reaches.
                running.process.send_signal(signal.SIGINT)
                try:
                    running.process.wait(STOP_WITHIN)
                except subprocess.TimeoutExpired:
                    # Whatever was started without a terminal may not listen to that.
                    running.process.kill()
                    running.process.wait()
            print(f"== {phase.name}\n{output.read_text(errors='replace')}", flush=True)


def start_phase(phase: Phase, output: Path | None = None, *, comes_last: bool = False) -> Running:
    """Its output goes into the file, or where ours goes."""
    began = time.monotonic()
    if output is None:
        return Running(phase, subprocess.Popen(command_of(phase), cwd=TOP), began)
    with output.open("wb") as file:
        process = subprocess.Popen(
            command_of(phase),
            cwd=TOP,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=comes_last,
        )
    if comes_last:
        let_others_go_first(process)
    return Running(phase, process, began)


STOP_WITHIN = 30

# As `nice` counts. At 19 a test that has its turn last could stand still for minutes.
LAST = 10


def let_others_go_first(process: "subprocess.Popen[bytes]") -> None:
    """The process, which leads a session of its own, and what it starts, except its database.

    Linux, where it is built for desktops, shares the processors among sessions (autogroup) and only
    within one among its processes: so both are told.
    """
    # Nobody but root may go back to the front.
    behind = max(LAST, os.getpriority(os.PRIO_PROCESS, 0))
    os.setpriority(os.PRIO_PROCESS, process.pid, behind)
    # Where there is no such file, the first is enough.
    with suppress(OSError):
        Path(f"/proc/{process.pid}/autogroup").write_text(str(LAST))


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
    with in_the_background(IN_THE_BACKGROUND) as background:
        ended = [run_alone(BESIDE_THE_CODE)]
        if browser:
            ended += run_side_by_side(WITH_A_BROWSER, how_many_at_once())
        ended += [run_alone(ATTACKED), run_alone(UNDER_LOAD)]
        if is_nightly():
            ended.append(run_alone(AT_NIGHT))
        last = background.ended(wait=True)
        assert last is not None
        ended.append(last)
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
