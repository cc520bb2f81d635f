"""Django's own table of sessions holds cookies in clear: whoever is signed in does so once more."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_sessions_of_the_desk'),
    ]

    operations = [
        migrations.RunSQL('DROP TABLE IF EXISTS django_session', migrations.RunSQL.noop),
    ]
