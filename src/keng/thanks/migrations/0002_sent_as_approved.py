"""Thanks are sent with the text that a second person let out, on at least five counted reports.

What goes to many was a version of a warning until now; the rule about those stays as it is.
"""

from django.db import migrations

_TO_MANY = "('warning', 'correction', 'recall')"


def _hold_versions(also: str) -> str:
    return f"""
DROP TRIGGER dispatch_has_the_approved_text ON delivery_dispatch;
CREATE CONSTRAINT TRIGGER dispatch_has_the_approved_text AFTER INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    NEW.kind IN {_TO_MANY} AND current_user = 'keng_desk'{also}
  ) EXECUTE FUNCTION warnings_hold_dispatch();
"""


_HOLD = """
CREATE FUNCTION thanks_hold_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind <> 'warning' OR NEW.is_urgent OR NOT EXISTS (
    SELECT FROM thanks_groupthanks t JOIN delivery_approval a ON a.id = NEW.approval_id
    WHERE t.id = NEW.source_ref AND t.unit_id = NEW.unit_id
      AND t.released_at IS NOT NULL AND t.ended_at IS NULL AND t.dispatch_id IS NULL
      AND a.text_hash = t.digest AND a.approved_by_id = t.released_by_id
      AND t.report_count >= 5 AND t.report_count = (
        SELECT count(*) FROM thanks_countedtip c WHERE c.thanks_id = t.id AND NOT c.is_copy)
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'thanks are sent as they were approved, on five reports at least';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER dispatch_has_the_approved_thanks AFTER INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    NEW.source_kind = 'thanks' AND current_user = 'keng_desk'
  ) EXECUTE FUNCTION thanks_hold_dispatch();
CREATE TRIGGER thanks_are_sent_once BEFORE UPDATE OF dispatch_id ON thanks_groupthanks
  FOR EACH ROW WHEN (
    OLD.dispatch_id IS NOT NULL AND NEW.dispatch_id IS DISTINCT FROM OLD.dispatch_id
      AND current_user = 'keng_desk'
  ) EXECUTE FUNCTION delivery_refuse('thanks are sent once');
"""
_LET_GO = """
DROP TRIGGER thanks_are_sent_once ON thanks_groupthanks;
DROP TRIGGER dispatch_has_the_approved_thanks ON delivery_dispatch;
DROP FUNCTION thanks_hold_dispatch();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("thanks", "0001_initial"),
        ("warnings", "0008_released"),
    ]

    operations = [
        migrations.RunSQL(
            _hold_versions(" AND NEW.source_kind <> 'thanks'") + _HOLD,
            _LET_GO + _hold_versions(""),
        ),
    ]
