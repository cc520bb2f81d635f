"""What every test run needs first: a cluster of its own, and no network but this machine's.

A pytest plugin and not a conftest, because Django's settings are read before any conftest. The
xdist workers inherit the environment: one cluster, one database for each of them, which is a copy
of a database in which all migrations have run.
"""

import gc
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate
from django.urls import set_urlconf
from psycopg import sql

from keng.kit.database import PARTNER_ROLE, PROCESSES, dsn, role
from keng.kit.demo_hook import installed_demo
from keng.kit.static_names import static_folder
from keng.runtime.locale import compile_catalogues
from keng.runtime.postgres import Cluster, embedded_cluster
from keng.runtime.postgres.postmaster import is_process_there
from keng.runtime.roles import DATABASE_NAME, ensure_owner, ensure_roles
from keng.runtime.tests.chance import how_to_repeat, is_random, new_seed
from keng.runtime.tests.emptying import (
    delete_instead_of_truncating,
    let_the_owner_pass_triggers_over,
)
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data

PREFIX = "keng-test-"
TEMPLATE = "KENG_TEST_TEMPLATE"


class OutsideWorld(OSError):
    """A connection that is no test's business; an OSError, so that the socket is closed."""


class Run:
    """The test run of this process."""

    cluster: Cluster | None = None
    folder: Path | None = None


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _sweep()
        _begin()
    _block_sockets()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Random examples get a seed that can be named; before Hypothesis asks for it.

    The xdist workers are given the same one with the options.
    """
    if is_random() and config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = new_seed()


def pytest_report_header(config: pytest.Config) -> str | None:
    return _word_of_the_examples(config)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Once more at the end, beside what failed; `-q` leaves the header out."""
    failed = terminalreporter.stats.get("failed") or terminalreporter.stats.get("error")
    if failed and (word := _word_of_the_examples(config)):
        terminalreporter.write_line(word)


def _word_of_the_examples(config: pytest.Config) -> str | None:
    if not is_random():
        return None
    return f"random examples; the same again: {how_to_repeat(config.option.hypothesis_seed)}"


def pytest_sessionstart() -> None:
    """Before pytest-django creates the database of this run or of this worker."""
    # What tests start are processes of the product, or of a demo: none has the settings of tests.
    os.environ["DJANGO_SETTINGS_MODULE"] = "keng.site.settings"
    # Loaded with the product's settings, which are not read before the plugins are.
    from django.contrib.contenttypes.management import create_contenttypes
    from django.test.signals import root_urlconf_changed

    # Nothing here asks Django for permissions or types of content. Writing them down anew took two
    # thirds of the time in which a test that commits is cleared away.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    # What addresses mean is remembered for each site by itself. Most tests choose theirs, and each
    # time all of both were forgotten and compiled anew.
    setting_changed.disconnect(root_urlconf_changed)
    setting_changed.connect(_use_the_addresses_of_the_settings)
    if template := os.environ.get(TEMPLATE):
        # Only of a cluster that this run began: elsewhere the owner may not pass triggers over.
        delete_instead_of_truncating()
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """What is loaded from here on stays: looking for garbage in it took a third of the time."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Through 14,000 tests and all that they import each full collection takes a second.

    They stay to the end, so that whoever collects garbage need not look through them.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def _use_the_addresses_of_the_settings(*, setting: str, **_rest: object) -> None:
    if setting == "ROOT_URLCONF":
        set_urlconf(None)


def pytest_unconfigure() -> None:
    if Run.cluster is not None:
        Run.cluster.stop()
    if Run.folder is not None:
        shutil.rmtree(Run.folder, ignore_errors=True)
    Run.cluster = Run.folder = None


def unsafe_settings(database: psycopg.Connection[Any]) -> dict[str, str]:
    """What this server does not do, of that by which a commit survives a crash; empty if all."""
    asked = {name: database.execute(f"SHOW {name}").fetchone() for name in UNSAFE_AND_FAST}
    return {name: row[0] for name, row in asked.items() if row is not None and row[0] != "on"}


def _begin() -> None:
    Run.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    # Root's PostgreSQL runs as another account, which must pass this folder.
    Run.folder.chmod(0o711)
    (Run.folder / "pid").write_text(str(os.getpid()))
    # A fresh checkout has no compiled translations, and a page may have new sentences since.
    compile_catalogues()
    if demo := installed_demo():
        compile_catalogues(demo.FOLDER / "locale")
    os.environ["KENG_DATA"] = str(Run.folder / "data")
    os.environ["KENG_PROCESS"] = "owner"
    if not os.environ.get("DATABASE_URL"):
        copy_migrated_data(Run.folder / "data")
        # Tests name static files as they stand in the code (kit.static_names).
        shutil.rmtree(static_folder(), ignore_errors=True)
        os.environ[TEMPLATE] = DATABASE_NAME
        # A test's database lives for a minute: durability would only cost time. Where a test kills
        # what writes, it asks `unsafe_settings` of the cluster that it kills.
        Run.cluster = embedded_cluster(settings=UNSAFE_AND_FAST)
        Run.cluster.start()
        ensure_owner(Run.cluster, may_create_databases=True)
        with Run.cluster.connect() as superuser:
            let_the_owner_pass_triggers_over(superuser)
    ensure_roles(dsn("owner"))
    _let_the_owner_work_as_each_process()


def _let_the_owner_work_as_each_process() -> None:
    """Once for the run: roles belong to the cluster, not to the database of a worker.

    Given inside the transactions of tests, in whatever order each took the roles, two workers
    waited for each other and the database ended one of them.
    """
    roles = [*(role(name) for name in PROCESSES if name != "owner"), PARTNER_ROLE]
    names = sql.SQL(", ").join(map(sql.Identifier, roles))
    with psycopg.connect(dsn("owner"), autocommit=True) as owner:
        owner.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(names))


def _sweep() -> None:
    """End the clusters of runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Of another account: theirs to sweep.
        if not os.access(folder, os.R_OK | os.X_OK):
            continue
        pid_file = folder / "pid"
        if pid_file.exists() and not is_process_there(int(pid_file.read_text() or 0)):
            if (folder / "data/postgres/cluster").exists():
                embedded_cluster(folder / "data").stop()
            shutil.rmtree(folder, ignore_errors=True)


def _block_sockets() -> None:
    """Nothing but this machine: a test that would ask the Internet fails where it asks."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any, /) -> None:
        _refuse_the_world(address)
        return connect(self, address)

    def guarded_ex(self: socket.socket, address: Any, /) -> int:
        _refuse_the_world(address)
        return connect_ex(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment, method-assign]
    socket.socket.connect_ex = guarded_ex  # type: ignore[assignment, method-assign]


def _refuse_the_world(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is None or host == "localhost":
        return
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise OutsideWorld(f"A test tried to reach {host}; only this machine is allowed.")
