"""Copies that are made on request, those with parts blacked out, and what is handed over."""

from django.db import migrations, models

_KINDS = [
    ("accepted", "Taken on"),
    ("duplicate", "Joined to an incident"),
    ("routed", "Passed to another unit"),
    ("sorted", "Sorted"),
    ("rated", "Value rated"),
    ("replied", "Reporter answered"),
    ("outcome", "Outcome recorded"),
    ("closed", "Closed"),
    ("reopened", "Reopened"),
    ("declined", "Not a tip, answered"),
    ("separated", "Taken out of the incident"),
    ("set_aside", "Set aside"),
    ("suspended", "Suspended"),
    ("resumed", "Taken up again"),
    ("narrowed", "Made a matter for named officers"),
    ("widened", "Opened to the whole desk"),
    ("recused", "An officer has no part in it"),
    ("rejoined", "An officer has a part in it again"),
    ("broken_in", "Opened in an emergency"),
    ("hold_asked", "A legal hold asked for"),
    ("held", "Under legal hold"),
    ("hold_no", "Legal hold, or its end, refused"),
    ("unhold_ask", "The end of the legal hold asked for"),
    ("unheld", "Legal hold ended"),
    ("hand_over", "Hand-over file made"),
]


class Migration(migrations.Migration):
    dependencies = [("tips", "0086_files_in_quarantine")]

    operations = [
        migrations.AddField("waitingpicture", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "attachment",
            "covered_path",
            models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            "attachment",
            "scan_result",
            models.CharField(db_default="", default="", max_length=8),
        ),
        migrations.AddIndex(
            "attachment",
            models.Index(
                condition=models.Q(("covered_path", ""), _negated=True),
                fields=["covered_path"],
                name="attachment_covered",
            ),
        ),
        migrations.AlterField(
            "decision", "kind", models.CharField(choices=_KINDS, max_length=10)
        ),
    ]
