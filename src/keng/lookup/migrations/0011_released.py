"""Who let an entry of the look-up out stands in the columns that every released text has."""

from django.db import migrations, models

from keng.releases.triggers import checked_at_once, hands_only_grow

# Entries of desks alone: a list of others has no second person, and very many rows.
_OF_DESKS = """
UPDATE lookup_listing SET submitted_at = made_at,
    hands = CASE WHEN made_by_id = ANY(hands) THEN hands ELSE hands || made_by_id END
WHERE unit_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("lookup", "0010_an_indicator_tells_no_moment")]

    operations = [
        checked_at_once(),
        migrations.RemoveConstraint("listing", "listing_is_public_only_after_a_second_person"),
        migrations.RemoveConstraint("listing", "listing_is_checked_by_somebody_else"),
        migrations.RemoveConstraint("listing", "listing_is_checked_by_nobody_with_a_hand_in_it"),
        migrations.RenameField("listing", "checked_by", "released_by"),
        migrations.RenameField("listing", "checked_at", "released_at"),
        migrations.AddField("listing", "submitted_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "listing", "returned_reason", models.TextField(default="", db_default="")
        ),
        migrations.AddField("listing", "digest", models.BinaryField(max_length=32, null=True)),
        migrations.RunSQL(_OF_DESKS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "listing",
            models.CheckConstraint(
                condition=~models.Q(hands__contains=[models.F("released_by")]),
                name="listing_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            "listing",
            models.CheckConstraint(
                condition=models.Q(released_by=None) | models.Q(released_at__isnull=False),
                name="listing_released_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            "listing",
            models.CheckConstraint(
                condition=~models.Q(status="listed")
                | models.Q(grade="imported")
                | models.Q(
                    released_by__isnull=False, released_at__isnull=False, is_harmless=True
                ),
                name="listing_is_public_only_after_a_second_person",
            ),
        ),
        hands_only_grow("lookup_listing"),
    ]
