"""Keys of epochs and their shares, whose holders they are, and requests to open a record."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_landmark'),
        ('vault', '0006_sealed_things_stay_in_their_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustodianKey',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.BinaryField(max_length=1216)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HolderKey',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('officer_ref', models.UUIDField(db_index=True)),
                ('public_key', models.BinaryField(max_length=65)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='KeyShare',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='OpeningRequest',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('tip_ref', models.UUIDField(db_index=True)),
                ('what', models.CharField(choices=[('contact', 'Name, phone and address of the reporter'), ('in_text', 'Words cut out of the report'), ('raw', 'The message as it came'), ('file', 'An original file')], max_length=10)),
                ('record_ref', models.UUIDField()),
                ('reason', models.CharField(choices=[('danger', 'Somebody is in danger'), ('protection', 'The reporter or a victim has to be protected'), ('investigation', 'Needed for criminal proceedings'), ('court', 'Ordered by a court or the procuracy'), ('subject', 'The reporter asked for it')], max_length=15)),
                ('legal_basis', models.CharField(max_length=300)),
                ('text', models.TextField(max_length=2000)),
                ('override_reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('is_emergency', models.BooleanField(db_default=False, default=False)),
                ('asked_by_ref', models.UUIDField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('approved_by_ref', models.UUIDField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('refused_by_ref', models.UUIDField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
                ('refused_reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('is_reporter_told', models.BooleanField(db_default=True, default=True)),
                ('why_not_told', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('lapsed_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WrappedHolderKey',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('passkey', 'passkey'), ('phrase', 'phrase')], max_length=7)),
                ('credential_id', models.BinaryField(db_default=b'', default=b'', max_length=1023)),
                ('salt', models.BinaryField(max_length=32)),
                ('rounds', models.PositiveIntegerField(db_default=0, default=0)),
                ('wrapped', models.BinaryField(max_length=512)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='unitkey',
            name='unit_has_one_current_key',
        ),
        migrations.AddField(
            model_name='unitkey',
            name='destroyed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='unitkey',
            name='epoch',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='unitkey',
            name='key_class',
            field=models.CharField(choices=[('ordinary', 'ordinary'), ('sensitive', 'sensitive'), ('concerns', 'concerns')], db_default='ordinary', default='ordinary', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='unitkey',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('unit', 'key_class'), name='unit_has_one_current_key_of_a_class'),
        ),
        migrations.AddConstraint(
            model_name='unitkey',
            constraint=models.CheckConstraint(condition=models.Q(('destroyed_at__isnull', True), ('retired_at__isnull', False), _connector='OR'), name='only_a_retired_unit_key_is_destroyed'),
        ),
        migrations.AddConstraint(
            model_name='holderkey',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('officer_ref',), name='officer_has_one_current_holder_key'),
        ),
        migrations.AddField(
            model_name='keyshare',
            name='holder_key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.holderkey'),
        ),
        migrations.AddField(
            model_name='keyshare',
            name='unit_key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='vault.unitkey'),
        ),
        migrations.AddConstraint(
            model_name='openingrequest',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by_ref__isnull', True), models.Q(('approved_by_ref', models.F('asked_by_ref')), _negated=True), _connector='OR'), name='opening_is_approved_by_another_person'),
        ),
        migrations.AddConstraint(
            model_name='openingrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by_ref__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by_ref__isnull', False)), _connector='OR'), name='approval_of_an_opening_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='openingrequest',
            constraint=models.CheckConstraint(condition=models.Q(('opened_at__isnull', True), ('approved_at__isnull', False), _connector='OR'), name='only_an_approved_opening_is_opened'),
        ),
        migrations.AddConstraint(
            model_name='openingrequest',
            constraint=models.CheckConstraint(condition=models.Q(('refused_at__isnull', True), ('opened_at__isnull', True), _connector='OR'), name='what_was_refused_is_not_opened'),
        ),
        migrations.AddField(
            model_name='wrappedholderkey',
            name='holder_key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wraps', to='vault.holderkey'),
        ),
        migrations.AddConstraint(
            model_name='keyshare',
            constraint=models.UniqueConstraint(fields=('unit_key', 'holder_key'), name='holder_has_one_share_of_a_key'),
        ),
        migrations.AddConstraint(
            model_name='keyshare',
            constraint=models.UniqueConstraint(condition=models.Q(('holder_key__isnull', True)), fields=('unit_key',), name='custodians_have_one_share_of_a_key'),
        ),
        migrations.AddConstraint(
            model_name='wrappedholderkey',
            constraint=models.UniqueConstraint(fields=('holder_key', 'credential_id'), name='holder_key_has_one_wrap_of_each_kind'),
        ),
    ]
