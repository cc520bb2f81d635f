"""Whoever stops, by link, by chat or because the mailbox is gone, is not even known by a hash.

The keyed hash would tell whoever has the key and a list of addresses who once asked for warnings.
A trigger holds all three ways, also those whose process may not write the column.
"""

from django.db import migrations

_NOTHING = "sha256(gen_random_uuid()::text::bytea)"

_FORGET = f"""
CREATE FUNCTION network_forget_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.address_hash := {_NOTHING};
  NEW.address_sealed := '';
  RETURN NEW;
END $$;
CREATE TRIGGER subscription_forgets_its_address BEFORE UPDATE ON network_subscription
  FOR EACH ROW WHEN (NEW.stopped_at IS NOT NULL AND OLD.stopped_at IS NULL)
  EXECUTE FUNCTION network_forget_address();
UPDATE network_subscription SET address_hash = {_NOTHING}, address_sealed = ''
  WHERE stopped_at IS NOT NULL;
"""
_UNDO = """
DROP TRIGGER subscription_forgets_its_address ON network_subscription;
DROP FUNCTION network_forget_address();
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0014_an_address_is_one_groups")]

    operations = [migrations.RunSQL(_FORGET, _UNDO)]
