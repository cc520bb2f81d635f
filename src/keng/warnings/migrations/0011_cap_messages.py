"""What is said of a warning to readers of CAP, signed and kept as it was made."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('warnings', '0010_recalls_that_delete_posts'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapMessage',
            fields=[
                ('identifier', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('Alert', 'New warning'), ('Update', 'Correction'), ('Cancel', 'Recall')], max_length=6)),
                ('reference', models.CharField(max_length=400)),
                ('sent_at', models.DateTimeField()),
                ('xml', models.TextField()),
                ('signature', models.TextField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cap_messages', to='warnings.version')),
            ],
            options={
                'indexes': [models.Index(fields=['-sent_at'], name='cap_message_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind__in', ['Alert', 'Update'])), fields=('version',), name='version_has_one_cap_message')],
            },
        ),
    ]
