"""The inboxes of partners: keys, matters, sealed words."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0036_sight_key"),
        ("places", "0003_landmark"),
    ]

    operations = [
        migrations.CreateModel(
            name="PartnerInbox",
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
                ("public_key", models.BinaryField(max_length=1216)),
                ("keep_months", models.PositiveSmallIntegerField(default=12)),
                ("opened_at", models.DateTimeField(default=keng.kit.times.now)),
                ("closed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InboxMatter",
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
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("report_hash", models.BinaryField(max_length=32)),
                ("public_key", models.BinaryField(max_length=1216)),
                ("key_for_partner", models.BinaryField()),
                ("key_for_asker", models.BinaryField()),
                ("language", models.CharField(db_default="vi", default="vi", max_length=5)),
                ("asked_at", models.DateTimeField(default=keng.kit.times.now)),
                ("last_at", models.DateTimeField(default=keng.kit.times.now)),
                ("waits_for_partner", models.BooleanField(db_default=True, default=True)),
                ("danger_at", models.DateTimeField(null=True)),
                (
                    "consent",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not asked"),
                            ("asked", "The partner asks whether it may be passed to the police"),
                            ("yes", "Passed to the police, as the asker agreed"),
                            ("no", "The asker said no: it stays here"),
                        ],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "passed_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.unit",
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matters",
                        to="partner_inbox.partnerinbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InboxHolder",
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
                ("public_key", models.BinaryField(max_length=1216)),
                ("private_box", models.BinaryField()),
                ("inbox_key_sealed", models.BinaryField(db_default=b"", default=b"")),
                ("made_at", models.DateTimeField(default=keng.kit.times.now)),
                ("proven_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partnermember",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("member",),
                        name="inbox_holder_has_one_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            models.Q(("inbox_key_sealed", b""), ("private_box", b"")),
                            _connector="OR",
                        ),
                        name="ended_inbox_holder_opens_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inbox_key_sealed", b""), ("proven_at__isnull", False), _connector="OR"
                        ),
                        name="inbox_is_opened_by_a_proven_phrase",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxMessage",
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
                (
                    "author",
                    models.CharField(
                        choices=[("asker", "Whoever asked"), ("partner", "The partner")],
                        max_length=7,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("written_at", models.DateTimeField(default=keng.kit.times.now)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="partner_inbox.inboxmatter",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partnermember",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("author", "asker"), ("member", None)),
                            models.Q(("author", "partner"), ("member__isnull", False)),
                            _connector="OR",
                        ),
                        name="inbox_message_of_a_partner_has_its_member",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="partnerinbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("keep_months__gte", 1), ("keep_months__lte", 24)),
                name="partner_inbox_keeps_for_months_that_are_offered",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnerinbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("partner",),
                name="partner_has_one_inbox",
            ),
        ),
        migrations.AddIndex(
            model_name="inboxmatter",
            index=models.Index(fields=["inbox", "-last_at"], name="inbox_matter_of_inbox"),
        ),
        migrations.AddConstraint(
            model_name="inboxmatter",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent__in", ["", "asked", "yes", "no"])),
                name="inbox_matter_consent_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="inboxmatter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("passed_to", None),
                    ("danger_at__isnull", False),
                    ("consent", "yes"),
                    _connector="OR",
                ),
                name="inbox_matter_is_passed_on_by_danger_or_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="inboxmatter",
            constraint=models.CheckConstraint(
                condition=models.Q(("passed_to", None), ("report_hash", b""), _connector="OR"),
                name="inbox_matter_passed_on_leads_to_no_report",
            ),
        ),
    ]
