"""A file may have no copy because it is in quarantine, infected, or not asked for yet."""

from django.db import migrations, models

_WHY = [
    ("waiting", "the copy to view is being prepared"),
    ("too_large", "the file is too large to be opened safely"),
    ("broken", "the file is damaged or did not come whole"),
    ("unknown", "this kind of file cannot be shown here"),
    ("locked", "the document opens only with a password"),
    ("late", "the copy could not be prepared in time"),
    ("on_request", "made when an officer who reads such matters asks for it"),
    ("infected", "the scanner found something harmful in it"),
    ("quarantine", "in quarantine: nobody looks at it here"),
]


class Migration(migrations.Migration):
    dependencies = [("tips", "0085_purged_tips")]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="no_copy",
            field=models.CharField(
                blank=True, choices=_WHY, db_default="", default="", max_length=10
            ),
        ),
    ]
