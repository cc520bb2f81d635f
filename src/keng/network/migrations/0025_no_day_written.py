"""The day of a person's last word is kept no more: it told who had reported, and when.

What is left in a backup of before goes with that backup (docs/decisions/0049-when-a-chat-is-open.md).
"""

from django.db import migrations

_FORGET_ADDRESS_ALONE = """
DROP TRIGGER lead_way_forgets_day_written ON network_leadway;
DROP FUNCTION network_forget_day_written();
CREATE OR REPLACE FUNCTION network_forget_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.address_hash := sha256(gen_random_uuid()::text::bytea);
  NEW.address_sealed := '';
  RETURN NEW;
END $$;
"""
_FORGET_DAY_TOO = """
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


class Migration(migrations.Migration):
    dependencies = [("network", "0024_mass_mobilisation")]

    operations = [
        migrations.RunSQL(_FORGET_ADDRESS_ALONE, _FORGET_DAY_TOO),
        migrations.RemoveField(model_name="subscription", name="wrote_on"),
        migrations.RemoveField(model_name="leadway", name="wrote_on"),
    ]
