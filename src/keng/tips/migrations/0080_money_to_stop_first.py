"""Money just sent that nobody has taken on stands first in the list: found fast, counted apart.

The tally of 0078 with one column more, and what it counts written anew.
"""

from django.db import migrations, models

_HAS_MONEY = """({0}.urgency = 'P1' AND {0}.money_moved AND {0}.gravity_band = 5
  AND {0}.happening <> 'over' AND {0}.assigned_to_id IS NULL)"""
_TALLIED = {
    "unit_ref": "{0}.responsible_unit_id",
    "due_slot": "date_bin('15 minutes', {0}.due_at, '2000-01-01 00:00+00')",
    "assigned_ref": "{0}.assigned_to_id",
    "is_critical": "{0}.urgency = 'P0'",
    "is_waiting": "{0}.waiting_since IS NOT NULL",
    "is_answered": "{0}.first_answered_at IS NOT NULL",
}
_TALLIED_WITH_MONEY = {**_TALLIED, "has_money_to_stop": _HAS_MONEY}
_IS_TALLIED = "{0}.state IN ('received', 'accepted') AND {0}.set_aside_until IS NULL"
# A trigger looks at these columns of a tip alone: a change of anything else costs nothing.
_READ = (
    "responsible_unit_id, due_at, assigned_to_id, urgency, waiting_since, first_answered_at, state, "
    "set_aside_until"
)
_READ_WITH_MONEY = f"{_READ}, money_moved, gravity_band, happening"
_COMPARED = ", ".join(f"{{0}}.{column}" for column in _READ.split(", "))
# The worker writes a band to every tip that comes in, which changes nothing of most.
_COMPARED_WITH_MONEY = f"{_COMPARED}, {_HAS_MONEY}"


def _keep(tallied: dict[str, str], read: str, compared: str) -> str:
    columns = ", ".join([*tallied, "tips"])
    groups = ", ".join(str(number) for number in range(1, len(tallied) + 1))

    def of(row: str) -> str:
        return ", ".join(value.format(row) for value in tallied.values())

    return f"""
CREATE OR REPLACE FUNCTION tips_tally_new_tips() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO tips_opentally ({columns})
  SELECT {of("made")}, count(*) FROM made WHERE {_IS_TALLIED.format("made")} GROUP BY {groups};
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION tips_tally_changed_tip() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF {_IS_TALLIED.format("OLD")} THEN
    INSERT INTO tips_opentally ({columns}) VALUES ({of("OLD")}, -1);
  END IF;
  IF TG_OP = 'UPDATE' AND {_IS_TALLIED.format("NEW")} THEN
    INSERT INTO tips_opentally ({columns}) VALUES ({of("NEW")}, 1);
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER changed_tip_is_tallied ON tips_tip;
CREATE TRIGGER changed_tip_is_tallied AFTER UPDATE OF {read} ON tips_tip
  FOR EACH ROW
  WHEN (({compared.format("OLD")}) IS DISTINCT FROM ({compared.format("NEW")}))
  EXECUTE FUNCTION tips_tally_changed_tip();
DELETE FROM tips_opentally;
INSERT INTO tips_opentally ({columns})
SELECT {of("t")}, count(*) FROM tips_tip t WHERE {_IS_TALLIED.format("t")} GROUP BY {groups};
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0079_clock_rule_to_hold_money")]

    operations = [
        migrations.AddField(
            model_name="opentally",
            name="has_money_to_stop",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("urgency", "P0"),
                        models.Q(
                            ("assigned_to__isnull", True),
                            ("gravity_band", 5),
                            ("money_moved", True),
                            ("urgency", "P1"),
                            models.Q(("happening", "over"), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(("state", "closed"), _negated=True),
                ),
                fields=["responsible_unit", "id"],
                name="tip_stands_first",
            ),
        ),
        migrations.RunSQL(
            _keep(_TALLIED_WITH_MONEY, _READ_WITH_MONEY, _COMPARED_WITH_MONEY),
            _keep(_TALLIED, _READ, _COMPARED),
        ),
    ]
