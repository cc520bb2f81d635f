"""An officer is called in a chat, too; a test knows each pager, and answers wait for the worker."""

import django.db.models.deletion
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0036_sight_key'),
        ('delivery', '0041_what_goes_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChatPagerCode',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code_hash', models.BinaryField(max_length=32, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('address_sealed', models.BinaryField(null=True)),
                ('chat_hash', models.BinaryField(max_length=32, null=True)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PagerAnswer',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('delivery_ref', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='PagerTestWay',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('heard_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='pagertest',
            name='is_of_shift',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='pagertest',
            name='unheard_told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='pagerway',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delivery.channelaccount'),
        ),
        migrations.AddField(
            model_name='pagerway',
            name='chat_hash',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AlterField(
            model_name='pagerway',
            name='kind',
            field=models.CharField(choices=[('email', 'E-mail'), ('web_push', 'This device'), ('sms', 'Text message'), ('voice', 'Telephone call'), ('chat', 'Chat with our account')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='pagerway',
            index=models.Index(condition=models.Q(('chat_hash__isnull', False)), fields=['chat_hash'], name='pager_by_chat'),
        ),
        migrations.AddConstraint(
            model_name='pagertest',
            constraint=models.UniqueConstraint(condition=models.Q(('is_of_shift', True)), fields=('shift',), name='shift_is_tested_once'),
        ),
        migrations.AddConstraint(
            model_name='pagerway',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('chat_hash__isnull', False), ('kind', 'chat')), models.Q(('kind', 'chat'), _negated=True), _connector='OR'), name='chat_pager_has_its_account'),
        ),
        migrations.AddField(
            model_name='chatpagercode',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delivery.channelaccount'),
        ),
        migrations.AddField(
            model_name='chatpagercode',
            name='officer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pageranswer',
            name='way',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='delivery.pagerway'),
        ),
        migrations.AddField(
            model_name='pagertestway',
            name='test',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ways', to='delivery.pagertest'),
        ),
        migrations.AddField(
            model_name='pagertestway',
            name='way',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='delivery.pagerway'),
        ),
        migrations.AddConstraint(
            model_name='pageranswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivery_ref__isnull', False), ('way__isnull', True)), models.Q(('delivery_ref__isnull', True), ('way__isnull', False)), _connector='OR'), name='answer_is_of_a_call_or_a_chat'),
        ),
        migrations.AddConstraint(
            model_name='pagertestway',
            constraint=models.UniqueConstraint(fields=('test', 'way'), name='test_calls_each_pager_once'),
        ),
    ]
