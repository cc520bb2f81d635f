"""Of what was sent to one person alone and is settled, address and sealed words go."""

from django.db import migrations

_FORGET = """
UPDATE delivery_delivery SET address_sealed = NULL, text_sealed = NULL
WHERE recipient_kind IN ('conversation', 'asker') AND state NOT IN ('queued', 'leased', 'not_now')
  AND (address_sealed IS NOT NULL OR text_sealed IS NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0015_inbound_by_tip")]

    operations = [migrations.RunSQL(_FORGET, migrations.RunSQL.noop)]
