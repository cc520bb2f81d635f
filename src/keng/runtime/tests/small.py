"""A real supervisor over small children, run as a process of its own: `python small.py DATA PORT`.

Child "site" listens on PORT; "quiet" only waits; both write a line to DATA/ended when asked to
stop. Further arguments add to it: "stubborn" a child that does not listen to signals, "noisy" one
that says more than a pipe holds, "web=PORT" a server with a worker of its own, as the sites are,
"asked=PORT" one that is started by whoever asks it there, answers with its number and ends (asked
to "die" it kills itself),
"database" a PostgreSQL, "rewriting" what is to write its files anew, without the peace after a
start. With "faulty" what keeps "quiet" alive has a fault.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.supervisor import supervise
from keng.runtime.supervisor.children import Child
from keng.runtime.supervisor.register import ProcessRegister, only_supervisor
from keng.runtime.supervisor.supervise import Supervisor

WAITING = """
import os, signal, sys, time
def end(number, frame):
    with open(os.environ["ENDED"], "a") as file:
        file.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("I am", sys.argv[1], flush=True)
"""
SITE = (
    WAITING
    + """
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), SimpleHTTPRequestHandler).serve_forever()
"""
)
QUIET = WAITING + "time.sleep(600)\n"
NOISY = WAITING + "for n in range(20000):\n    print('line', n, flush=True)\ntime.sleep(600)\n"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("I am stubborn", flush=True)
time.sleep(600)
"""


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """What "web" serves: the number of the process that answers, which is not the one started."""
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


REWRITING = """
import os
with open(os.environ["ENDED"] + "-rewriting", "a") as file:
    file.write("once\\n")
"""


# It answers one and ends: who asked meanwhile waits in the queue for the next of it.
ASKED = """
import os, socket, sys
with socket.socket(fileno=int(sys.argv[1])) as server:
    asking, _ = server.accept()
    if asking.recv(100) == b"die":
        os.kill(os.getpid(), 9)
    asking.sendall(str(os.getpid()).encode())
    asking.close()
"""


class FaultySupervisor(Supervisor):
    """One of its keepers ends as none should."""

    async def _keep(self, child: Child) -> None:
        if child.name == "quiet":
            await asyncio.sleep(0.5)
            raise RuntimeError("a fault of ours")
        await super()._keep(child)


def main(data: Path, port: int, extra: list[str]) -> int:
    # Signs of life lie there too, and never where those of the tests' own processes do.
    os.environ["KENG_DATA"] = str(data)
    environment = {**os.environ, "ENDED": str(data / "ended"), "KENG_DATA": str(data)}
    site = (sys.executable, "-c", SITE, "site", str(port))
    quiet = (sys.executable, "-c", QUIET, "quiet")
    children = [
        Child("site", site, port, environment),
        Child("quiet", quiet, None, environment),
    ]
    if "stubborn" in extra:
        stubborn = (sys.executable, "-c", STUBBORN)
        children.append(Child("stubborn", stubborn, None, environment, stops_within=0.5))
    if "noisy" in extra:
        noisy = (sys.executable, "-c", NOISY, "noisy")
        children.append(Child("noisy", noisy, None, environment))
    for web_port in [int(word.removeprefix("web=")) for word in extra if word.startswith("web=")]:
        web = (
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "warning"),
            *("--log-config", str(Path(supervise.__file__).with_name("granian_logs.json"))),
            *("--host", "127.0.0.1", "--port", str(web_port)),
            "keng.runtime.tests.small:application",
        )
        children.append(Child("web", web, web_port, environment))
    for asked_port in [
        int(word.removeprefix("asked=")) for word in extra if word.startswith("asked=")
    ]:
        listening = socket.create_server(("127.0.0.1", asked_port))
        asked = (sys.executable, "-c", ASKED, str(listening.fileno()))
        children.append(Child("asked", asked, None, environment, listening=listening))
    prepare_data_folder(data)
    with only_supervisor(data):
        ProcessRegister(data).end_orphans()
        cluster = embedded_cluster(data) if "database" in extra else None
        if cluster is not None:
            cluster.start()
        kind = FaultySupervisor if "faulty" in extra else Supervisor
        rewriting = None
        if "rewriting" in extra:
            supervise.REWRITES_FIRST_AFTER = 0.1
            command = (sys.executable, "-c", REWRITING)
            rewriting = Child("rewrite", command, None, environment)
        supervisor = kind(data, children, cluster, rewriting)
        return asyncio.run(supervisor.run("ready"))


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
    except CannotContinue as error:
        sys.exit(str(error))
