"""Many rows at once, by COPY: several times faster than INSERT, in the same transaction."""

import json
from collections.abc import Sequence

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def copy_in(rows: Sequence[models.Model]) -> None:
    """Write rows of one model; what the first leaves to the database's defaults, all leave to it.

    No signal is sent, and foreign keys are checked when the transaction ends.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 -- Django documents it under this name
    fields = [
        field
        for field in meta.concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    ]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    names = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quoted(meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([_value(getattr(row, name), is_json) for name, is_json in names])


def _value(value: object, is_json: bool) -> object:
    return json.dumps(value, ensure_ascii=False) if is_json else value
