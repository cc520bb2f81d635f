-- What `filling.py` writes, step by step. A value is %(name)s; n counts tips from the newest, 1, on.

-- step: ids and moments
-- An id that begins with its moment, as UUIDv7; what follows is of the number and of what it names.
CREATE OR REPLACE FUNCTION pg_temp.id_at(at timestamptz, n bigint, what text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3)
    || '8' || substr(h, 4, 15))::uuid FROM md5(what || n) AS h
$$;
-- The last ninety days hold %(recent)s; the rest lies in the five years before.
CREATE OR REPLACE FUNCTION pg_temp.moment(n bigint, recent bigint, tips bigint, till timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT till - interval '10 minutes' - CASE
    WHEN n <= recent THEN n * (interval '90 days' / recent)
    ELSE interval '90 days' + (n - recent) * (interval '1825 days' / greatest(tips - recent, 1)) END
$$;
DROP TABLE IF EXISTS pg_temp.unit_of;
CREATE TEMP TABLE unit_of AS
SELECT row_number() OVER (ORDER BY u.id = %(desk)s DESC, u.id) - 1 AS k, u.id AS unit, j.place_id AS place,
  (SELECT p.officer_id FROM accounts_post p WHERE p.unit_id = u.id AND p.role = 'duty' LIMIT 1) AS officer
FROM places_unit u JOIN places_jurisdiction j ON j.unit_id = u.id WHERE u.parent_id = %(province)s;
ANALYZE unit_of;

-- step: the tips as numbers
DROP TABLE IF EXISTS pg_temp.told;
CREATE TEMP TABLE told AS
SELECT n, at, pg_temp.id_at(date_bin('5 minutes', at, '2000-01-01 00:00+00'), n, 'tip') AS id,
  unit_of.unit, unit_of.place, unit_of.officer, is_open,
  CASE WHEN NOT is_open
    THEN least(at + interval '6 hours' + (n %% 200) * interval '1 hour', %(now)s - interval '5 minutes')
  END AS closed_at,
  CASE WHEN is_open THEN '' ELSE (ARRAY['solved', 'solved', 'prevented', 'handed_over', 'handed_over',
    'warned', 'warned', 'unfounded', 'not_a_tip', 'out_of_competence'])[n / 7 %% 10 + 1] END AS outcome,
  (ARRAY['scam_impersonation', 'scam_investment', 'loan_shark', 'theft', 'drugs', 'noise_neighbour', 'scam_other',
    'traffic'])
    [n / 3 %% 8 + 1] AS category,
  CASE WHEN n %% 100 = 7 THEN 'P0' WHEN n %% 10 = 3 THEN 'P1' WHEN n %% 10 < 7 THEN 'P2' ELSE 'P3' END AS urgency,
  n / 11 %% 5 < 2 AS is_chat
FROM (
  SELECT n, pg_temp.moment(n, %(recent)s, %(tips)s, %(now)s) AS at,
    n <= %(recent)s AND n / 5 %% 7 = 1 AS is_open,
    CASE WHEN n %% 5 = 0 THEN 0 ELSE 1 + n * 7919 %% (%(desks)s - 1) END AS k
  FROM generate_series(%(tips)s::bigint, 1, -1) AS n
) AS one JOIN unit_of USING (k) ORDER BY n DESC;
CREATE UNIQUE INDEX ON pg_temp.told (n);
ANALYZE told;

-- step: incidents
INSERT INTO tips_incident (id, title, unit_id, place_id, category, opened_at, opened_by_id, money_lost, closed_at, outcome)
SELECT pg_temp.id_at(at, n, 'incident'), 'Vụ việc ' || n, unit, place, category, at, officer, n %% 50 * 1000000,
  CASE WHEN n > %(recent)s THEN at + interval '20 days' END, CASE WHEN n > %(recent)s THEN 'solved' ELSE '' END
FROM told WHERE n %% 100 = 0 ORDER BY n DESC;

-- step: tips
-- Purged by the periods of `filling.py`, as far as looking for others goes; their words are left, so
-- that what is on disk is what an installation takes that destroys nothing.
INSERT INTO tips_tip (id, province_code, responsible_unit_id, place_id, channel, text, topic, state, kind,
  category, urgency, urgency_is_rated, value, outcome, outcome_note, incident_id, duplicate_of_id, assigned_to_id,
  reference, received_at, first_read_at, first_answered_at, waiting_since, due_at, closed_at, examined_at,
  gravity_band, purged_at, search)
SELECT told.id, '90', unit, place, CASE WHEN is_chat THEN 'zalo_oa' ELSE 'web' END,
  replace(replace(texts.text, '{n:03d}', lpad((n %% 1000)::text, 3, '0')), '{n}', n::text), 'scam',
  CASE WHEN NOT is_open THEN 'closed' WHEN n %% 3 = 0 THEN 'received' ELSE 'accepted' END,
  CASE WHEN is_open THEN 'unsorted' ELSE 'tin_bao' END, CASE WHEN is_open THEN '' ELSE category END,
  urgency, NOT is_open, CASE WHEN is_open THEN 'unrated' WHEN n %% 3 = 1 THEN 'not_of_value' ELSE 'of_value' END,
  outcome, CASE WHEN is_open THEN '' ELSE 'Đã xác minh và trả lời người báo tin.' END,
  CASE WHEN n %% 20 = 0 AND n / 100 > 0 THEN (
    SELECT pg_temp.id_at(lead.at, lead.n, 'incident') FROM told AS lead WHERE lead.n = told.n / 100 * 100) END,
  CASE WHEN n %% 100 = 40 AND NOT is_open AND n > 100 THEN (
    SELECT lead.id FROM told AS lead WHERE lead.n = told.n / 100 * 100) END,
  CASE WHEN n %% 3 > 0 OR urgency = 'P0' OR NOT is_open THEN officer END,
  to_char(at, 'YYYY') || '-SC-' || lpad((n %% 100000)::text, 5, '0'), at, at + interval '20 minutes',
  CASE WHEN NOT is_open OR n %% 2 = 0 THEN at + interval '1 hour' END,
  CASE WHEN is_open AND n %% 4 = 0 THEN at + interval '2 hours' END,
  CASE WHEN is_open THEN %(now)s + (n / 35 %% 400 - 100) * interval '31 minutes' END, closed_at, at, 3,
  CASE WHEN closed_at < %(now)s - interval '30 months' + interval '2 days' AND outcome <> 'handed_over'
    THEN closed_at + interval '30 months' END,
  CASE WHEN is_open OR outcome <> 'unfounded' AND closed_at > %(now)s - interval '90 days' THEN
    to_tsvector('simple', replace(texts.text, '{n}', n::text))
    || to_tsvector('simple', replace(texts.folded, '{n}', n::text)) END
FROM told JOIN (
  SELECT * FROM unnest(%(texts)s::text[], %(folded)s::text[]) WITH ORDINALITY AS one (text, folded, k)
) AS texts ON texts.k = n / 5 %% 5 + 1
ORDER BY n DESC;

-- step: what came in
INSERT INTO delivery_inbound (id, channel, kind, received_at, text, raw_sealed, tip_ref)
SELECT pg_temp.id_at(at, n, 'inbound'), CASE WHEN is_chat THEN 'zalo_oa' ELSE 'web' END, 'text', at,
  (SELECT text FROM tips_tip WHERE tips_tip.id = told.id), CASE WHEN is_chat THEN sealed.raw ELSE '' END, id
FROM told JOIN sealed ON sealed.k = n %% 64 ORDER BY n DESC;
INSERT INTO delivery_dedupekey (key, at)
SELECT sha256(convert_to('key' || n, 'UTF8')), at FROM told ORDER BY n DESC;
INSERT INTO vault_sealedidentity (id, tip_ref, unit_id, kind, holds, ciphertext, sealed_at)
SELECT pg_temp.id_at(at, n, 'sealed'), id, unit, 'contact', '["phone"]', sealed.contact, at
FROM told JOIN sealed ON sealed.k = n %% 64 ORDER BY n DESC;
INSERT INTO tips_receipt (hash, tip_id, made_at)
SELECT sha256(convert_to('receipt' || n, 'UTF8')), id, at FROM told ORDER BY n DESC;

-- step: the dialogue
INSERT INTO tips_dialoguemessage (id, tip_id, author, officer_id, text, channel, at, visible_at, examined_at)
SELECT pg_temp.id_at(at, n, 'told'), id, 'reporter', NULL, (SELECT text FROM tips_tip WHERE tips_tip.id = told.id),
  CASE WHEN is_chat THEN 'zalo_oa' ELSE 'web' END, at, at, at
FROM told ORDER BY n DESC;
INSERT INTO tips_dialoguemessage (id, tip_id, author, officer_id, text, channel, at, visible_at, examined_at)
SELECT pg_temp.id_at(at + interval '1 hour', n, 'answer'), id, 'desk', officer,
  'Cảm ơn bạn đã báo tin. Chúng tôi đã tiếp nhận và đang xác minh, khi có kết quả sẽ báo lại cho bạn.', 'web',
  at + interval '1 hour', at + interval '1 hour', NULL
FROM told WHERE NOT is_open ORDER BY n DESC;

-- step: clocks and decisions
INSERT INTO tips_clock (id, tip_id, rule_code, starts_at, due_at, stopped_at)
SELECT pg_temp.id_at(at, n, rule), id, rule, at, at + due, coalesce(closed_at, CASE WHEN rule = 'CLASSIFY_HOUSE' THEN at END)
FROM told CROSS JOIN (VALUES ('CLASSIFY_HOUSE', interval '1 day'), ('FOLLOW_HOUSE', interval '20 days')) AS r (rule, due)
ORDER BY n DESC;
INSERT INTO tips_decision (id, tip_id, kind, by_id, unit_id, reason, detail, at)
SELECT pg_temp.id_at(told.at + later, n, step.kind), id, step.kind, officer, unit,
  CASE WHEN step.kind = 'closed' THEN 'Đã xác minh, kết thúc.' ELSE '' END,
  CASE step.kind WHEN 'sorted' THEN jsonb_build_object('category', category)
    WHEN 'rated' THEN jsonb_build_object('value', CASE WHEN n %% 3 = 1 THEN 'not_of_value' ELSE 'of_value' END)
    WHEN 'outcome' THEN jsonb_build_object('outcome', outcome)
    WHEN 'closed' THEN jsonb_build_object('outcome', outcome) ELSE '{}' END,
  CASE WHEN step.kind = 'closed' THEN closed_at ELSE least(told.at + later, %(now)s - interval '6 minutes') END
FROM told CROSS JOIN (VALUES ('accepted', interval '30 minutes'), ('sorted', interval '40 minutes'),
  ('rated', interval '2 hours'), ('outcome', interval '5 hours'), ('closed', interval '6 hours')) AS step (kind, later)
WHERE step.kind = 'accepted' OR NOT is_open ORDER BY n DESC;
INSERT INTO tips_suggestion (id, tip_id, categories, urgency, urgency_reasons, places, at)
SELECT pg_temp.id_at(at, n, 'suggestion'), id, jsonb_build_array(jsonb_build_object('code', category,
  'strength', 'fairly', 'reasons', jsonb_build_array('căn cước bị khóa'))), urgency, '[]', '[]', at
FROM told ORDER BY n DESC;

-- step: the record
INSERT INTO audit_entry (id, chain, seq, at, action, actor_kind, actor_id, object_kind, object_id, detail,
  previous_hash, hash)
SELECT pg_temp.id_at(told.at + later, n, action), 'unit:' || unit, (%(tips)s - n) * 4 + place_in, told.at + later, action,
  'officer', officer, 'tip', id, '{}', sha256('a'), sha256(convert_to(action || n, 'UTF8'))
FROM told CROSS JOIN (VALUES (0, 'tip.accepted', interval '30 minutes'), (1, 'tip.sorted', interval '40 minutes'),
  (2, 'tip.rated', interval '2 hours'), (3, 'tip.closed', interval '6 hours')) AS step (place_in, action, later)
WHERE place_in = 0 OR NOT is_open ORDER BY n DESC;

-- step: numbers and listings
INSERT INTO lookup_indicator (id, type, value)
SELECT pg_temp.id_at(%(now)s - interval '1 year', k, 'indicator'), 'phone', '+84' || (900000000 + k)
FROM generate_series(1, %(listings)s::bigint) AS k;
INSERT INTO tips_sighting (id, tip_id, indicator_id, start, "end", role, at)
SELECT pg_temp.id_at(at, n, 'sighting'), id,
  pg_temp.id_at(%(now)s - interval '1 year', n * 31 %% %(listings)s::bigint + 1, 'indicator'), 15, 27, 'used', at
FROM told WHERE n / 5 %% 10 < 3 ORDER BY n DESC;
INSERT INTO lookup_listing (id, indicator_id, lookup_hash, unit_id, grade, status, category, used_in, made_by_id,
  made_at, released_by_id, released_at, ended_at, end_reason, is_harmless, expires_on)
SELECT pg_temp.id_at(%(now)s - interval '1 year', i, 'listing'),
  pg_temp.id_at(%(now)s - interval '1 year', i, 'indicator'),
  sha256(convert_to('phone:+84' || (900000000 + i), 'UTF8')), unit, 'confirmed',
  CASE WHEN i %% 10 < 7 THEN 'listed' ELSE 'ended' END, 'scam_impersonation', '2026-01-01', officer,
  %(now)s - interval '1 year', (SELECT officer FROM unit_of WHERE k = 1), %(now)s - interval '1 year',
  CASE WHEN i %% 10 >= 7 THEN %(now)s - interval '1 month' END, CASE WHEN i %% 10 >= 7 THEN 'expired' ELSE '' END,
  true, %(now)s::date + 180
FROM generate_series(1, %(listings)s::bigint) AS g (i) JOIN unit_of ON unit_of.k = i %% %(desks)s
ORDER BY 1;

-- step: who is written to
INSERT INTO network_group (id, name, kind, place_id, unit_id, channel, channel_address, member_count)
SELECT pg_temp.id_at('2021-01-01', g, 'recipient'), 'Nhóm ' || g, 'residents', place, unit, 'zalo_oa',
  lpad(to_hex(g), 20, '0'), 120
FROM generate_series(0, %(groups)s - 1) AS g JOIN unit_of ON unit_of.k = g %% %(desks)s;
INSERT INTO network_subscription (id, channel, address_hash, address_sealed, kinds, link_secret, confirmed_at)
SELECT pg_temp.id_at('2021-01-01', g, 'recipient'), 'zalo_oa', sha256(convert_to('to' || g, 'UTF8')), sealed.address,
  '{}', sha256(convert_to('link' || g, 'UTF8')), '2021-01-01'
FROM generate_series(%(groups)s, %(groups)s + %(subscribers)s - 1) AS g JOIN sealed ON sealed.k = g %% 64;
INSERT INTO network_subscription_places (subscription_id, place_id)
SELECT pg_temp.id_at('2021-01-01', g, 'recipient'), place
FROM generate_series(%(groups)s, %(groups)s + %(subscribers)s - 1) AS g JOIN unit_of ON unit_of.k = g %% %(desks)s;

-- step: warnings
DROP TABLE IF EXISTS pg_temp.sent;
CREATE TEMP TABLE sent AS
SELECT w, pg_temp.moment(w, greatest(%(recent)s * 3 / 1000, 1), %(deliveries)s / 1000, %(now)s) AS at, unit_of.*
FROM generate_series(%(deliveries)s::bigint / 1000, 1, -1) AS w
JOIN unit_of ON unit_of.k = CASE WHEN w %% 5 = 0 THEN 0 ELSE 1 + w * 7919 %% (%(desks)s - 1) END;
ANALYZE sent;
INSERT INTO delivery_approval (id, text_hash, audience_hash, approved_by_id, at)
SELECT pg_temp.id_at(at, w, 'approval'), sha256('text'), sha256('audience'), officer, at FROM sent ORDER BY w DESC;
INSERT INTO delivery_dispatch (id, kind, is_urgent, unit_id, approval_id, source_kind, source_ref, materialised_at)
SELECT pg_temp.id_at(at, w, 'dispatch'), 'warning', w %% 7 = 0, unit, pg_temp.id_at(at, w, 'approval'),
  'warning_version', pg_temp.id_at(at, w, 'version'), at
FROM sent ORDER BY w DESC;
INSERT INTO delivery_dispatchtext (id, dispatch_id, language, text)
SELECT pg_temp.id_at(at, w, 'text'), pg_temp.id_at(at, w, 'dispatch'), 'vi', repeat('Cảnh báo lừa đảo qua điện thoại. ', 9)
FROM sent ORDER BY w DESC;
INSERT INTO warnings_warning (id, unit_id, author_id, state, category, severity, valid_until, created_at, published_at)
SELECT pg_temp.id_at(at, w, 'warning'), unit, officer, 'published', 'scam_impersonation', 2, (at + interval '30 days')::date, at, at
FROM sent ORDER BY w DESC;
INSERT INTO warnings_version (id, warning_id, number, category, severity, valid_until, texts, audience, made_by_id, made_at,
  dispatch_id)
SELECT pg_temp.id_at(at, w, 'version'), pg_temp.id_at(at, w, 'warning'), 1, 'scam_impersonation', 2,
  (at + interval '30 days')::date, '{"vi": {"title": "Cảnh báo", "text": "Cảnh báo lừa đảo qua điện thoại."}}', '{}',
  officer, at, pg_temp.id_at(at, w, 'dispatch')
FROM sent ORDER BY w DESC;

-- step: deliveries
-- Those of the newest two warnings wait, for two desks, whatever the size.
INSERT INTO delivery_delivery (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_id, address,
  priority, unit_ref, state, attempts, provider_id, not_before, created_at, settled_at)
SELECT pg_temp.id_at(at, i, 'delivery'), pg_temp.id_at(at, w, 'dispatch'), account.id, 'zalo_oa',
  CASE WHEN r < %(groups)s THEN 'group' ELSE 'subscription' END, pg_temp.id_at('2021-01-01', r, 'recipient'),
  pg_temp.id_at(at, w, 'text'), CASE WHEN r < %(groups)s THEN lpad(to_hex(r), 20, '0') ELSE '' END,
  9, unit, CASE WHEN w <= 2 THEN 'queued' ELSE (ARRAY['sent', 'sent', 'delivered', 'delivered', 'delivered', 'read',
    'read', 'rejected', 'gone', 'unknown'])[i %% 10 + 1] END,
  CASE WHEN w <= 2 THEN 0 ELSE 1 END, CASE WHEN w <= 2 THEN '' ELSE md5(i::text) END, at, at,
  CASE WHEN w > 2 THEN at + interval '30 seconds' END
FROM sent CROSS JOIN LATERAL (
  SELECT i, i * 7919 %% (%(groups)s + %(subscribers)s) AS r FROM generate_series((w - 1) * 1000, w * 1000 - 1) AS i
) AS one CROSS JOIN (SELECT id FROM delivery_channelaccount WHERE slug = 'scale') AS account
ORDER BY w DESC;
INSERT INTO delivery_attempt (delivery_ref, at, outcome, http_status, milliseconds)
SELECT pg_temp.id_at(at, i, 'delivery'), at + interval '30 seconds', 'sent', 200, 80
FROM sent CROSS JOIN LATERAL generate_series((w - 1) * 1000, w * 1000 - 1) AS i WHERE w > 2 ORDER BY w DESC;

-- step: the tally of open tips
INSERT INTO tips_opentally (unit_ref, due_slot, assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered, tips)
SELECT responsible_unit_id, date_bin('15 minutes', due_at, '2000-01-01 00:00+00'), assigned_to_id, urgency = 'P0', false,
  waiting_since IS NOT NULL, first_answered_at IS NOT NULL, count(*)
FROM tips_tip WHERE state IN ('received', 'accepted') GROUP BY 1, 2, 3, 4, 5, 6, 7;
DROP TABLE pg_temp.told;
DROP TABLE pg_temp.sent;
