"""A real supervisor over small children, run as a process of its own: `python small.py DATA PORT`.

Child "site" listens on PORT; "quiet" only waits; both write a line to DATA/ended when asked to
stop. "stubborn" as third argument adds a child that does not listen to signals; "database" adds a
PostgreSQL.
"""

import asyncio
import os
import sys
from pathlib import Path

from keng.cli.errors import CannotContinue
from keng.cli.postgres import embedded_cluster
from keng.cli.postgres.folders import prepare_data_folder
from keng.cli.supervisor.children import Child
from keng.cli.supervisor.register import Register, only_supervisor
from keng.cli.supervisor.supervise import Supervisor

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
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n"


def main(data: Path, port: int, extra: list[str]) -> int:
    environment = {**os.environ, "ENDED": str(data / "ended")}
    site = (sys.executable, "-c", SITE, "site", str(port))
    quiet = (sys.executable, "-c", QUIET, "quiet")
    children = [
        Child("site", site, port, environment),
        Child("quiet", quiet, None, environment),
    ]
    if "stubborn" in extra:
        stubborn = (sys.executable, "-c", STUBBORN)
        children.append(Child("stubborn", stubborn, None, environment, stops_within=0.5))
    prepare_data_folder(data)
    with only_supervisor(data):
        Register(data).end_orphans()
        cluster = embedded_cluster(data) if "database" in extra else None
        if cluster is not None:
            cluster.start()
        supervisor = Supervisor(data, children, cluster)
        return asyncio.run(supervisor.run(lambda: print("ready", flush=True)))


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
    except CannotContinue as error:
        sys.exit(str(error))
