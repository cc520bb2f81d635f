# The newest signed summary of what is public: one row, made by the worker where it is wanted.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0004_machine_months'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicSummary',
            fields=[
                ('one', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('issued_at', models.DateTimeField(null=True)),
                ('note', models.TextField(blank=True, default='')),
                ('content', models.TextField(blank=True, default='')),
                ('listings', models.BinaryField(blank=True, default=b'')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('one', 1)), name='there_is_one_public_summary')],
            },
        ),
    ]
