"""600 open desks and 2,000 residents at once, each a page a minute, beside the same pages alone.

The product's processes and the database are those of an installation that has worked for years
(`scale/filling.py`); the callers are processes of their own, whose CPU is counted apart.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg
from psycopg import ClientCursor

from keng.kit.database import dsn
from keng.runtime.roles import DATABASE_NAME
from keng_dev.bench.crowd_callers import Browser, Crowd, crowd_as_json
from keng_dev.bench.desk import session_key_of, write_tips
from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.processes import cpu_seconds, family, pss_mb
from keng_dev.bench.scale import filling
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

DESKS, RESIDENTS = 600, 2_000
TIPS = filling.RECENT_TIPS
OFFICERS_OF_DESK = DESKS // filling.DESKS_OF_PROVINCE
RECEIPTS = 500
RESIDENTS_PAGES = ("home page", "look-up", "report form", "receipt page")
DESKS_PAGES = ("list of tips", "tip", "list of tips", "what waits")
# As many browsers ask one after the other, for the quiet time of each page.
QUIET_BROWSERS = 60
ALARMS_A_MINUTE = 5
# Until every browser has opened its first page, and its stream.
WARMS_SECONDS = 60.0
_RING = """
UPDATE tips_tip SET urgency = 'P0', money_moved = NOT money_moved WHERE id = (
  SELECT id FROM tips_tip WHERE state = 'received' ORDER BY id OFFSET %s LIMIT 1)
"""


@dataclass
class _Found:
    """What callers found, of all their processes together."""

    ms: dict[str, list[float]]
    answers: Counter[str]
    streams_lost: int
    cpu: float


def measure(bench: Bench) -> list[Figure]:
    """For `bench.seconds`; what was quiet is asked first, in the same processes."""
    desks, residents = _make_browsers(bench)
    behind_proxy = {"KENG_BEHIND_TLS": "1", "KENG_PUBLIC_URL": "https://localhost"}
    ports = {"public": free_port(), "desk": free_port()}
    with ExitStack() as running:
        pids = {
            name: running.enter_context(running_web_process(bench, name, port, **behind_proxy)).pid
            for name, port in ports.items()
        }
        for name, classes in (("worker", ("normal", "slow")), ("worker-alarm", ("alarm",))):
            pids[name] = running.enter_context(_running_worker(bench, classes)).pid
        crowds = {"public": residents, "desk": desks}
        alone = [
            Crowd(ports[name], browsers[:QUIET_BROWSERS], 0, one_after_the_other=True)
            for name, browsers in crowds.items()
        ]
        # What is done once after a start is no quiet time.
        _called(bench, alone, at_once=False)
        quiet = _called(bench, alone, at_once=False)
        seconds = WARMS_SECONDS + bench.seconds
        watch = _Watch(bench, pids)
        with watch.watching(bench.seconds), _alarms():
            crowd = _called(
                bench,
                [
                    Crowd(ports[name], browsers, seconds, WARMS_SECONDS)
                    for name, browsers in crowds.items()
                ],
            )
    return [
        *_of_answers(quiet, crowd),
        *_of_pages(quiet, crowd),
        *watch.figures(crowd.cpu, seconds),
    ]


def _make_browsers(bench: Bench) -> tuple[list[Browser], list[Browser]]:
    """The desks' and the residents'."""
    from django.conf import settings  # noqa: PLC0415 -- needs the settings

    from keng.accounts.models import Officer, Post  # noqa: PLC0415
    from keng.audit.heads import make_signing_key  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.runtime.installation import make_process_keys  # noqa: PLC0415
    from keng.tips.models import Tip  # noqa: PLC0415

    base = filling.people_and_places(times.now())
    bench.make_unit_keys()
    # As before a start: a worker that is no longer root can make none.
    make_process_keys()
    make_signing_key()
    _fill(bench, base)
    today = times.local_date(times.now())
    posts = list(Post.objects.filter(officer__username__regex=r"^scale-\d+$").order_by("id"))
    officers = [post.officer for post in posts]
    for number in range(1, OFFICERS_OF_DESK):
        beside = Officer.objects.bulk_create(
            Officer(username=f"crowd-{n}-{number}", name=f"{n}/{number}", full_desk=True)
            for n in range(len(posts))
        )
        Post.objects.bulk_create(
            Post(officer=officer, unit_id=post.unit_id, role=Post.Role.DUTY, valid_from=today)
            for officer, post in zip(beside, posts, strict=True)
        )
        officers += beside
    codes = write_tips(base.officers["desk"], RECEIPTS)
    tips = dict(Tip.objects.order_by("id").values_list("responsible_unit", "pk"))
    units = [post.unit_id for post in posts]
    desks = [
        Browser(
            address=_address(n),
            pages=list(DESKS_PAGES),
            cookies={f"__Host-{settings.SESSION_COOKIE_NAME}": session_key_of(officer)},
            tip=f"/tips/{tips[units[n % len(units)]]}/",
            has_stream=True,
        )
        for n, officer in enumerate(officers)
    ]
    residents = [
        Browser(address=_address(DESKS + n), pages=list(RESIDENTS_PAGES), code=codes[n % RECEIPTS])
        for n in range(RESIDENTS)
    ]
    return desks, residents


def _fill(bench: Bench, base: filling.Filling) -> None:
    """As the superuser, whom triggers and foreign keys do not hold."""
    with bench.cluster.connect(DATABASE_NAME) as connection, ClientCursor(connection) as cursor:
        cursor.execute("SET session_replication_role = replica")
        for _step in filling.fill(cursor, base, TIPS):
            pass
        # The record that was filled in is no chain: what is really done could not follow it.
        cursor.execute(
            "TRUNCATE audit_entry, audit_chain, audit_signedhead, public_log_loggedchain CASCADE"
        )
        filling.analyse(cursor.execute)


def _address(number: int) -> str:
    """Each of a network of its own, as it is with few exceptions."""
    return f"10.{number // 256}.{number % 256}.7"


@contextmanager
def _running_worker(bench: Bench, classes: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "keng.cli", "worker", *(f"--class={each}" for each in classes)]
    variables = bench.environment("worker") | {"DJANGO_SETTINGS_MODULE": "keng.site.settings"}
    with subprocess.Popen(command, env=variables) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _alarms() -> Iterator[None]:
    """Tips that begin to ring, at one desk after the other."""
    stop = threading.Event()

    def ring() -> None:
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            number = 0
            while not stop.wait(60 / ALARMS_A_MINUTE):
                connection.execute(_RING, [number % 100])
                number += 1

    thread = threading.Thread(target=ring)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _called(bench: Bench, crowds: Sequence[Crowd], *, at_once: bool = True) -> _Found:
    """By a process for each crowd."""
    answers = []
    running = []
    for number, crowd in enumerate(crowds):
        file = bench.data / f"crowd-{number}.json"
        file.write_text(crowd_as_json(crowd))
        answer_file = file.with_suffix(".answers.json")
        command = [sys.executable, "-m", "keng_dev.bench.crowd_callers", str(file)]
        process = subprocess.Popen([*command, str(answer_file)])
        running.append((process, answer_file))
        if not at_once:
            answers.append(_answer_of(process, answer_file))
    answers = answers or [_answer_of(*each) for each in running]
    found = _Found(defaultdict(list), Counter(), 0, 0.0)
    for answer in answers:
        for page, ms in answer["ms"].items():
            found.ms[page] += ms
        found.answers.update(answer["answers"])
        found.streams_lost += answer["streams_lost"]
        found.cpu += answer["cpu"]
    return found


def _answer_of(process: "subprocess.Popen[bytes]", answer_file: Path) -> dict[str, Any]:
    if process.wait() != 0:
        raise RuntimeError(f"the callers ended with {process.returncode}")
    answer: dict[str, Any] = json.loads(answer_file.read_text())
    return answer


class _Watch:
    """Memory of each process at the beginning, in the middle and at the end; CPU between."""

    def __init__(self, bench: Bench, pids: Mapping[str, int]) -> None:
        self._bench, self._pids = bench, pids
        self._memory: list[dict[str, float]] = []
        self._cpu: list[tuple[float, dict[str, float]]] = []

    @contextmanager
    def watching(self, seconds: float) -> Iterator[None]:
        """Beside what is done in this block, once it is warm."""
        thread = threading.Thread(target=self._look, args=(seconds,))
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def _look(self, seconds: float) -> None:
        time.sleep(WARMS_SECONDS)
        for pause in (0.0, seconds / 2, seconds / 2 - 2):
            time.sleep(max(pause, 0.0))
            families = self._families()
            self._memory.append({name: pss_mb(pids) for name, pids in families.items()})
            spent = {name: cpu_seconds(pids) for name, pids in families.items()}
            self._cpu.append((time.monotonic(), spent))

    def _families(self) -> dict[str, list[int]]:
        found = {name: family(pid) for name, pid in self._pids.items()}
        return found | {"postgres": self._bench.server_pids()}

    def figures(self, callers_cpu: float, callers_seconds: float) -> list[Figure]:
        """Of the product, and of the callers beside it."""
        start, middle, end = self._memory
        (began, before), *_, (ended, after) = self._cpu
        share = {name: (after[name] - before[name]) / (ended - began) * 100 for name in after}
        return [
            Figure(
                "crowd_memory_mb",
                "memory (PSS) of all processes at the end",
                "MB",
                [sum(end.values())],
                [sum(middle.values())],
                "half-way",
                Target("≤", 1.05, of="ratio"),
            ),
            *(
                Figure(
                    f"crowd_{name}_mb",
                    f"{name}: memory at the end, {start[name]:.0f} at the beginning",
                    "MB",
                    [end[name]],
                    [middle[name]],
                    "half-way",
                )
                for name in end
            ),
            Figure(
                "crowd_cpu_percent",
                f"CPU of all processes ({', '.join(f'{n} {share[n]:.0f}' for n in share)})",
                "% of a core",
                [sum(share.values())],
                [callers_cpu / callers_seconds * 100],
                "the callers, on the same machine",
            ),
        ]


def _of_answers(quiet: _Found, crowd: _Found) -> list[Figure]:
    total = sum(crowd.answers.values())
    kinds = Counter[str]()
    for status, count in (quiet.answers + crowd.answers).items():
        is_good = status.startswith(("2", "3"))
        kinds["good" if is_good else "5xx" if status.startswith("5") else "other"] += count
    others = {s: n for s, n in crowd.answers.items() if not s.startswith(("2", "3"))}
    return [
        Figure(
            "crowd_pages",
            f"answers to {DESKS} desks and {RESIDENTS:,} residents",
            "answers",
            [float(total)],
        ),
        Figure("crowd_5xx", "of them 5xx", "answers", [float(kinds["5xx"])], target=Target("≤", 0)),
        Figure(
            "crowd_not_answered",
            f"of them refused or not answered within 30 s {others or ''}",
            "answers",
            [float(kinds["other"])],
            target=Target("≤", 0),
        ),
        Figure(
            "crowd_streams_lost",
            "streams of desks that ended meanwhile, each opened again within half a minute",
            "streams",
            [float(crowd.streams_lost)],
        ),
    ]


def _of_pages(quiet: _Found, crowd: _Found) -> Iterator[Figure]:
    for page, ms in sorted(crowd.ms.items()):
        alone = quiet.ms.get(page)
        name = page.replace(" ", "_").replace("-", "")
        asked = f"{page}, asked {len(ms):,} times"
        beside = "one after the other, nobody else there" if alone else ""
        yield Figure(
            f"crowd_{name}_p50_ms",
            asked,
            "ms",
            [median(ms)],
            [median(alone)] if alone else [],
            beside,
        )
        yield Figure(
            f"crowd_{name}_p95_ms",
            "the same: 95 of 100 within",
            "ms",
            [_p95(ms)],
            [_p95(alone)] if alone else [],
            beside,
            Target("≤", 3, of="ratio") if alone else None,
        )


def _p95(ms: Sequence[float]) -> float:
    return quantiles(ms, n=20)[-1] if len(ms) > 1 else ms[0]
