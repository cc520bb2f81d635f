"""Of films, sound and documents, too, copies are made; a document may want a password."""

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
    dependencies = [("tips", "0074_critical_tips_by_gravity")]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="no_copy",
            field=models.CharField(
                blank=True, choices=_WHY, db_default="", default="", max_length=10
            ),
        ),
    ]
