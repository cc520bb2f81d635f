"""The desk with 7,000 open tips: its list, a tip's page, the list's queries, and a search."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock
from urllib.parse import quote

from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.intake import TEXTS
from keng_dev.bench.scratch import Bench
from keng_dev.bench.sight import let_owner_be_desk, of_policies, with_the_desks_role

TIPS = 7000
# Enough of them that the kernel's clock of CPU time, which ticks at 10 ms, is fine enough.
PAGES = 20
PORTION = 100
# What a commune's desk has on a bad day; the list of such a desk has folders, too.
FEW = 30
# Half of what the list shows: of so many rows the page was promised within 30 ms.
SOME_ROWS = 25
# Two or three words without accents, a word that is half typed, a number with dots.
SEARCHES = ("can cuoc bi khoa", "khong bien s", "0912.000.415")
SCANS = ("%căn cước%", "%không biển s%", "%0912 000 415%")
_SCAN = """
SELECT id FROM tips_tip
WHERE responsible_unit_id = %s AND text ILIKE %s ORDER BY id DESC LIMIT 51
"""
# What is read by policies, measured with the desk's role with them and without.
BY_POLICIES = {
    "list": f"page of the list with {TIPS:,} open tips",
    "tip": "page of a tip",
    "counts": "page of all that waits, counted",
    "search": "page of a search by words",
}
_INDEXES = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


def measure(bench: Bench) -> list[Figure]:
    """Every value of a round is a mean of pages, or a median of questions."""
    busy, quiet, idle = make_desk("Busy"), make_desk("Quiet"), make_desk("Idle")
    bench.make_unit_keys()
    write_tips(busy, TIPS)
    write_tips(quiet, FEW)
    page, empty = _Page(bench, busy), _Page(bench, idle)
    tip, alone = _TipPage(bench, busy), _TipPage(bench, quiet)
    queries, few = _Queries(busy), _Queries(quiet)
    simple = _SimplePage(bench, busy)
    for each in (page, empty, tip, alone, simple):
        each.round()
    let_owner_be_desk()
    by_role = {"list": page, "tip": tip}
    by_role |= {"counts": _WaitingPage(bench, busy), "search": _SearchPage(bench, busy)}
    found = alternate(
        bench.rounds,
        {
            "page": page.round,
            "empty": empty.round,
            "tip": tip.round,
            "alone": alone.round,
            "simple": simple.round,
            "list": queries.inbox,
            "unindexed": queries.inbox_without_indexes,
            "few": few.inbox,
            "computing": queries.inbox_cpu,
            "computing_few": few.inbox_cpu,
            "search": queries.search,
            "scan": queries.scan,
        },
    )
    some_rows = _of_some_rows()
    roles = alternate(
        bench.rounds,
        {
            f"{name}{'' if policies else '_bare'}": partial(_round_by_role, each, policies)
            for name, each in by_role.items()
            for policies in (True, False)
        }
        | {
            "some": lambda: _round_of_some_rows(page, some_rows),
            "some_empty": lambda: _round_of_some_rows(empty, some_rows),
        },
    )
    figures = _of_pages(found, page, empty) + _of_queries(found)
    return [*figures, *of_policies(roles, BY_POLICIES), _of_page_of_some_rows(roles)]


def _of_some_rows() -> Any:
    """What has the list show SOME_ROWS, compiled once as its own statement is."""
    from keng.inbox.list import inbox_query  # noqa: PLC0415 -- needs the settings

    return mock.patch.multiple(
        inbox_query,
        ROWS_A_PAGE=SOME_ROWS,
        _ROWS=inbox_query.CompiledQuery(inbox_query._row_query),  # noqa: SLF001 -- with its length
    )


def _round_of_some_rows(page: "_Page", some_rows: Any) -> float:
    with some_rows:
        return _round_by_role(page, True)


def _of_page_of_some_rows(found: dict[str, list[Any]]) -> Figure:
    return Figure(
        f"inbox_{SOME_ROWS}_rows_cpu_ms",
        f"page of {SOME_ROWS} rows of {TIPS:,} sealed tips, read by policies; app + database",
        "ms",
        found["some"],
        found["some_empty"],
        "the same page of a desk without tips",
        Target("≤", 30),
    )


def _round_by_role(page: "_Page", policies: bool) -> float:
    with with_the_desks_role(policies=policies):
        return page.round()


def _of_pages(found: dict[str, list[Any]], page: "_Page", empty: "_Page") -> list[Figure]:
    return [
        Figure(
            "inbox_page_cpu_ms",
            f"page of the list with {TIPS:,} open tips; app + database",
            "ms",
            found["page"],
            found["empty"],
            "the same page of a desk without tips",
            Target("≤", 30),
        ),
        Figure(
            "inbox_page_kb",
            "that page, before it is packed",
            "kB",
            [page.kb],
            [empty.kb],
            "the same page of a desk without tips",
            Target("≤", 60),
        ),
        Figure(
            "tip_page_cpu_ms",
            f"page of one of {TIPS:,} open tips; app + database",
            "ms",
            found["tip"],
            found["alone"],
            f"the same page at a desk of {FEW} open tips",
            Target("≤", 2, of="ratio"),
        ),
        *(
            Figure(
                f"{name}_beside_simple",
                f"{what}; app + database",
                "ms",
                found[of],
                found["simple"],
                "the officer's settings, the simplest page behind the sign-in",
                Target("≤", 3, of="ratio"),
            )
            for name, what, of in (
                ("inbox_page", f"page of the list with {TIPS:,} open tips", "page"),
                ("tip_page", f"page of one of {TIPS:,} open tips", "tip"),
            )
        ),
    ]


def _of_queries(found: dict[str, list[Any]]) -> list[Figure]:
    return [
        Figure(
            "inbox_sql_ms",
            "all counts of the list, and its 50 rows",
            "ms",
            [sum(both) for both in found["list"]],
            [sum(both) for both in found["unindexed"]],
            "the same without indexes",
            Target("≤", 1),
        ),
        Figure(
            "inbox_sql_cpu_ms",
            "CPU of the database for them, whoever else is on the machine",
            "ms",
            found["computing"],
            found["computing_few"],
            f"the same of the desk with {FEW} open tips",
            Target("≤", 1),
        ),
        Figure(
            "inbox_rows_sql_ms",
            "its 50 rows alone",
            "ms",
            [rows for _counts, rows in found["list"]],
            [rows for _counts, rows in found["unindexed"]],
            "the same without indexes",
            Target("≤", 1),
        ),
        Figure(
            "inbox_few_sql_ms",
            f"all counts and rows of a desk with {FEW} open tips",
            "ms",
            [sum(both) for both in found["few"]],
            [sum(both) for both in found["list"]],
            f"the same of the desk with {TIPS:,}",
            Target("≤", 1),
        ),
        Figure(
            "search_sql_ms",
            "search by words and by a number",
            "ms",
            found["search"],
            found["scan"],
            "ILIKE over the same tips",
            Target("≤", 20),
        ),
    ]


def make_desk(name: str) -> Any:
    """An officer on duty at a desk of its own."""
    from keng.accounts.models import Officer, Post  # noqa: PLC0415 -- needs the settings
    from keng.kit import times  # noqa: PLC0415
    from keng.places.models import Unit  # noqa: PLC0415

    unit = Unit.objects.create(
        name=f"Bench {name}", short_name=name, kind=Unit.Kind.COMMUNE, province_code="00"
    )
    officer = Officer(username=f"bench-{name.lower()}", name=name, full_desk=True)
    officer.set_unusable_password()
    officer.save()
    today = times.local_date(times.now())
    Post.objects.create(officer=officer, unit=unit, role=Post.Role.DUTY, valid_from=today)
    return officer


def write_tips(officer: Any, count: int) -> list[str]:
    """Sealed, examined and findable, by the same code as anybody's; their receipt codes."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    from keng.intake.examination.examine import examine_tips  # noqa: PLC0415
    from keng.intake.receive import IncomingTip, receive_tips  # noqa: PLC0415
    from keng.kit.secrets import keyed_hash  # noqa: PLC0415
    from keng.tips import receipt_codes  # noqa: PLC0415
    from keng.tips.open_tally import add_up_tally  # noqa: PLC0415

    (unit_id,) = officer.own_unit_ids
    codes = []
    for start in range(0, count, PORTION):
        tokens = [receipt_codes.new_token() for _ in range(min(PORTION, count - start))]
        codes += [receipt_codes.code_from_token(token) for token in tokens]
        receive_tips(
            [
                IncomingTip(
                    unit_id=unit_id,
                    text=TEXTS[n % len(TEXTS)].format(n=n),
                    dedupe_key=keyed_hash("web form", token),
                    topic="scam",
                    contact={"name": "Người Đo", "phone": "0900 000 000"},
                    receipt_hash=receipt_codes.code_hash(receipt_codes.code_from_token(token)),
                )
                for n, token in enumerate(tokens, start)
            ]
        )
    while examine_tips():
        pass
    add_up_tally()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return codes


def session_key_of(officer: Any) -> str:
    """What the cookie of a browser holds in which the officer has just signed in."""
    from django.test import Client  # noqa: PLC0415 -- needs the settings

    from keng.accounts.middleware import bind_session  # noqa: PLC0415

    session = Client(SERVER_NAME="localhost").session
    bind_session(session, officer)
    session.save()
    return session.session_key or ""


class _Page:
    """One officer's list, whole: middleware, session, queries, template."""

    def __init__(self, bench: Bench, officer: Any) -> None:
        from django.conf import settings  # noqa: PLC0415 -- needs the settings
        from django.test import Client  # noqa: PLC0415

        self._bench, self.kb = bench, 0.0
        # A name that the site answers to; the client's own is known in tests alone.
        self._client = Client(SERVER_NAME="localhost")
        self._client.cookies[settings.SESSION_COOKIE_NAME] = session_key_of(officer)

    def round(self) -> float:
        from django.conf import settings  # noqa: PLC0415 -- needs the settings
        from django.test import override_settings  # noqa: PLC0415

        desk = {"ROOT_URLCONF": "keng.site.desk_urls", "MIDDLEWARE": settings.DESK_MIDDLEWARE}
        with override_settings(**desk):
            # Looks its addresses up first, as a process that serves has long done.
            self._get(0)
            start = self._cpu()
            for n in range(PAGES):
                answer = self._get(n)
            spent = self._cpu() - start
        self.kb = len(answer.content) / 1000
        return spent / PAGES * 1000

    def address(self, number: int) -> str:
        return "/tips/"

    def _get(self, number: int) -> Any:
        answer = self._client.get(self.address(number))
        if answer.status_code != 200:
            raise RuntimeError(f"the desk answered {answer.status_code}")
        return answer

    def _cpu(self) -> float:
        return time.process_time() + self._bench.server_cpu()


class _TipPage(_Page):
    """The whole page of a tip, each time another one."""

    def __init__(self, bench: Bench, officer: Any) -> None:
        from keng.tips.models import Tip  # noqa: PLC0415 -- needs the settings

        super().__init__(bench, officer)
        rows = Tip.objects.visible_to(officer).order_by("due_at").values_list("pk", flat=True)
        self._tips = list(rows[rows.count() // 2 :][:PAGES])

    def address(self, number: int) -> str:
        return f"/tips/{self._tips[number % len(self._tips)]}/"


class _SimplePage(_Page):
    """What every page costs: who asks, the menus, one small form."""

    def address(self, number: int) -> str:
        return "/settings/"


class _WaitingPage(_Page):
    """All that waits for the officer, of every kind."""

    def address(self, number: int) -> str:
        return "/waiting/"


class _SearchPage(_Page):
    """What a search finds, by words alone."""

    def address(self, number: int) -> str:
        return f"/tips/search/?q={quote(SEARCHES[number % 2])}"


class _Queries:
    """What the database takes for it, round trip included."""

    def __init__(self, officer: Any) -> None:
        self._officer = officer

    def inbox(self) -> tuple[float, float]:
        """The counts, and the rows."""
        from keng.inbox.list import inbox_query  # noqa: PLC0415 -- needs the settings

        counts, rows = [], []
        for _ in range(PAGES):
            spent = _spent(lambda: inbox_query.inbox_page(self._officer))
            counts.append(sum(spent[:-1]))
            rows.append(spent[-1])
        return median(counts), median(rows)

    def inbox_cpu(self) -> float:
        """What the server's process of this connection computes for one page, in milliseconds."""
        from keng.inbox.list import inbox_query  # noqa: PLC0415 -- needs the settings

        clock, spent = _server_process_clock(), []
        for _ in range(PAGES):
            before = clock()
            inbox_query.inbox_page(self._officer)
            spent.append(clock() - before)
        return median(spent)

    def inbox_without_indexes(self) -> tuple[float, float]:
        from django.db import connection  # noqa: PLC0415 -- needs the settings

        with connection.cursor() as cursor:
            for name in _INDEXES:
                cursor.execute(f"SET {name} = off")
            try:
                return self.inbox()
            finally:
                for name in _INDEXES:
                    cursor.execute(f"RESET {name}")

    def search(self) -> float:
        from keng.inbox.search.search_query import TipSearch, find_tips  # noqa: PLC0415 -- needs the settings

        return median(
            sum(
                _spent(lambda words=words: _some(find_tips(self._officer, TipSearch(q=words)).rows))
            )
            for words in SEARCHES * PAGES
        )

    def scan(self) -> float:
        from django.db import connection  # noqa: PLC0415 -- needs the settings

        (unit_id,) = self._officer.own_unit_ids
        with connection.cursor() as cursor:

            def ask(like: str) -> None:
                cursor.execute(_SCAN, [unit_id, like])
                _some(cursor.fetchall())

            return median(sum(_spent(lambda like=like: ask(like))) for like in SCANS * PAGES)


def _server_process_clock() -> Callable[[], float]:
    """Milliseconds of CPU so far of the process that serves this connection, to a microsecond."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    figures = Path("/proc") / str(pid) / "schedstat"
    return lambda: int(figures.read_text().split()[0]) / 1e6


def _some(rows: Any) -> None:
    """A search that finds nothing measures nothing."""
    if not rows:
        raise RuntimeError("nothing was found")


def _spent(ask: Any) -> list[float]:
    """Milliseconds of each query that this asks, in their order."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    spent: list[float] = []

    def timed(execute: Any, *question: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*question)
        finally:
            spent.append((time.perf_counter() - start) * 1000)

    with connection.execute_wrapper(timed):
        ask()
    return spent
