"""A data folder with every table and nothing in them, made once for each state of the migrations.

Creating a cluster and running all migrations costs some twenty seconds of work, which every test
run and every province of a journey would pay again. They begin with a copy instead. What is copied
was shut down in order, so it is as durable as one made on the spot.

`python -m keng.runtime.tests.template FOLDER` makes one there.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import keng
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.providers import find_postgres

PREFIX = "keng-template-"
# While it is made nothing is in it that could be lost.
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
KEPT_FOR_SECONDS = 24 * 60 * 60
PRODUCT = Path(keng.__file__).parent


def copy_migrated_data(to: Path) -> None:
    """A data folder for `to`, which must not exist yet."""
    # PostgreSQL's files stay its account's, so nothing less than an archive copy will do.
    subprocess.run(["cp", "-a", str(migrated_data()), str(to)], check=True)


def migrated_data() -> Path:
    """The template of this state of the migrations; made now where it is missing."""
    folder = Path(tempfile.gettempdir(), f"{PREFIX}{os.getuid()}-{_state()}")
    with folder.with_suffix(".lock").open("w") as lock:
        # Two runs that begin at once: the second waits for the first one's.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _remove_old_ones()
            _make(folder)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it.")
    os.utime(folder)
    return folder / "data"


def _make(folder: Path) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=f"{PREFIX}unfinished-"))
    # Root's PostgreSQL runs as another account, which must pass this folder.
    unfinished.chmod(0o711)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KENG_")}
    own = {
        name: os.environ[name]
        for name in ("KENG_PG_BINDIR", "KENG_PG_USER", "KENG_ACCOUNT")
        if name in os.environ
    }
    subprocess.run(
        [sys.executable, "-m", "keng.runtime.tests.template"],
        env=kept | own | {"KENG_DATA": str(unfinished / "data"), "KENG_PROCESS": "owner"},
        check=True,
    )
    unfinished.rename(folder)


def _remove_old_ones() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getuid()}-*"):
        if time.time() - folder.stat().st_mtime > KEPT_FOR_SECONDS:
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)
            else:
                folder.unlink(missing_ok=True)


def _state() -> str:
    """What the tables depend on, as sixteen letters."""
    digest = hashlib.blake2b(find_postgres().version.encode(), digest_size=8)
    for file in _sources():
        digest.update(str(file.relative_to(PRODUCT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from sorted(file for file in PRODUCT.glob("*/migrations/*") if file.is_file())
    yield PRODUCT / "__init__.py"
    yield PRODUCT / "runtime" / "release_before.json"
    names = (
        "roles",
        "row_security",
        "migrate",
        "upgrade_state",
        "ownership",
        "accounts_of_the_system",
    )
    yield from (PRODUCT / "runtime" / f"{name}.py" for name in names)
    # Processes of their own that a test starts have the template's rights; policies would stop
    # tables that a test has in use.
    yield PRODUCT / "site" / "grants.py"
    yield PRODUCT / "site" / "row_policies.py"
    yield PRODUCT / "site" / "row_policy.py"
    yield PRODUCT / "site" / "policy_functions.py"
    yield from sorted((PRODUCT / "site" / "desk_writes").glob("*.py"))
    yield from sorted((PRODUCT / "runtime" / "postgres").glob("*.py"))


def main() -> None:
    from keng.runtime.migrate import migrate

    cluster = embedded_cluster(settings=UNSAFE_AND_FAST)
    cluster.start()
    try:
        migrate()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
