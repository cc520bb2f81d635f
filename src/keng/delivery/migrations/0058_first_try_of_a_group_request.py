"""When a group was first tried: from then on a request has its day, not while an account stops."""

from django.db import migrations, models

# The sender may set `tried_at` alone, so it cannot put the end of a request off.
_TRIGGER = """
CREATE FUNCTION delivery_note_first_try() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.first_tried_at := NEW.tried_at;
  RETURN NEW;
END $$;
CREATE TRIGGER first_try_is_noted BEFORE UPDATE OF tried_at ON delivery_grouprequest
  FOR EACH ROW WHEN (OLD.first_tried_at IS NULL AND NEW.tried_at IS NOT NULL)
  EXECUTE FUNCTION delivery_note_first_try();
"""
_REVERSE = """
DROP TRIGGER first_try_is_noted ON delivery_grouprequest;
DROP FUNCTION delivery_note_first_try();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0057_group_chats_of_accounts")]

    operations = [
        migrations.AddField("grouprequest", "first_tried_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_TRIGGER, _REVERSE),
        migrations.AddConstraint(
            "grouprequest",
            models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("kind", "make")),
                fields=("account", "name"),
                name="group_is_asked_for_once",
            ),
        ),
    ]
