"""The database's part: the hands in a text only grow.

Its other rules about releases: nobody with a hand in it lets it out (constraints of `models.py`);
no sending without an approval that is the digest and the releaser of its version
(`delivery/models/outbound.py`, migrations 0019 and 0034 of `delivery`, 0007 to 0009 of
`warnings`). What was let out stays as it was by the acts alone: the database holds no column of it.
"""

from collections.abc import Mapping

from django.db.migrations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION keng_hands_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.hands @> OLD.hands THEN
    RAISE EXCEPTION 'hands in a text only grow'
      USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
"""


def also_of_what_was_let_out() -> RunSQL:
    """For a migration: until then the hands of what was let out could go."""
    of_before = _FUNCTION.replace("OLD.hands THEN", "OLD.hands AND OLD.released_at IS NULL THEN")
    return RunSQL(_FUNCTION, of_before)


def hands_only_grow(table: str) -> RunSQL:
    """For a migration of the area: whoever had a hand in a row of this table stays in it.

    The name of the table is ours, never anybody's words.
    """
    return RunSQL(
        f"{_FUNCTION}CREATE TRIGGER hands_only_grow BEFORE UPDATE OF hands ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION keng_hands_only_grow();",
        f"DROP TRIGGER hands_only_grow ON {table};",
    )


def hands_from(table: str, *columns: str) -> RunSQL:
    """For a migration: whoever one of these columns names has a hand in the row, from now on too.

    Each of the columns may be empty. Runs before the trigger is there.
    """
    named = ", ".join(columns)
    # References of a row that is updated twice are checked at the end of the transaction, and until
    # then no constraint is added to its table: from here on they are checked at once.
    return RunSQL(
        f"SET CONSTRAINTS ALL IMMEDIATE; "  # noqa: S608 -- our names
        f"UPDATE {table} SET hands = hands || ARRAY(SELECT DISTINCT hand "
        f"FROM unnest(ARRAY[{named}]) hand WHERE hand IS NOT NULL AND hand <> ALL(hands));",
        RunSQL.noop,
    )


def rename_in_functions(names: Mapping[str, str], *functions: str) -> RunSQL:
    """For a migration: functions of earlier ones go on under the new names of columns.

    `names` are words or parts of words as they stand in the functions, old: new, none of which
    stands in one for something else.
    """

    def under(pairs: Mapping[str, str]) -> str:
        made = ""
        for function in functions:
            source = f"pg_get_functiondef('{function}'::regproc)"
            for old, new in pairs.items():
                source = f"replace({source}, '{old}', '{new}')"
            made += f"EXECUTE {source};"
        return f"DO $rename$ BEGIN {made} END $rename$;"

    return RunSQL(under(names), under({new: old for old, new in names.items()}))


def checked_at_once() -> RunSQL:
    """The first step of a migration that changes rows, and then the rules of their table.

    PostgreSQL alters no table while references of its rows are still to be checked at the end.
    """
    return RunSQL("SET CONSTRAINTS ALL IMMEDIATE;", RunSQL.noop)
