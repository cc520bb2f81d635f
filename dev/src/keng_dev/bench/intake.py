"""Webhooks: signed, sealed, committed, answered; beside pgbench writing the same rows."""

import json
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import sql

from keng.kit.database import dsn
from keng_dev.bench import curve_sealed
from keng_dev.bench.edge_parts import EdgeParts, measure_edge_parts
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.hammer import seconds_for_requests, write_requests
from keng_dev.bench.intake_baseline import SCRIPT, values_of
from keng_dev.bench.intake_meter import Meter, Run
from keng_dev.bench.processes import family
from keng_dev.bench.processor_share import held_to_share
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

CONNECTIONS = 64
TIPS, TIPS_IN_FULL = 4000, 20_000
# Each of pgbench's connections plans its statement anew, which the edge did before the rounds that
# count; so it writes more, and pays for that over more rows.
MORE_FOR_PGBENCH = 4
PORT = 18_632
# The rounds of the edge that seals as before are of people from here on.
_ROUNDS_BEFORE = 5000
# Those of edges that share one database, and of the parts of one.
_ROUNDS_OF_SEVERAL, _ROUNDS_OF_PARTS = 7000, 9000
SHARE_OF_CORE = 0.25
SECRETS = {"app_id": "100200300", "oa_id": "400500600", "app_secret": "-", "oa_secret_key": "key"}
TEXTS = (
    """Sáng nay có số 0912 000 {n:03d} gọi cho em, tự xưng công an phường, bảo căn cước bị khóa, đòi
em bấm vào http://dvc-{n}.example/ để cập nhật gấp. Em thấy lạ nên báo các anh.""",
    """Xom em may dem nay cu gan 23h la thay may nguoi keo den choi bai an tien, cai nhau om xom,
tre con khong ngu duoc, xin phuong cho nguoi xuong xem, cho do la goc san bong ngo {n}.""",
    """Mẹ em vừa nhận tin nhắn báo trúng thưởng xe máy, phải chuyển phí vào số tài khoản
19000{n:05d}12 ở Vietcombank. May em ngăn kịp. Mong các anh cảnh báo cho mọi người.""",
    """Xe máy của chú em để trước cửa nhà {n} bị mất lúc 2 giờ sáng, camera có ghi lại hai người
đi xe không biển số.""",
    """Someone called me from a strange number and said my residence permit has a problem, then
asked for an OTP. I did not give it. Please warn other foreigners in building {n}.""",
)


def measure(bench: Bench) -> list[Figure]:
    """Alternating rounds of new webhooks, the same ones again, and pgbench."""
    tips = TIPS_IN_FULL if bench.is_full else TIPS
    account = _set_up(bench)
    curve_port = free_port()
    with (
        running_web_process(bench, "edge", PORT) as edge,
        running_web_process(bench, "edge", curve_port, application=curve_sealed.EDGE) as curve_edge,
    ):
        runner = _Runner(bench, edge, tips, PORT)
        curve_runner = _Runner(bench, curve_edge, tips, curve_port, before=_ROUNDS_BEFORE)
        for each in (runner, curve_runner):
            each.new()  # once for nothing: everything is warm for the rounds that count
        baseline = values_of(account)
        found = alternate(
            bench.rounds,
            {
                "new": runner.new,
                "again": runner.again,
                "curve": curve_runner.new,
                "pgbench": lambda: _pgbench(bench, baseline, MORE_FOR_PGBENCH * tips),
            },
        )
        parts = _measure_parts(bench)
    return [*_figures(found), *_part_figures(parts, found["new"]), *_several(bench)]


def _several(bench: Bench) -> list[Figure]:
    """Two edges beside one of them, each with a quarter of a core: so the edge is the limit."""
    tips = (TIPS_IN_FULL if bench.is_full else TIPS) // 4
    ports = free_port(), free_port()
    with (
        running_web_process(bench, "edge", ports[0]) as one,
        running_web_process(bench, "edge", ports[1]) as other,
    ):
        runners = [
            _Runner(bench, edge, tips, port, before=_ROUNDS_OF_SEVERAL + 1000 * number)
            for number, (edge, port) in enumerate(zip((one, other), ports, strict=True))
        ]
        for runner in runners:
            runner.new()
        with held_to_share(SHARE_OF_CORE, [family(one.pid), family(other.pid)]) as is_held:
            if not is_held:
                print("Two edges: this machine holds no process to a share of a core.")
                return []
            found = alternate(
                bench.rounds,
                {"one": lambda: _together(runners[:1]), "two": lambda: _together(runners)},
            )
    return [
        Figure(
            "intake_two_edges",
            "two edges on one database, each held to a quarter of a core",
            "tips/s",
            found["two"],
            found["one"],
            "one of them alone",
            Target("≥", 1.5, "ratio"),
        )
    ]


def _together(runners: "list[_Runner]") -> float:
    """Tips in a second, of all of them at once."""
    for runner in runners:
        runner.write_new_round()
    _checkpoint()
    before = _count("tips_tip")
    with ThreadPoolExecutor(len(runners)) as pool:
        seconds: float = max(pool.map(lambda runner: runner.seconds_of_round(), runners))
    tips = sum(runner.tips for runner in runners)
    if _count("tips_tip") - before != tips:
        raise RuntimeError("not every webhook became a tip")
    return tips / seconds


def _measure_parts(bench: Bench) -> list[EdgeParts]:
    """The calls that an edge would be sent, without an edge."""
    return [
        measure_edge_parts(
            "bench",
            [_body_and_headers(webhook(_ROUNDS_OF_PARTS + number, n)) for n in range(TIPS // 4)],
        )
        for number in range(bench.rounds)
    ]


def _body_and_headers(request: bytes) -> tuple[bytes, dict[str, str]]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return body, {name.lower(): value for name, value in lines}


def _part_figures(parts: list[EdgeParts], new: list[Run]) -> list[Figure]:
    rest = [
        run.app_us - part.parsing - part.sealing - part.rows - part.driver
        for run, part in zip(new, parts, strict=True)
    ]
    shown = {
        "parsing": ("signature and words of the provider", [part.parsing for part in parts]),
        "sealing": ("words, address and answer sealed", [part.sealing for part in parts]),
        "rows": ("hashes, urgency, place and clocks as rows", [part.rows for part in parts]),
        "driver": ("psycopg, on this side", [part.driver for part in parts]),
        "rest": ("what is left: HTTP, the loop, waiting in batches", rest),
    }
    return [
        Figure(f"intake_edge_{name}_us", f"of the edge's CPU: {what}", "µs", values)
        for name, (what, values) in shown.items()
    ]


def _figures(found: dict[str, list[Run]]) -> list[Figure]:
    new, again, pgbench, curve = (found[name] for name in ("new", "again", "pgbench", "curve"))
    rates = [run.rate for run in new]
    client = "pgbench with its server"
    return [
        Figure(
            "intake_webhook",
            "signed webhook → committed, sealed tip; 64 connections, 64+ senders",
            "tips/s",
            rates,
            [run.rate for run in pgbench],
            "pgbench, 64 clients, the same rows in one CTE statement",
            Target("≥", 0.9, "ratio"),
        ),
        Figure(
            "intake_webhook_left",
            "the same in the time that others on this machine left over",
            "tips/s",
            [run.rate_left for run in new],
            [run.rate_left for run in pgbench],
            "pgbench likewise",
        ),
        Figure(
            "intake_others",
            "what others on this machine took meanwhile",
            "%",
            [run.others for run in new],
            [run.others for run in pgbench],
            "while pgbench ran",
        ),
        Figure(
            "intake_webhook_all_us",
            "CPU of caller, edge and PostgreSQL for one tip",
            "µs",
            [run.all_us for run in new],
            [run.all_us for run in pgbench],
            client,
        ),
        Figure(
            "intake_webhook_app_us",
            "CPU of the edge for one tip",
            "µs",
            [run.app_us for run in new],
            target=Target("≤", 300),
        ),
        Figure(
            "intake_webhook_database_us",
            "CPU of PostgreSQL for one tip",
            "µs",
            [run.database_us for run in new],
            [run.database_us for run in pgbench],
            "pgbench",
            Target("≤", 250),
        ),
        Figure(
            "intake_webhook_seals_us",
            "the same of all three, with hybrid seals",
            "µs",
            [run.all_us for run in new],
            [run.all_us for run in curve],
            "the same edge sealing as before, to a key of the curve alone",
            Target("≤", 1.05, "ratio"),
        ),
        Figure(
            "intake_replay",
            "the same webhooks again: nothing is written, the same is answered",
            "calls/s",
            [run.rate for run in again],
            rates,
            "new ones",
            Target("≥", 1.5, "ratio"),
        ),
    ]


class _Runner:
    """Rounds against one edge; each with people and messages of its own."""

    def __init__(
        self,
        bench: Bench,
        edge: "subprocess.Popen[bytes]",
        tips: int,
        port: int,
        *,
        before: int = 0,
    ) -> None:
        """`before` are the rounds of another edge, whose people are not to come again."""
        self._bench, self._edge, self.tips, self._port = bench, edge, tips, port
        self._file = bench.data / f"webhooks-{port}"
        self._round = before

    def new(self) -> Run:
        """New people with a message each; afterwards every one of them has a tip."""
        self.write_new_round()
        before = _count("tips_tip")
        run = self._hammer()
        if _count("tips_tip") - before != self.tips:
            raise RuntimeError("not every webhook became a tip")
        return run

    def write_new_round(self) -> None:
        """People who have not written before."""
        self._round += 1
        write_requests(self._file, (webhook(self._round, n) for n in range(self.tips)))

    def seconds_of_round(self) -> float:
        """How long it took until all of it was answered."""
        return seconds_for_requests(self._file, self.tips, port=self._port, connections=CONNECTIONS)

    def again(self) -> Run:
        """The last round once more; afterwards there is not one tip more."""
        before = _count("tips_tip"), _count("delivery_delivery")
        run = self._hammer()
        if (_count("tips_tip"), _count("delivery_delivery")) != before:
            raise RuntimeError("a repeated webhook wrote something")
        return run

    def _hammer(self) -> Run:
        _checkpoint()
        meter = Meter(app=family(self._edge.pid), server=self._bench.server_pids())
        return meter.run(self.tips, self.tips / self.seconds_of_round())


def webhook(portion: int, n: int, *, slug: str = "bench") -> bytes:
    """The signed call of one new sender: each pair of numbers is somebody else."""
    from keng.channels.zalo_oa import signature  # noqa: PLC0415 -- needs nothing before

    stamp = str(int(time.time() * 1000))
    body = json.dumps(
        {
            "app_id": SECRETS["app_id"],
            "sender": {"id": f"{portion:04d}{n:012d}"},
            "user_id_by_app": f"8{portion:04d}{n:012d}",
            "recipient": {"id": SECRETS["oa_id"]},
            "event_name": "user_send_text",
            "timestamp": stamp,
            "message": {
                # Not one that was read before: what a process remembers of a text is no help.
                "text": TEXTS[n % len(TEXTS)].format(n=(portion * 7919 + n) % 100_000),
                "msg_id": f"{portion:08x}{n:016x}",
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    mark = signature.sign_call(
        body, first=SECRETS["app_id"], timestamp=stamp, key=SECRETS["oa_secret_key"]
    )
    head = (
        f"POST /hooks/zalo_oa/{slug} HTTP/1.1\r\n"
        "Host: localhost\r\nContent-Type: application/json\r\n"
        f"{signature.ZALO_SIGNATURE_HEADER}: {mark}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _pgbench(bench: Bench, values: dict[str, str], tips: int) -> Run:
    """The same number of transactions by PostgreSQL's own benchmark, prepared, over its socket."""
    script = bench.data / "intake.sql"
    script.write_text(SCRIPT)
    _checkpoint()
    parameters = psycopg.conninfo.conninfo_to_dict(dsn("owner"))
    environment = os.environ | {"PGPASSWORD": str(parameters.pop("password", ""))}
    command = [
        bench.cluster.software.program("pgbench"),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(CONNECTIONS),
        "-j",
        "2",
        "-t",
        str(tips // CONNECTIONS),
        "-f",
        str(script),
        *(word for name, value in values.items() for word in ("-D", f"{name}={value}")),
        "-h",
        str(parameters["host"]),
        "-p",
        str(parameters["port"]),
        "-U",
        str(parameters["user"]),
        str(parameters["dbname"]),
    ]
    meter = Meter(app=[], server=bench.server_pids())
    answer = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    found = re.search(r"tps = ([\d.]+)", answer.stdout)
    if found is None or "failed transactions: 0" not in answer.stdout:
        raise RuntimeError(answer.stdout + answer.stderr)
    done = tips // CONNECTIONS * CONNECTIONS
    return meter.run(done, float(found[1]))


def _set_up(bench: Bench) -> Any:
    """A provincial desk with its keys and a Zalo account."""
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    unit = Unit.objects.create(
        name="Công an tỉnh Đo Lường",
        short_name="Bench",
        kind=Unit.Kind.PROVINCE,
        province_code="00",
    )
    bench.make_unit_keys()
    return chat_account_of(unit)


def chat_account_of(unit: Any, *, slug: str = "bench") -> Any:
    """A Zalo account to which `webhook` writes."""
    from keng.delivery.credentials import keep_secrets  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    account = ChannelAccount(channel="zalo_oa", slug=slug, name="Bench", unit=unit)
    keep_secrets(account, SECRETS)
    account.save()
    return account


def _count(table: str) -> int:
    with psycopg.connect(dsn("owner")) as connection:
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
        return int(row[0]) if row else 0


def _checkpoint() -> None:
    """So that no run pays for what the one before left to be written."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
