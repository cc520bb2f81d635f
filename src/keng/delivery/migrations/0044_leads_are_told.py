"""The worker tells leads where they agreed to be told, and nowhere else.

A message to a lead is of one person: its words are sealed, and with the end of the row it forgets
them and the address, as the rows of reporters do.
"""

from django.db import migrations, models


def _dispatch_of_this_process(notices: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER dispatch_of_this_process BEFORE INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.kind <> 'notice' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_edge' AND (NEW.kind <> 'ack' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_worker'
      AND (NEW.kind NOT IN ('ack', 'reply', 'page'){notices} OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing of this kind');
"""


def _delivery_of_this_process(worker: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER delivery_of_this_process BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.recipient_kind <> 'subscription'
    OR current_user = 'keng_edge'
      AND NEW.recipient_kind NOT IN ('conversation', 'subscription', 'asker')
    OR current_user = 'keng_worker' AND NEW.recipient_kind NOT IN ({worker})
    OR current_user = 'keng_desk'
      AND NEW.recipient_kind NOT IN ('conversation', 'pager', 'room')
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing to these recipients');
"""


_NOTICES = " AND NOT (NEW.kind = 'notice' AND NEW.source_kind IN ('relay', 'lead_way'))"
_BEFORE = "'group', 'subscription', 'conversation', 'pager', 'room', 'asker'"
_HOLD = """
CREATE FUNCTION delivery_hold_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.text_sealed IS NULL OR NOT EXISTS (
    SELECT FROM network_leadway w JOIN network_lead l ON l.id = w.lead_id
    WHERE w.lead_id = NEW.recipient_ref AND w.address_sealed = NEW.address_sealed
      AND w.channel = NEW.channel AND l.stopped_at IS NULL
      -- Before somebody agreed there, one message asks for that and says nothing else.
      AND (w.confirmed_at IS NOT NULL OR w.first_message_at IS NULL AND EXISTS (
        SELECT FROM delivery_dispatch d
        WHERE d.id = NEW.dispatch_id AND d.source_kind = 'lead_way'))
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'leads are told where they agreed to be told';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lead_is_told_where_they_agreed BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (NEW.recipient_kind = 'lead' AND current_user = 'keng_worker')
  EXECUTE FUNCTION delivery_hold_lead();
"""
_LET_GO = """
DROP TRIGGER lead_is_told_where_they_agreed ON delivery_delivery;
DROP FUNCTION delivery_hold_lead();
"""
_FORGETS = "settled_row_forgets_the_person"
_FORGOTTEN = {"address_sealed__isnull": True, "text_sealed__isnull": True}


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0043_posts_are_changed"),
        ("network", "0017_leads_are_told_by_their_own_channel"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="recipient_kind",
            field=models.CharField(
                choices=[
                    ("group", "Group"),
                    ("subscription", "Subscriber"),
                    ("conversation", "Reporter"),
                    ("pager", "An officer's pager"),
                    ("room", "Emergency room"),
                    ("asker", "Who looked something up"),
                    ("lead", "Lead"),
                ],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint(model_name="delivery", name=_FORGETS),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=~models.Q(recipient_kind__in=["conversation", "asker", "lead"])
                | models.Q(state__in=["queued", "leased", "not_now"])
                | models.Q(**_FORGOTTEN),
                name=_FORGETS,
            ),
        ),
        migrations.RunSQL(
            _dispatch_of_this_process(_NOTICES)
            + _delivery_of_this_process(f"{_BEFORE}, 'lead'")
            + _HOLD,
            _LET_GO + _delivery_of_this_process(_BEFORE) + _dispatch_of_this_process(""),
        ),
    ]
