"""Sessions of the desk in a table of their own: the cookie itself stands in no row."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_no_account_is_locked'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskSession',
            fields=[
                ('session_key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('session_data', models.TextField()),
                ('expire_date', models.DateTimeField(db_index=True)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(db_index=True)),
                ('device', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
