"""That a file was sent cannot be shown by its exact size: up to three binary digits that count."""

from django.db import migrations

_ROUND = """
UPDATE tips_attachment
SET size = ceil(size / step) * step
FROM (
  SELECT id AS which, power(2, greatest(floor(log(2, size::numeric)) - 2, 0)) AS step
  FROM tips_attachment WHERE size > 0
) AS steps
WHERE id = which
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0028_files_are_known_by_keyed_hash")]

    operations = [migrations.RunSQL(_ROUND, migrations.RunSQL.noop)]
