"""An objection to "no matter of this site": the words in a box that only the code opens."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0002_questions_meetings_channels'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='question',
            name='box',
            field=models.BinaryField(db_default=b'', default=b''),
        ),
        migrations.AddField(
            model_name='question',
            name='objected_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'opinion']), ('box', b''), _connector='OR'), name='question_box_goes_with_the_decision'),
        ),
    ]
