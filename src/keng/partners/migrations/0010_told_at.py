"""When a partner's people were told by letter that what they passed on does not hold any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_set_right")]

    operations = [
        migrations.AddField(
            model_name="kitshare", name="told_at", field=models.DateTimeField(null=True)
        ),
    ]
