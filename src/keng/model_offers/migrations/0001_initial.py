"""What a desk offers to others, and which desk took it over."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0004_households_of_a_hamlet'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ModelOffer',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('pattern', 'Pattern of a warning'), ('lesson', 'Lesson'), ('rota', 'Rota')], max_length=10)),
                ('source_ref', models.UUIDField()),
                ('content', models.JSONField()),
                ('offered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
        ),
        migrations.CreateModel(
            name='ModelCopy',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('copy_ref', models.UUIDField(null=True)),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('filled_at', models.DateTimeField(null=True)),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='model_offers.modeloffer')),
            ],
        ),
        migrations.AddConstraint(
            model_name='modeloffer',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('unit', 'kind', 'source_ref'), name='model_is_offered_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='modelcopy',
            constraint=models.UniqueConstraint(fields=('offer', 'unit'), name='model_is_taken_over_once_by_a_desk'),
        ),
    ]
