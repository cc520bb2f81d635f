"""Taking a warning back for a fixed reason at once, or in own words by a second person."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import keng.kit.ids

_REASONS = [
    ("wrong_number", "A number, an account or a link in it is wrong."),
    ("wrong_facts", "What it says is not right."),
    ("not_confirmed", "What it says could not be confirmed."),
    ("harmless", "What it warned of turned out to be harmless."),
    ("over", "It is over: there is no danger any more."),
    ("wrong_place", "It was sent to the wrong places."),
    ("by_mistake", "It was sent by mistake."),
    ("own_words", "Another reason, in your own words"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("warnings", "0004_numbers_let_out_unmatched"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="warning",
            name="recall_code",
            field=models.CharField(choices=_REASONS, db_default="", default="", max_length=13),
        ),
        migrations.CreateModel(
            name="RecallRequest",
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
                ("reason", models.CharField(choices=_REASONS, max_length=13)),
                ("words", models.TextField(db_default="", default="")),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back by whoever asked"),
                            ("overtaken", "Taken back meanwhile"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("refused_reason", models.TextField(db_default="", default="")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recall_requests",
                        to="warnings.warning",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("warning",),
                        name="one_recall_of_a_warning_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="recall_is_approved_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", "own_words"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="own_words_of_a_recall_are_written",
                    ),
                ],
            },
        ),
    ]
