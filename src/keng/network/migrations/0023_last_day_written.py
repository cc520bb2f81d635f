"""A channel that is open for some days after a person's last word: of that, the day is kept.

It is of an address, so it goes with it: when somebody stops, and when a lead chooses another chat.
"""

from django.db import migrations, models

_FORGET_WITH_ADDRESS = """
CREATE OR REPLACE FUNCTION network_forget_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.address_hash := sha256(gen_random_uuid()::text::bytea);
  NEW.address_sealed := '';
  NEW.wrote_on := NULL;
  RETURN NEW;
END $$;
CREATE FUNCTION network_forget_day_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.wrote_on := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER lead_way_forgets_day_written BEFORE UPDATE ON network_leadway
  FOR EACH ROW WHEN (NEW.address_hash IS DISTINCT FROM OLD.address_hash)
  EXECUTE FUNCTION network_forget_day_written();
"""
_AS_BEFORE = """
DROP TRIGGER lead_way_forgets_day_written ON network_leadway;
DROP FUNCTION network_forget_day_written();
CREATE OR REPLACE FUNCTION network_forget_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.address_hash := sha256(gen_random_uuid()::text::bytea);
  NEW.address_sealed := '';
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0022_subscribers_limit_their_week")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="wrote_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="leadway",
            name="wrote_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunSQL(_FORGET_WITH_ADDRESS, _AS_BEFORE),
    ]
