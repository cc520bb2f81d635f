"""What the public site may know of a shift: whose it is stays behind, and whether it still holds.

Read anew every time: a post that ran out, or a pager that was removed after its test, needs no
event to make the sentence about the night false.
"""

from django.db import migrations

# A shift holds for as long as its officer has a post that takes reports on. It was heard when its
# pager was tried, and every pager called in that test is still there: nobody knows which one rang.
_FORWARDS = """
CREATE VIEW delivery_watch WITH (security_barrier) AS
SELECT shift.unit_id, shift.starts_at, shift.ends_at, post.valid_from, post.valid_to,
       EXISTS (
         SELECT FROM delivery_pagertest test
         WHERE test.shift_id = shift.id AND test.confirmed_at IS NOT NULL
           AND EXISTS (
             SELECT FROM delivery_delivery call JOIN delivery_pagerway way
               ON way.id = call.recipient_ref AND way.officer_id = shift.officer_id
             WHERE call.dispatch_id = test.dispatch_id AND call.recipient_kind = 'pager'
               AND way.is_on AND way.gone_at IS NULL)
           AND NOT EXISTS (
             SELECT FROM delivery_delivery call LEFT JOIN delivery_pagerway way
               ON way.id = call.recipient_ref
             WHERE call.dispatch_id = test.dispatch_id AND call.recipient_kind = 'pager'
               AND (way.id IS NULL OR NOT way.is_on OR way.gone_at > test.confirmed_at))
       ) AS is_heard
FROM accounts_shift shift
JOIN accounts_officer officer ON officer.id = shift.officer_id AND officer.is_active
JOIN accounts_post post ON post.officer_id = shift.officer_id AND post.unit_id = shift.unit_id
  AND post.role IN ('duty', 'commander', 'coordinator')
WHERE shift.removed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_choose_own_password"),
        ("delivery", "0005_pagers"),
    ]

    operations = [migrations.RunSQL(_FORWARDS, "DROP VIEW delivery_watch")]
