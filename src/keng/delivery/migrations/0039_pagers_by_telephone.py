"""An officer's telephone is a pager, too; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0038_words_are_emptied_at_most")]

    operations = [
        migrations.AlterField(
            model_name="pagerway",
            name="kind",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("web_push", "This device"),
                    ("sms", "Text message"),
                    ("voice", "Telephone call"),
                ],
                max_length=10,
            ),
        )
    ]
