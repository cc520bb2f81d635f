"""Work in a process of its own: what it returns, and how it fails."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.one_shot_process import run_in_own_process


def test_the_result_comes_from_another_process():
    assert run_in_own_process(os.getpid) != os.getpid()


def test_what_it_loaded_and_changed_stays_there(monkeypatch):
    monkeypatch.setenv("KENG_DATA", "here")

    def work():
        os.environ["KENG_DATA"] = "elsewhere"
        return ["plain"]

    assert run_in_own_process(work) == ["plain"]
    assert os.environ["KENG_DATA"] == "here"


def test_what_a_person_can_change_is_said_in_the_same_words():
    def work():
        raise CannotContinue("Do this first.")

    with pytest.raises(CannotContinue, match="Do this first"):
        run_in_own_process(work)


def test_a_fault_and_a_kill_end_it(capfd):
    def fails():
        raise RuntimeError("a fault of ours")

    for work in (fails, lambda: os.kill(os.getpid(), 9)):
        with pytest.raises(CannotContinue, match="what went wrong is above"):
            run_in_own_process(work)
    assert "a fault of ours" in capfd.readouterr().err


_KEEPS_WORKING = """
import os, signal
from keng.runtime.supervisor.one_shot_process import run_in_own_process

def work():
    print(os.getpid(), flush=True)
    signal.pause()

run_in_own_process(work)
"""


def test_it_ends_when_its_parent_is_killed():
    command = (sys.executable, "-c", _KEEPS_WORKING)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        try:
            # The pipe ends when nobody is left who could write into it.
            assert parent.communicate(timeout=30)[0] == ""
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
