"""How late a call for help leaves while 50 films of 50 MB are fetched and a quarter is counted.

From the commit of a critical tip to the letter at the mail server of who is called, through worker
and sender: with one worker for all classes of tasks, and with one for each of the two that `keng
serve` has.
"""

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from keng.channels.email.fake import FakeMailServer, KeptLetter, text_of
from keng.channels.fake import running_provider
from keng.runtime.postgres.folders import prepare_data_folder
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.processes import pss_mb
from keng_dev.bench.scratch import Bench

FILES = 50
FILE_BYTES = 50 * 1024 * 1024 - 1
CALLS = 10
TIPS = 5_000
_CALLED_WITHIN = 40.0
_PAUSE = 1.0
TOGETHER = ((),)
APART = (("--class=alarm",), ("--class=normal", "--class=slow"))


def measure(bench: Bench) -> list[Figure]:
    """The latest call of each round is what counts: somebody waited for it."""
    with ExitStack() as stack:
        mailbox = stack.enter_context(running_provider(_Mailbox()))
        desk = _Desk(bench, mailbox)
        run = {
            "together": lambda: desk.round(TOGETHER),
            "apart": lambda: desk.round(APART),
        }
        rounds = alternate(bench.rounds, run)
    together, apart = rounds["together"], rounds["apart"]
    return [
        Figure(
            "call_beside_files_s",
            f"the latest of {CALLS} calls beside {FILES} fetched files and a report, classes apart",
            "s",
            [max(each.waits) for each in apart],
            [max(each.waits) for each in together],
            "one worker for all classes",
            Target("≤", 2),
        ),
        Figure(
            "files_fetched",
            f"of {FILES} files of 50 MB, fetched by the end of the last call",
            "",
            [each.fetched for each in apart],
            [each.fetched for each in together],
            "one worker for all classes",
        ),
        Figure(
            "workers_mb",
            "memory of the two workers, once they have worked",
            "MB",
            [each.memory for each in apart],
            [each.memory for each in together],
            "one worker for all classes",
        ),
    ]


class _Mailbox(FakeMailServer):
    """It notes when each letter was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[float, str]] = []

    def keep(self, letter: KeptLetter) -> None:
        self.taken.append((time.time(), text_of(letter.parsed())))
        super().keep(letter)


class _Round:
    """How long each call took in seconds, and what the workers did beside."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.fetched = 0.0
        self.memory = 0.0


class _Desk:
    """A unit with an officer who is called by letter, and many tips to count."""

    def __init__(self, bench: Bench, mailbox: _Mailbox) -> None:
        from keng.accounts.models import Officer, Post  # noqa: PLC0415 -- needs the settings
        from keng.audit.heads import make_signing_key  # noqa: PLC0415
        from keng.delivery.credentials import keep_secrets  # noqa: PLC0415
        from keng.delivery.models import ChannelAccount  # noqa: PLC0415
        from keng.duty import pager_acts  # noqa: PLC0415
        from keng.kit import times  # noqa: PLC0415
        from keng.places.models import Unit  # noqa: PLC0415

        self._bench, self._mailbox = bench, mailbox
        # The worker is another account than root's, and signs heads from its first minute on.
        prepare_data_folder(bench.data)
        make_signing_key()
        self.unit = Unit.objects.create(
            name="Calls", short_name="Calls", kind=Unit.Kind.COMMUNE, province_code="00"
        )
        bench.make_unit_keys()
        account = ChannelAccount(
            unit=self.unit, channel="email", name="Calls", slug="calls", base_url=mailbox.url
        )
        keep_secrets(account, {"from_address": "calls@congan.example"})
        account.save()
        officer = Officer.objects.create(username="calls", name="Calls")
        Post.objects.create(
            officer=officer,
            unit=self.unit,
            role=Post.Role.DUTY,
            valid_from=times.now() - timedelta(days=1),
        )
        pager_acts.add_email_pager("calls@congan.example", by=officer)
        self._write_tips()

    def round(self, workers: Sequence[Sequence[str]]) -> _Round:
        outcome = _Round()
        with ExitStack() as stack:
            base = stack.enter_context(_file_server())
            stack.enter_context(self._process("sender"))
            pids = [stack.enter_context(self._process("worker", *words)) for words in workers]
            stack.enter_context(self._reports())
            # Quiet once: everything is loaded and connected.
            self._wait_for_call(self._write_critical_tip())
            self._let_files_wait(base)
            for _call in range(CALLS):
                began = time.time()
                outcome.waits.append(self._wait_for_call(self._write_critical_tip()) - began)
                time.sleep(_PAUSE)
            outcome.fetched = self._count_fetched_files()
            outcome.memory = pss_mb(pids)
        self._forget_files()
        return outcome

    def _write_tips(self) -> None:
        from keng.kit import times  # noqa: PLC0415 -- needs the settings
        from keng.tips.models import Tip  # noqa: PLC0415

        now = times.now()
        Tip.objects.bulk_create(
            (
                self._tip(
                    f"Số 09{number:08d} gọi lừa đảo",
                    at=now - timedelta(minutes=5 * number),
                    examined_at=now,
                )
                for number in range(TIPS)
            ),
            batch_size=1000,
        )

    def _write_critical_tip(self) -> uuid.UUID:
        from keng.kit import times  # noqa: PLC0415 -- needs the settings
        from keng.kit.worker_tasks import WORK_CHANNEL  # noqa: PLC0415

        tip = self._tip("Một gã vung mã tấu chém người ngoài bến xe", at=times.now(), urgency="P0")
        tip.save()
        _run_statement("SELECT pg_notify(%s, '')", WORK_CHANNEL)
        return uuid.UUID(str(tip.pk))

    def _tip(self, text: str, *, at: Any, **fields: Any) -> Any:
        from keng.tips.models import Tip  # noqa: PLC0415 -- needs the settings

        return Tip(
            responsible_unit=self.unit,
            text=text,
            channel="web",
            province_code="00",
            received_at=at,
            due_at=at + timedelta(hours=24),
            first_read_at=at,
            **fields,
        )

    def _wait_for_call(self, tip_id: uuid.UUID) -> float:
        until = time.monotonic() + _CALLED_WITHIN
        while True:
            taken = [at for at, words in list(self._mailbox.taken) if str(tip_id) in words]
            if taken:
                return min(taken)
            if time.monotonic() > until:
                raise RuntimeError("nobody was called")
            time.sleep(0.02)

    def _let_files_wait(self, base: str) -> None:
        from keng.delivery.models import ChannelAccount, Inbound, InboundMedia  # noqa: PLC0415
        from keng.intake.chat_handlers import MEDIA_BOX  # noqa: PLC0415
        from keng.kit import times  # noqa: PLC0415
        from keng.kit.secrets import site_box  # noqa: PLC0415
        from keng.kit.worker_tasks import WORK_CHANNEL  # noqa: PLC0415

        account, _made = ChannelAccount.objects.update_or_create(
            slug="files",
            defaults={
                "unit": self.unit,
                "channel": "zalo_oa",
                "name": "Files",
                "base_url": base,
                # Nothing is sent by it, and nobody renews what it has not.
                "is_active": False,
            },
        )
        tip = self._tip("Gửi các đoạn phim", at=times.now(), examined_at=times.now())
        tip.save()
        for number in range(FILES):
            inbound = Inbound.objects.create(
                account=account, channel="zalo_oa", kind="video", tip_ref=tip.pk
            )
            sealed = bytes(site_box(MEDIA_BOX).encrypt(f"{base}/{number}".encode()))
            InboundMedia.objects.create(inbound=inbound, kind="video", url_sealed=sealed)
        _run_statement("SELECT pg_notify(%s, '')", WORK_CHANNEL)

    def _count_fetched_files(self) -> int:
        """None would mean that the calls had nothing beside them.

        Raises:
            RuntimeError: No file was fetched, or one was given up.
        """
        from keng.delivery.models import InboundMedia  # noqa: PLC0415

        fetched = InboundMedia.objects.filter(fetched_at__isnull=False).count()
        if not fetched or InboundMedia.objects.filter(lost_at__isnull=False).exists():
            raise RuntimeError("the files were not fetched beside the calls")
        return fetched

    def _forget_files(self) -> None:
        """Else a round would fetch what the one before left."""
        from keng.delivery.models import Inbound, InboundMedia  # noqa: PLC0415

        InboundMedia.objects.all().delete()
        Inbound.objects.all().delete()

    @contextmanager
    def _process(self, name: str, *words: str) -> Iterator[int]:
        environment = self._bench.environment(name)
        if name == "sender":
            environment["KENG_SENDER_KEY_FILE"] = str(self._bench.data / "keys" / "sender.key")
        process = subprocess.Popen(
            [sys.executable, "-m", "keng.cli", name, *words], env=environment
        )
        with _ended(process):
            yield process.pid

    @contextmanager
    def _reports(self) -> Iterator[None]:
        """As the desk makes one, again and again."""
        process = subprocess.Popen(
            [sys.executable, "-m", "keng_dev.bench.calls", str(self.unit.pk)],
            env=self._bench.environment("desk") | {"KENG_PROCESS": "owner"},
        )
        with _ended(process):
            yield


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _file_server() -> Iterator[str]:
    """Of a process of its own: what it costs to give files away is not ours."""
    process = subprocess.Popen(
        [sys.executable, "-m", "keng_dev.bench.calls", "files"], stdout=subprocess.PIPE
    )
    with _ended(process):
        assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
        process.stdout.close()


def _serve_files() -> None:
    block = os.urandom(1024 * 1024)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(FILE_BYTES))
            self.end_headers()
            left = FILE_BYTES
            while left:
                left -= self.wfile.write(block[:left])

        def log_message(self, *arguments: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def _make_reports(unit_id: str) -> None:
    import django  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
    django.setup()
    from keng.kit import times  # noqa: PLC0415
    from keng.places.models import Unit  # noqa: PLC0415
    from keng.reports.periodic import drafting, spans, whose_report  # noqa: PLC0415

    scope = whose_report.scope_of_unit(Unit.objects.get(pk=unit_id))
    span = spans.span_around(times.local_date(times.now()), "quarter")
    while threading.main_thread().is_alive():
        drafting.draft_report(whose_report.ReportAsk(scope, span))


def _run_statement(words: str, *values: str) -> None:
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        cursor.execute(words, values)


if __name__ == "__main__":
    if sys.argv[1] == "files":
        _serve_files()
    else:
        _make_reports(sys.argv[1])
