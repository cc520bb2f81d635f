"""Whoever was missed is sent it again when an officer asks for it.

While that is asked, and not afterwards, the worker gives what was refused to an account that works,
and asks leads of groups that no account reaches: of any dispatch, not of corrections alone.
"""

from django.db import migrations, models


_TO_MANY = "('warning', 'correction', 'recall')"
_NOT_YET_MADE = f"""
    SELECT FROM delivery_dispatch d
    WHERE d.id = NEW.dispatch_id AND d.kind IN {_TO_MANY}
      AND d.approval_id IS NOT NULL
      AND d.materialised_at IS NULL AND d.cancelled_at IS NULL AND d.held_at IS NULL"""  # noqa: S608
_NOT_REACHED = """
    SELECT FROM delivery_dispatch d JOIN delivery_delivery r ON r.dispatch_id = d.id
    WHERE d.id = NEW.dispatch_id AND d.kind IN ('correction', 'recall')
      AND d.approval_id IS NOT NULL AND d.cancelled_at IS NULL
      AND r.recipient_kind = 'group' AND r.recipient_ref = NEW.group_id
      AND r.state = 'rejected' AND r.code = 'no_account'"""
_IS_ASKED = "d.resend_asked_at > coalesce(d.resent_at, '-infinity')"
_ASKED_AGAIN = f"""
    SELECT FROM delivery_dispatch d JOIN delivery_delivery r ON r.dispatch_id = d.id
    WHERE d.id = NEW.dispatch_id AND d.kind IN {_TO_MANY}
      AND d.approval_id IS NOT NULL AND d.cancelled_at IS NULL AND {_IS_ASKED}
      AND r.recipient_kind = 'group' AND r.recipient_ref = NEW.group_id
      AND r.state = 'rejected'"""  # noqa: S608


def _hold_task(*cases: str) -> str:
    none_holds = " AND ".join(f"NOT EXISTS ({case}\n  )" for case in cases)
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {none_holds} THEN
    RAISE insufficient_privilege USING MESSAGE = 'leads pass on what was approved, and once';
  END IF;
  RETURN NEW;
END $$;
"""


def _hold_account(may: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM delivery_dispatch d WHERE d.id = OLD.dispatch_id AND ({may})
  ) OR NOT EXISTS (
    SELECT FROM delivery_channelaccount a
    WHERE a.id = NEW.account_id AND a.channel = OLD.channel AND a.is_active
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'another account of its channel takes a correction that waits, or what is sent '
        'again';
  END IF;
  RETURN NEW;
END $$;
"""  # noqa: S608


_CORRECTION_WAITS = (
    "d.kind IN ('correction', 'recall') AND OLD.state IN ('queued', 'not_now')"
)
_SENT_AGAIN = f"""d.kind IN {_TO_MANY} AND d.approval_id IS NOT NULL AND d.cancelled_at IS NULL
      AND {_IS_ASKED} AND OLD.state = 'rejected' AND OLD.provider_id = ''"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0044_leads_are_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="resend_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="resent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            _hold_task(_NOT_YET_MADE, _NOT_REACHED, _ASKED_AGAIN)
            + _hold_account(f"{_CORRECTION_WAITS} OR {_SENT_AGAIN}"),
            _hold_task(_NOT_YET_MADE, _NOT_REACHED) + _hold_account(_CORRECTION_WAITS),
        ),
    ]
