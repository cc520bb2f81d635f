"""Two machines of one installation: every process on both, one database, pgbouncer and nginx.

Each machine has a data folder of its own with the same keys, as the guide of services has it, and
its processes are started by the command lines of their units. What dies is started again where a
test says so: there is no service manager here, so that a test sees what the others do meanwhile.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg

from keng.kit.alive import PROCESS_SILENT_AFTER
from tests.architecture.source import ROOT
from tests.cluster.replicated_database import ReplicatedDatabase
from tests.load.storm import HOOK, eventually
from tests.second_factor import SecondFactors
from tests.security.test_behind_nginx import example
from tests.stack import Stack, free_ports

SITES = {"public": "/health/", "desk": "/health/", "edge": "/health"}
PAGES = {"public": "/", "desk": "/sign-in/", "edge": "/health"}
KINDS = (*SITES, "worker@alarm", "worker@normal", "worker@slow", "sender")
READY_WITHIN = 90
# What they would share over the network where no store has the files.
_SHARED = ("keys", "audit", "destroyed", "films", "uploads", "originals", "viewing")
_PROGRAMS = "/usr/sbin:/usr/local/sbin:/usr/bin"
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:{_PROGRAMS}")
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:{_PROGRAMS}")
MISSING = [
    name for name, program in (("pgbouncer", PGBOUNCER), ("nginx", NGINX)) if program is None
]


class Program:
    """Something that runs beside: started, killed and started again as it was."""

    def __init__(self, command: Sequence[str], log: Path, environment: dict[str, str]) -> None:
        self._command, self._log, self._environment = command, log, environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        """With more of an environment, where a test wants that."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environment | more,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9, with whatever it has started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @property
    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]


class MachineProcess(Program):
    """One process of a machine, by the line of its unit; on a port that stays its own."""

    def __init__(self, machine: "Machine", name: str) -> None:
        self.machine, self.name = machine, name
        command, _, pace = name.partition("@")
        self.sign = f"worker-{pace}" if pace else name
        words = [command, *(["--class", pace] if pace else [])]
        if name in SITES:
            words += ["--ports", ",".join(map(str, machine.ports.values()))]
        # What of its environment the unit would not know goes by a name that it hands on.
        line = [sys.executable, "-m", "tests.cluster.as_a_unit", *words]
        super().__init__(line, machine.folder / f"{name}.output", machine.environment)

    def start(self, **more: str) -> None:
        self._sign_before = self._sign_at()
        super().start(**more)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            assert self.process is not None
            assert self.process.poll() is None, self.last_words
            assert time.monotonic() < until, f"{self.name} is not ready: {self.last_words}"
            time.sleep(0.1)

    def start_and_wait(self, **more: str) -> None:
        self.start(**more)
        self.wait_until_ready()

    def _is_ready(self) -> bool:
        if self.name in SITES:
            # The edge's sums up what else does not run yet.
            return self.machine.ask(self.name, PAGES[self.name])[0] in {200, 503}
        # By whatever clock it has.
        return self._sign_at() not in {None, self._sign_before}

    def _sign_at(self) -> float | None:
        with suppress(FileNotFoundError):
            return (self.machine.data / "run" / "alive" / self.sign).stat().st_mtime
        return None


class Machine:
    """One of two: its data folder, its ports and its processes."""

    def __init__(self, name: str, data: Path, environment: dict[str, str]) -> None:
        self.name, self.data, self.folder = name, data, data.parent
        self.environment = environment | {"KENG_DATA": str(data)}
        self.ports = dict(zip(SITES, free_ports(3), strict=True))
        self.processes = {kind: MachineProcess(self, kind) for kind in KINDS}

    def start(self, kinds: Sequence[str] = KINDS) -> None:
        for kind in kinds:
            self.processes[kind].start()
        for kind in kinds:
            self.processes[kind].wait_until_ready()

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()

    def ask(self, site: str, path: str, method: str = "GET") -> tuple[int, str]:
        """Status, and what it waits for; 0 where nobody answers."""
        caller = http.client.HTTPConnection("127.0.0.1", self.ports[site], timeout=5)
        try:
            caller.request(method, path, headers={"Host": "localhost"})
            with caller.getresponse() as answer:
                answer.read()
                return answer.status, answer.headers.get("Waits-For", "")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            caller.close()

    def health(self, site: str) -> tuple[int, str]:
        return self.ask(site, SITES[site])

    def age_sign(self, kind: str) -> None:
        """As if it had been dead for half a minute, which nobody waits for."""
        past = time.time() - PROCESS_SILENT_AFTER - 5
        with suppress(FileNotFoundError):
            os.utime(self.data / "run" / "alive" / self.processes[kind].sign, (past, past))

    def doctor(self, **more: str) -> dict[str, tuple[str, str]]:
        """Level and words of each line, by a `keng doctor` on this machine; with more settings."""
        ports = ",".join(map(str, self.ports.values()))
        answer = subprocess.run(
            [sys.executable, "-m", "keng.cli", "doctor", "--json", "--ports", ports],
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        checks = json.loads(answer.stdout)["checks"]
        return {check["name"]: (check["level"], check["text"]) for check in checks}


class Installation:
    """All of it."""

    def __init__(self, folder: Path, database: ReplicatedDatabase) -> None:
        self.folder, self.database = folder, database
        self.data = folder / "one" / "data"
        public, desk = free_ports(2)
        # Webhooks come in by the residents' address.
        self.proxy_ports = {"public": public, "desk": desk, "edge": public}
        self.machines: list[Machine] = []
        self.pooler: Program
        self.proxy: Program
        self.provider: Program

    @property
    def people(self) -> Any:
        """What people who report have to know: the addresses of the proxy, and the account."""
        return SimpleNamespace(
            ports=[0, 0, self.proxy_ports["edge"]],
            public=f"http://localhost:{self.proxy_ports['public']}",
            data=self.data,
            zalo=self.zalo,
        )

    def sign_in_words(self, officer: str) -> tuple[str, str]:
        """Password, and six digits that were not used yet."""
        code = SecondFactors(self.data, connect=self.connect).next_code(officer)
        return self._officers[officer].password, code

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.database.url(), autocommit=True)

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self.connect() as owner:
            return owner.execute(question.encode(), values).fetchall()

    @contextmanager
    def running(self) -> Iterator["Installation"]:
        with ExitStack() as ending:
            stack = Stack({"DATABASE_URL": self.database.url(), "PGGSSENCMODE": "disable"})
            ending.callback(shutil.rmtree, stack.folder, ignore_errors=True)
            stack.start()
            # It made the province; from here on each process is one by itself.
            assert stack.stop() == 0, stack.output
            self.zalo, self._officers = stack.zalo, stack.officers
            self._copy(stack)
            environment = stack.environment | self._environment()
            with self.connect() as owner:
                owner.execute(
                    "UPDATE delivery_channelaccount SET rate_per_minute = 0 WHERE slug = 'bac-ninh'"
                )
            self.pooler = self._pooler()
            self.provider = self._provider(stack)
            self.machines = [
                Machine(name, self.folder / name / "data", environment) for name in ("one", "two")
            ]
            self.proxy = self._proxy()
            for program in (self.pooler, self.provider, self.proxy):
                ending.callback(program.kill)
                program.start()
            for machine in self.machines:
                ending.callback(machine.stop)
                machine.start()
            eventually(self.is_well, 60, "the machines do not come up")
            yield self

    def is_well(self) -> bool:
        """By every site's own word."""
        return all(machine.health(site) == (200, "") for machine in self.machines for site in SITES)

    def wait_until_well(self) -> None:
        eventually(self.is_well, 60, "an installation does not come to itself")

    def kill_and_age(self, machine: Machine, kind: str) -> None:
        machine.processes[kind].kill()
        machine.age_sign(kind)

    # -- what is around the machines

    def _copy(self, stack: Stack) -> None:
        """The second machine has the keys of the first, and where files lie in common."""
        first, second = self.data, self.folder / "two" / "data"
        for data in (first, second):
            data.parent.mkdir()
            data.parent.chmod(0o711)
        subprocess.run(["cp", "-a", str(stack.data), str(first)], check=True)
        # The empty one that a stack begins with: theirs is elsewhere.
        shutil.rmtree(first / "postgres")
        subprocess.run(["cp", "-a", str(first), str(second)], check=True)
        for name in _SHARED:
            if (first / name).exists():
                shutil.rmtree(second / name)
                (second / name).symlink_to(first / name)

    def _environment(self) -> dict[str, str]:
        (self._pooler_port,) = free_ports(1)
        pooled = f"postgresql://127.0.0.1:{self._pooler_port}/keng"
        return {
            "KENG_DATABASE_URL_PUBLIC": pooled,
            "KENG_DATABASE_URL_DESK": pooled,
            # All visitors come from one network.
            "KENG_DRAFTS_NETWORK_LIMIT": "0,1",
        }

    def _pooler(self) -> Program:
        assert PGBOUNCER is not None
        member = self.database.members[self.database.primary]
        words = (ROOT / "deploy" / "pgbouncer.ini").read_text()
        for pattern, value in (
            ("host=database.example port=5432", f"host={member._sockets()} port=5432"),
            ("listen_port = 6432", f"listen_port = {self._pooler_port}"),
            ("auth_file = .*", f"auth_file = {self.folder}/userlist.txt"),
        ):
            words, count = re.subn(pattern, value, words)
            assert count == 1, pattern
        (self.folder / "pgbouncer.ini").write_text(words)
        secrets = self.data / "secrets" / "database"
        roles = {
            role: (secrets / role).read_text().strip() for role in ("keng_public", "keng_desk")
        }
        lines = (f'"{role}" "{password}"' for role, password in roles.items())
        (self.folder / "userlist.txt").write_text("\n".join(lines))
        # It refuses to be root, and not everybody comes to the socket.
        command = [PGBOUNCER, "-u", member.folder.owner(), str(self.folder / "pgbouncer.ini")]
        return Program(command, self.folder / "pgbouncer.log", dict(os.environ))

    def _provider(self, stack: Stack) -> Program:
        webhook = f"http://127.0.0.1:{self.proxy_ports['edge']}{HOOK}"
        settings = str(self.data / "secrets" / "zalo-fake.json")
        command = [sys.executable, "-m", "keng_dev.demo.fake_providers"]
        command += ["--port", str(stack.ports[3]), "--settings", settings, "--webhook", webhook]
        return Program(command, self.folder / "provider.log", stack.environment)

    def _proxy(self) -> Program:
        """As the guide has it for several machines, in clear: the example with their addresses."""
        assert NGINX is not None
        words = example().replace("10.0.0.0/8", "127.0.0.0/8")
        words = words.replace("/var/log/nginx", str(self.folder))
        for site, port in (("public", 8000), ("desk", 8001), ("edge", 8002)):
            lines = " ".join(
                f"server 127.0.0.1:{machine.ports[site]} max_fails=0;" for machine in self.machines
            )
            words, count = re.subn(f"server 127.0.0.1:{port} max_fails=0;", lines, words)
            assert count == 1, site
        for site in ("public", "desk"):
            where = f"listen 127.0.0.1:{self.proxy_ports[site]};"
            words = words.replace("listen 443 ssl;", where, 1)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in kinds)
        (self.folder / "nginx.conf").write_text(
            f"daemon off;\nuser root;\npid {self.folder}/nginx.pid;\nworker_processes 1;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\n{places}{words}\n}}\n"
        )
        command = [NGINX, "-c", f"{self.folder}/nginx.conf", "-e", f"{self.folder}/nginx.log"]
        return Program(command, self.folder / "nginx.output", dict(os.environ))


def wait_for_more(people: Any, count: int = 1, within: float = 60) -> None:
    """Until so many more of what they say is acknowledged; they are given enough to say."""
    people.say(count)
    until = len(people.journal.acknowledged) + count
    eventually(
        lambda: len(people.journal.acknowledged) >= until, within, f"nothing is taken: {people}"
    )


def storm_groups(first: int, count: int) -> list[str]:
    """Whom the deliveries of a storm go to, by the numbers that it gave."""
    return [f"storm-{number:05d}" for number in range(first, first + count)]


def storm_states(installation: Installation, groups: list[str]) -> dict[str, tuple[str, str]]:
    """What became of the delivery to each: state and code."""
    rows = installation.ask(
        "SELECT d.address, d.state, d.code FROM delivery_delivery d"
        " JOIN delivery_dispatch o ON o.id = d.dispatch_id WHERE o.source_kind = 'storm'"
        " AND d.address = ANY (%s)",
        groups,
    )
    return {address: (state, code) for address, state, code in rows}
