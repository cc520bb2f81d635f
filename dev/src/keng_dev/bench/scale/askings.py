"""What is asked again and again, by the product's own functions, and as whom it is asked.

Each is measured at two sizes (`growth`), and the plans of those that are hot are kept (`plans`).
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from keng.kit.database import Process
from keng_dev.bench.desk import session_key_of
from keng_dev.bench.scale.filling import Filling

# Of these a scam's number is one that a recent tip names, and words stand in every fifth of them.
WORDS = "can cuoc bi khoa"
_MANY = 100


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
    """How long all its statements together may take."""
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


@dataclass(slots=True)
class Recorder:
    """Wraps what a connection is asked; with `explains` each is explained before it is asked."""

    explains: bool = False
    statements: list[AskedStatement] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        plan = None
        if self.explains and not many and _is_question(sql):
            plan = explained(context["cursor"], sql, values)
        began = time.perf_counter()
        try:
            return execute(sql, values, many, context)
        finally:
            if _is_question(sql):
                taken = (time.perf_counter() - began) * 1000
                self.statements.append(AskedStatement(sql, taken, plan))

    @property
    def total_ms(self) -> float:
        return sum(each.ms for each in self.statements)


def _is_question(sql: str) -> bool:
    """Neither the words around a transaction nor who is looking."""
    first = sql.lstrip(" (\n").lower()
    return first.startswith(("select", "with", "update", "insert", "delete")) and not (
        first.startswith(("select keng_begin", "select keng_end", "select set_config"))
    )


def explained(cursor: Any, sql: str, values: Any) -> Any:
    """The plan of a statement as it would be made now, as PostgreSQL's JSON has it.

    What a connection prepares is planned once for all values, and is explained so.
    """
    raw = cursor.connection
    with _plain_cursor(raw) as explaining:
        if not _is_prepared(cursor):
            explaining.execute("EXPLAIN (FORMAT JSON) " + sql, values)
            return explaining.fetchone()[0][0]["Plan"]
        pieces = sql.split("%s")
        numbered = pieces[0]
        for number, (value, after) in enumerate(zip(values, pieces[1:], strict=True), 1):
            kind = "uuid" if isinstance(value, uuid.UUID) else "timestamptz"
            numbered += f"${number}::{kind}{after}"
        explaining.execute(("PREPARE kept_plan AS " + numbered).replace("%%", "%").encode())
        try:
            marks = ", ".join(["%s"] * len(values))
            explaining.execute(
                f"EXPLAIN (FORMAT JSON) EXECUTE kept_plan({marks})"
                if values
                else "EXPLAIN (FORMAT JSON) EXECUTE kept_plan",
                values,
            )
            return explaining.fetchone()[0][0]["Plan"]
        finally:
            explaining.execute("DEALLOCATE kept_plan")


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
        *_of_public(),
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


def _of_public() -> list[Asking]:
    from keng.language.lookup_terms import lookup_terms_in  # noqa: PLC0415 -- needs the settings
    from keng.lookup.queries import lookup_answers  # noqa: PLC0415
    from keng.tips.models import DialogueMessage, Receipt  # noqa: PLC0415

    terms = lookup_terms_in("0900 000 101")
    receipt = Receipt.objects.order_by("made_at").last()
    if receipt is None or not terms:
        raise RuntimeError("nothing was filled")
    return [
        Asking(
            "lookup", "a number is looked up", "public", lambda: lookup_answers(terms), most_ms=1
        ),
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


def _of_delivery() -> list[Asking]:
    from keng.delivery.models import ChannelAccount, Delivery  # noqa: PLC0415 -- needs the settings
    from keng.delivery.queries.outcomes import may_have_come_twice  # noqa: PLC0415
    from keng.delivery.sender import sql  # noqa: PLC0415

    account = ChannelAccount.objects.get(slug="scale").pk
    sender = uuid.UUID(int=7)
    newest = Delivery.objects.order_by("-id").first()
    if newest is None:
        raise RuntimeError("no delivery was filled")
    lease = {"accounts": [account], "counts": [_MANY], "sender": sender, "lease": 60}
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
            lambda: _run(sql.LEASE, lease),
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
            lambda: list(Delivery.objects.filter(provider_id=newest.provider_id).values_list("pk")),
        ),
        Asking(
            "outcome",
            "what may have come twice of a dispatch",
            "desk",
            lambda: may_have_come_twice([newest.dispatch_id]).count(),
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
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
