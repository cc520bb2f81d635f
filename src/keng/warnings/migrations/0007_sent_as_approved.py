"""A warning is sent with an approval of the very text that was handed in.

The desk's process writes the approval, the dispatch and the version; none of the three may speak of
another text. A recall speaks of a version that was let out.
"""

from django.db import migrations

_HOLD = """
CREATE FUNCTION warnings_hold_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE CONSTRAINT TRIGGER dispatch_has_the_approved_text AFTER INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    NEW.kind IN ('warning', 'correction', 'recall') AND current_user = 'keng_desk'
  ) EXECUTE FUNCTION warnings_hold_dispatch();
"""
_LET_GO = """
DROP TRIGGER dispatch_has_the_approved_text ON delivery_dispatch;
DROP FUNCTION warnings_hold_dispatch();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("warnings", "0006_everybody_who_handed_it_in"),
        ("delivery", "0019_who_may_send_to_whom"),
    ]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
