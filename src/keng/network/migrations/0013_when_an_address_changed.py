"""When channel or address of a group changed last; of those of before nobody knows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0012_answers_of_subscribers_have_a_secret")]

    operations = [
        migrations.AddField(
            model_name="group",
            name="address_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
