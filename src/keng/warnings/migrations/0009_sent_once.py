"""A version that was sent does not forget it: with its approval nothing goes out a second time."""

from django.db import migrations

_HOLD = """
CREATE TRIGGER version_is_sent_once BEFORE UPDATE OF dispatch_id ON warnings_version
  FOR EACH ROW WHEN (
    OLD.dispatch_id IS NOT NULL AND NEW.dispatch_id IS DISTINCT FROM OLD.dispatch_id
      AND current_user = 'keng_desk'
  ) EXECUTE FUNCTION delivery_refuse('a version of a warning is sent once');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("warnings", "0008_released"),
        ("delivery", "0034_rows_are_made_by_the_worker"),
    ]

    operations = [
        migrations.RunSQL(_HOLD, "DROP TRIGGER version_is_sent_once ON warnings_version;"),
    ]
