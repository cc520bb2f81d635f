"""The home page while 200 forms, or 200 files at 1 kB/s, come in so slowly that they never end."""

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.request import urlopen

from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

FORMS = 200
PAGES = 40
_HEAD = (
    "POST /report/what/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.{number}.1\r\n"
    "Cookie: keng_csrf={token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 100000\r\n\r\na="
)
_FILES_HEAD = (
    "POST /report/describe/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.1.{number}.1\r\n"
    "Cookie: keng_csrf={token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    "Content-Length: 1000000\r\n\r\n--b\r\n"
    'Content-Disposition: form-data; name="files"; filename="a.jpg"\r\n'
    "Content-Type: image/jpeg\r\n\r\n"
)
# A picture's bytes as a slow phone sends them.
BYTES_A_SECOND = 1024
_PIECE_SECONDS = 0.5


def measure(bench: Bench) -> list[Figure]:
    """Every value of a round is the middle one of some pages, asked for one after the other."""
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    Unit.objects.get_or_create(
        kind=Unit.Kind.PROVINCE,
        province_code="00",
        defaults={"name": "Công an tỉnh Đo Lường", "short_name": "Bench"},
    )
    port = free_port()
    with running_web_process(bench, "public", port, KENG_BEHIND_TLS="1"):
        _median_ms(port)

        def beside_slow_forms() -> float:
            with _slow_forms(port):
                return _median_ms(port)

        def beside_slow_files() -> float:
            with _slow_files(port):
                return _median_ms(port)

        found = alternate(
            bench.rounds,
            {
                "alone": lambda: _median_ms(port),
                "beside": beside_slow_forms,
                "files": beside_slow_files,
            },
        )
    return [
        Figure(
            "home_beside_slow_files_ms",
            f"home page while {FORMS} phones send a file each at {BYTES_A_SECOND} bytes a second",
            "ms",
            found["files"],
            found["alone"],
            "the same page without them",
            Target("≤", 2, of="ratio"),
        ),
        Figure(
            "home_beside_slow_forms_ms",
            f"home page while {FORMS} forms of {FORMS} networks never end",
            "ms",
            found["beside"],
            found["alone"],
            "the same page without them",
            Target("≤", 1.25, of="ratio"),
        ),
    ]


@contextmanager
def _slow_forms(port: int) -> Iterator[None]:
    with ExitStack() as held:
        for number in range(FORMS):
            form = held.enter_context(
                socket.create_connection((listening_address(), port), timeout=20)
            )
            form.sendall(_HEAD.format(number=number, token="a" * 32).encode())
        time.sleep(0.5)
        yield


@contextmanager
def _slow_files(port: int) -> Iterator[None]:
    with ExitStack() as held:
        phones = []
        for number in range(FORMS):
            phone = held.enter_context(
                socket.create_connection((listening_address(), port), timeout=20)
            )
            phone.sendall(_FILES_HEAD.format(number=number, token="a" * 32).encode())
            phones.append(phone)
        has_ended = threading.Event()
        faults: list[OSError] = []

        def send_on() -> None:
            piece = secrets.token_bytes(int(BYTES_A_SECOND * _PIECE_SECONDS))
            try:
                while not has_ended.wait(_PIECE_SECONDS):
                    for phone in phones:
                        phone.sendall(piece)
            except OSError as error:
                faults.append(error)

        sending = threading.Thread(target=send_on)
        sending.start()
        try:
            time.sleep(2 * _PIECE_SECONDS)
            yield
        finally:
            has_ended.set()
            sending.join()
        if faults:
            # Of an upload that was refused nothing would be measured.
            raise faults[0]


def _median_ms(port: int) -> float:
    return median(_seconds(port) * 1000 for _ in range(PAGES))


def _seconds(port: int) -> float:
    began = time.perf_counter()
    with urlopen(f"http://{listening_address()}:{port}/", timeout=20) as answer:
        answer.read()
    return time.perf_counter() - began
