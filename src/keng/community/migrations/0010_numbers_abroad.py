"""Embassies and hotlines stand on the list of official channels, each with its country."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0009_kept_from")]

    operations = [
        migrations.AddField(
            model_name="officialchannel",
            name="country",
            field=models.CharField(db_default="", default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="officialchannel",
            name="kind",
            field=models.CharField(
                choices=[
                    ("phone", "Telephone"),
                    ("website", "Website"),
                    ("zalo", "Zalo"),
                    ("facebook", "Facebook"),
                    ("telegram", "Telegram"),
                    ("email", "E-mail"),
                    ("abroad", "For people abroad: an embassy or a hotline"),
                    ("other", "Other channel"),
                ],
                max_length=8,
            ),
        ),
    ]
