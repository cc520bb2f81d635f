"""What runs all tests: it leaves no file of tests out, and tells what each phase worked."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import run

# A child works, and its parent only waits for it.
WORKS_IN_A_CHILD = """
import subprocess, sys
BUSY = "import time\\nwhile time.process_time() < 0.5: pass"
subprocess.run([sys.executable, "-c", BUSY], check=True)
sys.exit(3)
"""
PHASES = (
    run.BESIDE_THE_CODE,
    run.IN_THE_BACKGROUND,
    *run.WITH_A_BROWSER,
    run.ATTACKED,
    run.UNDER_LOAD,
    run.AT_NIGHT,
)


def started(program: str) -> run.Running:
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", program])
    return run.Running(run.Phase("a phase", ()), process, began)


def test_what_the_children_of_a_phase_worked_is_counted():
    ended = started(WORKS_IN_A_CHILD).ended(wait=True)
    assert ended is not None
    assert ended.code == 3
    assert 0.5 <= ended.cpu_seconds < 5
    assert str(ended).startswith("a phase: FAILED, pytest ended with 3, ")
    assert "CPU" in str(ended)


def test_waiting_is_no_work():
    ended = started("import time; time.sleep(1)").ended(wait=True)
    assert ended is not None
    assert ended.code == 0
    assert ended.seconds >= 1
    assert ended.cpu_seconds < 0.5


def test_a_phase_that_still_runs_has_not_ended():
    running = started("import time; time.sleep(60)")
    assert running.ended(wait=False) is None
    running.process.kill()
    ended = running.ended(wait=True)
    assert ended is not None
    assert ended.code == -9


PROGRAM_OF_A_PHASE = """
import sys, time
from pathlib import Path
folder, name, partner = Path(sys.argv[1]), *sys.argv[2:]
ended = [each.stem for each in folder.glob("*.ended")]
(folder / f"{name}.began").write_text(" ".join(ended))
end = time.monotonic() + 10
while not (folder / f"{partner}.began").exists():
    if time.monotonic() > end:
        sys.exit(1)
    time.sleep(0.01)
(folder / f"{name}.ended").touch()
print("its output")
"""


def test_no_more_run_side_by_side_than_may(monkeypatch, tmp_path, capsys):
    # The first two wait for each other, the third for nobody but itself.
    partners = {"first": "second", "second": "first", "third": "third"}

    def command_of(phase):
        names = (phase.name, partners[phase.name])
        return [sys.executable, "-c", PROGRAM_OF_A_PHASE, str(tmp_path), *names]

    monkeypatch.setattr(run, "command_of", command_of)
    phases = [run.Phase(name, ()) for name in partners]
    every_end = run.run_side_by_side(phases, 2)
    assert [each.code for each in every_end] == [0, 0, 0]
    assert capsys.readouterr().out.count("its output") == 3
    assert (tmp_path / "third.began").read_text() != ""


def phases_of(file: Path) -> list[str]:
    """The names of the phases that run the tests of this file, once for each time they do."""
    name = str(file.relative_to(run.TOP))
    return [
        phase.name
        for phase in PHASES
        for word in phase.arguments
        if name == word or name.startswith(f"{word}/")
    ]


FILES = sorted(
    file for folder in ("src", "dev", "tests") for file in run.TOP.glob(f"{folder}/**/test_*.py")
)


WAITS_UNTIL_IT_COMES_LAST = f"""
import os, sys, time
end = time.monotonic() + 30
while os.getpriority(os.PRIO_PROCESS, 0) < {run.LAST}:
    if time.monotonic() > end:
        sys.exit("It goes first.")
    time.sleep(0.01)
print("It comes last.")
"""


def test_what_runs_in_the_background_comes_last_and_is_told_at_the_end(monkeypatch, capsys):
    command = [sys.executable, "-c", WAITS_UNTIL_IT_COMES_LAST]
    monkeypatch.setattr(run, "command_of", lambda _phase: command)
    with run.in_the_background(run.Phase("the rest", ())) as background:
        ended = background.ended(wait=True)
    assert ended is not None
    assert ended.code == 0
    assert capsys.readouterr().out == "== the rest\nIt comes last.\n\n"


@pytest.mark.parametrize("listens", ["default_int_handler", "SIG_IGN"])
def test_what_runs_in_the_background_ends_with_whoever_began_it(monkeypatch, listens):
    program = f"import signal; signal.signal(signal.SIGINT, signal.{listens})\n"
    command = [sys.executable, "-c", program + "import time; time.sleep(600)"]
    monkeypatch.setattr(run, "command_of", lambda _phase: command)
    monkeypatch.setattr(run, "STOP_WITHIN", 1)
    with pytest.raises(KeyboardInterrupt), run.in_the_background(run.Phase("x", ())) as background:
        raise KeyboardInterrupt
    assert background.process.returncode is not None


@pytest.mark.parametrize(
    ("file", "begins"),
    [
        ("src/keng/runtime/tests/test_supervisor.py", True),
        ("src/keng/site/tests/test_in_a_request.py", True),
        ("src/keng/surveys/tests/test_counting.py", True),
        ("src/keng/lookup/tests/test_looking_up.py", True),
        ("src/keng/site/tests/test_headers.py", False),
    ],
)
def test_only_what_begins_nothing_comes_last(file, begins):
    assert run.begins_something(file) is begins


def test_every_file_of_tests_is_in_one_phase():
    found = {str(file.relative_to(run.TOP)): phases_of(file) for file in FILES}
    assert len(found) > 100
    assert {name: phases for name, phases in found.items() if len(phases) != 1} == {}
    # A phase names its files: what pytest makes of a pattern of files to leave out misled once.
    assert not [word for each in PHASES for word in each.arguments if "--ignore" in word]
