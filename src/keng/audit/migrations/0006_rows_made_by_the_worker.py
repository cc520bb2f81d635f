"""The worker says that it made the rows of a dispatch or held it; an officer lets it go."""

from django.db import migrations

_ACTS_OF_OFFICERS = """
CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT ARRAY[
    'alarm.ended',
    'article.given_back', 'article.published',
    'attachment.shown',
    'channel.doubted', 'channel.dropped', 'channel.kept', 'channel.listed', 'channel.looked_at',
    'channel.proposed', 'channel.unlisted',
    'claim.added', 'claim.answered', 'claim.out_of_scope', 'claim.published', 'claim.sent_back',
    'claim.submitted', 'claim.withdrawn', 'claim.written',
    'collection.opened',
    'dispatch.cancelled', 'dispatch.let_go', 'dispatch.sent', 'dispatch.unknown_resent',
    'dispute.decided', 'dispute.file_shown',
    'establishment.added', 'establishment.changed', 'establishment.closed',
    'establishment.imported', 'establishment.reopened',
    'film.discarded', 'film.uploaded',
    'first_hour.ended', 'first_hour.published', 'first_hour.written',
    'group.added', 'group.ask_ended', 'group.asked', 'group.changed', 'group.exported',
    'group.imported', 'group.retired', 'group.shift_added', 'group.shift_ended',
    'group.shift_handed_over', 'group.taken_back', 'group.targets_set',
    'incident.answered', 'incident.closed', 'incident.outcome', 'incident.renamed',
    'kit.accepted', 'kit.declined',
    'lead.added', 'lead.changed', 'lead.link_reissued', 'lead.link_shown', 'lead.stopped',
    'lead.taken_back',
    'lesson.ended', 'lesson.published', 'lesson.written',
    'listing.confirmed', 'listing.ended', 'listing.proposed', 'listing.restored',
    'manuscript.given_back', 'manuscript.published',
    'meeting.announced', 'meeting.called_off', 'meeting.dropped', 'meeting.proposed',
    'officer.account_closed', 'officer.added', 'officer.credentials_renewed',
    'officer.half_shown', 'officer.password_changed', 'officer.post_added',
    'officer.post_ended', 'officer.presence_failed', 'officer.request_agreed',
    'officer.request_refused', 'officer.request_withdrawn', 'officer.requested',
    'officer.sessions_ended', 'officer.signed_in', 'officer.signed_out',
    'pager.added', 'pager.rang', 'pager.removed', 'pager.switched', 'pager.tested',
    'partner.closed', 'partner.invited', 'partner.member_added', 'partner.member_agreed',
    'partner.member_closed', 'partner.opened',
    'pattern.approved', 'pattern.ended', 'pattern.handed_in', 'pattern.made',
    'pattern.reviewed', 'pattern.sent',
    'pledge.ended', 'pledge.link_renewed', 'pledge.opened', 'pledge.published',
    'question.answered', 'question.declined', 'question.handed_in', 'question.moved',
    'relay.handed_out', 'relay.not_seen', 'relay.rooms_told', 'relay.seen',
    'report.published', 'report.signed',
    'rota.added', 'rota.removed',
    'sighting.role',
    'survey.approved', 'survey.changed', 'survey.closed', 'survey.made', 'survey.opened',
    'survey.paper_begun', 'survey.paper_typed', 'survey.published', 'survey.result_returned',
    'survey.result_submitted', 'survey.returned', 'survey.slips_made', 'survey.submitted',
    'survey.text_read',
    'tip.accepted', 'tip.closed', 'tip.declined', 'tip.duplicate', 'tip.note', 'tip.outcome',
    'tip.rated', 'tip.read', 'tip.reopened', 'tip.replied', 'tip.reply_withdrawn',
    'tip.resumed', 'tip.routed', 'tip.separated', 'tip.set_aside', 'tip.sorted',
    'tip.suspended', 'tip.taken_back', 'tip.taken_down', 'tip.ticked', 'tip.unticked',
    'tips.answer_retired', 'tips.answer_used_again', 'tips.answer_written',
    'tips.name_searched',
    'warning.approved', 'warning.called', 'warning.drafted', 'warning.recall_asked',
    'warning.recall_refused', 'warning.recall_withdrawn', 'warning.recalled', 'warning.revised',
    'warning.sent_back', 'warning.submitted',
    'wave.dismissed', 'wave.reopened'
  ]
$$;
"""
_MAY_RECORD = """
CREATE OR REPLACE FUNCTION audit_may_record(
  caller text, chain text, action text, actor_kind text, actor_id text
) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE
    WHEN action = 'intake.batch' THEN
      caller IN ('keng_public', 'keng_edge', 'keng_desk', 'keng_worker')
      AND actor_kind = 'process'
      AND chain ~ ('^intake:(owner|' || substr(caller, 6) || ')-([0-9]|1[0-5])$')
    WHEN caller = 'keng_public' THEN CASE actor_kind
      WHEN 'process' THEN
        audit_is_named(chain, 'unit') AND CASE actor_id
          WHEN 'reporter' THEN action IN (
            'tip.reporter_wrote', 'tip.reporter_afraid', 'tip.reporter_meant_unit',
            'tip.reporter_withdraw', 'tip.objected', 'receipt.shown')
          WHEN 'holder' THEN action = 'receipt.exchanged'
          WHEN 'resident' THEN action IN ('dispute.made', 'claim.objected', 'question.objected')
          ELSE false
        END
      WHEN 'lead' THEN
        audit_is_id(actor_id) AND (
          audit_is_named(chain, 'dispatch') AND action IN (
            'relay.confirmed', 'relay.taken_back', 'relay.cannot', 'relay.rooms_told')
          OR audit_is_named(chain, 'unit') AND action IN (
            'lead.stopped', 'lead.taken_back', 'group.answered', 'pledge.counted',
            'pledge.corrected'))
      WHEN 'partnermember' THEN
        audit_is_id(actor_id) AND (
          audit_is_named(chain, 'partner') AND action IN (
            'partner.signed_in', 'partner.password_changed', 'partner.member_agreed',
            'article.written', 'article.submitted', 'article.published', 'article.given_back',
            'article.withdrawn', 'manuscript.written', 'manuscript.submitted',
            'manuscript.published', 'manuscript.given_back', 'manuscript.withdrawn',
            'manuscript.discarded')
          OR audit_is_named(chain, 'unit') AND action = 'partner.member_agreed')
      WHEN '' THEN
        actor_id = '' AND action = 'partner.signin_failed'
        AND (chain = 'accounts' OR audit_is_named(chain, 'partner'))
      ELSE false
    END
    WHEN caller = 'keng_desk' THEN
      (chain = 'accounts' OR audit_is_named(chain, 'unit') OR audit_is_named(chain, 'dispatch')
        OR audit_is_named(chain, 'partner'))
      AND CASE actor_kind
        WHEN 'officer' THEN audit_is_id(actor_id) AND action = ANY (audit_acts_of_officers())
        WHEN '' THEN actor_id = '' AND action IN (
          'officer.signin_failed', 'officer.set_up_failed', 'officer.refused_without_post')
        ELSE false
      END
    WHEN caller = 'keng_worker' THEN
      actor_kind = 'process' AND actor_id = 'worker' AND (
        chain = 'intake:worker' AND action = 'tips.content_destroyed'
        OR audit_is_named(chain, 'unit') AND action IN (
          'alarm.called', 'alarm.ended', 'attachment.not_shown', 'dispatch.held',
          'dispatch.materialised', 'film.prepared', 'film.refused', 'listing.ended',
          'listing.restored', 'survey.closed', 'tip.danger_heard',
          'tip.handed_down', 'tip.left_alone', 'wave.found'))
    WHEN caller = 'keng_sender' THEN
      actor_kind = 'process' AND actor_id = 'sender' AND (
        chain = 'addresses' AND action IN ('address.gone', 'address.moved')
        OR audit_is_named(chain, 'channel') AND action IN (
          'channel.stopped', 'channel.runs_again', 'channel.learned', 'channel.tokens_renewed'))
    ELSE false
  END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_wrong_code_signed_in")]

    operations = [
        migrations.RunSQL(
            _ACTS_OF_OFFICERS + _MAY_RECORD,
            _ACTS_OF_OFFICERS.replace("'dispatch.let_go', ", "")
            + _MAY_RECORD.replace("'dispatch.held',", "").replace("'dispatch.materialised', ", ""),
        ),
    ]
