"""Who is named for matters of children and sexual offences, and what is told of it."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0033_screen_lock'),
        ('places', '0003_landmark'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='act',
            field=models.CharField(choices=[('asked', 'Asked'), ('agreed', 'Agreed'), ('refused', 'Refused'), ('done', 'Done'), ('closed', 'Closed'), ('post_add', 'Post Added'), ('post_end', 'Post Ended'), ('operator', 'Operator'), ('passkey', 'Passkey'), ('copied', 'Copied'), ('named', 'Named'), ('unnamed', 'Unnamed'), ('broke_in', 'Broke In'), ('recused', 'Recused'), ('rejoined', 'Rejoined')], max_length=8),
        ),
        migrations.CreateModel(
            name='NamedOfficer',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('named_at', models.DateTimeField(default=keng.kit.times.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('unit', 'officer'), name='officer_is_named_once')],
            },
        ),
    ]
