from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0009_alarms"),
    ]

    operations = [
        migrations.AddField(
            model_name="tip",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="tip",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "No outcome yet"),
                    ("solved", "Cleared up"),
                    ("prevented", "Prevented"),
                    ("handed_over", "Handed over"),
                    ("warned", "Led to a warning"),
                    ("unfounded", "Unfounded"),
                    ("not_a_tip", "Not a tip, answered"),
                    ("out_of_competence", "Outside our competence"),
                    ("withdrawn", "Taken back by the reporter"),
                ],
                db_default="",
                default="",
                max_length=18,
            ),
        ),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=models.Q(("outcome", "withdrawn")), fields=["id"], name="tip_withdrawn"
            ),
        ),
    ]
