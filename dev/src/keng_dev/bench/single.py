"""What one tip costs outside the hot path: the form's write, and the machine's look at it."""

import time
from typing import Any

from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.intake import TEXTS
from keng_dev.bench.processes import cpu_seconds
from keng_dev.bench.scratch import Bench

TIPS = 300
# Those that are compared take turns of so many, so that a busy moment meets both.
_TURN = 30


def measure(bench: Bench) -> list[Figure]:
    """CPU of this process and of PostgreSQL, for each tip."""
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    unit, curve_unit = (
        Unit.objects.create(
            name="Bench", short_name=name, kind=Unit.Kind.COMMUNE, province_code="00"
        )
        for name in ("Form", "Curve")
    )
    bench.make_unit_keys()
    _give_curve_key(curve_unit)
    write, look = _Write(bench, unit, curve_unit), _Look(bench)
    write.round()  # once for nothing: everything is warm for the rounds that count
    look.round()
    found = alternate(bench.rounds, {"write": write.round, "look": look.round})
    hybrid, curve = ([each[at] for each in found["write"]] for at in (0, 1))
    return [
        Figure(
            "intake_sealed_form_cpu_ms",
            "write of a form's tip, contact sealed; app + database",
            "ms",
            hybrid,
            target=Target("≤", 15),
        ),
        Figure(
            "intake_form_seals_cpu_ms",
            "the same, with a hybrid seal",
            "ms",
            hybrid,
            curve,
            "sealed as before, to a key of the curve alone",
        ),
        Figure(
            "suggest_cpu_ms",
            "indicators, categories, urgency, places, reference; app + database",
            "ms",
            found["look"],
            target=Target("≤", 5),
        ),
    ]


def _give_curve_key(unit: Any) -> None:
    """A key as a unit had it before hybrid ones; nobody keeps the private half."""
    from nacl.public import PrivateKey  # noqa: PLC0415 -- as below

    from keng.vault import seal  # noqa: PLC0415 -- needs the settings
    from keng.vault.models import UnitKey  # noqa: PLC0415

    public = bytes(PrivateKey.generate().public_key)
    UnitKey.objects.filter(unit=unit).update(public_key=public, epoch=None)
    seal.forget_public_keys()


class _Write:
    """Tips of a form, one transaction each, for the two units in turns."""

    def __init__(self, bench: Bench, *units: Any) -> None:
        self._bench, self._units, self._sent = bench, units, 0

    def round(self) -> tuple[float, ...]:
        spent = [0.0] * len(self._units)
        for _turn in range(TIPS // _TURN):
            for at, unit in enumerate(self._units):
                start = _cpu(self._bench)
                for _ in range(_TURN):
                    self._send(unit)
                spent[at] += _cpu(self._bench) - start
        return tuple(each / TIPS * 1000 for each in spent)

    def _send(self, unit: Any) -> None:
        from keng.intake.receive import IncomingTip, receive_tip  # noqa: PLC0415
        from keng.kit.secrets import keyed_hash  # noqa: PLC0415 -- needs the data folder
        from keng.tips import receipt_codes  # noqa: PLC0415 -- needs the settings

        self._sent += 1
        token = receipt_codes.new_token()
        receive_tip(
            IncomingTip(
                unit_id=unit.pk,
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
