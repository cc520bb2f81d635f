"""A chat says that there is an answer, and shows its words to whoever asked for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0082_named_sight")]

    operations = [
        migrations.AddField(
            "tip", "chat_shows_answers", models.BooleanField(default=False, db_default=False)
        ),
    ]
