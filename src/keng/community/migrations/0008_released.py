"""The columns of what a desk says to everybody bear the names that every released text has."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from keng.releases.triggers import checked_at_once, hands_from, hands_only_grow


def _returned_and_digest(name: str) -> list[Any]:
    return [
        migrations.AddField(name, "returned_reason", models.TextField(default="", db_default="")),
        migrations.AddField(name, "digest", models.BinaryField(max_length=32, null=True)),
    ]


def _rules(name: str) -> list[Any]:
    return [
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
        hands_only_grow(f"community_{name}"),
    ]


def _of_announcement(name: str) -> list[Any]:
    return [
        migrations.RenameField(name, "let_out_by", "released_by"),
        migrations.RenameField(name, "let_out_at", "released_at"),
        migrations.AddField(name, "submitted_at", models.DateTimeField(null=True)),
        *_returned_and_digest(name),
        # When it was written is in its id: a UUID of version 7 begins with it, in milliseconds.
        migrations.RunSQL(
            f"UPDATE community_{name} SET submitted_at = to_timestamp("  # noqa: S608 -- our names
            "('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0);",
            migrations.RunSQL.noop,
        ),
    ]


_OFFICER = models.ForeignKey(
    settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
)
# As 0007 has it, with the names of today.
_FUNCTION = """
CREATE OR REPLACE FUNCTION community_public_site_asks_and_objects() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' AND NOT (NEW.state = 'waiting' AND ((
        TG_OP = 'INSERT' AND %s
        AND NEW.answer = '' AND NEW.hands = '{}'
    ) OR (
        TG_OP = 'UPDATE'
        AND OLD.state = 'opinion' AND OLD.objected_at IS NULL AND OLD.box <> ''::bytea
        AND NEW.objected_at IS NOT NULL
    ))) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site asks and objects, and no more';
    END IF;
    RETURN NEW;
END $$;
"""
_ASKS = _FUNCTION % "NEW.submitted_at IS NULL AND NEW.released_at IS NULL"
_ASKED_BEFORE = _FUNCTION % "NEW.handed_in_at IS NULL"

# Who let an answer out is who decided. Of an answer that was taken away or is gone nothing waits.
_ANSWERS = """
UPDATE community_question SET released_by_id = decided_by_id, released_at = decided_at,
    submitted_at = COALESCE(submitted_at, decided_at)
WHERE state IN ('answered', 'gone') AND wish = 'public' AND decided_by_id IS NOT NULL;
UPDATE community_question SET ended_at = decided_at WHERE state = 'gone';
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0007_the_public_site_answers_nothing")]

    operations = [
        checked_at_once(),
        migrations.RemoveConstraint("meeting", "meeting_is_let_out_by_a_second_person"),
        migrations.RemoveConstraint("officialchannel", "channel_is_let_out_by_a_second_person"),
        migrations.RemoveConstraint("question", "public_answer_is_let_out_by_a_second_person"),
        *_of_announcement("meeting"),
        migrations.RenameField("meeting", "called_off_at", "ended_at"),
        hands_from("community_meeting", "announced_by_id"),
        migrations.RemoveField("meeting", "announced_by"),
        *_of_announcement("officialchannel"),
        migrations.RenameField("question", "handed_in_at", "submitted_at"),
        *_returned_and_digest("question"),
        migrations.AddField("question", "released_at", models.DateTimeField(null=True)),
        migrations.AddField("question", "released_by", _OFFICER),
        migrations.AddField("question", "ended_at", models.DateTimeField(null=True)),
        # First the trigger, which the next statement wakes and which knew the old name.
        migrations.RunSQL(_ASKS, _ASKED_BEFORE),
        migrations.RunSQL(_ANSWERS, migrations.RunSQL.noop),
        *_rules("meeting"),
        *_rules("officialchannel"),
        *_rules("question"),
        migrations.AddConstraint(
            "question",
            models.CheckConstraint(
                condition=~models.Q(state="answered", wish="public")
                | models.Q(released_at__isnull=False, released_by=models.F("decided_by")),
                name="public_answer_is_let_out_by_a_second_person",
            ),
        ),
    ]
