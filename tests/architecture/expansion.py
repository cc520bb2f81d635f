"""What a migration takes away from, or locks away from, processes of the release before."""

import decimal
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

# Millions of rows after some years: what reads all of one while nobody may write stops a province.
LARGE_TABLES = frozenset(
    {
        "tips_tip",
        "tips_dialoguemessage",
        "delivery_delivery",
        "delivery_attempt",
        "delivery_inbound",
        "audit_entry",
    }
)
_CONSTANT = (str, int, float, bool, bytes, decimal.Decimal, models.Value)
_CONTRACT = "mark the module CONTRACT = True, or leave it to a later version"
_TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.AlterUniqueTogether,
)
_TAKING_SQL = (
    (r"\bDROP\s+(TABLE|COLUMN|VIEW|FUNCTION)\b", "takes something away"),
    (r"\bCREATE\s+OR\s+REPLACE\s+(FUNCTION|TRIGGER|VIEW)\b", "changes what the release asks"),
    (r"\bRENAME\b", "renames something"),
    (r"\bREVOKE\b", "takes a right away"),
    (r"\bSET\s+NOT\s+NULL\b", "asks for a value that the release before may not give"),
    (r"\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b", "changes a type"),
)
# What an officer may put on record is a list that the function has of itself, and more.
_GROWN_LIST = re.compile(
    r"CREATE OR REPLACE (?=FUNCTION audit_acts_of_officers\(\).*"
    r"unnest\(audit_acts_of_officers\(\) \|\| ARRAY\[)",
    re.DOTALL,
)
# What they let through since the release, and why its processes can live beside it.
WIDENED_TRIGGERS: dict[str, str] = {
    "message_of_this_process": "what it refused before it refuses, but words of a reporter that "
    "the worker takes in for a transfer; the worker of the release writes none",
}
_WIDENED = re.compile(rf"CREATE OR REPLACE (?=TRIGGER ({'|'.join(WIDENED_TRIGGERS) or '(?!)'})\b)")
_CREATE_INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(CONCURRENTLY\s+)?.*?\bON\s+(?:ONLY\s+)?\"?(\w+)",
    re.IGNORECASE | re.DOTALL,
)
_ADD_CONSTRAINT = re.compile(
    r"\bALTER\s+TABLE\s+\"?(\w+)\"?\s+ADD\s+CONSTRAINT\b([^;]*)", re.IGNORECASE | re.DOTALL
)


def faults_of(migration: Any, state: ProjectState) -> list[str]:
    """What is wrong with a migration that is to run beside the release; `state` is before it."""
    new_tables: set[str] = set()
    found: list[str] = []
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        for each in _in_the_database(operation):
            found += _faults_of_operation(each, migration.app_label, before, state, new_tables)
    return found


def _in_the_database(operation: Any) -> Iterator[Any]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        yield from operation.database_operations
    else:
        yield operation


def _faults_of_operation(
    operation: Any, area: str, before: ProjectState, after: ProjectState, new_tables: set[str]
) -> Iterator[str]:
    what = operation.describe()
    if isinstance(operation, migrations.CreateModel):
        new_tables.add(_table(after, area, operation.name))
    elif isinstance(operation, _TAKES_AWAY):
        yield f"{what}: the release before still uses it; {_CONTRACT}"
    elif isinstance(operation, migrations.RunSQL):
        yield from _faults_of_sql(str(operation.sql), what, new_tables)
    elif (model := getattr(operation, "model_name", None)) is not None:
        table = _table(after, area, model)
        # A table that was made in this migration is nobody's yet.
        if table not in new_tables:
            yield from _faults_on_table(operation, what, table, area, before)


def _faults_on_table(
    operation: Any, what: str, table: str, area: str, before: ProjectState
) -> Iterator[str]:
    if isinstance(operation, migrations.AddField):
        yield from _faults_of_new_field(operation, what, table)
    elif isinstance(operation, migrations.AlterField):
        yield from _faults_of_altered_field(operation, what, area, before)
    elif type(operation) is migrations.AddIndex and table in LARGE_TABLES:
        yield f"{what}: nobody could write meanwhile; take AddIndexConcurrently"
    elif type(operation) is migrations.AddConstraint:
        if not isinstance(operation.constraint, models.UniqueConstraint):
            yield f"{what}: take AddConstraintNotValid, and ValidateConstraint in a later migration"
        elif table in LARGE_TABLES:
            yield f"{what}: make its index concurrently, then the constraint USING INDEX"


def _faults_of_new_field(operation: migrations.AddField, what: str, table: str) -> Iterator[str]:
    field = operation.field
    if not (field.null or field.has_db_default() or field.many_to_many):
        yield f"{what}: the release before gives it no value; take db_default, or null=True"
    if table in LARGE_TABLES and field.db_index and not field.unique:
        yield f"{what}: nobody could write meanwhile; db_index=False, and its index concurrently"
    if table in LARGE_TABLES and getattr(field, "db_constraint", False):
        yield f"{what}: its constraint locks both tables; db_constraint=False, NOT VALID later"
    if field.has_db_default() and not isinstance(field.db_default, _CONSTANT):
        yield f"{what}: a default that is computed may rewrite the table; take a constant"
    if field.unique:
        yield f"{what}: unique locks the table while its index is made; add it concurrently"


def _faults_of_altered_field(
    operation: migrations.AlterField, what: str, area: str, before: ProjectState
) -> Iterator[str]:
    model = before.apps.get_model(area, operation.model_name)
    old, new = model._meta.get_field(operation.name), operation.field
    if old.null and not new.null:
        yield f"{what}: the release before may leave it empty; {_CONTRACT}"
    if old.has_db_default() and not new.has_db_default():
        yield f"{what}: the release before may leave it to the default; {_CONTRACT}"
    if new.unique and not old.unique:
        yield f"{what}: unique refuses what the release before may write; {_CONTRACT}"
    if getattr(old, "db_constraint", False) and (old.null, old.unique) != (new.null, new.unique):
        # Django drops the constraint and makes it anew.
        yield f"{what}: stops {old.related_model._meta.db_table}, too; ALTER COLUMN by RunSQL"
    if not _is_as_wide(old, new):
        yield f"{what}: another type rewrites the table under everybody; add a second column"


def _is_as_wide(old: Any, new: Any) -> bool:
    if old.is_relation or new.is_relation:
        return old.is_relation and new.is_relation
    if old.get_internal_type() != new.get_internal_type():
        return False
    if old.get_internal_type() == "CharField":
        return new.max_length is None or (old.max_length or new.max_length + 1) <= new.max_length
    return bool(old.db_type(connection) == new.db_type(connection))


def _faults_of_sql(statements: str, what: str, new_tables: set[str]) -> Iterator[str]:
    statements = _WIDENED.sub("", _GROWN_LIST.sub("", statements))
    for pattern, does in _TAKING_SQL:
        if re.search(pattern, statements, re.IGNORECASE):
            yield f"{what}: {does}; {_CONTRACT}"
    for concurrently, table in _CREATE_INDEX.findall(statements):
        if not concurrently and table in LARGE_TABLES - new_tables:
            yield f"{what}: nobody could write in {table} meanwhile; CREATE INDEX CONCURRENTLY"
    for table, rest in _ADD_CONSTRAINT.findall(statements):
        is_quick = re.search(r"\bNOT\s+VALID\b|\bUSING\s+INDEX\b", rest, re.IGNORECASE)
        if not is_quick and table not in new_tables:
            yield f"{what}: reads all of {table} under its lock; NOT VALID, and validate later"


def _table(state: ProjectState, area: str, model: str) -> str:
    options = state.models[area, model.lower()].options
    return str(options.get("db_table") or f"{area}_{model.lower()}")
