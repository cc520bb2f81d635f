"""The reasons why a file has no copy to view speak of files, and one more is among them."""

from django.db import migrations, models

_WHY = [
    ("waiting", "the copy to view is being prepared"),
    ("too_large", "the file is too large to be opened safely"),
    ("broken", "the file is damaged or did not come whole"),
    ("unknown", "this kind of file cannot be shown here"),
    ("locked", "the document opens only with a password"),
    ("late", "the copy could not be prepared in time"),
]


class Migration(migrations.Migration):
    dependencies = [("lookup", "0011_released")]

    operations = [
        migrations.AlterField(
            model_name="disputefile",
            name="no_copy",
            field=models.CharField(blank=True, choices=_WHY, default="", max_length=10),
        ),
    ]
