"""The tables of the public log."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('pk', models.CompositePrimaryKey('size', 'witness', blank=True, editable=False, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('witness', models.CharField(max_length=255)),
                ('line', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='LeafSalt',
            fields=[
                ('leaf', models.BigIntegerField(primary_key=True, serialize=False)),
                ('salt', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='LogCheckpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('signature', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('is_served', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='LoggedChain',
            fields=[
                ('chain', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('last_seq', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='LogTile',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('hashes', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='WitnessStanding',
            fields=[
                ('witness', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('cosigned_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(choices=[('unreachable', 'It did not answer.'), ('no_answer', 'It answered something else than a witness would.'), ('no_signature', 'It signed with another key than the one in the settings.'), ('unknown_log', 'It does not know this log.'), ('unknown_key', 'It does not know the key that signs this log.'), ('ahead', 'It has seen a longer log: this database is older than what was signed.'), ('other_log', 'It has seen another log under this name.')], default='', max_length=20)),
                ('asked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LogLeaf',
            fields=[
                ('leaf', models.BigIntegerField(primary_key=True, serialize=False)),
                ('chain', models.CharField(max_length=80)),
                ('seq', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='public_log_entry_has_one_leaf')],
            },
        ),
        migrations.CreateModel(
            name='LogPace',
            fields=[
                ('one', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('step', models.BigIntegerField(default=0)),
                ('leaves_a_step', models.IntegerField(default=0)),
                ('chosen_on', models.DateField(null=True)),
                ('recorded_before', models.BigIntegerField(default=0)),
                ('quiet_days', models.SmallIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('one', 1)), name='public_log_has_one_pace')],
            },
        ),
        migrations.CreateModel(
            name='OpenedLeaf',
            fields=[
                ('leaf', models.BigIntegerField(primary_key=True, serialize=False)),
                ('object_kind', models.CharField(max_length=30)),
                ('object_id', models.CharField(max_length=80)),
                ('entry_hash', models.BinaryField(max_length=32)),
                ('salt', models.BinaryField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['object_kind', 'object_id'], name='public_log_opened_of')],
            },
        ),
    ]
