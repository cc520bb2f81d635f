"""What the sending benches stand on: a sink, one sender process, and groups to send to."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import psycopg

from keng.delivery.priorities import Priority
from keng.kit import times
from keng.kit.database import dsn
from keng.kit.ids import new_id
from keng_dev.bench.processes import cpu_seconds, family, pss_mb
from keng_dev.bench.scratch import Bench

TEXT = (
    "CẢNH BÁO: có người gọi điện tự xưng cán bộ phường, bảo cài ứng dụng định danh giả rồi xin mã. "
    "Công an không yêu cầu cài ứng dụng qua điện thoại. Đừng bấm liên kết, đừng đọc mã cho ai. "
    "Nếu đã làm theo: gọi ngân hàng khóa tài khoản, rồi gọi 113. Công an phường, ngày 12/11."
)
BODY = json.dumps(
    {"recipient": {"group_id": "f414c8f76fa586fbdfb4"}, "message": {"text": TEXT}},
    ensure_ascii=False,
    separators=(",", ":"),
).encode()
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'keng_sender'"
PATH = "/v3.0/oa/group/message"
_LONGEST = 600.0


class Rig:
    """One dispatch after the other through one sender process."""

    def __init__(self, bench: Bench, sink: str) -> None:
        self._bench = bench
        self.sink = sink
        self.account: Any = None
        self.other_unit: Any = None
        self._sender: subprocess.Popen[bytes] | None = None
        self._looking: psycopg.Connection[Any] | None = None

    def set_up(self, groups: int) -> None:
        """An account without a rate at the sink, and so many groups of it."""
        from keng.network.models import Group  # noqa: PLC0415 -- needs the settings
        from keng.places.models import Place, Unit  # noqa: PLC0415

        place = Place.objects.create(
            code="bench",
            name="Bench",
            full_name="Bench",
            folded="bench",
            kind=Place.Kind.PROVINCE,
            province_code="00",
        )
        unit = Unit.objects.create(
            name="Bench", short_name="Bench", kind=Unit.Kind.PROVINCE, province_code="00"
        )
        self._unit, self._place = unit, place
        self.other_unit = Unit.objects.create(
            name="Other", short_name="Other", kind=Unit.Kind.PROVINCE, province_code="00"
        )
        self.account = self.add_account("bench-delivery")
        made = (
            Group(
                name=f"Nhóm {n}",
                kind="residents",
                unit=unit,
                place=place,
                channel="zalo_oa",
                channel_address=f"{n:020x}",
            )
            for n in range(groups)
        )
        Group.objects.bulk_create(made, batch_size=5000)
        # Receipts that another bench left unsent would be sent meanwhile, and first.
        self._ask("DELETE FROM delivery_delivery")
        self._ask("VACUUM ANALYZE")

    def add_groups_by_hand(self, count: int) -> None:
        """Groups of the same place, each with a lead who passes things on."""
        from keng.network.models import Group, Lead  # noqa: PLC0415 -- needs the settings

        shared = {"unit": self._unit, "consented_on": times.now().date()}
        for number in range(count):
            group = Group.objects.create(
                name=f"Nhóm chuyển tay {number}",
                kind="residents",
                unit=self._unit,
                place=self._place,
                channel="by_hand",
            )
            lead = Lead.objects.create(name=f"Đầu mối {number}", position="Tổ trưởng", **shared)
            lead.groups.add(group)

    def add_people(self, count: int) -> None:
        """People who subscribed in a chat of the account, their addresses sealed as they are."""
        from keng.network.models import Subscription  # noqa: PLC0415 -- needs the settings
        from keng.vault import seal  # noqa: PLC0415
        from keng.vault.hybrid import SealedKind  # noqa: PLC0415

        made = Subscription.objects.bulk_create(
            (
                Subscription(
                    channel="zalo_oa",
                    account_ref=self.account.pk,
                    address_hash=f"{number:032d}".encode(),
                    address_sealed=seal.seal_for_sender(f"{number:019d}", kind=SealedKind.ADDRESS),
                    confirmed_at=times.now(),
                )
                for number in range(count)
            ),
            batch_size=1000,
        )
        joined = Subscription.places.through
        joined.objects.bulk_create(
            joined(subscription_id=one.pk, place_id=self._place.pk) for one in made
        )

    def limit_account(self, per_minute: int) -> None:
        """What its provider takes a minute, for the sender that is started next; 0: no limit."""
        type(self.account).objects.filter(pk=self.account.pk).update(rate_per_minute=per_minute)

    def add_account(self, slug: str) -> Any:
        """An account without a rate at the sink."""
        from keng.delivery.credentials import keep_secrets, keep_tokens  # noqa: PLC0415
        from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings

        account = ChannelAccount(
            channel="zalo_oa",
            slug=slug,
            name="Bench",
            unit=self._unit,
            base_url=self.sink,
            rate_per_minute=0,
        )
        keep_secrets(account, {"app_id": "1", "app_secret": "-", "oa_id": "1"})
        keep_tokens(account, {"access_token": "t" * 80, "refresh_token": "r" * 80})
        account.save()
        return account

    def queue_rows(self, account: Any, count: int, *, unit: Any = None) -> Any:
        """So many rows of bulk to groups of this account, all of one dispatch."""
        from keng.delivery.models import Dispatch, DispatchText  # noqa: PLC0415

        dispatch = Dispatch.objects.create(
            kind="notice", is_urgent=False, unit=unit or self._unit, materialised_at=times.now()
        )
        text = DispatchText.objects.create(dispatch=dispatch, language="vi", text=TEXT)
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            connection.execute(
                "INSERT INTO delivery_delivery (id, dispatch_id, account_id, channel, "
                "recipient_kind, recipient_ref, text_id, address, priority, unit_ref) "
                "SELECT uuidv7(), %s, %s, 'zalo_oa', 'group', uuidv7(), %s, n::text, %s, %s "
                "FROM generate_series(1, %s) n",
                [
                    *(dispatch.pk, account.pk, text.pk, int(Priority.BULK)),
                    *(dispatch.unit_id, count),
                ],
            )
            connection.execute("SELECT pg_notify('keng_delivery', '')")
        return dispatch

    def warm_up(self, groups: int) -> None:
        """Send to all once, and let the database know its tables, as after the first days."""
        with self.sending():
            self.wait_until_sent(self.send_to_all(), groups)
        self.analyze()

    def analyze(self) -> None:
        """Let the database count its tables, whose plans are poor ones until then."""
        self._ask("VACUUM ANALYZE")

    def clear(self) -> None:
        """Everything this rig wrote."""
        self._ask(
            "TRUNCATE delivery_delivery, delivery_attempt, delivery_dispatchtext, "
            "delivery_relaytask, "
            "delivery_dispatch, network_group, delivery_channelaccount, network_lead_groups, "
            "network_lead, network_subscription, places_unit, places_place CASCADE"
        )
        if self._looking is not None:
            self._looking.close()

    def send_to_all(self) -> Any:
        """One notice to every group, and its rows as the worker makes them."""
        from keng.acts.work import work  # noqa: PLC0415 -- needs the settings
        from keng.delivery.actions import dispatch, materialising  # noqa: PLC0415
        from keng.delivery.audience import Audience, define_audience  # noqa: PLC0415

        audience = Audience((self._unit.pk,), (self._place.pk,), ("residents",))
        sent = work()(dispatch.send_dispatch)(
            kind="notice",
            unit=self._unit,
            approval=None,
            texts=[dispatch.TextToSend("vi", TEXT)],
            audience=define_audience(audience),
            source_kind="bench",
            source_ref=None,
            is_urgent=False,
            by="bench",
        )
        materialising.materialise_next_dispatch()
        return sent

    def recall(self, dispatch: Any) -> Any:
        """To whoever got this dispatch, and its rows as the worker makes them."""
        from keng.accounts.models import Officer  # noqa: PLC0415 -- needs the settings
        from keng.acts.work import work  # noqa: PLC0415
        from keng.delivery.actions import materialising  # noqa: PLC0415
        from keng.delivery.actions.dispatch import TextToSend, send_dispatch  # noqa: PLC0415
        from keng.delivery.audience import SameRecipients  # noqa: PLC0415
        from keng.delivery.models import Approval  # noqa: PLC0415

        officer, _made = Officer.objects.get_or_create(username="bench", name="Bench")
        audience = SameRecipients((dispatch.pk,))
        sent = work()(send_dispatch)(
            kind="recall",
            unit=self._unit,
            approval=Approval.objects.create(
                text_hash=b"t" * 32, audience_hash=audience.hash, approved_by=officer
            ),
            texts=[TextToSend("vi", TEXT)],
            audience=audience,
            source_kind="bench",
            source_ref=None,
            is_urgent=True,
            by="bench",
        )
        materialising.materialise_next_dispatch()
        return sent

    def drop_what_waits(self, dispatch: Any) -> None:
        """Rows of it that have not left; no sender runs."""
        self._ask(
            f"DELETE FROM delivery_delivery WHERE dispatch_id = '{dispatch.pk}' "  # noqa: S608
            "AND state = 'queued'"
        )

    def reply(self) -> Any:
        """One urgent row to the same account, as an answer to a reporter is."""
        from keng.delivery.models import Delivery, Dispatch, DispatchText  # noqa: PLC0415

        dispatch = Dispatch.objects.create(kind="reply", is_urgent=True, unit=self._unit)
        text = DispatchText.objects.create(dispatch=dispatch, language="vi", text=TEXT)
        made = Delivery.objects.create(
            dispatch=dispatch,
            account=self.account,
            channel="zalo_oa",
            recipient_kind="group",
            recipient_ref=new_id(),
            text=text,
            address="reply",
            priority=Priority.CALL_OR_REPLY,
            is_urgent=True,
        )
        self._ask("SELECT pg_notify('keng_delivery', '')")
        return made

    def sent(self, dispatch: Any) -> int:
        return self._number(
            "SELECT count(*) FROM delivery_delivery WHERE dispatch_id = %s AND state = 'sent'",
            dispatch.pk,
        )

    def wait_until_sent(self, dispatch: Any, count: int, *, received: int = 0) -> None:
        """Until the sink has got so many and they are on record.

        The sink is asked first: counting rows again and again would cost the database a third of
        what it does for the sender, and the bare client beside has nobody who looks at it.
        """
        end = time.monotonic() + _LONGEST
        while self.received() < received or self.sent(dispatch) < count:
            if time.monotonic() > end:
                raise RuntimeError("the sender did not finish")
            time.sleep(0.2)

    def sent_until(self, dispatches: list[UUID], moment: float) -> int:
        """How many rows of these were on record as sent by then, in seconds since 1970."""
        return self._number(
            "SELECT count(*) FROM delivery_delivery WHERE dispatch_id = ANY(%s) "
            "AND state = 'sent' AND settled_at <= to_timestamp(%s)",
            dispatches,
            moment,
        )

    def wait_until_all_sent(self, dispatches: list[UUID], count: int) -> None:
        """The same as `wait_until_sent`, of rows that were queued in many portions."""
        end = time.monotonic() + _LONGEST
        while self.sent_until(dispatches, time.time()) < count:
            if time.monotonic() > end:
                raise RuntimeError("the sender did not finish")
            time.sleep(1.0)

    def received(self) -> int:
        with urlopen(self.sink) as answer:  # noqa: S310 -- our own sink
            return int(answer.read())

    @property
    def sender_cpu(self) -> float:
        return cpu_seconds(family(self._pid))

    @property
    def sender_mb(self) -> float:
        return pss_mb(family(self._pid))

    @property
    def _pid(self) -> int:
        assert self._sender is not None  # noqa: S101 -- only asked inside `sending`
        return self._sender.pid

    @contextmanager
    def sending(self) -> Iterator[None]:
        """One sender process, idle when this begins."""
        key = self._bench.data / "keys" / "sender.key"
        environment = self._bench.environment("sender") | {"KENG_SENDER_KEY_FILE": str(key)}
        self._sender = subprocess.Popen(
            [sys.executable, "-m", "keng.cli", "sender"], env=environment
        )
        try:
            while not self._number(_CONNECTED):
                time.sleep(0.1)
            time.sleep(1.0)  # The first look at accounts and tables.
            yield
        finally:
            self._sender.terminate()
            self._sender.wait()
            self._sender = None

    def _number(self, question: str, *values: object) -> int:
        """Over one connection: making one costs the server more than a look."""
        if self._looking is None:
            self._looking = psycopg.connect(dsn("owner"), autocommit=True)
        found = self._looking.execute(question.encode(), values).fetchone()
        return int(found[0]) if found else 0

    def settled_at(self, dispatch: Any) -> float:
        """When its last outcome was on record, in seconds since 1970."""
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT extract(epoch FROM max(settled_at)) FROM delivery_delivery "
                "WHERE dispatch_id = %s",
                [dispatch.pk],
            ).fetchone()
        return float(found[0]) if found else 0.0

    def _ask(self, statement: str) -> None:
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def sink() -> Iterator[str]:
    """The address of a sink in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "keng_dev.bench.sink"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 -- asked for a pipe above
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()
