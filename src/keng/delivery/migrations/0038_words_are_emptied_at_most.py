"""The worker empties the words of a dispatch when its tip is purged, and never writes others."""

from django.db import migrations

_HOLD = """
CREATE TRIGGER words_are_emptied_at_most BEFORE UPDATE ON delivery_dispatchtext
  FOR EACH ROW WHEN (
    current_user = 'keng_worker' AND (NEW.text, NEW.subject, NEW.image_path) <> ('', '', '')
  ) EXECUTE FUNCTION delivery_refuse('words are emptied at most');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0037_sealed_things_stay_in_their_rows")]

    operations = [
        migrations.RunSQL(_HOLD, "DROP TRIGGER words_are_emptied_at_most ON delivery_dispatchtext;")
    ]
