"""A lead who asks for it is erased: a trigger sees to it, whichever process says so.

The row stays without anything about anybody, since what was passed on is counted by it.
"""

import django.db.models.deletion
from django.db import migrations, models

_FORGET = """
CREATE FUNCTION network_forget_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.name := '';
  NEW.position := '';
  NEW.language := 'vi';
  NEW.head_of_id := NULL;
  NEW.ended_links := '[]';
  NEW.link_secret := sha256(gen_random_uuid()::text::bytea);
  NEW.stopped_by_link := false;
  NEW.erase_asked_at := NULL;
  NEW.erased_at := coalesce(OLD.erased_at, NEW.erased_at);
  NEW.stopped_at := coalesce(OLD.stopped_at, NEW.erased_at);
  RETURN NEW;
END $$;
CREATE TRIGGER erased_lead_keeps_nothing BEFORE UPDATE ON network_lead
  FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL OR OLD.erased_at IS NOT NULL)
  EXECUTE FUNCTION network_forget_lead();
"""
_UNDO = """
DROP TRIGGER erased_lead_keeps_nothing ON network_lead;
DROP FUNCTION network_forget_lead();
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0018_heads_of_hamlets")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="erase_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="network.lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("ended_links", []),
                        ("head_of__isnull", True),
                        ("name", ""),
                        ("position", ""),
                        ("stopped_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="erased_lead_is_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor__isnull", True), ("erased_at__isnull", False), _connector="OR"
                ),
                name="place_of_an_erased_lead_is_taken_on",
            ),
        ),
        migrations.RunSQL(_FORGET, _UNDO),
    ]
