"""A revision bears the columns of every text that goes out by a second person (releases)."""

from django.db import migrations, models
from django.db.models import F, Q

from keng.releases.triggers import hands_from, hands_only_grow

_TABLE = "claims_revision"


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_taken_back_for_a_fixed_reason")]

    operations = [
        *(
            migrations.RemoveConstraint("revision", name)
            for name in (
                "claim_has_one_unpublished_revision",
                "claim_revision_published_has_its_publisher",
                "claim_revision_is_published_by_a_second_person",
                "claim_revision_is_published_by_nobody_with_a_hand_in_it",
                "claim_revision_published_has_evidence",
            )
        ),
        migrations.RenameField("revision", "published_by", "released_by"),
        migrations.RenameField("revision", "published_at", "released_at"),
        migrations.RenameField("revision", "hash", "digest"),
        migrations.AlterField("revision", "digest", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("revision", "ended_at", models.DateTimeField(null=True)),
        # What is out never changes; only here it learns in its hands who wrote it.
        migrations.RunSQL(
            f"ALTER TABLE {_TABLE} DISABLE TRIGGER published_revision_never_changes;",
            migrations.RunSQL.noop,
        ),
        hands_from(_TABLE, "made_by_id"),
        migrations.RunSQL(
            f"ALTER TABLE {_TABLE} ENABLE TRIGGER published_revision_never_changes;"
            f"UPDATE {_TABLE} SET digest = NULL WHERE released_at IS NULL;",  # noqa: S608 -- ours
            f"UPDATE {_TABLE} SET digest = '' WHERE digest IS NULL;",  # noqa: S608 -- ours
        ),
        migrations.AddConstraint(
            "revision",
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by")]),
                name="revision_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            "revision",
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name="revision_released_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            "revision",
            models.UniqueConstraint(
                condition=Q(released_at=None),
                fields=("claim",),
                name="claim_has_one_unpublished_revision",
            ),
        ),
        migrations.AddConstraint(
            "revision",
            models.CheckConstraint(
                condition=Q(made_by__isnull=False, released_at=None)
                | Q(made_by__isnull=False, released_by__isnull=False)
                | Q(made_by=None, released_at__isnull=False, released_by=None),
                name="claim_revision_is_of_two_officers_or_of_a_partner",
            ),
        ),
        migrations.AddConstraint(
            "revision",
            models.CheckConstraint(
                condition=Q(released_at=None) | ~Q(evidence=[]),
                name="claim_revision_published_has_evidence",
            ),
        ),
        hands_only_grow(_TABLE),
    ]
