"""Starting: the database alone, the demo a second time, and what it weighs when idle."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from keng.runtime.postgres import embedded_cluster
from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.processes import family, pss_mb
from keng_dev.bench.scratch import Bench

_START_WITHIN = 180.0
_IDLE_FOR = 20.0
_TAG = re.compile(r"<(?:link|script|img)\b[^>]*>")
_LOADED = re.compile(r"""<link[^>]*rel="(?:stylesheet|icon|preload)"|<script[^>]*src=|<img""")
_ADDRESS = re.compile(r"""(?:href|src)="([^"]+)\"""")
_IN_STYLE = re.compile(r"""url\(["']?([^"')]+)["']?\)""")


def measure(bench: Bench) -> list[Figure]:
    """Absolute seconds on this machine: they say something only beside each other."""
    starts = [_database() for _round in range(bench.rounds)]
    with bench_folder() as folder:
        with running_demo(folder):
            pass  # The first run makes the data; the second is what is measured.
        seconds, memory, page = [], [], []
        for _round in range(bench.rounds):
            began = time.monotonic()
            with running_demo(folder) as (pid, site):
                seconds.append(time.monotonic() - began)
                page.append(_first_visit_kb(site))
                time.sleep(_IDLE_FOR)
                server = embedded_cluster(folder / "data").pid
                memory.append(pss_mb([*family(pid), *(family(server) if server else [])]))
    return [
        Figure(
            "start_s",
            "embedded database, first start",
            "s",
            [first for first, _again in starts],
            target=Target("≤", 1.5),
        ),
        Figure(
            "restart_s",
            "embedded database, start after kill -9",
            "s",
            [again for _first, again in starts],
            target=Target("≤", 1.0),
        ),
        Figure(
            "demo_again_s",
            "`keng demo`, second run, to the first page",
            "s",
            seconds,
            target=Target("≤", 5.0),
        ),
        Figure(
            "idle_rss_mb",
            "all processes of the idle demo, PSS",
            "MB",
            memory,
            target=Target("≤", 400),
        ),
        Figure(
            "public_page_kb",
            "first visit of the home page with all it loads, as sent",
            "kB",
            page,
            target=Target("≤", 60),
        ),
    ]


def _database() -> tuple[float, float]:
    """Seconds to make and start a cluster, and to start it again after kill -9."""
    with bench_folder() as folder:
        cluster = embedded_cluster(folder / "data")
        began = time.monotonic()
        cluster.start()
        first = time.monotonic() - began
        with cluster.connect() as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100000) AS n")
        pid = cluster.pid
        if pid is None:
            raise RuntimeError("the cluster ended by itself")
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        cluster.start()
        again = time.monotonic() - began
        with cluster.connect() as connection:
            found = connection.execute("SELECT count(*) FROM kept").fetchone()
        cluster.stop()
    if found != (100_000,):
        raise RuntimeError("a committed row was lost")
    return first, again


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[int, str]]:
    """The demo from its command to its first page: its pid, and where the page is."""
    ports = _free_ports(4)
    foreign = {name for name in os.environ if name.startswith("KENG_")} | {"DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    process = subprocess.Popen(
        [sys.executable, "-m", "keng.cli", "demo", "--small", "--ports", ",".join(map(str, ports))],
        env=kept | {"KENG_DATA": str(folder / "data")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    site = f"http://localhost:{ports[0]}/"
    try:
        _wait_for(site)
        yield process.pid, site
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait_for(site: str) -> None:
    end = time.monotonic() + _START_WITHIN
    while True:
        try:
            first_page(site)
        except (URLError, OSError, HTTPException):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _first_visit_kb(site: str) -> float:
    """The page and everything it loads from anywhere, compressed as a browser asks for it."""
    size, html = first_page(site)
    tags = [tag for tag in _TAG.findall(html) if _LOADED.match(tag)]
    waiting = [urljoin(site, link) for tag in tags for link in _ADDRESS.findall(tag)]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address in seen or not address.startswith(site):
            continue
        seen.add(address)
        weight, text = first_page(address)
        size += weight
        if urlsplit(address).path.endswith(".css"):
            waiting += [urljoin(address, link) for link in _IN_STYLE.findall(text)]
    return size / 1000


def first_page(address: str) -> tuple[int, str]:
    """Bytes on the wire, and the text if it is one."""
    import gzip  # noqa: PLC0415 -- only here

    request = Request(address, headers={"accept-encoding": "gzip"})  # noqa: S310 -- our own site
    with urlopen(request, timeout=10) as answer:  # noqa: S310 -- the same
        raw = answer.read()
        packed = answer.headers.get("content-encoding") == "gzip"
    return len(raw), (gzip.decompress(raw) if packed else raw).decode(errors="replace")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def bench_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="keng-bench-"))
    # Root's PostgreSQL runs as another account, which must pass this folder.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
