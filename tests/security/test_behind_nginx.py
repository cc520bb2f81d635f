"""The nginx of the operator's guide, run as it stands there: no word and no picture on its disk."""

import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from keng.kit.uploads import largest_file_for
from tests.security.slow import SLOWER, open_connection, seconds_of
from tests.security.test_bodies_arrive import (
    BOUNDARY,
    PLANTED,
    Visitor,
    contents,
    form_with,
    lying,
)
from tests.stack import Stack, free_ports

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(
    PROGRAM is None, reason="nginx is not installed here: the guide's example was not run."
)
SLOW = 200
# How the kernel writes it in its list of connections.
ESTABLISHED = "01"


def example() -> str:
    """The guide's, in clear: what TLS would hide is looked at here."""
    text = EXAMPLE.read_text()
    plain_server = re.compile(r"^server \{\n    listen 80 .*?^\}\n", re.MULTILINE | re.DOTALL)
    return re.sub(r"^ssl_[^;]*;.*$", "", plain_server.sub("", text), flags=re.MULTILINE)


def locations_without_buffering() -> set[str]:
    found = set()
    for names in re.findall(r"location ~ \^/\(([^)]*)\)/\$ \{[^}]*buffering off", example()):
        found |= {f"{name}/" for name in names.split("|")}
    return found


def taking_files(urls: str) -> set[str]:
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif largest_file_for(pattern.callback):
                found.add(route)

    walk(get_resolver(urls).url_patterns, "")
    return found


def test_no_address_that_takes_files_is_missing_in_the_guide() -> None:
    wanted = taking_files("keng.site.public_urls") | taking_files("keng.site.desk_urls")
    assert wanted
    assert locations_without_buffering() == wanted


@dataclass(frozen=True)
class Proxy:
    public: str
    desk: str
    pid: int
    folder: Path

    def has_on_disk(self, words: bytes) -> bool:
        """Whether it keeps them in a file, also in one without a name: those it opens first."""
        for file in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                at = str(file.readlink())
                if at.startswith(str(self.folder)) and words in file.read_bytes():
                    return True
            except OSError:
                continue
        named = (file for file in self.folder.rglob("*") if file.name != "nginx.conf")
        return any(words in content for _path, content in contents(named))

    def wait_until_read(self) -> None:
        """Until it has taken in, and dealt with, all that was sent to its public port so far."""
        # Twice: during the first look something may pass from one end, still unread, to the other.
        wait_until(lambda: unread(self.port) == unread(self.port) == 0)
        # It does one thing at a time: what it read before this page it has put where it puts it.
        urllib.request.urlopen(f"{self.public}/", timeout=20).close()

    @property
    def port(self) -> int:
        found = urlsplit(self.public).port
        assert found
        return found


def unread(port: int) -> int:
    """Bytes that are on their way to a port of this machine, or lie before who listens there."""
    waiting = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        here, there, state, queues = line.split()[1:5]
        leaving, arrived = (int(size, 16) for size in queues.split(":"))
        if state == ESTABLISHED and int(there.partition(":")[2], 16) == port:
            waiting += leaving
        if state == ESTABLISHED and int(here.partition(":")[2], 16) == port:
            waiting += arrived
    return waiting


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


@contextmanager
def nginx(stack: Stack, folder: Path, *, buffer: str = "") -> Iterator[Proxy]:
    public, desk = free_ports(2)
    ports = iter((public, desk))
    config = re.sub(r"listen 443 ssl;", lambda _: f"listen 127.0.0.1:{next(ports)};", example())
    config = config.replace("/var/log/nginx", str(folder)).replace("10.0.0.0/8", "127.0.0.0/8")
    for number, port in zip((8000, 8001, 8002), stack.ports, strict=False):
        config = config.replace(f"127.0.0.1:{number} ", f"127.0.0.1:{port} ")
    if buffer:
        config = re.sub(
            r"client_body_buffer_size \w+;", f"client_body_buffer_size {buffer};", config
        )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\n"
        f"events {{ worker_connections 2000; }}\nhttp {{\n{places}{config}\n}}\n"
    )
    assert PROGRAM is not None
    command = [PROGRAM, "-e", f"{folder}/start.log", "-p", str(folder), "-c", str(file)]
    process = subprocess.Popen(command)
    try:
        proxy = Proxy(f"http://127.0.0.1:{public}", f"http://127.0.0.1:{desk}", process.pid, folder)
        wait_until_well(proxy)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


def wait_until_well(proxy: Proxy) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"{proxy.public}/", timeout=10).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def half_a_form(words: bytes) -> bytes:
    head = (
        "POST /report/where/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {2 * len(words)}\r\n"
    )
    return head.encode() + b"\r\nq=" + words


# What each page of ours has.
OURS = (
    *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"),
    "Strict-Transport-Security",
)


@needs_nginx
def test_every_security_header_stands_once_and_no_metrics_lead_outside(
    stack: Stack, tmp_path: Path
) -> None:
    with nginx(stack, tmp_path) as proxy:
        for address in (f"{proxy.public}/", f"{proxy.desk}/sign-in/"):
            with urllib.request.urlopen(address, timeout=20) as answer:
                found = {name: answer.headers.get_all(name) or [] for name in OURS}
            assert {name: len(values) for name, values in found.items()} == dict.fromkeys(OURS, 1)
        # The desk asks who is there first.
        for address in (f"{proxy.public}/metrics", f"{proxy.desk}/metrics"):
            try:
                content = urllib.request.urlopen(address, timeout=20).read()
            except urllib.error.HTTPError as refused:
                content = refused.read()
            assert b"</html>" in content
            assert b"# HELP" not in content


@needs_nginx
def test_200_dribbling_forms_through_nginx_keep_nobody_from_the_first_page(
    stack: Stack, tmp_path: Path
) -> None:
    with nginx(stack, tmp_path) as proxy, ExitStack() as held:
        before = seconds_of(f"{proxy.public}/")
        for number in range(SLOW):
            path = "/report/where/" if number % 2 else "/report/describe/"
            form = open_connection(proxy.public, f"127.1.{number}.1")
            held.enter_context(form)
            form.sendall(half_a_form(PLANTED).replace(b"/report/where/", path.encode()))
        proxy.wait_until_read()
        assert seconds_of(f"{proxy.public}/") < before * 2 + SLOWER
        assert not proxy.has_on_disk(PLANTED)


@needs_nginx
def test_no_word_of_a_form_lies_on_the_disk_of_nginx(stack: Stack, tmp_path: Path) -> None:
    words = (PLANTED * 20_000)[:250_000]
    with nginx(stack, tmp_path) as proxy, open_connection(proxy.public) as form:
        form.sendall(half_a_form(words))
        proxy.wait_until_read()
        assert not proxy.has_on_disk(PLANTED)


@needs_nginx
def test_the_search_finds_a_word_on_the_disk_where_the_buffer_is_too_small(
    stack: Stack, tmp_path: Path
) -> None:
    words = (PLANTED * 20_000)[:250_000]
    with nginx(stack, tmp_path, buffer="8k") as proxy, open_connection(proxy.public) as form:
        form.sendall(half_a_form(words))
        # No longer than the others wait: so they do not look too early.
        proxy.wait_until_read()
        assert proxy.has_on_disk(PLANTED)


@needs_nginx
def test_no_picture_lies_on_the_disk_of_nginx_and_sealed_it_grows_in_ours(
    stack: Stack, tmp_path: Path
) -> None:
    with nginx(stack, tmp_path) as proxy:
        visitor = Visitor(proxy.public)
        visitor.begin_report()
        token = visitor.token("/report/describe/")
        body = form_with(token, PLANTED * 100_000)
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        head = (
            f"POST /report/describe/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n"
            f"Referer: https://localhost/\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        )
        before = set(lying(stack))
        with open_connection(proxy.public) as upload:
            upload.sendall(head.encode() + body[: len(body) // 2])
            wait_until(lambda: bool(set(lying(stack)) - before))
            (path,) = set(lying(stack)) - before
            wait_until(lambda: path.stat().st_size > len(body) // 4)
            proxy.wait_until_read()
            assert not proxy.has_on_disk(PLANTED)
            upload.sendall(body[len(body) // 2 :])
            assert upload.recv(65536).startswith(b"HTTP/1.1 303")
        assert path.stat().st_size > len(PLANTED) * 100_000
