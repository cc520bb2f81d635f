"""What a service manager starts: the units and the Containerfile as they stand in `deploy`."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from keng.kit import alive
from keng.kit.configuration import FILE_SETTINGS
from keng.kit.secret_files import SECRET_SETTINGS
from keng.kit.worker_tasks import TaskPace
from keng.runtime.accounts_of_the_system import POSTGRES_NAME, PROCESSES_NAME
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.supervisor.ports import Ports
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data
from tests.architecture.settings_page import OPERATORS_FILE, operators_file
from tests.architecture.source import ROOT
from tests.stack import free_ports

UNITS = ROOT / "deploy" / "systemd"
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()
INSTALLED = "/opt/keng/current/.venv/bin/keng"
KENG = Path(sys.prefix) / "bin" / "keng"
ALONE = ("public", "desk", "edge", *(f"worker@{pace}" for pace in TaskPace), "sender", "opener")
READY_WITHIN = 300
STOPS_WITHIN = 120
ANALYSE = shutil.which("systemd-analyze")


def command_of(unit):
    """Its ExecStart, with the programs of this environment."""
    name, _, instance = unit.removesuffix(".service").partition("@")
    file = UNITS / (f"{name}@.service" if instance else unit)
    line = re.search(r"^ExecStart=(.+)$", file.read_text(), re.MULTILINE)
    return shlex.split(line[1].replace(INSTALLED, str(KENG)).replace("%i", instance))


class Machine:
    """A data folder and ports, and what runs with them."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.ports = Ports(*free_ports(4))
        ours = ("KENG_PG_BINDIR", "KENG_PG_USER", "KENG_ACCOUNT")
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ours or not name.startswith(("KENG_", "PG", "DJANGO_"))
        }
        ports = {name: str(port) for name, port in self.ports.settings.items()}
        self.environment = {**kept, **ports, "KENG_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}

    def run(self, *command, **more):
        return subprocess.run(
            command,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=READY_WITHIN,
        )

    @contextlib.contextmanager
    def started(self, name, command, **more):
        log = self.folder / f"{name}.output"
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                env=self.environment | more,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            with contextlib.suppress(ProcessLookupError):
                process.wait(STOPS_WITHIN)
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def machine(open_folder):
    return Machine(open_folder)


def eventually(condition, process=None, log=None):
    deadline = time.monotonic() + READY_WITHIN
    while not (answer := condition()):
        said = log.read_text() if log is not None else ""
        assert process is None or process.poll() is None, said
        assert time.monotonic() < deadline, f"it never came true: {said}"
        time.sleep(0.1)
    return answer


def page(port, path):
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=5) as answer:
            return answer.status
    except OSError as error:
        return getattr(error, "code", None)


@pytest.mark.skipif(ANALYSE is None, reason="systemd-analyze is not here: no unit was verified.")
def test_every_unit_passes_the_look_of_systemd(tmp_path):
    for unit in UNITS.iterdir():
        text = unit.read_text().replace(INSTALLED, str(KENG))
        (tmp_path / unit.name).write_text(text)
    units = sorted(str(unit) for unit in tmp_path.iterdir())
    looked = subprocess.run(
        [ANALYSE, "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (looked.returncode, looked.stderr) == (0, ""), looked.stderr


def test_the_unit_of_the_doctor_fails_where_something_is_wrong_and_for_nothing_less(machine):
    """Nothing runs here: as wrong as it can be."""
    assert machine.run(*command_of("keng-doctor.service")).returncode == 1
    unit = (UNITS / "keng-doctor.service").read_text()
    assert re.findall(r"^SuccessExitStatus=(.*)$", unit, re.MULTILINE) == ["2"]


def test_each_process_runs_alone_by_the_line_of_its_unit_and_stops_when_asked(machine):
    early = machine.run(*command_of("keng-public.service"))
    assert (early.returncode, "run `keng prepare` first" in early.stderr) == (1, True)
    copy_migrated_data(machine.data)
    with running_cluster(embedded_cluster(machine.data, UNSAFE_AND_FAST)):
        prepare = command_of("keng-prepare.service")
        prepared = machine.run(*prepare)
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr
        with newer_database(machine):
            refused = machine.run(*prepare)
            assert (refused.returncode, "newer than this code" in refused.stderr) == (1, True)
        with contextlib.ExitStack() as running:
            processes = {
                name: running.enter_context(
                    machine.started(name, command_of(f"keng-{name}.service"))
                )
                for name in ALONE
            }
            for name, port, path in (
                ("public", machine.ports.public, "/"),
                ("desk", machine.ports.desk, "/sign-in/"),
                ("edge", machine.ports.edge, "/health"),
            ):
                log = machine.folder / f"{name}.output"
                eventually(lambda p=port, a=path: page(p, a) == 200, processes[name], log)
            found = eventually(lambda: all_are_alive(machine))
            # It was not the supervisor who told it, so it names nobody's own settings.
            assert found["supervisor"]["text"].startswith("none; something else started")
            assert found["ports"]["level"] == "ok", found["ports"]
            for name in ALONE:
                processes[name].send_signal(signal.SIGTERM)
            codes = {name: process.wait(STOPS_WITHIN) for name, process in processes.items()}
            assert set(codes.values()) == {0}, codes


@contextlib.contextmanager
def newer_database(machine):
    """As a later version leaves it: a migration more than the code here has."""
    cluster = embedded_cluster(machine.data, UNSAFE_AND_FAST)
    with contextlib.closing(cluster.connect("keng")) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('tips', '9999_later', now())"
        )
        yield
        connection.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def all_are_alive(machine):
    said = machine.run(str(KENG), "doctor", "--json").stdout
    found = {check["name"]: check for check in json.loads(said)["checks"]}
    # The doctor asks the opener under `shares`.
    watched = [name.replace("@", "-") for name in ALONE if name != "opener"]
    return found if all(found[name]["level"] == "ok" for name in watched) else None


def test_what_runs_alone_is_not_told_what_the_owner_knows(monkeypatch, tmp_path):
    """As the supervisor tells it: the list is one, so this asks for its result."""
    from keng.runtime import alone

    given = {}
    monkeypatch.setenv("DATABASE_URL", "postgres://owner:secret@localhost/keng")
    monkeypatch.setenv("KENG_DATABASE_URL_DESK", "postgres://desk:other@localhost/keng")
    monkeypatch.setenv("KENG_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setattr("os.execve", lambda _path, _words, told: given.update(told))
    alone.become_process("public")
    assert given["KENG_PROCESS"] == "public"
    assert "KENG_DATABASE_URL_PUBLIC" in given
    kept = {"DATABASE_URL", "KENG_DATABASE_URL_DESK", "KENG_SENDER_KEY_FILE", "NOTIFY_SOCKET"}
    assert not kept & given.keys()
    assert "secret" not in given["KENG_DATABASE_URL_PUBLIC"]


def test_the_service_is_told_ready_stops_by_the_command_and_an_early_stop_leaves_nothing(machine):
    copy_migrated_data(machine.data)
    log = machine.folder / "serve.output"
    serve = command_of("keng.service")

    # Asked before it was ready: what it had begun ends with it.
    with machine.started("serve", serve) as process:
        eventually((machine.data / "postgres" / "cluster" / "postmaster.pid").exists)
        assert "start of process" in supervisor_line(machine)
        assert machine.run(str(KENG), "stop").returncode == 0
        assert process.wait(STOPS_WITHIN) == 0, log.read_text()
    assert not (machine.data / "postgres" / "cluster" / "postmaster.pid").exists()

    with service_manager(machine.folder / "notify") as told:
        address = str(machine.folder / "notify")
        with machine.started("serve", serve, NOTIFY_SOCKET=address) as process:
            eventually(lambda: "READY=1" in told, process, log)
            assert supervisor_line(machine) == f"process {process.pid}"
            stopped = machine.run(str(KENG), "stop")
            assert (stopped.returncode, "Stopped" in stopped.stdout) == (0, True)
            assert process.wait(STOPS_WITHIN) == 0
        eventually(lambda: "STOPPING=1" in told)
        assert set(told) == {"WATCHDOG=1", "READY=1", "STOPPING=1"}
    again = machine.run(str(KENG), "stop")
    assert (again.returncode, "Nothing runs" in again.stdout) == (0, True)


@contextlib.contextmanager
def service_manager(path):
    """What it is told, as long as it listens."""
    told = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))

        def hear():
            while (words := listening.recv(64).decode()) != "end":
                told.append(words)

        hearing = threading.Thread(target=hear, daemon=True)
        hearing.start()
        try:
            yield told
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"end", str(path))
            hearing.join(STOPS_WITHIN)


def supervisor_line(machine):
    said = machine.run(str(KENG), "doctor", "--json").stdout
    return next(c["text"] for c in json.loads(said)["checks"] if c["name"] == "supervisor")


def test_the_container_names_the_accounts_and_the_folder_of_the_code(machine):
    assert re.findall(r"useradd .* ([a-z-]+)(?: \\)?$", CONTAINERFILE, re.MULTILINE) == [
        PROCESSES_NAME,
        POSTGRES_NAME,
    ]
    assert f'ENTRYPOINT ["{INSTALLED}"]' in CONTAINERFILE
    exposed = re.search(r"^EXPOSE (.+)$", CONTAINERFILE, re.MULTILINE)[1].split()
    assert exposed == [str(Ports().public), str(Ports().desk), str(Ports().edge)]
    told = dict(re.findall(r"(KENG_[A-Z_]+)=(\S+)", CONTAINERFILE.split("\nENV ")[1]))
    machine.data.mkdir()
    refused = machine.run(str(KENG), "serve", **(told | {"KENG_DATA": str(machine.data)}))
    assert (refused.returncode, "KENG_BEHIND_TLS=1" in refused.stderr) == (1, True)
    assert list(machine.data.iterdir()) == []


def test_the_operators_file_is_printed_from_the_page_of_settings():
    if os.environ.get("PRINT_SETTINGS") == "1":
        OPERATORS_FILE.write_text(operators_file(), encoding="utf-8")
    assert OPERATORS_FILE.read_text(encoding="utf-8") == operators_file()


# What each process is told of the owner's settings; whoever prepares, saves or looks needs all.
OWN_SECRETS = {
    "public": ("KENG_DATABASE_URL_PUBLIC", "KENG_FILES_SECRET"),
    "desk": (
        "KENG_DATABASE_URL_DESK",
        "KENG_DATABASE_URL_CHANGES",
        "KENG_DATABASE_URL_REPLICA",
        "KENG_FILES_SECRET",
    ),
    "edge": ("KENG_DATABASE_URL_EDGE",),
    "worker@": ("KENG_DATABASE_URL_WORKER", "KENG_DATABASE_URL_REPLICA", "KENG_FILES_SECRET"),
    "sender": ("KENG_DATABASE_URL_SENDER",),
    "opener": ("KENG_DATABASE_URL_OPENER",),
}
OF_ALL_PROCESSES = {"DATABASE_URL", "KENG_SECRET_KEY"}


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.stem)
def test_a_unit_is_handed_the_secrets_of_its_process_and_no_others(unit):
    said = re.findall(r"^LoadCredential=(\S+):(\S+)$", unit.read_text(), re.MULTILINE)
    # A name and no path: systemd looks in /etc/credstore, and misses nothing that is not there.
    assert all(file == f"keng.{name}" for name, file in said)
    own = OWN_SECRETS.get(unit.stem.removeprefix("keng-"), SECRET_SETTINGS - {"KENG_SMTP_URL"})
    assert {name for name, _file in said} == OF_ALL_PROCESSES | set(own)


COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
IN_CONTAINERS = {
    name: service for name, service in COMPOSE["services"].items() if service["image"] == "keng"
}


def test_each_process_has_a_container_with_the_command_of_its_unit():
    commands = {name: service["command"] for name, service in IN_CONTAINERS.items()}
    assert commands.pop("prepare") == ["prepare"]
    of_units = {name.replace("@", "-"): command_of(f"keng-{name}.service")[1:] for name in ALONE}
    assert commands == of_units
    for name, service in IN_CONTAINERS.items():
        waits = service["depends_on"]
        first = "database" if name == "prepare" else "prepare"
        assert list(waits) == [first]
    assert "service_healthy" in str(IN_CONTAINERS["prepare"]["depends_on"])


def test_containers_publish_each_site_to_this_machine_alone_and_ask_after_its_health():
    ports = Ports()
    published = {
        name: service["ports"]
        for name, service in COMPOSE["services"].items()
        if "ports" in service
    }
    assert published == {
        name: [f"127.0.0.1:{port}:{port}"]
        for name, port in (("public", ports.public), ("desk", ports.desk), ("edge", ports.edge))
    }
    for name, port, path in (
        ("public", ports.public, "/health/"),
        ("desk", ports.desk, "/health/"),
        ("edge", ports.edge, "/health"),
    ):
        asked = IN_CONTAINERS[name]["healthcheck"]["test"]
        assert asked[1] == str(Path(INSTALLED).with_name("python"))
        assert f"'http://127.0.0.1:{port}{path}'" in asked[-1]
    for sign in (*alive.WORKER_SIGNS.values(), "sender"):
        asked = IN_CONTAINERS[sign]["healthcheck"]["test"][-1]
        assert f" /var/lib/keng/run/alive/{sign} " in asked


@pytest.mark.parametrize("name", [*alive.WORKER_SIGNS.values(), "sender"])
def test_the_look_at_a_sign_of_life_tells_a_process_that_stands_still(tmp_path, name):
    words = IN_CONTAINERS[name]["healthcheck"]["test"][-1].replace("/var/lib/keng", str(tmp_path))
    sign = tmp_path / "run" / "alive" / name

    def is_well():
        return subprocess.run(["sh", "-c", words], capture_output=True, check=False).returncode == 0

    assert not is_well()
    sign.parent.mkdir(parents=True)
    sign.touch()
    assert is_well()
    long_ago = time.time() - 4000
    os.utime(sign, (long_ago, long_ago))
    assert not is_well()


def test_the_settings_of_the_containers_are_right_once_the_proxy_is_named(tmp_path):
    service = IN_CONTAINERS["public"]
    told = dict(service["environment"])
    assert told["KENG_DATA"] in {volume.partition(":")[2] for volume in service["volumes"]}
    assert f"KENG_DATA={told['KENG_DATA']}" in CONTAINERFILE
    assert f'ENTRYPOINT ["{INSTALLED}"]' in CONTAINERFILE
    files = {name: told[name] for name in told if name in FILE_SETTINGS}
    assert {Path(file).name for file in files.values()} == set(service["secrets"])
    assert set(COMPOSE["secrets"]) == {"database_password", "database_url"}
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://keng_owner:aa@/keng?host=/run/postgresql")
    secret.chmod(0o600)
    told |= {"DATABASE_URL_FILE": str(secret), "KENG_DATA": str(tmp_path / "data")}
    machine = Machine(tmp_path)
    refused = machine.run(str(KENG), "check-settings", **told)
    assert (refused.returncode, "KENG_BEHIND_TLS=1" in refused.stdout) == (1, True)
    taken = machine.run(str(KENG), "check-settings", **told, KENG_BEHIND_TLS="1")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert ":aa@" not in taken.stdout


def test_no_secret_and_no_checkout_gets_into_an_image():
    """Podman reads the one, Docker the other."""
    left_out = (ROOT / ".containerignore").read_text()
    assert (ROOT / "deploy" / "Containerfile.dockerignore").read_text() == left_out
    assert {".git", ".venv", "deploy/secrets", "deploy/settings.env"} <= set(left_out.splitlines())
    for each in COMPOSE["secrets"].values():
        assert each["file"].startswith("secrets/")
    assert IN_CONTAINERS["public"]["env_file"] == "settings.env"
