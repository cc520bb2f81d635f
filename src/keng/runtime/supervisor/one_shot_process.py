"""Work that needs the whole product, done by a process that ends: the parent of all stays small."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from keng.kit.database import DatabaseNotPrepared
from keng.kit.refusals import KeyMissing, WrongSettings
from keng.runtime.errors import CannotContinue

_T = TypeVar("_T")


def run_in_own_process(work: Callable[[], _T]) -> _T:
    """What `work` returns, a plain value; its memory and its connections end with its process.

    When we are killed it ends too, so that the next start finds nobody at work and no lock held.
    Raises CannotContinue with its words, and when it failed in a way that it has printed itself.
    """
    # Forked while nothing runs here beside us: no thread, no connection.
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_report, args=(work, sending))
    child.start()
    sending.close()
    try:
        result, trouble = cast("tuple[_T, str | None]", receiving.recv())
    except EOFError:
        raise CannotContinue(
            "The database could not be prepared; what went wrong is above."
        ) from None
    except BaseException:
        # Somebody asked to stop: what was not committed is rolled back, and the next start goes on.
        child.kill()
        raise
    finally:
        child.join()
    if trouble is not None:
        raise CannotContinue(trouble)
    return result


def _report(work: Callable[[], Any], to: Connection) -> None:
    # What the parent does when it is asked to stop is not ours to do: it ends us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    try:
        to.send((work(), None))
    except (CannotContinue, DatabaseNotPrepared, KeyMissing, WrongSettings) as error:
        to.send((None, str(error)))
    except KeyboardInterrupt:
        to.send((None, "Stopped before everything was prepared; the next start goes on."))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 -- only a child runs this
    parent.join()
    # At once, like the parent: what was not committed is rolled back, and the next start goes on.
    os._exit(1)
