"""A database of its own for one run of the benches, durable as the real one, gone afterwards."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keng.runtime.migrate import migrate
from keng.runtime.postgres import Cluster, embedded_cluster
from keng_dev.bench.processes import cpu_seconds, family

SOAK_SECONDS = 900


@dataclass(frozen=True)
class Bench:
    """What a bench gets: how much to do, and where. Django is loaded as the owner."""

    rounds: int
    is_full: bool
    data: Path
    cluster: Cluster
    passphrase: str
    seconds: int = SOAK_SECONDS
    """For how long a bench lasts that is about time."""
    messages: int = 0
    """How many messages a bench of sending sends; 0: as many as it thinks right."""
    tips: int = 0
    """How many tips a bench of size fills in; 0: as many as it thinks right."""

    def make_unit_keys(self) -> None:
        """For every unit that a bench made."""
        from keng.vault import keys  # noqa: PLC0415 -- needs the settings

        keys.make_unit_keys(self.passphrase)

    def environment(self, process: str) -> dict[str, str]:
        """For a process of the product that the bench starts beside itself."""
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return kept | {
            "KENG_PROCESS": process,
            "KENG_DATA": str(self.data),
            "PYTHONUNBUFFERED": "1",
        }

    def server_cpu(self) -> float:
        """CPU seconds of the whole server so far, with the backends that ended."""
        return cpu_seconds(self.server_pids())

    def server_pids(self) -> list[int]:
        """The postmaster and all its children, for a count of their CPU time or memory."""
        return family(self.cluster.pid) if self.cluster.pid else []


@contextmanager
def scratch(
    *,
    rounds: int,
    is_full: bool,
    seconds: int = SOAK_SECONDS,
    messages: int = 0,
    tips: int = 0,
) -> Iterator[Bench]:
    """Never the operator's database: a bench writes a great deal and asks nobody."""
    folder = Path(tempfile.mkdtemp(prefix="keng-bench-"))
    # Root's PostgreSQL runs as another account, which must pass this folder.
    folder.chmod(0o711)
    os.environ.pop("DATABASE_URL", None)
    os.environ["KENG_DATA"] = str(folder / "data")
    cluster = embedded_cluster()
    try:
        cluster.start()
        migrate()
        from keng.vault import keys  # noqa: PLC0415 -- needs the settings

        passphrase = keys.make_first_keys()
        yield Bench(rounds, is_full, folder / "data", cluster, passphrase, seconds, messages, tips)
    finally:
        cluster.stop()
        began = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        print(f"The database was removed in {time.monotonic() - began:.1f} s.", flush=True)
