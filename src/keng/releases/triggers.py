"""The database's part: hands only grow until a text is let out."""

from django.db.migrations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION keng_hands_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.hands @> OLD.hands AND OLD.released_at IS NULL THEN
    RAISE EXCEPTION 'hands in a text only grow until it is let out'
      USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
"""


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
    return RunSQL(
        f"UPDATE {table} SET hands = hands || ARRAY(SELECT DISTINCT hand "  # noqa: S608 -- our names
        f"FROM unnest(ARRAY[{named}]) hand WHERE hand IS NOT NULL AND hand <> ALL(hands));",
        RunSQL.noop,
    )
