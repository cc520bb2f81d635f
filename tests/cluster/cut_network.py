"""A network between a process and the database that can be cut without a word to either side.

    ip netns exec NAME python -m tests.cluster.cut_network ADDRESS PORT SOCKET

The database is behind a network namespace of its own: what stands in there passes connections on
to the server's socket. Cut, packets vanish: nobody is told, as when a cable is drawn.
"""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from tests.architecture.source import ROOT

NAMESPACE, OUTSIDE, INSIDE = "keng-test", "keng-test0", "keng-test1"
HERE, THERE, PREFIX = "10.213.77.1", "10.213.77.2", "/30"
PORT = 5432


class CutNetwork:
    """The way to the database."""

    def way_of(self, role: str, password: str) -> str:
        """Its connection string. Nobody else is on this line: the product would insist on TLS."""
        where = f"{role}:{quote(password)}@{THERE}:{PORT}"
        return f"postgresql://{where}/keng?sslmode=disable&gssencmode=disable"

    def cut(self) -> None:
        """The other side is not there any more, and the way to where it was still is."""
        _ip("-n", NAMESPACE, "address", "del", f"{THERE}{PREFIX}", "dev", INSIDE)

    def mend(self) -> None:
        _ip("-n", NAMESPACE, "address", "add", f"{THERE}{PREFIX}", "dev", INSIDE)


@contextmanager
def network_to(server: Path) -> Iterator[CutNetwork | None]:
    """To the server with its socket in this folder; None where no network can be laid out."""
    if shutil.which("ip") is None or not _lay_out():
        yield None
        return
    command = ["ip", "netns", "exec", NAMESPACE, sys.executable, "-m", "tests.cluster.cut_network"]
    command += [THERE, str(PORT), str(server / ".s.PGSQL.5432")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as passing_on:
        try:
            assert passing_on.stdout is not None
            assert passing_on.stdout.readline()
            yield CutNetwork()
        finally:
            passing_on.kill()
            _take_away()


def _lay_out() -> bool:
    _take_away()
    try:
        _ip("netns", "add", NAMESPACE)
        _ip("link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE, "netns", NAMESPACE)
        _ip("address", "add", f"{HERE}{PREFIX}", "dev", OUTSIDE)
        _ip("link", "set", OUTSIDE, "up")
        _ip("-n", NAMESPACE, "link", "set", INSIDE, "up")
        _ip("-n", NAMESPACE, "address", "add", f"{THERE}{PREFIX}", "dev", INSIDE)
        # Nobody asks who has the address: whoever has it no longer would not answer.
        words = _ip("-n", NAMESPACE, "-o", "link", "show", INSIDE).split()
        hardware = words[words.index("link/ether") + 1]
        _ip("neighbour", "replace", THERE, "lladdr", hardware, "dev", OUTSIDE, "nud", "permanent")
    except subprocess.CalledProcessError:
        _take_away()
        return False
    return True


def _take_away() -> None:
    with suppress(subprocess.CalledProcessError):
        _ip("netns", "del", NAMESPACE)
    with suppress(subprocess.CalledProcessError):
        _ip("link", "del", OUTSIDE)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def _pass_on(near: socket.socket, server: str) -> None:
    far = socket.socket(socket.AF_UNIX)
    far.connect(server)

    def carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    for pair in ((near, far), (far, near)):
        threading.Thread(target=carry, args=pair, daemon=True).start()


def main() -> None:
    address, port, server = sys.argv[1:]
    with socket.create_server((address, int(port)), backlog=64) as door:
        print("listening", flush=True)
        while True:
            near, _address = door.accept()
            _pass_on(near, server)


if __name__ == "__main__":
    main()
