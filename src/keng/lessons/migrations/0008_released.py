"""The columns of every text that goes out by a second person bear the same names everywhere."""

from typing import Any

from django.db import migrations, models

from keng.releases.triggers import hands_from, hands_only_grow

_TEXTS = ("edition", "campaign", "firsthour")


def _of_each(name: str) -> list[Any]:
    table = f"lessons_{name}"
    return [
        migrations.RemoveConstraint(name, f"{name}_is_published_by_a_second_person"),
        migrations.RemoveConstraint(name, f"{name}_is_published_by_nobody_with_a_hand_in_it"),
        migrations.RenameField(name, "published_by", "released_by"),
        migrations.RenameField(name, "published_at", "released_at"),
        migrations.RenameField(name, "hash", "digest"),
        migrations.AlterField(name, "digest", models.BinaryField(max_length=32, null=True)),
        migrations.AddField(name, "submitted_at", models.DateTimeField(null=True)),
        migrations.AddField(name, "returned_reason", models.TextField(default="", db_default="")),
        hands_from(table, "made_by_id"),
        migrations.RunSQL(
            f"UPDATE {table} SET submitted_at = made_at, "  # noqa: S608 -- our own names only
            "digest = CASE WHEN released_at IS NOT NULL THEN digest END;",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=~models.Q(hands__contains=[models.F("released_by")]),
                name=f"{name}_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=models.Q(released_by=None) | models.Q(released_at__isnull=False),
                name=f"{name}_released_has_its_moment",
            ),
        ),
        hands_only_grow(table),
    ]


class Migration(migrations.Migration):
    dependencies = [("lessons", "0007_links_have_a_secret_of_their_own")]

    operations = [
        migrations.RemoveConstraint("edition", "edition_of_a_partner_is_public_from_the_start"),
        *(operation for name in _TEXTS for operation in _of_each(name)),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=models.Q(made_by__isnull=False)
                | models.Q(released_at__isnull=False, released_by__isnull=True),
                name="edition_of_a_partner_is_public_from_the_start",
            ),
        ),
    ]
