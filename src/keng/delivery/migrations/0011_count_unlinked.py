"""How many of some tips came without a chat that is known, so that nobody can tell who wrote them.

On the page nobody leaves a trace, and chats of ended tips are forgotten. Each such tip counts as a
correspondent of its own, which it need not be; whoever lists a number must read how many there are.
"""

from django.db import migrations

_FORWARDS = """
CREATE FUNCTION delivery_unlinked(tips uuid[]) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT count(DISTINCT tip)::integer FROM unnest(tips) AS tip
  WHERE NOT EXISTS (
    SELECT FROM delivery_inbound WHERE tip_ref = tip AND conversation_hash IS NOT NULL)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0010_messages_of_a_known_chat")]
    operations = [
        migrations.RunSQL(_FORWARDS, "DROP FUNCTION delivery_unlinked(uuid[])"),
    ]
