"""Files go to installations with an address and come from there by themselves; how far each is."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models

# What a reporter wrote at the desk of another installation comes in by the worker: only for a tip
# that came from there, and only while a file of there about it waits to be taken in. The worker
# cannot make such a file: those come in by the public site.
_HOLD = """
CREATE FUNCTION tips_hold_words_of_transfers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM tips_transfer came
    JOIN tips_transferarrival file USING (other_id, number_of_both)
    WHERE came.tip_id = NEW.tip_id AND came.is_incoming AND file.state = 'waiting'
  ) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the desk speaks for an officer';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER message_of_a_transfer BEFORE INSERT ON tips_dialoguemessage
  FOR EACH ROW WHEN (current_user = 'keng_worker' AND NEW.author = 'reporter')
  EXECUTE FUNCTION tips_hold_words_of_transfers();
CREATE OR REPLACE TRIGGER message_of_this_process BEFORE INSERT ON tips_dialoguemessage
  FOR EACH ROW WHEN (
    current_user IN ('keng_public', 'keng_edge', 'keng_worker') AND (
      NEW.officer_id IS NOT NULL OR NEW.author NOT IN ('reporter', 'automatic')
      OR current_user = 'keng_worker' AND NEW.author <> 'automatic' AND NEW.channel <> 'transfer')
  ) EXECUTE FUNCTION tips_refuse('only the desk speaks for an officer');
CREATE TRIGGER arrival_is_settled_once BEFORE UPDATE ON tips_transferarrival
  FOR EACH ROW WHEN (OLD.state <> 'waiting' AND NEW.state <> OLD.state)
  EXECUTE FUNCTION tips_refuse('what became of a file that came stays');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0097_tips_to_purge'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TransferUpload',
            fields=[
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='upload', serialize=False, to='tips.transferfile')),
                ('state', models.CharField(choices=[('trying', 'is being sent'), ('received', 'has arrived and is not taken in yet'), ('taken', 'was taken in there'), ('refused', 'was refused there'), ('given_up', 'could not be sent')], db_default='trying', default='trying', max_length=8)),
                ('tries', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('trouble', models.CharField(blank=True, choices=[('unreachable', 'The other installation does not answer'), ('refused_address', 'Its address is not one that may be asked'), ('no_such_page', 'At its address nobody takes files in'), ('unknown_sender', 'It does not know this installation: its operator adds it'), ('too_many', 'It has too much waiting, and is asked again'), ('too_large', 'A proxy in front of it takes no files of this size'), ('busy', 'It could not take the file in just now'), ('not_for_us', 'The file did not open there: its card here is an old one'), ('unreadable', 'One of the two installations needs a newer version'), ('too_old', 'The file was too old there, or a clock is wrong'), ('no_transfer', 'It belongs to no tip there'), ('other', 'It answered something that is not known here')], db_default='', default='', max_length=16)),
                ('failing_since', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='otherinstallation',
            name='address',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='otherinstallation',
            name='is_address_private',
            field=models.BooleanField(db_default=False, default=False),
        ),
        # By AlterField alone the reference would be made anew, and officers' table stand still.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE tips_transferfile ALTER COLUMN by_id DROP NOT NULL',
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='transferfile',
                    name='by',
                    field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name='TransferArrival',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.BinaryField(max_length=32)),
                ('size', models.PositiveIntegerField()),
                ('content', models.BinaryField(db_default=b'', default=b'')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('taken', 'Taken in'), ('refused', 'Refused')], db_default='waiting', default='waiting', max_length=8)),
                ('trouble', models.CharField(blank=True, choices=[('unreachable', 'The other installation does not answer'), ('refused_address', 'Its address is not one that may be asked'), ('no_such_page', 'At its address nobody takes files in'), ('unknown_sender', 'It does not know this installation: its operator adds it'), ('too_many', 'It has too much waiting, and is asked again'), ('too_large', 'A proxy in front of it takes no files of this size'), ('busy', 'It could not take the file in just now'), ('not_for_us', 'The file did not open there: its card here is an old one'), ('unreadable', 'One of the two installations needs a newer version'), ('too_old', 'The file was too old there, or a clock is wrong'), ('no_transfer', 'It belongs to no tip there'), ('other', 'It answered something that is not known here')], db_default='', default='', max_length=16)),
                ('kind', models.CharField(blank=True, choices=[('', 'Not opened yet'), ('tip', 'A tip'), ('news', 'What is new of a tip'), ('end', 'That a tip has ended there')], db_default='', default='', max_length=4)),
                ('number_of_both', models.UUIDField(null=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('look_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('settled_at', models.DateTimeField(null=True)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tips.otherinstallation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['look_at'], name='arrivals_that_wait')],
                'constraints': [models.UniqueConstraint(fields=('other', 'digest'), name='transfer_file_arrives_once')],
            },
        ),
        migrations.RunSQL(_HOLD, migrations.RunSQL.noop),
    ]
