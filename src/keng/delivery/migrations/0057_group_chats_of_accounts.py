"""Group chats of an account at its provider: which there are, and what officers asked of them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import keng.kit.ids


def _words(length: int) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", max_length=length)


def _id() -> models.UUIDField:
    return models.UUIDField(
        default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0037_mass_mobilisation"),
        ("delivery", "0056_account_ends"),
    ]

    operations = [
        migrations.AddField(
            "channelaccount", "groups_asked_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "channelaccount", "groups_listed_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.CreateModel(
            "AccountGroup",
            [
                ("id", _id()),
                ("address", models.CharField(max_length=100)),
                ("name", _words(160)),
                ("is_enabled", models.BooleanField(db_default=True, default=True)),
                ("member_count", models.PositiveIntegerField(null=True)),
                ("link", _words(200)),
                ("seen_at", models.DateTimeField(db_default=Now())),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_chats",
                        to="delivery.channelaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "address"), name="group_of_an_account_is_listed_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            "GroupRequest",
            [
                ("id", _id()),
                (
                    "kind",
                    models.CharField(
                        choices=[("list", "List the groups"), ("make", "Make a group")],
                        max_length=4,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits"),
                            ("begun", "Under way"),
                            ("done", "Done"),
                            ("refused", "Not possible"),
                        ],
                        db_default="asked",
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=Now())),
                ("name", _words(100)),
                ("description", _words(300)),
                ("size", _words(10)),
                ("slot", _words(100)),
                ("tried_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("code", _words(40)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_requests",
                        to="delivery.channelaccount",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.officer",
                    ),
                ),
                (
                    "made",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="delivery.accountgroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "begun"), models.Q(("slot", ""), _negated=True)),
                        fields=("account", "slot"),
                        name="slot_is_filled_by_one_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "list"), models.Q(("name", ""), _negated=True), _connector="OR"
                        ),
                        name="group_to_be_made_has_a_name",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["account"],
                        name="group_requests_waiting",
                    )
                ],
            },
        ),
    ]
