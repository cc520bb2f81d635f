"""Money that left today counts as money to stop, also where its reporter says that it is over.

The band alone says it: 6 where nothing says "today". The tally counts anew.
"""

from django.db import migrations, models

_HAS_MONEY = """({0}.urgency = 'P1' AND {0}.money_moved AND {0}.gravity_band = 5
  AND {0}.assigned_to_id IS NULL)"""
_HAS_MONEY_BEFORE = """({0}.urgency = 'P1' AND {0}.money_moved AND {0}.gravity_band = 5
  AND {0}.happening <> 'over' AND {0}.assigned_to_id IS NULL)"""
_IS_TALLIED = "{0}.state IN ('received', 'accepted') AND {0}.set_aside_until IS NULL"
_READ = (
    "responsible_unit_id, due_at, assigned_to_id, urgency, waiting_since, first_answered_at, state, "
    "set_aside_until"
)


def _keep(has_money: str, read_with_money: str) -> str:
    tallied = {
        "unit_ref": "{0}.responsible_unit_id",
        "due_slot": "date_bin('15 minutes', {0}.due_at, '2000-01-01 00:00+00')",
        "assigned_ref": "{0}.assigned_to_id",
        "is_critical": "{0}.urgency = 'P0'",
        "is_waiting": "{0}.waiting_since IS NOT NULL",
        "is_answered": "{0}.first_answered_at IS NOT NULL",
        "has_money_to_stop": has_money,
    }
    columns = ", ".join([*tallied, "tips"])
    groups = ", ".join(str(number) for number in range(1, len(tallied) + 1))

    def tallied_values(row: str) -> str:
        return ", ".join(value.format(row) for value in tallied.values())

    def compared(row: str) -> str:
        columns_of_row = ", ".join(f"{row}.{column}" for column in _READ.split(", "))
        return f"{columns_of_row}, {has_money.format(row)}"

    return f"""
CREATE OR REPLACE FUNCTION tips_tally_new_tips() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO tips_opentally ({columns})
  SELECT {tallied_values("made")}, count(*) FROM made WHERE {_IS_TALLIED.format("made")} GROUP BY {groups};
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION tips_tally_changed_tip() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF {_IS_TALLIED.format("OLD")} THEN
    INSERT INTO tips_opentally ({columns}) VALUES ({tallied_values("OLD")}, -1);
  END IF;
  IF TG_OP = 'UPDATE' AND {_IS_TALLIED.format("NEW")} THEN
    INSERT INTO tips_opentally ({columns}) VALUES ({tallied_values("NEW")}, 1);
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER changed_tip_is_tallied ON tips_tip;
CREATE TRIGGER changed_tip_is_tallied AFTER UPDATE OF {_READ}, {read_with_money} ON tips_tip
  FOR EACH ROW WHEN (({compared("OLD")}) IS DISTINCT FROM ({compared("NEW")}))
  EXECUTE FUNCTION tips_tally_changed_tip();
DELETE FROM tips_opentally;
INSERT INTO tips_opentally ({columns})
SELECT {tallied_values("t")}, count(*) FROM tips_tip t WHERE {_IS_TALLIED.format("t")} GROUP BY {groups};
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0092_nobody_waits_at_a_closed_report")]

    operations = [
        migrations.RemoveIndex(model_name="tip", name="tip_stands_first"),
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
            "UPDATE tips_tip SET gravity_band = 6 WHERE gravity_band = 5 AND happening = 'over'",
            "UPDATE tips_tip SET gravity_band = 5 WHERE gravity_band = 6",
        ),
        migrations.RunSQL(
            _keep(_HAS_MONEY, "money_moved, gravity_band"),
            _keep(_HAS_MONEY_BEFORE, "money_moved, gravity_band, happening"),
        ),
    ]
