"""An officer takes a tip on by the link of a text message; it waits here for the worker.

And of a row that goes another way it is known whether another account has had it already.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0047_units_take_turns")]

    operations = [
        migrations.AddField(
            model_name="pageranswer",
            name="takes_tip",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="pageranswer",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="other_account_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="pageranswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("takes_tip", True)),
                fields=("delivery_ref",),
                name="call_waits_to_be_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pageranswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("takes_tip", False), ("delivery_ref__isnull", False), _connector="OR"
                ),
                name="link_is_of_a_call",
            ),
        ),
    ]
