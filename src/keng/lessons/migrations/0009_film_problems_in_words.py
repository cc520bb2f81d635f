"""A film that this machine lost is no fault of its file; the words of another problem blame nobody."""

from django.db import migrations, models

_PROBLEMS = [
    ("no_film", "This is no film: use MP4, MOV or WebM."),
    (
        "broken",
        "This file cannot be read here: a part may be missing. Save it as MP4, try again.",
    ),
    ("too_long", "The film is longer than three minutes. Cut it shorter."),
    ("too_wide", "The picture is too large. Save it with at most 2160 lines."),
    ("too_slow", "Preparing it took too long. Save it in a simpler format."),
    ("lost", "The file was lost on this machine; yours may be whole. Upload it again."),
]


class Migration(migrations.Migration):
    """What may stand there is held by the code alone."""

    dependencies = [("lessons", "0008_released")]
    operations = [
        migrations.AlterField(
            "film",
            "problem",
            models.CharField(
                blank=True, choices=_PROBLEMS, db_default="", default="", max_length=8
            ),
        ),
    ]
