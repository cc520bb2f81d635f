"""Keys are split anew by two holders; what the opener made waits for the worker."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.db import migrations, models

_KEEP = """
CREATE FUNCTION vault_keep_new_shares(
  request uuid, unit_keys uuid[], holders uuid[], sealed bytea[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
BEGIN
  IF caller <> 'keng_opener' AND caller <> current_user THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the opener keeps new shares';
  END IF;
  UPDATE vault_resharingrequest AS asked SET done_at = now()
  WHERE asked.id = request AND done_at IS NULL AND dropped_at IS NULL
    AND joined_at > now() - interval '1 day' AND second_ref <> first_ref
    AND 2 = (
      SELECT count(DISTINCT actor_id) FROM audit_entry
      WHERE object_kind = 'resharingrequest' AND object_id = request::text
        AND action = 'keys.resharing_joined'
        AND actor_id IN (asked.first_ref::text, asked.second_ref::text));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO vault_newshare (id, resharing_id, unit_key_id, holder_key_id, sealed)
  SELECT gen_random_uuid(), request, made.* FROM unnest(unit_keys, holders, sealed) AS made;
  RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0003_landmark"),
        ("vault", "0009_key_of_an_opening"),
        ("audit", "0020_resharing"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResharingRequest",
            fields=[
                ("id", models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("plan", models.JSONField()),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("first_ref", models.UUIDField(blank=True, null=True)),
                ("second_ref", models.UUIDField(blank=True, null=True)),
                ("joined_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("any_key", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="vault.unitkey")),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.unit")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_ref__isnull", True),
                            models.Q(
                                ("first_ref__isnull", False),
                                models.Q(("second_ref", models.F("first_ref")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="resharing_is_joined_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True),
                            ("second_ref__isnull", False),
                            _connector="OR",
                        ),
                        name="only_two_people_reshare",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NewShare",
            fields=[
                ("id", models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
                ("holder_key", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.holderkey")),
                ("resharing", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="new_shares", to="vault.resharingrequest")),
                ("unit_key", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="vault.unitkey")),
            ],
            options={"abstract": False},
        ),
        migrations.RunSQL(_KEEP, "DROP FUNCTION vault_keep_new_shares(uuid, uuid[], uuid[], bytea[])"),
    ]
