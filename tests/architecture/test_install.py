"""What requirements/install puts into an environment, and when it does nothing."""

import os
import shutil
import subprocess

import pytest

from tests.architecture.source import ROOT

# In place of an environment's Python: usable, and it writes down what pip is asked for.
PYTHON = """#!/bin/sh
[ "$1" = -m ] && echo "$@" >> {log}
exit 0
"""


class Checkout:
    """The files that are read, and an environment whose pip only writes down what it is asked."""

    def __init__(self, folder):
        self.folder, self.log = folder, folder / "asked"
        for name in ("requirements", "dev"):
            (folder / name).mkdir()
        for file in ("install", "runtime.lock", "dev.lock"):
            shutil.copy(ROOT / "requirements" / file, folder / "requirements" / file)
        for file in ("pyproject.toml", "dev/pyproject.toml"):
            shutil.copy(ROOT / file, folder / file)
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name in ("python", "keng"):
            (programs / name).write_text(PYTHON.format(log=self.log))
            (programs / name).chmod(0o755)

    def install(self, what):
        """Which locks and projects were installed, and what was removed; nothing: it was there."""
        self.log.write_text("")
        environment = {name: text for name, text in os.environ.items() if name != "VENV"}
        subprocess.run(
            [self.folder / "requirements" / "install", what], env=environment, check=True
        )
        asked = [line.split() for line in self.log.read_text().splitlines()]
        return [f"{'-' if 'uninstall' in words else ''}{words[-1]}" for words in asked]

    def change(self, file):
        with (self.folder / file).open("a") as opened:
            opened.write("# changed\n")


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


RUNTIME = ["requirements/runtime.lock", ".", "-keng-dev"]
DEMO = ["requirements/runtime.lock", ".", "dev"]
DEV = ["requirements/dev.lock", ".", "dev"]


@pytest.mark.parametrize(("what", "does"), [("runtime", RUNTIME), ("demo", DEMO), ("dev", DEV)])
def test_each_has_its_lock_and_its_projects_and_is_installed_once(checkout, what, does):
    assert checkout.install(what) == does
    assert checkout.install(what) == []


def test_what_holds_more_will_do(checkout):
    assert checkout.install("demo") == DEMO
    assert checkout.install("runtime") == []
    assert checkout.install("dev") == DEV
    assert checkout.install("demo") == checkout.install("runtime") == []


def test_what_holds_less_will_not(checkout):
    assert checkout.install("runtime") == RUNTIME
    assert checkout.install("demo") == DEMO


@pytest.mark.parametrize(
    "file", ["requirements/runtime.lock", "pyproject.toml", "dev/pyproject.toml"]
)
def test_what_has_changed_is_installed_anew(checkout, file):
    assert checkout.install("demo") == DEMO
    checkout.change(file)
    assert checkout.install("demo") == DEMO


def test_the_product_alone_does_not_look_at_its_tools(checkout):
    assert checkout.install("runtime") == RUNTIME
    checkout.change("dev/pyproject.toml")
    assert checkout.install("runtime") == []


def test_after_a_change_no_older_stamp_counts(checkout):
    """The lock was another one in between: what was installed before it is no longer there."""
    assert checkout.install("dev") == DEV
    before = (checkout.folder / "requirements" / "runtime.lock").read_text()
    checkout.change("requirements/runtime.lock")
    checkout.change("requirements/dev.lock")
    assert checkout.install("runtime") == RUNTIME
    (checkout.folder / "requirements" / "runtime.lock").write_text(before)
    shutil.copy(ROOT / "requirements" / "dev.lock", checkout.folder / "requirements" / "dev.lock")
    assert checkout.install("runtime") == RUNTIME
    assert checkout.install("demo") == DEMO


def test_another_word_is_refused(checkout):
    with pytest.raises(subprocess.CalledProcessError):
        checkout.install("everything")
