"""A reporter may read a language whose code is longer than five characters: zh-hans."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0019_suspended")]

    operations = [
        migrations.AlterField(
            model_name="tip",
            name="language",
            field=models.CharField(db_default="vi", default="vi", max_length=12),
        ),
    ]
