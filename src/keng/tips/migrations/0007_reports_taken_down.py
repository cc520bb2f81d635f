"""Who took a report down, and how it came: what the law asks beside the words."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0006_answers_and_readers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TakenDown',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('manner', models.CharField(choices=[('phone', 'A phone call'), ('counter', 'Somebody at the counter'), ('chat', 'A chat message that was shown to us')], max_length=8)),
                ('refusal', models.CharField(blank=True, choices=[('', 'Says who they are'), ('afraid', 'Is afraid of revenge'), ('near', 'Lives or works with the person it is about'), ('no_witness', 'Does not want to be called as a witness'), ('silent', 'Gave no reason'), ('other', 'Another reason')], db_default='', default='', max_length=12)),
                ('refusal_words', models.CharField(db_default='', default='', max_length=200)),
                ('minor', models.CharField(blank=True, choices=[('', '18 or older'), ('guardian', 'Under 18: a parent or guardian was told'), ('witness', 'Under 18: a witness was present'), ('recorded', 'Under 18: it was recorded')], db_default='', default='', max_length=10)),
                ('seen_by', models.PositiveIntegerField(null=True)),
                ('covered', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tip', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='taken_down', to='tips.tip')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
