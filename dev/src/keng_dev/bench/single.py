"""What one tip costs outside the hot path: the form's write, and the machine's look at it."""

import time
from typing import Any

from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.intake import TEXTS
from keng_dev.bench.processes import cpu_seconds
from keng_dev.bench.scratch import Bench

TIPS = 300


def measure(bench: Bench) -> list[Figure]:
    """CPU of this process and of PostgreSQL, for each tip."""
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    unit = Unit.objects.create(
        name="Bench", short_name="Form", kind=Unit.Kind.COMMUNE, province_code="00"
    )
    bench.make_unit_keys()
    write, look = _Write(bench, unit), _Look(bench)
    found = alternate(bench.rounds, {"write": write.round, "look": look.round})
    return [
        Figure(
            "intake_sealed_form_cpu_ms",
            "write of a form's tip, contact sealed; app + database",
            "ms",
            found["write"],
            target=Target("≤", 15),
        ),
        Figure(
            "suggest_cpu_ms",
            "indicators, categories, urgency, places, reference; app + database",
            "ms",
            found["look"],
            target=Target("≤", 5),
        ),
    ]


class _Write:
    """Tips of a form, one transaction each."""

    def __init__(self, bench: Bench, unit: Any) -> None:
        self._bench, self._unit, self._sent = bench, unit, 0

    def round(self) -> float:
        start = _cpu(self._bench)
        for _ in range(TIPS):
            self._send()
        return (_cpu(self._bench) - start) / TIPS * 1000

    def _send(self) -> None:
        from keng.intake.receive import IncomingTip, receive_tip  # noqa: PLC0415
        from keng.kit.secrets import keyed_hash  # noqa: PLC0415 -- needs the data folder
        from keng.tips import receipt_codes  # noqa: PLC0415 -- needs the settings

        self._sent += 1
        token = receipt_codes.new_token()
        receive_tip(
            IncomingTip(
                unit_id=self._unit.pk,
                text=TEXTS[self._sent % len(TEXTS)].format(n=self._sent),
                dedupe_key=keyed_hash("web form", token),
                topic="scam",
                contact={"name": "Người Đo", "phone": "0900 000 000"},
                receipt_hash=receipt_codes.code_hash(receipt_codes.code_from_token(token)),
            )
        )


class _Look:
    """The worker's look at the tips that the round before wrote."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def round(self) -> float:
        from keng.intake.examination.examine import examine_tips  # noqa: PLC0415 -- needs the settings

        start, done = _cpu(self._bench), 0
        while portion := examine_tips():
            done += portion
        return (_cpu(self._bench) - start) / done * 1000


def _cpu(bench: Bench) -> float:
    return time.process_time() + cpu_seconds(bench.server_pids())
