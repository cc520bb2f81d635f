"""What is asked again and again, by the product's own functions, and as whom it is asked.

Each is measured at two sizes (`growth`), and the plans of those that are hot are kept (`plans`).
"""

import datetime
import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from keng.kit.database import Process
from keng_dev.bench.desk import session_key_of
from keng_dev.bench.scale.filling import (
    SEALED_ADDRESS,
    SEALED_CONTACT,
    SEALED_RAW,
    Filling,
)

# Of these a scam's number is one that a recent tip names, and words stand in every fifth of them.
WORDS = "can cuoc bi khoa"
_MANY = 100
# About half of 64 callers wait while the other half is written.
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that is asked."""

    name: str
    what: str
    process: Process | Literal["owner"]
    ask: Callable[[], object]
    officer: Any = None
    """In whose sight, where the desk asks."""
    page: str = "inbox"
    most_ms: float | None = None
    """How long the database may take for all its statements together."""
    is_hot: bool = True
    """Whether its plans are kept as expectations."""
    changes: bool = False
    """Whether it writes: then it is taken back."""


@dataclass(slots=True)
class AskedStatement:
    """One statement that was sent, and how long its answer took."""

    sql: str
    ms: float
    plan: Any = None
    server_ms: float = 0.0


@dataclass(slots=True)
class Recorder:
    """Wraps what a connection is asked; with `explains` each is explained before it is asked.

    With `analyses` the database says besides how long it takes, driver and way not included.
    """

    explains: bool = False
    analyses: bool = False
    statements: list[AskedStatement] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        plan, server_ms = None, 0.0
        if (self.explains or self.analyses) and not many and _is_question(sql):
            found = explained(context["cursor"], sql, values, analyses=self.analyses)
            plan, server_ms = found["Plan"], _server_ms(found, context["cursor"])
        began = time.perf_counter()
        try:
            return execute(sql, values, many, context)
        finally:
            if _is_question(sql):
                taken = (time.perf_counter() - began) * 1000
                self.statements.append(AskedStatement(sql, taken, plan, server_ms))

    @property
    def total_ms(self) -> float:
        return sum(each.ms for each in self.statements)

    @property
    def total_server_ms(self) -> float:
        return sum(each.server_ms for each in self.statements)


def _server_ms(found: dict[str, Any], cursor: Any) -> float:
    """To run it; and to plan it, where that is not done once for all."""
    planning = 0.0 if _is_prepared(cursor) else found.get("Planning Time", 0.0)
    return float(planning + found.get("Execution Time", 0.0))


def _is_question(sql: str) -> bool:
    """Neither the words around a transaction nor who is looking."""
    first = sql.lstrip(" (\n").lower()
    return first.startswith(("select", "with", "update", "insert", "delete")) and not (
        first.startswith(("select keng_begin", "select keng_end", "select set_config"))
    )


def explained(cursor: Any, sql: str, values: Any, *, analyses: bool = False) -> dict[str, Any]:
    """How a statement would be answered now, as PostgreSQL's JSON has it; or is, if it `analyses`.

    What a connection prepares is planned once for all values, and is explained so. Single steps are
    not timed: to look at the clock for each row would take longer than many a step.
    """
    explain = "EXPLAIN (FORMAT JSON" + (", ANALYZE, TIMING OFF)" if analyses else ")")
    raw = cursor.connection
    with _plain_cursor(raw) as explaining:
        if not _is_prepared(cursor):
            explaining.execute(f"{explain} {sql}", values)
            return _explanation(explaining)
        pieces = sql.split("%s")
        numbered = pieces[0]
        for number, (value, after) in enumerate(zip(values, pieces[1:], strict=True), 1):
            kind = "uuid" if isinstance(value, uuid.UUID) else "timestamptz"
            numbered += f"${number}::{kind}{after}"
        explaining.execute(("PREPARE kept_plan AS " + numbered).replace("%%", "%").encode())
        try:
            marks = ", ".join(["%s"] * len(values))
            bound = f"({marks})" if values else ""
            explaining.execute(f"{explain} EXECUTE kept_plan{bound}", values)
            return _explanation(explaining)
        finally:
            explaining.execute("DEALLOCATE kept_plan")


def _explanation(cursor: Any) -> dict[str, Any]:
    found: dict[str, Any] = cursor.fetchone()[0][0]
    return found


def _is_prepared(cursor: Any) -> bool:
    from keng.kit.compiled_queries import _PreparingCursor  # noqa: PLC0415 -- needs the settings

    return isinstance(getattr(cursor, "cursor", cursor), _PreparingCursor)


@contextmanager
def _plain_cursor(raw: Any) -> Iterator[Any]:
    from psycopg import ClientCursor  # noqa: PLC0415 -- beside its one use

    with ClientCursor(raw) as cursor:
        yield cursor


@contextmanager
def asked_as(asking: Asking, session: Any) -> Iterator[None]:
    """In it the connection has the rights of the process, and shows what the officer may see."""
    from django.db import connection, transaction  # noqa: PLC0415 -- needs the settings

    from keng.accounts.sight import in_sight_of  # noqa: PLC0415
    from keng.delivery.sender.database import PLANS_BY_KEYS  # noqa: PLC0415
    from keng.kit.database import settings_of_role  # noqa: PLC0415

    planned_as = "worker" if asking.process == "owner" else asking.process
    settings = dict(settings_of_role(planned_as))
    if asking.process == "sender":
        settings |= dict(each.split("=") for each in PLANS_BY_KEYS.replace("-c ", "").split())
    kept = {name: value for name, value in settings.items() if "timeout" not in name}
    with connection.cursor() as cursor, ExitStack() as left:
        for name, value in kept.items():
            cursor.execute(f"SET {name} = {value}")
            left.callback(cursor.execute, f"RESET {name}")
        if asking.process != "owner":
            cursor.execute(f"SET ROLE keng_{asking.process}")
            left.callback(cursor.execute, "RESET ROLE")
        if asking.officer is not None:
            left.enter_context(in_sight_of(session, "GET", asking.page))
        if asking.changes:
            left.enter_context(transaction.atomic())
            left.callback(transaction.set_rollback, True)
        yield


def all_askings(base: Filling) -> list[Asking]:
    """Everything that is measured."""
    return [
        *_of_desk(base),
        *_of_public(base),
        *_of_delivery(),
        *_of_reports(base),
        *_of_worker(base),
        *_of_pages(base),
    ]


def _of_desk(base: Filling) -> list[Asking]:
    from keng.alarms import calls  # noqa: F401, PLC0415 -- needs the settings
    from keng.inbox.list import inbox_query  # noqa: PLC0415
    from keng.inbox.search.search_query import TipSearch, find_tips  # noqa: PLC0415
    from keng.inbox.tip import similar  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.tips.models import Sighting, Tip  # noqa: PLC0415
    from keng.waiting.counts import counts_by_page  # noqa: PLC0415

    desk, province = base.officers["desk"], base.officers["province"]
    commander = base.officers["commander"]
    tip = Tip.objects.filter(responsible_unit=base.desk, state="accepted").order_by("-id").first()
    if tip is None:
        raise RuntimeError("nothing was filled")
    used = Sighting.objects.filter(tip__responsible_unit=base.desk, tip__closed_at=None)
    sighting = used.select_related("indicator").order_by("-id").first()
    if sighting is None:
        raise RuntimeError("no number was filled")
    number = "0" + sighting.indicator.value.removeprefix("+84")
    sightings = list(Sighting.objects.filter(tip=tip).select_related("indicator"))
    return [
        Asking(
            "inbox",
            "counts and rows of the list",
            "desk",
            lambda: inbox_query.inbox_page(desk),
            desk,
            most_ms=1,
        ),
        Asking(
            "inbox_done",
            "what the desk closed today",
            "desk",
            lambda: inbox_query.inbox_page(desk, folder="done"),
            desk,
        ),
        Asking(
            "inbox_province",
            "the list of the province's coordinator",
            "desk",
            lambda: inbox_query.inbox_page(province),
            province,
        ),
        Asking(
            "inbox_news",
            "what came in since a page was made",
            "desk",
            lambda: inbox_query.count_news(desk, times.now(), []),
            desk,
        ),
        Asking(
            "search_words",
            "search by words",
            "desk",
            lambda: find_tips(desk, TipSearch(q=WORDS)).rows,
            desk,
            page="search",
            most_ms=20,
        ),
        Asking(
            "search_number",
            "search by a number",
            "desk",
            lambda: find_tips(desk, TipSearch(q=number)).rows,
            desk,
            page="search",
            most_ms=20,
        ),
        Asking(
            "search_province",
            "search by words of the whole province",
            "desk",
            lambda: find_tips(province, TipSearch(q=WORDS)).rows,
            province,
            page="search",
            most_ms=20,
        ),
        Asking(
            "similar",
            "which other tips may tell of the same",
            "desk",
            lambda: similar.duplicate_candidates(tip, desk, sightings),
            desk,
            page="tip",
        ),
        Asking(
            "same_number",
            "the other tips with a number",
            "desk",
            lambda: similar.tips_with_indicator(sighting, desk),
            desk,
            page="same-indicator",
        ),
        Asking(
            "ringing",
            "what rings at a desk",
            "desk",
            lambda: Tip.objects.listed_for(desk).ringing().count(),
            desk,
        ),
        Asking(
            "waiting",
            "how much waits for a commander",
            "desk",
            lambda: counts_by_page(commander),
            commander,
        ),
    ]


def _of_public(base: Filling) -> list[Asking]:
    from keng.edge.prefixes import PREFIX_SQL, prefix_bounds  # noqa: PLC0415 -- needs the settings
    from keng.kit import times  # noqa: PLC0415
    from keng.language.lookup_terms import lookup_terms_in  # noqa: PLC0415
    from keng.lookup.queries import lookup_answers  # noqa: PLC0415
    from keng.tips.models import DialogueMessage, Receipt  # noqa: PLC0415

    terms = lookup_terms_in("0900 000 101")
    receipt = Receipt.objects.order_by("made_at").last()
    if receipt is None or not terms:
        raise RuntimeError("nothing was filled")
    first, last = prefix_bounds("7a3f")
    today = times.local_date(times.now())
    return [
        Asking(
            "lookup", "a number is looked up", "public", lambda: lookup_answers(terms), most_ms=1
        ),
        Asking(
            "prefix",
            "an app asks for the entries of a prefix",
            "edge",
            lambda: _run(PREFIX_SQL, {"firsts": [first], "lasts": [last], "today": today}),
        ),
        _of_intake(base),
        Asking(
            "receipt",
            "which report a code opens",
            "public",
            lambda: list(Receipt.objects.filter(hash=bytes(receipt.hash)).values_list("tip")),
        ),
        Asking(
            "status",
            "the dialogue of a report",
            "public",
            lambda: list(
                DialogueMessage.objects.shown_to_reporter()
                .filter(tip=receipt.tip_id)
                .order_by("id")
            ),
        ),
    ]


def _of_intake(base: Filling) -> Asking:
    """A batch of chats that nobody wrote before, as the edge writes it."""
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings
    from keng.intake.incoming_tip import (  # noqa: PLC0415
        IncomingChat,
        IncomingTip,
        incoming_row,
    )
    from keng.intake.receive import statement_values  # noqa: PLC0415
    from keng.intake.statement import RECEIVE  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.tips.deadlines import read_first_clocks  # noqa: PLC0415

    account = ChannelAccount.objects.get(slug="scale").pk
    first_clocks = read_first_clocks()
    until = times.now() + datetime.timedelta(days=1)

    def receive() -> None:
        tips = [
            IncomingTip(
                unit_id=base.desk.pk,
                province_code="90",
                channel="zalo_oa",
                text=f"Xe máy để trước cửa nhà {n} bị mất, camera có ghi lại hai người.",
                dedupe_key=hashlib.sha256(b"scale%d" % n).digest(),
                receipt_hash=hashlib.sha256(b"code%d" % n).digest(),
                chat=IncomingChat(
                    account_id=account,
                    conversation_hash=hashlib.sha256(b"chat%d" % n).digest(),
                    raw_sealed=bytes(SEALED_RAW),
                    address_sealed=bytes(SEALED_ADDRESS),
                    answer_sealed=bytes(SEALED_CONTACT),
                    answer_expires_at=until,
                ),
            )
            for n in range(_BATCH)
        ]
        rows = [incoming_row(tip, first_clocks) for tip in tips]
        if len(_run(RECEIVE, statement_values(rows))) < _BATCH:
            raise RuntimeError("not every message was new")

    return Asking("receive", "a batch of chats comes in", "edge", receive, changes=True)


def _of_delivery() -> list[Asking]:
    from keng.delivery.models import ChannelAccount, Delivery  # noqa: PLC0415 -- needs the settings
    from keng.delivery.priorities import Priority  # noqa: PLC0415
    from keng.delivery.queries.outcomes import may_have_come_twice  # noqa: PLC0415
    from keng.delivery.sender import sql  # noqa: PLC0415
    from keng.delivery.sender.database import SenderDatabase  # noqa: PLC0415
    from keng.delivery.sender.rows import DeliveryChange, UnitTurn  # noqa: PLC0415

    account = ChannelAccount.objects.get(slug="scale").pk
    sender = SenderDatabase("", uuid.UUID(int=7))
    settled = Delivery.objects.exclude(provider_id="").order_by("-id").first()
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED)
    units = waiting.values_list("unit_ref", flat=True).distinct()
    turns = [UnitTurn(account, Priority.BULK, unit) for unit in units.order_by("unit_ref")]
    if settled is None or len(turns) < 2:
        raise RuntimeError("no delivery was filled")

    def lease(statement: str, turns: Sequence[UnitTurn] = ()) -> list[Any]:
        return _run(statement, sender.lease_values({account: _MANY}, turns))

    def record() -> None:
        """What came of rows that this sender has just taken."""
        rows = lease(sql.LEASE)
        if len(rows) < _MANY:
            raise RuntimeError("nothing waits")
        changes = [DeliveryChange(row[0], "sent", "sent", f"scale-{row[0]}") for row in rows]
        _run(sql.RECORD, sender.record_values(changes))

    return [
        Asking(
            "who_waits",
            "for whom rows wait",
            "sender",
            lambda: _run(sql.WHO_WAITS, {"accounts": [account]}),
        ),
        Asking(
            "lease",
            "a sender takes its next rows",
            "sender",
            lambda: lease(sql.LEASE),
            changes=True,
        ),
        Asking(
            "lease_by_turns",
            "a sender takes next rows of two desks that wait",
            "sender",
            lambda: lease(sql.LEASE_BY_TURNS, turns),
            changes=True,
        ),
        Asking(
            "record",
            "a sender takes rows and notes what came of them",
            "sender",
            record,
            changes=True,
        ),
        Asking(
            "sweep",
            "leases that a crash left behind",
            "sender",
            lambda: _run(sql.SWEEP, {"idempotent": [], "most": 5}),
            changes=True,
        ),
        Asking(
            "wake", "what was put off falls due", "sender", lambda: _run(sql.WAKE, {}), changes=True
        ),
        Asking(
            "receipt_of_provider",
            "a provider says that a message arrived",
            "owner",
            lambda: list(
                Delivery.objects.filter(provider_id=settled.provider_id).values_list("pk")
            ),
        ),
        Asking(
            "outcome",
            "what may have come twice of a dispatch",
            "desk",
            lambda: may_have_come_twice([settled.dispatch_id]).count(),
        ),
    ]


def _of_reports(base: Filling) -> list[Asking]:
    from keng.reports.figures import dashboard_counts, definitions  # noqa: PLC0415
    from keng.reports.figures.periods import period_of  # noqa: PLC0415
    from keng.reports.periodic import drafting, spans, whose_report  # noqa: PLC0415

    def dashboard(officer: Any) -> Callable[[], object]:
        def ask() -> object:
            period = period_of("30d")
            tips = definitions.tips_in_period(officer, period)
            return (
                dashboard_counts.waiting_times(tips),
                dashboard_counts.tip_balance(officer, period),
                dashboard_counts.tips_by_state(tips),
                dashboard_counts.tips_by_category(tips),
                dashboard_counts.tips_by_place(tips),
                dashboard_counts.warning_reach(officer, period),
                dashboard_counts.incident_sums(officer, period),
            )

        return ask

    def report(unit: Any, back: int) -> Callable[[], object]:
        def ask() -> object:
            return drafting.draft_report(
                whose_report.ReportAsk(
                    whose_report.scope_of_unit(unit), spans.recent_spans("quarter", back + 1)[back]
                )
            )

        return ask

    desk, province = base.officers["commander"], base.officers["province"]
    return [
        Asking(
            "dashboard",
            "figures of the last 30 days",
            "desk",
            dashboard(desk),
            desk,
            page="dashboard",
            most_ms=50,
        ),
        Asking(
            "dashboard_province",
            "figures of the last 30 days of the province",
            "desk",
            dashboard(province),
            province,
            page="dashboard",
        ),
        Asking(
            "report",
            "report of the present quarter of a desk",
            "owner",
            report(base.desk, 0),
            most_ms=2000,
            is_hot=False,
        ),
        Asking(
            "report_province",
            "report of the present quarter of the province",
            "owner",
            report(base.province, 0),
            most_ms=2000,
            is_hot=False,
        ),
    ]


def _of_worker(base: Filling) -> list[Asking]:
    from keng.incidents import rising, wave_acts  # noqa: F401, PLC0415 -- needs the settings
    from keng.intake import forget_chats  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.lookup.actions.indicators import remove_unused_indicators  # noqa: PLC0415
    from keng.retention.due import due_tips  # noqa: PLC0415
    from keng.retention.purge import purge_due_tips  # noqa: PLC0415
    from keng.tips import chats  # noqa: PLC0415
    from keng.tips.open_tally import recount_tally  # noqa: PLC0415
    from keng.tips.search_words import forget_search_words  # noqa: PLC0415

    def waves() -> object:
        now = times.now()
        recent = rising.recent_tips(base.province, now)
        signs = rising.indicator_signs(recent)
        return rising.baseline_of(base.province, signs, now)

    return [
        Asking("waves", "a look for waves over the province", "owner", waves, most_ms=1000),
        Asking(
            "due_tips",
            "how many are to be purged",
            "owner",
            lambda: due_tips(times.now()).count(),
            is_hot=False,
        ),
        *(
            Asking(task.__name__, "a task of the worker", "owner", task, changes=True, is_hot=False)
            for task in (
                forget_chats.forget_message_hashes,
                forget_chats.forget_file_hashes,
                forget_chats.forget_message_ids,
                forget_chats.forget_dedupe_keys,
                chats.forget_unneeded_addresses,
                forget_search_words,
                remove_unused_indicators,
                recount_tally,
                purge_due_tips,
            )
        ),
    ]


# By whom each page is asked, and its address; of the public site by nobody.
_PAGES = {
    "tip_page": ("desk", "/tips/{tip}/"),
    "list_page": ("desk", "/tips/"),
    "map_page": ("province", "/tips/map/"),
    "incidents_page": ("desk", "/tips/incidents/"),
    "incident_page": ("desk", "/tips/incidents/{incident}/"),
    "waves_page": ("province", "/tips/waves/"),
    "suspended_page": ("province", "/tips/suspended/"),
    "warnings_page": ("desk", "/warnings/"),
    "warning_page": ("desk", "/warnings/{warning}/"),
    "groups_page": ("desk", "/groups/"),
    "listings_page": ("desk", "/listings/"),
    "waiting_page": ("desk", "/waiting/"),
    "figures_page": ("commander", "/figures/"),
    "figures_list_page": ("commander", "/figures/tips/"),
    "reports_page": ("commander", "/figures/reports/"),
    "record_page": ("auditor", "/audit/"),
    "home_page": ("", "/"),
    "public_warnings_page": ("", "/warnings"),
    "lookup_record_page": ("", "/lookup/record/"),
    "results_page": ("", "/results"),
}


def _of_pages(base: Filling) -> list[Asking]:
    """All that one page asks, whoever of it asks what."""
    from django.conf import settings  # noqa: PLC0415 -- needs the settings
    from django.test import Client, override_settings  # noqa: PLC0415

    from keng.tips.models import Incident, Tip  # noqa: PLC0415
    from keng.warnings.models import Warning  # noqa: PLC0415

    named = {
        name: rows.filter(**{unit: base.desk}).order_by("-id").values_list("pk", flat=True).first()
        for name, unit, rows in (
            ("tip", "responsible_unit", Tip.objects.filter(state="accepted")),
            ("incident", "unit", Incident.objects.all()),
            ("warning", "unit", Warning.objects.all()),
        )
    }

    def page(who: str, address: str) -> Callable[[], object]:
        client = Client(SERVER_NAME="localhost")
        if who:
            key = session_key_of(base.officers[who])
            client.cookies[settings.SESSION_COOKIE_NAME] = key

        def ask() -> object:
            site = "desk" if who else "public"
            middleware = settings.DESK_MIDDLEWARE if who else settings.PUBLIC_MIDDLEWARE
            urls = f"keng.site.{site}_urls"
            with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=middleware):
                answer = client.get(address.format(**named))
            if answer.status_code != 200:
                raise RuntimeError(f"{address} was answered by {answer.status_code}")
            return answer

        return ask

    return [
        Asking(
            name,
            f"all that {address} asks",
            "desk" if who else "public",
            page(who, address),
            is_hot=False,
        )
        for name, (who, address) in _PAGES.items()
    ]


def _run(statement: str, values: dict[str, Any]) -> list[Any]:
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        # This connection's driver speaks text alone.
        cursor.execute(statement.replace(")b::", ")s::").replace(")t::", ")s::"), values)
        return cursor.fetchall() if cursor.description else []
