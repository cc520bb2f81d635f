"""How officers can be called away from the desk, and the tests of it."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_rota'),
        ('delivery', '0004_inbound_is_not_examined'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='recipient_kind',
            field=models.CharField(choices=[('group', 'Group'), ('subscription', 'Subscriber'), ('conversation', 'Reporter'), ('pager', "An officer's pager"), ('room', 'Emergency room')], max_length=12),
        ),
        migrations.AlterField(
            model_name='dispatch',
            name='kind',
            field=models.CharField(choices=[('ack', 'Acknowledgement'), ('reply', 'Reply'), ('warning', 'Warning'), ('correction', 'Correction'), ('recall', 'Recall'), ('notice', 'Notice'), ('page', 'Call to officers')], max_length=10),
        ),
        migrations.CreateModel(
            name='PagerTest',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('dispatch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delivery.dispatch')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shift', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.shift')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PagerWay',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('email', 'E-mail'), ('web_push', 'This device')], max_length=10)),
                ('address_sealed', models.BinaryField()),
                ('address_hash', models.BinaryField(max_length=32)),
                ('hint', models.CharField(max_length=80)),
                ('is_on', models.BooleanField(db_default=True, default=True)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('gone_at', models.DateTimeField(null=True)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('officer', 'address_hash'), name='pager_is_kept_once')],
            },
        ),
    ]
