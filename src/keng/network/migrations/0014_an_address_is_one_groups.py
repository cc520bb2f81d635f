"""No two groups in use have one address at a channel.

Of those that do, the first one written down stays; the others go out of use with all that is written
of them. Their desks find them there, and the operator is told how (docs/operator/running.md).
"""

from django.db import migrations, models

_LATER_ONES_OUT_OF_USE = """
UPDATE network_group AS later SET is_active = false
WHERE later.is_active AND later.channel <> 'by_hand' AND EXISTS (
  SELECT 1 FROM network_group AS first
  WHERE first.is_active AND first.channel = later.channel
    AND first.channel_address = later.channel_address
    AND (first.created_at, first.id) < (later.created_at, later.id)
)
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0013_when_an_address_changed")]

    operations = [
        migrations.RunSQL(_LATER_ONES_OUT_OF_USE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True))
                & models.Q(("channel", "by_hand"), _negated=True),
                fields=("channel", "channel_address"),
                name="group_in_use_has_its_address_alone",
            ),
        ),
    ]
