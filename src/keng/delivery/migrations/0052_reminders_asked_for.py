"""Tasks that a lead put off to an hour are found by an index, and the worker reminds of them."""

from django.db import migrations, models

_SOURCES = "'relay', 'lead_way', 'lead_erasing', 'warning_over', 'changed_share', 'digest'"


def _dispatch_of_this_process(sources: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER dispatch_of_this_process BEFORE INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.kind <> 'notice' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_edge' AND (NEW.kind <> 'ack' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_worker'
      AND (NEW.kind NOT IN ('ack', 'reply', 'page')
           AND NOT (NEW.kind = 'notice' AND NEW.source_kind IN ({sources}))
           OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing of this kind');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0051_short_form")]

    operations = [
        migrations.AddIndex(
            "relaytask",
            models.Index(
                fields=["remind_at"],
                condition=models.Q(remind_at__isnull=False),
                name="relay_task_to_remind",
            ),
        ),
        migrations.RunSQL(
            _dispatch_of_this_process(f"{_SOURCES}, 'relay_reminder'"),
            _dispatch_of_this_process(_SOURCES),
        ),
    ]
