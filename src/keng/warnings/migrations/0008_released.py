"""The columns of every text that goes out by a second person bear the same names everywhere."""

import datetime
import hashlib
import json
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from keng.releases.triggers import hands_from, hands_only_grow

# Whoever saved or handed in this version, or one since the last that was let out. An approval from
# before that was the rule stands: its officer is no hand in what they let out.
_VERSIONS = """
UPDATE warnings_version v SET released_by_id = a.approved_by_id
FROM delivery_approval a WHERE a.id = v.approval_id;

UPDATE warnings_version v SET hands = ARRAY(
  SELECT hand FROM warnings_version e, unnest(e.made_by_id || e.handed_in_by) hand
  WHERE e.warning_id = v.warning_id AND e.number <= v.number AND e.number > coalesce((
      SELECT max(out.number) FROM warnings_version out
      WHERE out.warning_id = v.warning_id AND out.number < v.number AND out.released_at IS NOT NULL
    ), 0)
    AND hand IS DISTINCT FROM v.released_by_id
  GROUP BY hand ORDER BY min(e.number), hand
);

UPDATE warnings_version v SET
  digest = CASE WHEN released_at IS NOT NULL THEN digest END,
  ended_at = CASE WHEN released_at IS NULL THEN coalesce(
    (SELECT min(later.made_at) FROM warnings_version later
     WHERE later.warning_id = v.warning_id AND later.number > v.number),
    (SELECT w.recalled_at FROM warnings_warning w WHERE w.id = v.warning_id)
  ) END;
SET CONSTRAINTS ALL IMMEDIATE;
"""
_VERSIONS_BACK = """
UPDATE warnings_version SET handed_in_by = hands, digest = coalesce(digest, '');
"""

# A refused, withdrawn or overtaken recall has ended; only an approved one was let out.
_RECALLS = """
UPDATE warnings_recallrequest SET
  hands = ARRAY[asked_by_id],
  released_by_id = CASE WHEN state = 'approved' THEN ended_by_id END,
  released_at = CASE WHEN state = 'approved' THEN ended_at END,
  ended_by_id = CASE WHEN state <> 'approved' THEN ended_by_id END,
  ended_at = CASE WHEN state <> 'approved' THEN ended_at END;
SET CONSTRAINTS ALL IMMEDIATE;
"""
_RECALLS_BACK = """
UPDATE warnings_recallrequest SET
  asked_by_id = hands[1],
  state = CASE WHEN released_at IS NOT NULL THEN 'approved' WHEN ended_at IS NULL THEN 'waiting'
    WHEN returned_reason <> '' THEN 'refused' WHEN ended_by_id = hands[1] THEN 'withdrawn'
    ELSE 'overtaken' END,
  ended_by_id = coalesce(released_by_id, ended_by_id),
  ended_at = coalesce(released_at, ended_at);
SET CONSTRAINTS ALL IMMEDIATE;
"""

# The desk's process writes the approval, the dispatch and the version; none of the three may speak
# of another text or another second person. A recall speaks of a version that was let out.
_HOLD = """
CREATE OR REPLACE FUNCTION warnings_hold_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM warnings_version v JOIN delivery_approval a ON a.id = NEW.approval_id
    WHERE NEW.source_kind = 'warning_version' AND v.id = NEW.source_ref
      AND v.released_at IS NOT NULL
      AND (NEW.kind = 'recall' OR v.dispatch_id IS NULL AND a.text_hash = v.digest
        AND a.approved_by_id = v.released_by_id)
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what is sent to many is the text that was approved';
  END IF;
  RETURN NULL;
END $$;
"""
_HOLD_BEFORE = """
CREATE OR REPLACE FUNCTION warnings_hold_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM warnings_version v JOIN delivery_approval a ON a.id = NEW.approval_id
    WHERE NEW.source_kind = 'warning_version' AND v.id = NEW.source_ref
      AND CASE NEW.kind
        WHEN 'recall' THEN v.published_at IS NOT NULL
        ELSE v.submitted_at IS NOT NULL AND v.published_at IS NULL AND a.text_hash = v.text_hash
      END
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what is sent to many is the text that was approved';
  END IF;
  RETURN NULL;
END $$;
"""


def _canonical(said: Any) -> bytes:
    written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return written.encode()


def _digest_patterns(apps: Any, _editor: Any) -> None:
    """A pattern that may still be filled is compared with its digest, in the way of today.

    One whose words are not those that were approved keeps a digest that fits nothing.
    """
    for pattern in apps.get_model("warnings", "Pattern").objects.filter(digest__isnull=False):
        day: datetime.date = pattern.expires_on
        said = {
            "texts": pattern.texts,
            "category": pattern.category,
            "severity": pattern.severity,
            "kinds": sorted(pattern.kinds),
            "expires_on": day.isoformat(),
        }
        if hashlib.sha256(_canonical(said)).digest() == bytes(pattern.digest):
            whole = _canonical(["warnings.pattern", str(pattern.unit_id), said])
            pattern.digest = hashlib.blake2b(whole, digest_size=32, person=b"keng-release").digest()
            pattern.save(update_fields=["digest"])


def _released(name: str) -> list[Any]:
    """What every kind has, where it has not got it yet."""
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, null=True, related_name="+"
    )
    fields: dict[str, models.Field[Any, Any]] = {
        "hands": django.contrib.postgres.fields.ArrayField(
            models.UUIDField(), default=list, db_default=[]
        ),
        "submitted_at": models.DateTimeField(null=True),
        "returned_reason": models.TextField(default="", db_default=""),
        "released_by": officer,
        "released_at": models.DateTimeField(null=True),
        "digest": models.BinaryField(max_length=32, null=True),
        "ended_at": models.DateTimeField(null=True),
    }
    has = {
        "version": {"submitted_at", "returned_reason", "released_at", "digest"},
        "pattern": {"released_by", "released_at", "digest", "ended_at"},
        "recallrequest": {"submitted_at", "returned_reason", "ended_at"},
    }[name]
    return [migrations.AddField(name, key, fields[key]) for key in fields if key not in has]


def _held(name: str) -> list[Any]:
    """What the database refuses."""
    return [
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by")]),
                name=f"{name}_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name=f"{name}_released_has_its_moment",
            ),
        ),
        hands_only_grow(f"warnings_{name}"),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("warnings", "0007_sent_as_approved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("version", "published_at", "released_at"),
        migrations.RenameField("version", "text_hash", "digest"),
        migrations.AlterField("version", "digest", models.BinaryField(max_length=32, null=True)),
        *_released("version"),
        migrations.RunSQL(_VERSIONS, _VERSIONS_BACK),
        migrations.RemoveField("version", "handed_in_by"),
        *_held("version"),
        migrations.RunSQL(_HOLD, _HOLD_BEFORE),
        migrations.RemoveConstraint("pattern", "pattern_is_approved_by_a_second_person"),
        migrations.RenameField("pattern", "approved_by", "released_by"),
        migrations.RenameField("pattern", "approved_at", "released_at"),
        migrations.RenameField("pattern", "hash", "digest"),
        migrations.AlterField("pattern", "digest", models.BinaryField(max_length=32, null=True)),
        *_released("pattern"),
        hands_from("warnings_pattern", "made_by_id"),
        migrations.RunSQL(
            "UPDATE warnings_pattern SET submitted_at = made_at, "
            "digest = CASE WHEN released_at IS NOT NULL THEN digest END;",
            "UPDATE warnings_pattern SET digest = coalesce(digest, '');",
        ),
        migrations.RunPython(_digest_patterns, migrations.RunPython.noop),
        *_held("pattern"),
        migrations.RemoveConstraint("recallrequest", "one_recall_of_a_warning_waits"),
        migrations.RemoveConstraint("recallrequest", "recall_is_approved_by_a_second_person"),
        migrations.RenameField("recallrequest", "asked_at", "submitted_at"),
        migrations.AlterField("recallrequest", "submitted_at", models.DateTimeField(null=True)),
        migrations.RenameField("recallrequest", "decided_by", "ended_by"),
        migrations.RenameField("recallrequest", "decided_at", "ended_at"),
        migrations.RenameField("recallrequest", "refused_reason", "returned_reason"),
        *_released("recallrequest"),
        migrations.AlterField(
            "recallrequest",
            "asked_by",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="+",
            ),
        ),
        migrations.RunSQL(_RECALLS, _RECALLS_BACK),
        migrations.RemoveField("recallrequest", "asked_by"),
        migrations.RemoveField("recallrequest", "state"),
        migrations.AddConstraint(
            "recallrequest",
            models.UniqueConstraint(
                fields=["warning"],
                condition=Q(released_at=None, ended_at=None),
                name="one_recall_of_a_warning_waits",
            ),
        ),
        *_held("recallrequest"),
    ]
