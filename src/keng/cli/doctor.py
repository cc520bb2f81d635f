"""keng doctor: short real checks of this installation, one line each; it changes nothing."""

import argparse
import json
import os
from collections.abc import Callable

from keng.cli.checks import (
    account_ends,
    certificate,
    database,
    file_store,
    machine,
    other_installations,
    record,
    resealing,
    retention,
    returned_mail,
    running,
    shares,
    silence,
)
from keng.cli.checks.check import (
    Check,
    CheckedPlace,
    Finding,
    FindingLevel,
    ok,
    perform_check,
    unknown,
    wrong,
)
from keng.kit.database import data_folder
from keng.kit.worker_tasks import TaskPace
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.ports import Ports, add_ports, chosen_ports

# What monitors ask for by name: docs/operator/commands.md has a line for each, and a test holds it.
# A new check is a new row; `needs` names rows above it without which it could only fail.
CHECKS: tuple[Check, ...] = (
    Check("folder", machine.folder),
    Check("python", machine.python),
    Check("addresses", machine.addresses),
    Check("passkeys", machine.passkeys),
    Check("onion", machine.onion),
    Check("certificate", certificate.certificate),
    Check("certificates", certificate.server_certificates, within=12),
    Check("disk", machine.disk),
    Check("permissions", machine.permissions),
    Check("users", machine.users),
    Check("backup", machine.backup, needs=("folder",)),
    Check("rewrite", machine.rewrite, needs=("folder",)),
    Check("supervisor", running.supervisor, needs=("folder",)),
    Check("ports", running.ports),
    *map(running.process_check, ("public", "desk", "edge")),
    *map(running.worker_check, TaskPace),
    running.process_check("sender"),
    Check("tasks", running.tasks, needs=("supervisor",)),
    Check("refused", running.refused),
    Check("database", database.database, needs=("folder",)),
    Check("database-disk", database.database_disk, needs=("database",)),
    Check("roles", database.roles, needs=("database",), within=20),
    Check("pooler", database.pooler, needs=("database",)),
    Check("keys", database.keys, needs=("database",)),
    Check("debug", database.debug, needs=("database",)),
    Check("migrations", database.migrations, needs=("database",)),
    Check("policies", database.policies, needs=("database", "migrations")),
    Check("restart", database.restart, needs=("database", "migrations")),
    Check("standbys", database.standbys, needs=("database",)),
    Check("replica", database.replica, needs=("database",)),
    Check("transactions", database.transactions, needs=("database",)),
    Check("clock", database.clock, needs=("database", "migrations")),
    Check("critical", database.critical, needs=("database", "migrations")),
    Check("deliveries", database.deliveries, needs=("database", "migrations")),
    Check("pictures", database.pictures, needs=("database", "migrations")),
    Check("accounts", database.accounts, needs=("database", "migrations")),
    Check("ends", account_ends.ends, needs=("database", "migrations")),
    Check("inbound", silence.inbound, needs=("database", "migrations")),
    Check("returned", returned_mail.returned, needs=("database", "migrations", "keys"), within=12),
    Check("store", file_store.store, within=30),
    Check("files", database.files, needs=("database", "migrations"), within=12),
    Check("shares", shares.shares, needs=("database", "migrations")),
    Check("resealing", resealing.resealing, needs=("database", "migrations", "keys"), within=12),
    Check("retention", retention.retention, needs=("database", "migrations", "keys"), within=12),
    Check("installations", other_installations.installations, needs=("database", "migrations")),
    Check("record", record.record, needs=("database", "migrations")),
    Check("setup", database.setup, needs=("database", "migrations", "keys"), within=20),
)
# Not a row: it is asked before all others, and without it none can be.
SETTINGS_CHECK = "settings"
_SAID = {
    FindingLevel.OK: "ok",
    FindingLevel.ATTENTION: "look",
    FindingLevel.WRONG: "WRONG",
    FindingLevel.UNKNOWN: "-",
}
# The exit code, and its word in --json.
_RESULTS = {0: "well", 1: "wrong", 2: "attention"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)
    parser.add_argument("--json", action="store_true", help="for a monitor: names, levels, words")


def run(arguments: argparse.Namespace) -> int:
    """0 well; 1 tips are not taken, rung, sent or read, or data are in danger; 2 to be seen to."""
    found = examine(arguments, tell=None if arguments.json else _print)
    code = exit_code(found)
    if arguments.json:
        print(json.dumps(_as_json(found, code), ensure_ascii=False, indent=1))
    return code


def examine(
    arguments: argparse.Namespace, *, tell: Callable[[str, Finding], None] | None = None
) -> dict[str, Finding]:
    """Every check by its name, in order; `tell` hears of each as soon as it is done."""
    found: dict[str, Finding] = {}
    place = CheckedPlace(Ports())
    found[SETTINGS_CHECK] = _settings(arguments)
    if found[SETTINGS_CHECK].level is FindingLevel.OK:
        place = CheckedPlace(chosen_ports(arguments))
    if tell is not None:
        tell(SETTINGS_CHECK, found[SETTINGS_CHECK])
    for check in CHECKS:
        found[check.name] = _looked_at(check, place, found)
        if tell is not None:
            tell(check.name, found[check.name])
    return found


def exit_code(found: dict[str, Finding]) -> int:
    levels = {finding.level for finding in found.values()}
    if FindingLevel.WRONG in levels:
        return 1
    return 2 if FindingLevel.ATTENTION in levels else 0


def _settings(arguments: argparse.Namespace) -> Finding:
    """Wrong ones were found before any command began; two sites on one port are as wrong."""
    if refused := getattr(arguments, "wrong_settings", []):
        return wrong("\n".join(refused))
    try:
        chosen_ports(arguments)
    except CannotContinue as error:
        return wrong(str(error))
    count = sum(name.startswith("KENG_") or name == "DATABASE_URL" for name in os.environ)
    return ok(f"{count} set, each is what it may be")


def _looked_at(check: Check, place: CheckedPlace, found: dict[str, Finding]) -> Finding:
    for need in (SETTINGS_CHECK, *check.needs):
        if found[need].level in {FindingLevel.WRONG, FindingLevel.UNKNOWN}:
            return unknown(f"not looked at: {need} comes first")
    return perform_check(check, place)


def _print(name: str, finding: Finding) -> None:
    """A line each, at once: what comes next may take a while."""
    for line in finding.text.splitlines():
        print(f"{_SAID[finding.level]:<5}  {name:<11} {line}", flush=True)


def _as_json(found: dict[str, Finding], code: int) -> dict[str, object]:
    checks = [
        {"name": name, "level": finding.level.value, "text": finding.text}
        for name, finding in found.items()
    ]
    return {"folder": str(data_folder()), "result": _RESULTS[code], "code": code, "checks": checks}
