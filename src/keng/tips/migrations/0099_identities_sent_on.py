"""Who reported goes along to the installation that took a tip over, resealed and read by nobody.

The opener writes it by a function that looks at the request, the yes on record, the transfer and
the record again; it runs as the owner of the tables.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.db import migrations, models

# One record for the next file, with its entry and the end of its request, or nothing.
_SEND_ON = """
CREATE FUNCTION tips_send_identity_on(
  request uuid, to_key uuid, opened bytea, resealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
  asked record;
BEGIN
  IF caller <> 'keng_opener' AND caller <> current_user THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the opener seals to another desk';
  END IF;
  -- Before all else, as every act about it does: it may be taken back or purged at this moment.
  PERFORM FROM tips_tip
  WHERE id = (SELECT tip_ref FROM vault_openingrequest AS it WHERE it.id = request)
    AND withdrawn_at IS NULL AND purged_at IS NULL
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT * INTO asked FROM vault_openingrequest AS it
  WHERE it.id = request AND transfer_ref IS NOT NULL AND opened_at IS NULL
    AND refused_at IS NULL AND lapsed_at IS NULL AND approved_by_ref <> asked_by_ref
    AND asked_at > now() - interval '1 day'
    AND EXISTS (
      SELECT FROM audit_entry
      WHERE object_kind = 'openingrequest' AND object_id = request::text
        AND action = 'opening.approved' AND actor_id = it.approved_by_ref::text)
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- What the other side says of it, and its giving back, waits, or was before.
  PERFORM FROM tips_transfer AS sent
  JOIN tips_transferkey AS told ON told.transfer_id = sent.id AND told.key_ref = to_key
  WHERE sent.id = asked.transfer_ref AND sent.tip_id = asked.tip_ref
    AND NOT sent.is_incoming AND sent.state = 'with_them'
  FOR UPDATE OF sent;
  IF NOT FOUND
    OR substring(resealed FROM 1 FOR 18) <> '\\x04'::bytea || uuid_send(to_key) || '\\x03'
    OR octet_length(resealed) <> octet_length(opened)
    OR EXISTS (
      SELECT FROM tips_transferidentity AS gone
      WHERE gone.transfer_id = asked.transfer_ref AND gone.record_ref = asked.record_ref
        AND gone.answer <> 'key_ended')
  THEN
    RETURN false;
  END IF;
  INSERT INTO tips_transferidentity
    (id, transfer_id, ref, record_ref, key_ref, kind, holds, sealed, answer)
  SELECT gen_random_uuid(), asked.transfer_ref, asked.id, it.id, to_key, it.kind, it.holds,
         resealed, ''
  FROM vault_sealedidentity AS it
  WHERE it.id = asked.record_ref AND it.tip_ref = asked.tip_ref AND it.kind = asked.what
    AND it.ciphertext = opened;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE vault_openingrequest SET opened_at = now() WHERE id = request;
  PERFORM audit_append(
    gen_random_uuid(), 'unit:' || responsible_unit_id, now(), 'opening.resealed', 'process',
    'opener', 'openingrequest', request::text,
    jsonb_build_object('tip', asked.tip_ref::text, 'what', asked.what,
                       'transfer', asked.transfer_ref::text))
  FROM tips_tip WHERE id = asked.tip_ref;
  RETURN true;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0098_transfers_by_network'),
        ('vault', '0014_identities_sent_on'),
        ('audit', '0045_identities_sent_on'),
    ]

    operations = [
        migrations.AddField(
            model_name='transferfile',
            name='identities',
            field=models.JSONField(
                db_default=models.Value([], output_field=models.JSONField()), default=list
            ),
        ),
        migrations.AddField(
            model_name='transferfile',
            name='reads_form',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.CreateModel(
            name='TransferIdentity',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ref', models.UUIDField()),
                ('record_ref', models.UUIDField(null=True)),
                ('key_ref', models.UUIDField()),
                ('kind', models.CharField(max_length=10)),
                ('holds', models.JSONField(db_default=[], default=list)),
                ('sealed', models.BinaryField(db_default=b'', default=b'')),
                ('answer', models.CharField(blank=True, choices=[('', 'not answered yet'), ('taken', 'kept there'), ('key_ended', 'came too late there: its key is gone')], db_default='', default='', max_length=9)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='tips.transfer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('transfer', 'ref'), name='transferred_identity_goes_once')],
            },
        ),
        migrations.CreateModel(
            name='TransferKey',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key_ref', models.UUIDField()),
                ('public_key', models.BinaryField(max_length=2000)),
                ('signature', models.BinaryField(max_length=64)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='tips.transfer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('transfer', 'key_ref'), name='transfer_tells_a_key_once')],
            },
        ),
        migrations.RunSQL(
            _SEND_ON, "DROP FUNCTION tips_send_identity_on(uuid, uuid, bytea, bytea)"
        ),
    ]
