"""The mass-mobilisation committee is a kind of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0036_sight_key'),
        ('places', '0004_households_of_a_hamlet'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='partner',
            name='partner_kind_is_known',
        ),
        migrations.AlterField(
            model_name='partner',
            name='kind',
            field=models.CharField(choices=[('newspaper', 'Newspaper, radio, television'), ('youth_union', 'Youth Union'), ('front', 'Fatherland Front'), ('mobilisation', 'Mass-mobilisation committee'), ('school', 'School'), ('person', 'Person of good standing'), ('other', 'Other body')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['newspaper', 'youth_union', 'front', 'mobilisation', 'school', 'person', 'other'])), name='partner_kind_is_known'),
        ),
    ]
