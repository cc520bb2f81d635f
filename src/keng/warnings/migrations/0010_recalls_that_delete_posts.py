"""A recall that waits for a second person says whether the posts of pages are deleted by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("warnings", "0009_sent_once")]

    operations = [
        migrations.AddField(
            model_name="recallrequest",
            name="deletes_posts",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
