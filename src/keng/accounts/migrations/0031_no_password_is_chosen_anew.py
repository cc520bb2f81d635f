"""Whoever sets up an account chooses its password alone: no officer was sent to do so any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0030_a_post_is_told")]

    operations = [
        # Somebody else knows the password of whoever never came to choose another.
        migrations.RunSQL(
            "UPDATE accounts_officer SET password = '!' || gen_random_uuid() "
            "WHERE must_choose_password",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="officer", name="must_choose_password"),
    ]
