"""The environment of the other senders, pinned by requirements/bench.lock; made when asked for."""

import subprocess
import sys
import zlib
from pathlib import Path

from keng.runtime.errors import CannotContinue

TOP = Path(__file__).parents[5]
LOCK = TOP / "requirements" / "bench.lock"
FOLDER = TOP / "bench" / "venv"
_STAMP = "installed"


def peers_python() -> Path:
    """Its Python. Raises CannotContinue, saying why, where no package index answers."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / _STAMP
    if not LOCK.exists():
        raise CannotContinue(f"{LOCK.name} is not here: this is not a checkout of the source")
    wanted = f"{sys.version_info[:2]} {zlib.crc32(LOCK.read_bytes())}"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Installing {LOCK.name} into {FOLDER}", flush=True)
    _run("no environment could be made", sys.executable, "-m", "venv", "--clear", str(FOLDER))
    _run(
        "no package index gave them",
        *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--retries", "1", "--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)),
    )
    stamp.write_text(wanted)
    return python


def _run(what_failed: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise CannotContinue(f"{what_failed} ({last})")
