"""A picture of an objection has no copy until the worker has made it, or says why there is none."""

from django.db import migrations, models

_WHY = [
    ("waiting", "the copy to view is being prepared"),
    ("too_large", "the picture is too large to be opened safely"),
    ("broken", "the picture is damaged or did not come whole"),
    ("unknown", "this kind of picture cannot be shown here"),
    ("late", "the copy could not be prepared in time"),
]


class Migration(migrations.Migration):
    dependencies = [("lookup", "0005_hands")]

    operations = [
        migrations.AddField(
            model_name="disputefile",
            name="no_copy",
            field=models.CharField(blank=True, choices=_WHY, default="", max_length=10),
        ),
        migrations.AlterField(
            model_name="disputefile",
            name="viewing_path",
            field=models.CharField(default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="disputefile",
            name="size",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
