"""Tell the edge at once when an account was made or changed; it keeps them in memory."""

from django.db import migrations

_FORWARDS = """
CREATE FUNCTION delivery_announce_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('keng_accounts', '');
  RETURN NULL;
END $$;
CREATE TRIGGER delivery_account_added AFTER INSERT OR DELETE ON delivery_channelaccount
  FOR EACH ROW EXECUTE FUNCTION delivery_announce_account();
CREATE TRIGGER delivery_account_changed AFTER UPDATE ON delivery_channelaccount
  FOR EACH ROW WHEN (
    (OLD.channel, OLD.slug, OLD.unit_id, OLD.place_id, OLD.base_url, OLD.secrets_box, OLD.learned,
     OLD.is_active)
    IS DISTINCT FROM
    (NEW.channel, NEW.slug, NEW.unit_id, NEW.place_id, NEW.base_url, NEW.secrets_box, NEW.learned,
     NEW.is_active)
  ) EXECUTE FUNCTION delivery_announce_account();
"""
_BACKWARDS = """
DROP TRIGGER delivery_account_changed ON delivery_channelaccount;
DROP TRIGGER delivery_account_added ON delivery_channelaccount;
DROP FUNCTION delivery_announce_account();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_lease_by_account")]

    operations = [migrations.RunSQL(_FORWARDS, _BACKWARDS)]
