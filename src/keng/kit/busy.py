"""When the database gives up for a moment: another holds what is needed, or it takes too long.

Or it is away: nothing connects, or only to a server that only reads. Or its disk is full.
"""

import logging
import sys
from typing import Any

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from keng.kit import metrics
from keng.kit.database import this_process
from keng.kit.form_not_taken import is_sent_again, sent_fields, typed_texts
from keng.kit.postgresql.base import database_of_this_thread
from keng.kit.read_only_servers import server_only_reads
from keng.kit.storage_away import StorageAway

# Deadlock, serialization, lock timeout, statement timeout, a transaction that was idle too long.
_BUSY = frozenset({"40P01", "40001", "55P03", "57014", "25P03"})
# pgbouncer has one code for all its errors. This one comes before a transaction has begun.
_POOLER_SPEAKS, _NO_SERVER_CONNECTION = "08P01", "query_wait_timeout"
# No connection was made (keng.kit.postgresql).
_NOT_CONNECTED = "08001"
# It was told to end, or another one of its processes was killed, under a statement of ours.
_ENDS = frozenset({"57P01", "57P02", "57P03", "08006"})
# Written, and no standby has said that it has it (keng.kit.postgresql). Sent again it is found.
_IN_DOUBT = "08007"
# No room where its tables lie: nothing is written until somebody makes some.
_DISK_FULL = "53100"
# Nothing is written in a transaction that only reads; and a standby begins no other one.
_ONLY_READS = "25006"
_NOT_SUPPORTED = "0A000"
_log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 3
# Nobody makes room within seconds.
RETRY_WHEN_FULL_SECONDS = 60
_CODES = frozenset({"code"})


def sqlstate_of(error: BaseException | None) -> str:
    """The database's own code for what it raised, through the errors that wrap it."""
    while error is not None:
        if code := getattr(error, "sqlstate", None):
            return str(code)
        error = error.__cause__ or error.__context__
    return ""


def is_busy_error(error: BaseException | None) -> bool:
    """Whether another held what was needed, or it took too long."""
    state = sqlstate_of(error)
    return state in _BUSY or (state == _POOLER_SPEAKS and _NO_SERVER_CONNECTION in str(error))


def is_away_error(error: BaseException | None) -> bool:
    """Whether there was no database to write on, or none with a standby that says so."""
    state = sqlstate_of(error)
    if state in {_ONLY_READS, _NOT_SUPPORTED}:
        return _is_on_read_only_server(if_not_answering=state == _ONLY_READS)
    return state in {_NOT_CONNECTED, _IN_DOUBT, *_ENDS} or _is_lost_connection(error)


def _is_lost_connection(error: BaseException | None) -> bool:
    """Whether the server was gone under a statement: it said no code, or the pooler its only one.

    An error of the pooler ends the connection, which one of PostgreSQL with that code does not.
    """
    while error is not None:
        if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
            return True
        if isinstance(error, psycopg.Error) and error.sqlstate == _POOLER_SPEAKS:
            return error.diag.severity_nonlocalized == "FATAL"
        error = error.__cause__ or error.__context__
    return False


def is_full_error(error: BaseException | None) -> bool:
    """Whether there was no room on the disk of the database: nothing was changed."""
    return sqlstate_of(error) == _DISK_FULL


def is_passing_error(error: BaseException | None) -> bool:
    """Whether the same may well succeed later: nothing was changed, or it is in doubt."""
    return is_busy_error(error) or is_full_error(error) or is_away_error(error)


def count_database_error(error: BaseException | None) -> None:
    """For the operator's monitor: another held what was needed, no database, or no room in it."""
    kind = "full" if is_full_error(error) else "away" if is_away_error(error) else "busy"
    metrics.database_errors.labels(this_process(), kind).inc()


def _is_on_read_only_server(*, if_not_answering: bool) -> bool:
    """Whether the server itself only reads.

    A request that only asks and writes is a fault of ours.
    """
    database = database_of_this_thread()
    # What failed in one is over, and nothing can be asked in it.
    database.end_reading()
    server: psycopg.Connection[object] | None = database.connection
    if server is None or server.closed:
        return if_not_answering
    try:
        return server_only_reads(server)
    except psycopg.Error:
        return if_not_answering


def busy_page(request: HttpRequest) -> HttpResponse:
    """503 in words. What was written comes back with the page, to be sent again by one button.

    What was sent with a secret is not sent again by itself; the words that came with it are there
    to be copied. So is what an officer sent of which it is in doubt whether it is done.
    """
    is_form = is_sent_again(request)
    error = sys.exception()
    is_storage_away = isinstance(error, StorageAway)
    if is_storage_away:
        _log.warning("a page was put off: the store of files said %s", error)
    else:
        count_database_error(error)
        # The code alone: the database's words may repeat what somebody wrote.
        _log.warning("a page was put off: the database said %s", sqlstate_of(error) or "nothing")
    context: dict[str, Any] = {
        "is_storage_away": is_storage_away,
        "is_full": is_full_error(error),
        "is_desk": bool(getattr(request, "officer", None)),
        "address": request.get_full_path(),
        "is_post": request.method == "POST",
        "is_form": is_form,
        "fields": sent_fields(request) if is_form else [],
        "typed": [] if is_form else typed_texts(request),
        "had_code": not _CODES.isdisjoint(request.POST),
        "had_files": bool(is_form and request.FILES),
    }
    is_in_doubt = request.method == "POST" and sqlstate_of(error) == _IN_DOUBT
    if is_in_doubt and settings.IS_DESK:
        # Sent again by a button, it would be refused as changed meanwhile, or done twice.
        template, context["typed"] = "errors/in_doubt.html", typed_texts(request)
    else:
        template, context["is_in_doubt"] = "errors/busy.html", is_in_doubt
    # Without the request: what every page asks the database for may be just what is busy.
    answer = HttpResponse(render_to_string(template, context), status=503)
    after = RETRY_WHEN_FULL_SECONDS if context["is_full"] else RETRY_AFTER_SECONDS
    answer.headers["Retry-After"] = str(after)
    return answer
