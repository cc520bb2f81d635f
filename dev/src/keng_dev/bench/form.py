"""A report through the web form, as a browser sends it: HTTP, the public process, the database."""

import contextlib
import http.client
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench import curve_sealed
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.intake import TEXTS
from keng_dev.bench.processes import cpu_seconds, family
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

# Enough of them that the kernel's clock of CPU time, which ticks at 10 ms, is fine enough.
FORMS = 100
_FIELD = '<input[^>]*name="{name}"[^>]*value="([^"]*)"'
_ANSWERS = (
    ("who-gets", {"desk": "province"}),
    ("what", {"topic": "scam"}),
    ("where", {"choice": "online"}),
)
_CONTACT = {"wish": "sealed", "name": "Người Đo", "phone": "0900 000 000"}
_NOBODY = {"wish": "anonymous"}


def measure(bench: Bench) -> list[Figure]:
    """Rounds of forms with a name and number to seal, and of the same forms without; and those of
    a process that seals as before.
    """
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    Unit.objects.get_or_create(
        kind=Unit.Kind.PROVINCE,
        province_code="00",
        defaults={"name": "Công an tỉnh Đo Lường", "short_name": "Bench"},
    )
    bench.make_unit_keys()
    ports = free_port(), free_port()
    # All of them come from one network, which would have drafts for 120 reports.
    drafts = {"KENG_DRAFTS_NETWORK_LIMIT": "100000,1000"}
    with (
        running_web_process(bench, "public", ports[0], **drafts) as public,
        running_web_process(
            bench, "public", ports[1], application=curve_sealed.PUBLIC, **drafts
        ) as curve_public,
    ):
        ours = _Runner(bench, public.pid, ports[0])
        curve = _Runner(bench, curve_public.pid, ports[1])
        for runner in (ours, curve):
            runner.round(_CONTACT)  # once for nothing: all is warm for the rounds that count
        found = alternate(
            bench.rounds,
            {
                "sealed": lambda: ours.round(_CONTACT),
                "curve": lambda: curve.round(_CONTACT),
                "anonymous": lambda: ours.round(_NOBODY),
            },
        )
    return _figures(found)


def _figures(found: dict[str, list[tuple[float, float]]]) -> list[Figure]:
    filled = {name: [each[0] for each in rounds] for name, rounds in found.items()}
    sent = {name: [each[1] for each in rounds] for name, rounds in found.items()}
    return [
        Figure(
            "intake_web_form_cpu_ms",
            "the web form sent, name and number sealed: HTTP, public process + database",
            "ms",
            sent["sealed"],
            sent["anonymous"],
            "the same form without name and number: nothing of it is sealed",
            Target("≤", 15),
        ),
        Figure(
            "intake_web_form_seals_cpu_ms",
            "the same, with hybrid seals",
            "ms",
            sent["sealed"],
            sent["curve"],
            "the same process sealing as before, to a key of the curve alone",
            Target("≤", 1.05, of="ratio"),
        ),
        Figure(
            "web_form_filled_cpu_ms",
            "its questions before that, each asked and answered",
            "ms",
            filled["sealed"],
            filled["anonymous"],
            "the same of that form",
        ),
    ]


class _Runner:
    def __init__(self, bench: Bench, pid: int, port: int) -> None:
        self._bench, self._pid, self._port = bench, pid, port
        self._number = 0

    def round(self, contact: dict[str, str]) -> tuple[float, float]:
        """Milliseconds of CPU for one form: to fill it in, and to send it."""
        from keng.vault.models import SealedIdentity  # noqa: PLC0415 -- needs the settings

        before, start = SealedIdentity.objects.count(), self._cpu()
        # One of its own for each round: the server closes what is silent meanwhile.
        line = http.client.HTTPConnection(listening_address(), self._port, timeout=60)
        with contextlib.closing(line):
            visitors = list(self._filled(line, contact))
            filled = self._cpu()
            for visitor in visitors:
                visitor.send()
            sent = self._cpu()
        sealed = SealedIdentity.objects.count() - before
        if sealed != (FORMS if contact == _CONTACT else 0):
            raise RuntimeError(f"{sealed} of {FORMS} forms had something sealed")
        return (filled - start) / FORMS * 1000, (sent - filled) / FORMS * 1000

    def _filled(
        self, line: http.client.HTTPConnection, contact: dict[str, str]
    ) -> Iterator["_Visitor"]:
        for _each in range(FORMS):
            self._number += 1
            visitor = _Visitor(line)
            visitor.fill(TEXTS[self._number % len(TEXTS)].format(n=self._number), contact)
            yield visitor

    def _cpu(self) -> float:
        return cpu_seconds(family(self._pid)) + self._bench.server_cpu()


class _Visitor:
    """One browser with cookies of its own; it keeps what it has filled in and not sent."""

    def __init__(self, line: http.client.HTTPConnection) -> None:
        self._line = line
        self._cookies: dict[str, str] = {}
        self._form: dict[str, str] = {}

    def fill(self, text: str, contact: dict[str, str]) -> None:
        """Answer each question, up to the page that shows everything once more."""
        steps = (*_ANSWERS, ("describe", {"text": text, "happening": "unsure"}), ("name", contact))
        for step, answers in steps:
            asked = self._ask("GET", f"/report/{step}/")
            token = {"csrfmiddlewaretoken": _field(asked, "csrfmiddlewaretoken")}
            self._ask("POST", f"/report/{step}/", answers | token)
        page = self._ask("GET", "/report/check/")
        self._form = {name: _field(page, name) for name in ("csrfmiddlewaretoken", "token")}

    def send(self) -> None:
        """What makes it a report."""
        self._ask("POST", "/report/check/", self._form)

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._line.request(method, path, urlencode(form) if form else None, headers)
        answer = self._line.getresponse()
        page = answer.read().decode()
        # A form that was not taken is shown again.
        if answer.status not in ((302, 303) if form else (200,)):
            raise RuntimeError(f"{path} answered {answer.status}")
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        return page


def _field(page: str, name: str) -> str:
    found = re.search(_FIELD.format(name=name), page)
    if found is None:
        raise RuntimeError(f"no field {name}")
    return found[1]
