"""The words by which consent is asked, in each version."""

import django.db.models.functions.datetime
import keng.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('contact', 'Name and phone number, sealed with a report'), ('chat_words', 'The words of answers in the chat'), ('subscribed', 'Warnings by e-mail'), ('lead', 'Passing warnings on as a lead'), ('house', 'Being asked for a house')], max_length=10)),
                ('version', models.PositiveIntegerField()),
                ('words', models.JSONField()),
                ('first_used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('purpose', 'version'), name='consent_text_has_one_of_each_version')],
            },
        ),
    ]
