"""A subscriber chooses how many warnings that are not urgent come in a week."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0021_letters_to_members_of_partners")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="week_limit",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscriptionwish",
            name="week_limit",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
