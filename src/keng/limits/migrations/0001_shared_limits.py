"""Counts of networks and the half key they stand under, in tables that are not logged."""

from django.db import migrations, models

# What a change of the key leaves of the old one: TRUNCATE gives the table a new file and drops the
# pages of the old one unwritten. While somebody reads the whole database (a backup holds each table
# for as long as it runs) nobody waits for that: the row is written anew instead.
_HALF_KEY = """
CREATE FUNCTION limits_half_key(asked bigint, OUT of_period bigint, OUT half_key bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '2s' AS $$
BEGIN
  SELECT period, half INTO of_period, half_key FROM limits_limitkey;
  IF of_period BETWEEN asked AND asked + 1 THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(7305031);
  SELECT period, half INTO of_period, half_key FROM limits_limitkey;
  IF of_period BETWEEN asked AND asked + 1 THEN RETURN; END IF;
  of_period := asked;
  half_key := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  PERFORM set_config('lock_timeout', '50ms', true);
  BEGIN
    TRUNCATE limits_limitkey;
  EXCEPTION WHEN lock_not_available THEN
    DELETE FROM limits_limitkey;
  END;
  INSERT INTO limits_limitkey (period, half) VALUES (of_period, half_key);
END
$$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LimitCount",
            fields=[
                ("mark", models.UUIDField(primary_key=True, serialize=False)),
                ("period", models.BigIntegerField()),
                ("used", models.FloatField()),
                ("counted_at", models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name="LimitKey",
            fields=[
                ("period", models.BigIntegerField(primary_key=True, serialize=False)),
                ("half", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="SpentPuzzle",
            fields=[
                (
                    "digest",
                    models.BinaryField(max_length=16, primary_key=True, serialize=False),
                ),
                ("expires_at", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(
            # Half of each page stays free, so that a count changes within its page.
            "ALTER TABLE limits_limitcount SET UNLOGGED; "
            "ALTER TABLE limits_limitcount SET (fillfactor = 50); "
            "ALTER TABLE limits_limitkey SET UNLOGGED; "
            "ALTER TABLE limits_spentpuzzle SET UNLOGGED",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(_HALF_KEY, "DROP FUNCTION limits_half_key(bigint)"),
    ]
