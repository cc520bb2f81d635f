"""Open tips are counted while they change (OpenTally): a list of thousands need not count them."""

from django.db import migrations, models

_COLUMNS = "unit_ref, due_slot, assigned_ref, is_critical, is_waiting, is_answered, tips"
_IS_TALLIED = "{0}.state IN ('received', 'accepted') AND {0}.set_aside_until IS NULL"
_OF_TIP = """{0}.responsible_unit_id,
  date_bin('15 minutes', {0}.due_at, '2000-01-01 00:00+00'), {0}.assigned_to_id,
  {0}.urgency = 'P0', {0}.waiting_since IS NOT NULL, {0}.first_answered_at IS NOT NULL"""
# Nothing else of a tip is looked at: a change of anything else costs nothing.
_READ = (
    "responsible_unit_id",
    "due_at",
    "assigned_to_id",
    "urgency",
    "waiting_since",
    "first_answered_at",
    "state",
    "set_aside_until",
)
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _READ) for row in ("OLD", "NEW"))

_KEEP = f"""
CREATE FUNCTION tips_tally_new_tips() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO tips_opentally ({_COLUMNS})
  SELECT {_OF_TIP.format("made")}, count(*) FROM made WHERE {_IS_TALLIED.format("made")}
  GROUP BY 1, 2, 3, 4, 5, 6;
  RETURN NULL;
END $$;
CREATE FUNCTION tips_tally_changed_tip() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF {_IS_TALLIED.format("OLD")} THEN
    INSERT INTO tips_opentally ({_COLUMNS}) VALUES ({_OF_TIP.format("OLD")}, -1);
  END IF;
  IF TG_OP = 'UPDATE' AND {_IS_TALLIED.format("NEW")} THEN
    INSERT INTO tips_opentally ({_COLUMNS}) VALUES ({_OF_TIP.format("NEW")}, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER new_tips_are_tallied AFTER INSERT ON tips_tip
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION tips_tally_new_tips();
CREATE TRIGGER changed_tip_is_tallied AFTER UPDATE OF {", ".join(_READ)} ON tips_tip
  FOR EACH ROW WHEN (({_OLD}) IS DISTINCT FROM ({_NEW}))
  EXECUTE FUNCTION tips_tally_changed_tip();
CREATE TRIGGER gone_tip_is_tallied AFTER DELETE ON tips_tip
  FOR EACH ROW EXECUTE FUNCTION tips_tally_changed_tip();
INSERT INTO tips_opentally ({_COLUMNS})
SELECT {_OF_TIP.format("t")}, count(*) FROM tips_tip t WHERE {_IS_TALLIED.format("t")}
GROUP BY 1, 2, 3, 4, 5, 6;
"""
_STOP = """
DROP TRIGGER gone_tip_is_tallied ON tips_tip;
DROP TRIGGER changed_tip_is_tallied ON tips_tip;
DROP TRIGGER new_tips_are_tallied ON tips_tip;
DROP FUNCTION tips_tally_changed_tip();
DROP FUNCTION tips_tally_new_tips();
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0077_clock_rule_to_take_p1")]

    operations = [
        migrations.CreateModel(
            name="OpenTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_ref", models.UUIDField()),
                ("due_slot", models.DateTimeField()),
                ("assigned_ref", models.UUIDField(null=True)),
                ("is_critical", models.BooleanField()),
                ("is_waiting", models.BooleanField()),
                ("is_answered", models.BooleanField()),
                ("tips", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["unit_ref"], name="open_tally_of_unit")],
            },
        ),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=models.Q(
                    ("state", "duplicate"),
                    models.Q(
                        ("set_aside_until__isnull", False),
                        models.Q(("state", "closed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                fields=["responsible_unit", "due_at"],
                name="tip_untallied",
            ),
        ),
        migrations.RunSQL(_KEEP, _STOP),
    ]
