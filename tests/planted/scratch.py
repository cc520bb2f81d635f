"""A copy of the tree in which faults are planted and taken out again; never the tree itself."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.planted.table import LAYERS, ROOT, Fault

_FAILED = re.compile(r"^(?:SUB)?FAILED\b.*", re.MULTILINE)
_BROKEN = re.compile(r"\bBROKEN\b")
_ENDED_WITH_FAILURES = 1
_OF_THE_MACHINE = {"KENG_PG_BINDIR", "KENG_PG_USER"} & os.environ.keys()


class NotRun(Exception):
    """The tests ended in another way than by passing or failing: they say nothing."""


class Scratch:
    """The files that git knows or would take, in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="keng-planted-"))
        # Root's PostgreSQL runs as another account, which must reach the programs.
        self.folder.chmod(0o711)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.folder / name)
        self.python = self._make_environment()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _folders_of_code(self) -> tuple[Path, Path]:
        return self.folder / "src", self.folder / "dev" / "src"

    def _make_environment(self) -> str:
        """An interpreter that finds the copy also where it is told to ignore PYTHONPATH (-I).

        So runs the process that decodes pictures. Everything else is of this environment.
        """
        environment = self.folder / ".venv"
        venv.create(environment, with_pip=False)
        packages = next(environment.glob("lib/python*/site-packages"))
        installed = sysconfig.get_path("purelib")
        copied = "\n".join(map(str, self._folders_of_code))
        (packages / "planted.pth").write_text(
            f"{copied}\nimport site; site.addsitedir({installed!r})\n"
        )
        for script in Path(sys.executable).parent.iterdir():
            if not (environment / "bin" / script.name).exists():
                (environment / "bin" / script.name).symlink_to(script)
        return str(environment / "bin" / "python")

    def caught_by(self, fault: Fault) -> str:
        """Which of its tests fails with the fault, and how; empty if none does.

        Raises NotRun with what they printed.
        """
        file = self.folder / fault.file
        sound = file.read_text()
        file.write_text(fault.planted_in(sound))
        try:
            return self.failing(*fault.tests)
        finally:
            file.write_text(sound)

    def failing(self, *tests: str) -> str:
        """The first of these that fails in the copy as it is now, in a line; empty if none does."""
        if LAYERS in tests and self._layers_are_broken():
            return LAYERS
        by_pytest = [test for test in tests if test != LAYERS]
        return self._failing_test(by_pytest) if by_pytest else ""

    def _layers_are_broken(self) -> bool:
        code, said = self._run([str(Path(sys.executable).with_name(LAYERS)), "--no-logo"])
        if code == _ENDED_WITH_FAILURES and not _BROKEN.search(said):
            raise NotRun(said)
        return code != 0

    def _failing_test(self, tests: list[str]) -> str:
        options = ["-q", "-x", "-p", "no:cacheprovider", "-rf"]
        code, said = self._run([self.python, "-m", "pytest", *options, *tests])
        if code == 0:
            return ""
        failed = _FAILED.search(said)
        # Exit 1 without a failure is an error of a fixture: no database, no browser.
        if code != _ENDED_WITH_FAILURES or failed is None:
            raise NotRun(said)
        return failed[0]

    def _run(self, command: list[str]) -> tuple[int, str]:
        # Of whoever runs us: another data folder, another worker of xdist.
        foreign = {name for name in os.environ if name.startswith(("KENG_", "PYTEST_"))}
        kept = {name: os.environ[name] for name in (os.environ.keys() - foreign) | _OF_THE_MACHINE}
        # Before the tree that is installed in this environment, also for its scripts.
        path = os.pathsep.join(map(str, (*self._folders_of_code, self.folder)))
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
