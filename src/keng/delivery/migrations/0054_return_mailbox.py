"""How far the mailbox was read to which the letters of an account come back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0053_chat_history")]

    operations = [
        migrations.CreateModel(
            name="ReturnMailbox",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="return_mailbox",
                        serialize=False,
                        to="delivery.channelaccount",
                    ),
                ),
                ("numbering", models.BigIntegerField(db_default=0, default=0)),
                ("read_up_to", models.BigIntegerField(db_default=0, default=0)),
                ("read_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(db_default="", default="", max_length=80)),
                ("fault_since", models.DateTimeField(null=True)),
                ("again_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
