"""One person takes a check back, so everybody reads one of a few fixed sentences.

What was written in own words before stays in withdrawn_reason, for the desk alone.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('claims', '0005_hands')]

    operations = [
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_withdrawn_says_why',
        ),
        migrations.AddField(
            model_name='claim',
            name='withdrawn_code',
            field=models.CharField(choices=[('wrong_facts', 'What the check says is not right.'), ('wrong_source', 'A source of it is wrong.'), ('changed', 'What it rests on has changed since.'), ('by_mistake', 'It was published by mistake.')], db_default='', default='', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'withdrawn'), models.Q(('withdrawn_code', ''), ('withdrawn_reason', '')), _connector='XOR'), name='claim_withdrawn_says_why'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_code__in', ['', 'wrong_facts', 'wrong_source', 'changed', 'by_mistake'])), name='claim_withdrawn_for_a_reason_of_the_closed_list'),
        ),
    ]
