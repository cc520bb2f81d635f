"""A picture has no copy to view until the worker has made it, or says why there is none."""

import django.db.models.deletion
from django.db import migrations, models

import keng.kit.ids
import keng.kit.times

_WHY = [
    ("waiting", "the copy to view is being prepared"),
    ("too_large", "the picture is too large to be opened safely"),
    ("broken", "the picture is damaged or did not come whole"),
    ("unknown", "this kind of picture cannot be shown here"),
    ("late", "the copy could not be prepared in time"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("lookup", "0006_pictures_wait_for_their_copy"),
        ("tips", "0026_codes_that_are_shown"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="no_copy",
            field=models.CharField(
                blank=True, choices=_WHY, db_default="", default="", max_length=10
            ),
        ),
        migrations.CreateModel(
            name="WaitingPicture",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keng.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("key_sealed", models.BinaryField()),
                ("since", models.DateTimeField(default=keng.kit.times.now)),
                ("leased_until", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "attachment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_picture",
                        to="tips.attachment",
                    ),
                ),
                (
                    "dispute_file",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="lookup.disputefile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(attachment__isnull=False, dispute_file__isnull=True)
                        | models.Q(attachment__isnull=True, dispute_file__isnull=False),
                        name="picture_waits_for_one_file",
                    )
                ],
            },
        ),
    ]
