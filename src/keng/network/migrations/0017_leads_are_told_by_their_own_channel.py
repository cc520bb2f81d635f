"""A lead can be told by their own channel; whoever refused is known by a keyed hash alone."""

import datetime

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import keng.kit.ids
import keng.kit.secrets


class Migration(migrations.Migration):
    dependencies = [("network", "0016_subscribers_choose_a_way")]

    operations = [
        migrations.CreateModel(
            name="LeadRefusal",
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
                ("mark_hash", models.BinaryField(max_length=32, unique=True)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="LeadWay",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="way",
                        serialize=False,
                        to="network.lead",
                    ),
                ),
                (
                    "channel",
                    models.CharField(blank=True, db_default="", default="", max_length=16),
                ),
                ("account_ref", models.UUIDField(blank=True, null=True)),
                ("address_sealed", models.BinaryField(db_default=b"", default=b"")),
                ("address_hash", models.BinaryField(max_length=32, null=True)),
                (
                    "link_secret",
                    models.BinaryField(
                        db_default=b"", default=keng.kit.secrets.new_row_secret, max_length=32
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(blank=True, default=datetime.time(22, 0), null=True),
                ),
                (
                    "quiet_to",
                    models.TimeField(blank=True, default=datetime.time(6, 0), null=True),
                ),
                ("is_entered_for_lead", models.BooleanField(db_default=False, default=False)),
                ("entered_at", models.DateTimeField(blank=True, null=True)),
                ("first_message_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("code_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("code_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            models.Q(("channel", ""), _negated=True),
                            ("first_message_at__isnull", True),
                        ),
                        fields=["lead"],
                        name="lead_way_to_write_to",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("address_sealed", b""),
                                ("channel", ""),
                                ("confirmed_at__isnull", True),
                            ),
                            models.Q(
                                models.Q(("channel", ""), _negated=True),
                                models.Q(("address_sealed", b""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lead_way_has_its_address",
                    ),
                ],
            },
        ),
    ]
