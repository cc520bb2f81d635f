"""How many different people wrote some tips; which tips come from one of them stays behind.

The desk may not read by which conversation a message came. A number of different ones is all that
an entry of the public look-up needs.
"""

from django.db import migrations

_FORWARDS = """
CREATE FUNCTION delivery_correspondents(tips uuid[]) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT count(DISTINCT coalesce(encode(said.conversation_hash, 'hex'), tip::text))::integer
  FROM unnest(tips) AS tip
  LEFT JOIN (
    SELECT DISTINCT ON (tip_ref) tip_ref, conversation_hash FROM delivery_inbound
    WHERE tip_ref = ANY (tips) AND conversation_hash IS NOT NULL
  ) AS said ON said.tip_ref = tip
$$
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_watched_shifts")]
    operations = [
        migrations.RunSQL(_FORWARDS, "DROP FUNCTION delivery_correspondents(uuid[])"),
    ]
