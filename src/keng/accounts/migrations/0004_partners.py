"""Partners, who signs in for them, and their sessions on the public site."""

import django.contrib.postgres.fields
import django.db.models.deletion
import keng.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_choose_own_password'),
        ('places', '0002_unit_has_no_night_watch'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('newspaper', 'Newspaper, radio, television'), ('youth_union', 'Youth Union'), ('front', 'Fatherland Front'), ('school', 'School'), ('person', 'Person of good standing'), ('other', 'Other body')], max_length=12)),
                ('about', models.CharField(blank=True, db_default='', default='', max_length=400)),
                ('purposes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('fraud', 'Fraud and scams'), ('children', 'Children and school'), ('renting', 'Renting and living together'), ('violence', 'Violence at home and outside'), ('drugs', 'Drugs, gambling, loan sharks'), ('road', 'Safety on the road'), ('fire', 'Fire, storm, flood, epidemic'), ('services', 'Services: how to get something done')], max_length=10), size=None)),
                ('is_active', models.BooleanField(db_default=True, default=True)),
                ('invited_by_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
                ('place', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
        ),
        migrations.CreateModel(
            name='PartnerMember',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('password', models.CharField(max_length=128)),
                ('is_active', models.BooleanField(db_default=True, default=True)),
                ('totp_box', models.BinaryField(db_default=b'', default=b'')),
                ('totp_last_step', models.BigIntegerField(db_default=0, default=0)),
                ('must_choose_password', models.BooleanField(db_default=True, default=True)),
                ('failed_signins', models.SmallIntegerField(db_default=0, default=0)),
                ('locked_until', models.DateTimeField(blank=True, null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.partner')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartnerSession',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(unique=True)),
                ('is_half', models.BooleanField(db_default=True, default=True)),
                ('expires_at', models.DateTimeField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.partnermember')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(fields=('name',), name='partner_has_its_own_name'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('purposes__len__gt', 0), ('purposes__contained_by', ['fraud', 'children', 'renting', 'violence', 'drugs', 'road', 'fire', 'services'])), name='partner_purposes_are_of_the_closed_list'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['newspaper', 'youth_union', 'front', 'school', 'person', 'other'])), name='partner_kind_is_known'),
        ),
    ]
