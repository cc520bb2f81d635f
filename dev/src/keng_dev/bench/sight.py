"""What the policies on reads cost the desk's pages: with its role, with them and without."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any
from unittest import mock

from keng_dev.bench.figures import Figure, Target

MOST = 1.15
# Who has a tip open is noted while its page is made.
_WRITTEN_BY_PAGES = ("tips_tipreader",)


def of_policies(found: Mapping[str, list[Any]], pages: Mapping[str, str]) -> list[Figure]:
    """Of rounds named as the page, and the page with `_bare` behind."""
    return [
        Figure(
            f"{name}_policies_ms",
            f"{what}, read by policies; app + database",
            "ms",
            found[name],
            found[f"{name}_bare"],
            "the same without policies on reads",
            Target("≤", MOST, of="ratio"),
        )
        for name, what in pages.items()
    ]


def let_owner_be_desk() -> None:
    """Whoever made the roles of the processes may take one only after saying so."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        cursor.execute("GRANT keng_desk TO CURRENT_USER WITH SET TRUE")


@contextmanager
def with_the_desks_role(*, policies: bool) -> Iterator[None]:
    """In it this connection reads as the desk does."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor, ExitStack() as left:
        if not policies:
            _let_all_be_read(cursor)
            left.callback(_narrow, cursor)
            left.enter_context(_as_before_policies())
        cursor.execute("SET ROLE keng_desk")
        left.callback(cursor.execute, "RESET ROLE")
        yield


def _let_all_be_read(cursor: Any) -> None:
    for policy in _policies_in_the_way():
        _alter(cursor, policy, using="true", check="true")


def _narrow(cursor: Any) -> None:
    for policy in _policies_in_the_way():
        _alter(cursor, policy, using=policy.using, check=policy.check)


def _policies_in_the_way() -> list[Any]:
    """Those of reads, and of what a page writes while it is read: without them nobody looks."""
    from keng.site.row_policies import POLICIES, READ_BY_SIGHT  # noqa: PLC0415 -- needs the settings

    return [
        each
        for each in POLICIES
        if each.name.startswith("desk_")
        and (
            (each.table in READ_BY_SIGHT and each.name == "desk_reads")
            or each.table in _WRITTEN_BY_PAGES
        )
    ]


def _alter(cursor: Any, policy: Any, *, using: str, check: str) -> None:
    rows = f" USING ({using})" if policy.using else ""
    becoming = f" WITH CHECK ({check})" if policy.check else ""
    cursor.execute(f"ALTER POLICY {policy.name} ON {policy.table}{rows}{becoming}")


@contextmanager
def _as_before_policies() -> Iterator[None]:
    """Nobody is asked who looks, and words are looked for by a condition of the statement's own."""
    from django.contrib.postgres.search import SearchQuery  # noqa: PLC0415 -- needs the settings
    from django.db.models import Q  # noqa: PLC0415

    from keng.accounts import middleware  # noqa: PLC0415
    from keng.inbox.search import search_query  # noqa: PLC0415

    def has_words(words: tuple[str, ...]) -> Q:
        terms = " & ".join([*words[:-1], f"{words[-1]}:*"])
        return Q(search=SearchQuery(terms, search_type="raw", config="simple"))

    with (
        mock.patch.object(middleware, "in_sight_of", return_value=nullcontext()),
        mock.patch.object(search_query, "_has_words", has_words),
    ):
        yield
