"""Real senders, six channels and a database, with faults and kills; then everything is compared.

    python -m tests.load.delivery_chaos --deliveries 20000 --strikes 40 --seed 7

Prints what came of it as one line of JSON. Loopback only, and only its own processes are killed.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keng.channels.zalo_oa.fake.state import FakeGroup
from keng.runtime.postgres import Cluster, embedded_cluster
from keng.runtime.tests.template import copy_migrated_data
from tests.load.chaos_channels import CHANNELS, LATENCY, ChaosChannel, RandomFaults

SENDERS = 2
SETTLED = {"sent", "unknown", "rejected", "gone"}
PATIENCE = 300.0
# So many last digits of an address name its recipient, in whatever form a provider writes it.
TAIL = 7


@dataclass
class Report:
    """What was done, and what must be none."""

    seed: int
    deliveries: int = 0
    kills: int = 0
    database_kills: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    ended_leases: int = 0
    repeated: int = 0
    """Messages that somebody got once more."""
    stated: int = 0
    """Recipients whom it may have reached twice, as the page of the dispatch says."""
    open: list[str] = field(default_factory=list)
    never_arrived: list[str] = field(default_factory=list)
    """On record as sent, and nobody got it."""
    repeated_unasked: list[str] = field(default_factory=list)
    """Repeated, though no lease of it ended, or more often than that."""
    repeated_though_unsure: list[str] = field(default_factory=list)
    """Repeated, though it is not urgent: no machine may do that."""
    not_stated: list[str] = field(default_factory=list)
    """Repeated, and the page does not count it."""
    seconds: float = 0.0


class Senders:
    """Sender processes of the product; each that is killed has another in its place."""

    def __init__(self, data: Path) -> None:
        self._log = (data / "logs" / "chaos-senders.log").open("ab")
        self._environment = os.environ | {
            "KENG_PROCESS": "sender",
            "KENG_SENDER_KEY_FILE": str(data / "keys" / "sender.key"),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        command = [sys.executable, "-m", "keng.cli", "sender"]
        self._running.append(
            subprocess.Popen(command, env=self._environment, stderr=self._log, stdout=self._log)
        )

    def kill(self, chance: random.Random) -> None:
        """The one that has run longest, mostly: it has work under way."""
        running = self._running.pop(0 if chance.random() < 0.7 else -1)
        running.kill()
        running.wait()

    def kill_all(self) -> int:
        count = len(self._running)
        for running in self._running:
            running.kill()
            running.wait()
        self._running.clear()
        return count


class Chaos:
    """One run of it."""

    def __init__(self, data: Path, cluster: Cluster, options: argparse.Namespace) -> None:
        self._cluster = cluster
        self._options = options
        self._chance = random.Random(options.seed)
        self._senders = Senders(data)
        self._fakes: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self._recipient_of: dict[uuid.UUID, tuple[str, str]] = {}
        """By delivery: channel and the digits of its address."""
        self._dispatches: list[Any] = []
        self.report = Report(options.seed)

    def run(self) -> Report:
        began = time.monotonic()
        with contextlib.ExitStack() as running:
            self._set_up(running)
            try:
                self._strike_all()
                self._finish()
            finally:
                self._senders.kill_all()
            self._compare()
        self.report.seconds = round(time.monotonic() - began, 1)
        return self.report

    # -- what there is to send

    def _set_up(self, running: contextlib.ExitStack) -> None:
        from keng.delivery.credentials import keep_secrets, keep_tokens
        from keng.delivery.models import ChannelAccount
        from keng.places.models import Unit

        self._unit = Unit.objects.create(
            name="Chaos", short_name="Chaos", kind=Unit.Kind.PROVINCE, province_code="00"
        )
        self._accounts: dict[str, Any] = {}
        for channel in CHANNELS:
            fake = running.enter_context(channel.run())
            fake.faults = RandomFaults(self._options.seed, channel)
            given = dict(fake.credentials())
            given.pop("api_base")
            tokens = {
                name: given.pop(name) for name in ("access_token", "refresh_token") if name in given
            }
            account = ChannelAccount(
                channel=channel.code,
                slug=channel.code.replace("_", "-"),
                name=channel.code,
                unit=self._unit,
                base_url=fake.base,
                rate_per_minute=0,
            )
            keep_secrets(account, given)
            if tokens:
                keep_tokens(account, tokens)
            account.save()
            self._fakes[channel.code], self._accounts[channel.code] = fake, account

    def _queue(self, count: int) -> None:
        """So many more rows: of each channel in turn, urgent ones and others."""
        from django.db import connection

        from keng.delivery.models import Delivery, Dispatch, DispatchText
        from keng.kit import times

        for is_urgent in (True, False):
            dispatch = Dispatch.objects.create(
                kind="notice",
                is_urgent=is_urgent,
                unit=self._unit,
                materialised_at=times.now(),
                source_kind="chaos",
            )
            text = DispatchText.objects.create(dispatch=dispatch, language="vi", text="Diễn tập")
            self._dispatches.append(dispatch)
            channels = [one for one in CHANNELS if one.is_urgent in (None, is_urgent)]
            rows = [
                self._row(channels[nth % len(channels)], dispatch, text, is_urgent=is_urgent)
                for nth in range(count // 2)
            ]
            Delivery.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY keng_delivery")

    def _row(self, channel: ChaosChannel, dispatch: Any, text: Any, *, is_urgent: bool) -> Any:
        from keng.delivery.models import Delivery
        from keng.vault import seal
        from keng.vault.hybrid import SealedKind

        digits = f"{next(self._numbers):0{TAIL}d}"
        address, is_group = channel.prefix + digits, channel.kind == "group"
        if channel.code == "zalo_oa":
            self._fakes["zalo_oa"].state.groups[address] = FakeGroup(address)
        if channel.code == "messenger":
            self._fakes["messenger"].wrote_at[address] = time.time()
        sealed = None if is_group else seal.seal_for_sender(address, kind=SealedKind.ADDRESS)
        row = Delivery(
            dispatch=dispatch,
            account=self._accounts[channel.code],
            channel=channel.code,
            recipient_kind=channel.kind,
            recipient_ref=uuid.UUID(int=self._chance.getrandbits(128), version=4),
            text=text,
            address=address if is_group else "",
            address_sealed=sealed,
            is_urgent=is_urgent,
            priority=1 if is_urgent else 9,
        )
        self._recipient_of[row.pk] = (channel.code, digits)
        return row

    # -- kills

    def _strike_all(self) -> None:
        strikes = self._options.strikes
        portion = self._options.deliveries // strikes
        for _nth in range(SENDERS):
            self._senders.begin()
        for nth in range(strikes):
            before = sum(self._arrived().values())
            self._queue(portion)
            _eventually(
                lambda before=before: sum(self._arrived().values()) > before + portion // 3,
                "nothing is being sent",
            )
            time.sleep(self._chance.uniform(0, 2 * LATENCY))
            self._senders.kill(self._chance)
            self._senders.begin()
            self.report.kills += 1
            if nth == strikes // 2:
                self._kill_database()
            if nth == strikes * 2 // 3:
                # Whoever sends again what a kill left may be killed as well.
                self._kill_all_and_end_leases()
        self.report.deliveries = len(self._recipient_of)

    def _kill_database(self) -> None:
        from django.db import connections

        pid = self._cluster.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        connections.close_all()
        self._cluster.start()
        self.report.database_kills += 1

    def _kill_all_and_end_leases(self) -> None:
        """Nobody lives who holds a row, and half a minute passes."""
        from keng.delivery.models import Delivery
        from keng.kit import times

        self.report.kills += self._senders.kill_all()
        # What a killed one had asked the database for is still done.
        _eventually(lambda: not self._count_connected(), "connections of killed senders stay")
        Delivery.objects.filter(state="leased").update(leased_until=times.now())
        for _nth in range(SENDERS):
            self._senders.begin()

    @staticmethod
    def _count_connected() -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'keng_sender'")
            return int(cursor.fetchone()[0])

    def _finish(self) -> None:
        from keng.delivery.models import Delivery

        self._kill_all_and_end_leases()
        unsettled = Delivery.objects.filter(settled_at__isnull=True)
        with contextlib.suppress(AssertionError):
            _eventually(lambda: not unsettled.exists(), "rows stay open", pause=0.2)

    # -- the end

    def _arrived(self) -> Counter[tuple[str, str]]:
        """How often each recipient got something, by the fakes."""
        return Counter(
            (code, each.recipient[-TAIL:])
            for code, fake in self._fakes.items()
            for each in tuple(fake.state.delivered if code == "zalo_oa" else fake.delivered)
        )

    def _compare(self) -> None:
        from keng.delivery.models import Attempt, Delivery
        from keng.delivery.queries.outcomes import may_have_come_twice, outcome_of_dispatches

        report, arrived = self.report, self._arrived()
        ended = Counter(
            Attempt.objects.filter(code="lease_ended").values_list("delivery_ref", flat=True)
        )
        keys = [dispatch.pk for dispatch in self._dispatches]
        stated = set(may_have_come_twice(keys).values_list("pk", flat=True))
        report.stated = outcome_of_dispatches(keys).may_have_come_twice
        report.ended_leases = ended.total()
        rows = {row.pk: row for row in Delivery.objects.filter(dispatch__in=keys)}
        report.states = dict(Counter(row.state for row in rows.values()))
        report.open = [str(key) for key in self._recipient_of if key not in rows]
        for key, row in rows.items():
            times_arrived = arrived[self._recipient_of[key]]
            words = f"{row.channel} {row.state} {row.code} {key}: {times_arrived} times"
            if row.state not in SETTLED:
                report.open.append(words)
            if row.state == "sent" and not times_arrived:
                report.never_arrived.append(words)
            if times_arrived < 2:
                continue
            report.repeated += times_arrived - 1
            if times_arrived > 1 + ended[key]:
                report.repeated_unasked.append(words)
            if not row.is_urgent:
                report.repeated_though_unsure.append(words)
            if key not in stated:
                report.not_stated.append(words)
        report.faults = dict(sum((fake.faults.taken for fake in self._fakes.values()), Counter()))


def _eventually(holds: Callable[[], bool], what: str, *, pause: float = 0.02) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(pause)


@contextlib.contextmanager
def own_cluster() -> Iterator[tuple[Path, Cluster]]:
    """A data folder with every table and nothing in them, its server durable and to be killed."""
    folder = Path(tempfile.mkdtemp(prefix="keng-chaos-"))
    # Root's PostgreSQL runs as another account, which must pass this folder.
    folder.chmod(0o711)
    data = folder / "data"
    copy_migrated_data(data)
    cluster = embedded_cluster(data)
    cluster.start()
    try:
        yield data, cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=20_000)
    parser.add_argument("--strikes", type=int, default=40, help="how often a sender is killed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    with own_cluster() as (data, cluster):
        os.environ |= {
            "KENG_DATA": str(data),
            "KENG_PROCESS": "owner",
            "DJANGO_SETTINGS_MODULE": "keng.site.settings",
        }
        import django

        django.setup()
        from keng.vault import keys

        keys.make_first_keys()
        report = Chaos(data, cluster, options).run()
    print(json.dumps(asdict(report), ensure_ascii=False), flush=True)
    broken = (
        *(report.open, report.never_arrived, report.repeated_unasked),
        *(report.repeated_though_unsure, report.not_stated),
    )
    return 1 if any(broken) else 0


if __name__ == "__main__":
    sys.exit(main())
