"""What each process may do to each table; applied after every migration.

None of these roles owns a table. Nobody writes the tables of the record: entries come into it by a
function of the owner's (keng.audit.migrations.0004), which knows what each of them may say. No
process but the owner may delete anything except rows whose deletion is their purpose (drafts,
sessions).
"""

R = "SELECT"
RI = "SELECT, INSERT"
RU = "SELECT, UPDATE"
RIU = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

_READ_PLACES = dict.fromkeys(
    [
        "places_place",
        "places_succession",
        "places_unit",
        "places_jurisdiction",
        "places_holiday",
        "places_landmark",
    ],
    R,
)
# What is served of the public log: never the salts, nor which entry stands where.
_LOG_SERVED = dict.fromkeys(
    [
        "public_log_logtile",
        "public_log_logcheckpoint",
        "public_log_cosignature",
        "public_log_openedleaf",
    ],
    R,
)
# How much a network used. The key is asked for by a function.
_LIMITS = {"limits_guesscount": RIU, "limits_limitcount": RIU}
_KEYS = {"vault_unitkey": R, "vault_senderkey": R, "vault_workerkey": R}
# The rows of one received message (intake.receive), which is one statement: whoever executes
# it may execute all of it, and a trigger keeps the public site from sending by it.
_INTAKE = {
    "delivery_inbound": "INSERT, SELECT (id, tip_ref)",
    "delivery_inboundmedia": "INSERT",
    "delivery_dedupekey": RI,
    "delivery_channelaccount": R,
    # To whom an answer is to go was sealed to the sender: it is only forgotten (a trigger).
    "delivery_conversation": "SELECT (id, account_id, key_hash, tip_ref, mode, last_inbound_at, "
    "is_reachable), UPDATE (key_hash, reply_address_sealed)",
    "delivery_dispatch": RI,
    "tips_tipconcern": "INSERT",
    # Inserted, and never read where the sender is known.
    "tips_bundledcall": "INSERT",
    "tips_receipt": "INSERT",
    "tips_onetimelink": "INSERT",
    "tips_clock": "INSERT",
    "tips_clockrule": R,
    "vault_sealedidentity": "INSERT",
}
# Of what is sent: all but to which person, and words for one person alone. Django asks for what the
# database has filled in.
_SENT = (
    "SELECT (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, part, text_id, "
    "address, priority, unit_ref, is_urgent, state, not_before, expires_at, attempts, provider_id, "
    "code, created_at, settled_at, called_off_at, earlier_ref, deletes_post)"
)
_CALLED_OFF = "UPDATE (state, settled_at, called_off_at, address_sealed, text_sealed)"
# A dispatch and its texts stay as they were made; triggers say who makes which, and for whom.
_MADE_ONCE = {"delivery_dispatch": RI, "delivery_dispatchtext": RI}
# Where a lead is told: all but the address itself, which only the sender opens.
_WAY_READ = (
    "SELECT (lead_id, channel, account_ref, address_hash, link_secret, quiet_from, quiet_to, "
    "is_entered_for_lead, entered_at, first_message_at, confirmed_at, gone_at, "
    "code_hash, code_until)"
)
_WAY_WRITTEN = (
    "UPDATE (channel, account_ref, address_sealed, address_hash, link_secret, quiet_from, "
    "quiet_to, is_entered_for_lead, entered_at, first_message_at, confirmed_at, gone_at, "
    "code_hash, code_until)"
)
_NETWORK = [
    "network_group",
    "network_lead",
    "network_lead_groups",
    "network_subscription",
    "network_subscription_places",
]
_TIPS = [
    "tips_tip",
    "tips_tipconcern",
    "tips_dialoguemessage",
    "tips_note",
    "tips_attachment",
    "tips_decision",
    "tips_clock",
    "tips_sighting",
    "tips_suggestion",
    "tips_incident",
    "tips_referencecounter",
    "tips_alarm",
    "tips_alarmcall",
    "lookup_indicator",
]
# Lessons: what the public reads; a text is written once and then only published or ended.
_LESSONS = [
    "lessons_collection",
    "lessons_lesson",
    "lessons_edition",
    "lessons_campaign",
    "lessons_firsthour",
    "lessons_film",
]
_WRITTEN_ONCE = "SELECT, INSERT, UPDATE (released_by_id, released_at, digest, ended_at)"
_WARNINGS = [
    "warnings_warning",
    "warnings_version",
    "warnings_verifycode",
    "warnings_capmessage",
]
# What a look-up answers with: not how an entry was verified, nor any words about its end.
_LOOKUP = {
    "lookup_indicator": R,
    "lookup_listing": "SELECT (id, indicator_id, lookup_hash, unit_id, block_list_id, grade, "
    "status, category, used_in, made_at, made_by_id, released_by_id, released_at, is_harmless, "
    "expires_on, end_reason, ended_at, hands)",
    "lookup_blocklist": R,
}
_CLAIMS = ["claims_claim", "claims_revision"]

GRANTS: dict[str, dict[str, str]] = {
    "keng_public": {
        **_LIMITS,
        # Forms of a busy network; the desk has none of them.
        "limits_spentpuzzle": RI,
        **_READ_PLACES,
        **_LOG_SERVED,
        **_KEYS,
        **_INTAKE,
        "tips_tip": "SELECT, INSERT, UPDATE (responsible_unit_id, place_detail, text, "
        "do_not_contact, identity_holds, state, kind, outcome, assigned_to_id, waiting_since, "
        "due_at, closed_at, withdrawn_at, feared_at, meant_for_unit_at, codes_disputed_at, "
        "chat_shows_answers, search)",
        "tips_tipconcern": RI,
        "tips_dialoguemessage": "SELECT, INSERT, UPDATE (text)",
        "tips_receipt": "SELECT, INSERT, UPDATE (replaced_at)",
        "tips_onetimelink": "SELECT, INSERT, UPDATE (opened_at)",
        # The reporter is told what was opened, everybody how often; neither who did it nor why.
        "vault_openingrequest": "SELECT (id, tip_ref, what, asked_at, refused_at, opened_at, "
        "is_emergency, is_reporter_told, transfer_ref)",
        "tips_attachment": RI,
        "delivery_dispatchtext": RI,
        "community_draft": ALL,
        # For ten minutes the browser that sent a form may see its code.
        "tips_showncode": "SELECT, INSERT, DELETE",
        # Whoever has the code on a paper exchanges it, once.
        "tips_handedcode": "SELECT, UPDATE (exchanged_at)",
        **dict.fromkeys(_WARNINGS, R),
        **_LOOKUP,
        # The reporter reads what was agreed to.
        "consent_consenttext": R,
        # Whether a name or a number of the reporter is sealed there; never what.
        "vault_sealedidentity": "INSERT, SELECT (id, tip_ref, kind)",
        # Somebody asks about data; by receipt the answer is read. The asker's own words, and what
        # officers wrote for officers, are not read here.
        "data_requests_datarequest": "INSERT, SELECT (id, unit_id, tip_id, number, kind, "
        "asked_at, reply_by, decide_by, acknowledged_at, extended_at, extension_reason, outcome, "
        "ground, answer, settled_at)",
        # Whoever is listed objects, and reads the answer with a code.
        "lookup_dispute": "INSERT, SELECT (id, listing_id, unit_id, code_hash, reason, made_at, "
        "due_on, outcome, answer, decided_at)",
        # Their pictures: put there, and never read again by the public site; but whether there is a
        # copy, which is said to whoever sent them.
        "lookup_disputefile": "INSERT, SELECT (id, dispute_id, no_copy, at)",
        # Since when a report that was only kept is used again.
        "tips_restriction": "SELECT (tip_id, number, lifted_at)",
        # Its reporter reads with whom it is, and since when.
        "tips_otherinstallation": "SELECT (id, name, signing_key, removed_at)",
        # What a known one sends is kept as it came, and never read back: what became of it is.
        "tips_transferarrival": "INSERT, SELECT (id, other_id, digest, size, state, trouble, at)",
        "tips_transfer": "SELECT (id, tip_id, other_id, is_incoming, state, agreed_at, "
        "confirmed_at, their_desk)",
        # Whether a report must be kept, and not why.
        "tips_legalhold": "SELECT (id, tip_id, began_at, agreed_at, refused_at, ended_at)",
        # What was sent, sealed to the worker: handed over, and never read back.
        "tips_waitingpicture": "INSERT",
        # Whether a file is one of those in quarantine; then it is held, too.
        "files_heldfile": "SELECT (came_with, keyed_hash), INSERT",
        **dict.fromkeys(_LESSONS, R),
        # A partner's own people publish here; a trigger keeps them from writing for an officer.
        "lessons_collection": RI,
        "lessons_lesson": RI,
        "lessons_edition": "SELECT, INSERT, UPDATE (ended_at)",
        # A number a day.
        "lessons_finished": RIU,
        # Two numbers, by whoever holds the link of a class.
        "lessons_schoolclass": "SELECT, UPDATE (pupils, pledged, counted_at)",
        # A lead adds who answers to them, with the group in which those post.
        "network_lead_groups": RI,
        # They ask to be erased, which the worker does. Their superior says who takes a place on.
        "network_lead": "SELECT, INSERT, UPDATE (stopped_at, stopped_by_link, erase_asked_at, "
        "above_id, successor_id)",
        # A lead's own page and the link in a message: the address goes in and is never read.
        "network_leadway": f"INSERT, {_WAY_READ}, {_WAY_WRITTEN}",
        "network_leadrefusal": RI,
        "network_group": "SELECT, INSERT, UPDATE (last_sign_at)",
        # A team's own page: read, and answered in one tap.
        "network_teamshift": R,
        "network_teamask": R,
        "network_teamanswer": "SELECT, INSERT, UPDATE (said, at)",
        # How many houses read along in a group; not who their contacts are.
        "network_establishment": "SELECT (id, group_id, kind, is_open)",
        # A letter goes to the address that was typed in; no address is read here.
        "network_subscription": "INSERT, SELECT (id, channel, account_ref, address_hash, kinds, "
        "language, minimum_severity, quiet_from, quiet_to, week_limit, warning_code, member_ref, "
        "link_secret, asked_at, confirmed_at, stopped_at), "
        "UPDATE (address_sealed, kinds, language, minimum_severity, quiet_from, quiet_to, "
        "week_limit, asked_at, confirmed_at, stopped_at)",
        # What was chosen waits for its chat, behind the hash of a code.
        "network_subscriptionwish": "INSERT, SELECT (made_at, warning_code)",
        "network_subscription_places": ALL,
        # What waits for a digest, on the subscriber's own page.
        "delivery_digestentry": R,
        "delivery_relaytask": "SELECT, UPDATE (confirmed_at, via, reached_count, houses_told, "
        "cannot_reason, remind_at, lead_id, handed_out_at, handed_out_by_id)",
        "delivery_delivery": f"INSERT, {_SENT}, {_CALLED_OFF}",
        "delivery_sandboxmessage": R,
        # Whoever asks about a claim gets a link; what is published is read.
        **dict.fromkeys(_CLAIMS, R),
        # A partner's own people publish checks: the same trigger for them.
        "claims_claim": "SELECT, INSERT, UPDATE (state, outside, words, published_at, "
        "withdrawn_code, ended_at, objected_at)",
        "claims_revision": RI,
        "claims_asking": RI,
        # An answer goes in and is never read back here; a slip is used, and that is all.
        # Figures stand in a view once the result is out; policies say which rows are read at all.
        "surveys_survey": "SELECT (id, unit_id, partner_id, code, state, purpose, reach, content, "
        "opened_at, closed_at, published_at)",
        "surveys_publishedfigures": R,
        "surveys_surveyresult": "SELECT (id, survey_id, words, texts, released_at, ended_at)",
        "surveys_draft": ALL,
        "surveys_token": "SELECT, UPDATE (used)",
        "surveys_answer": "INSERT",
        "surveys_freetext": "INSERT",
        # Whether somebody watches a desk at night; by whom is not in this view.
        "delivery_watch": R,
        "tips_decision": R,
        "tips_incident": R,
        # A reporter who objects sets a clock running.
        "tips_clock": "SELECT, INSERT, UPDATE (due_at, stopped_at)",
        # Of signed reports the public site has what is public, and nothing else.
        "reports_publicreport": R,
        "reports_publicsummary": "SELECT (one, note, listings)",
        "reports_machinemonth": R,
        "accounts_partner": R,
        # A partner's member signs in here and agrees to another one: nothing that makes an account.
        "accounts_partnermember": "SELECT, UPDATE (password, must_choose_password, "
        "totp_last_step, awaits_agreement)",
        "accounts_partnersession": ALL,
        # Passkeys of officers are none of this site's.
        "accounts_memberpasskey": ALL,
        "accounts_spentchallenge": RI,
        # Written and released by a partner's own people; triggers hold both to that.
        "partners_article": RIU,
        "partners_manuscript": RIU,
        # Who asks to be a partner is read by the coordinator alone.
        "partners_kitrequest": "INSERT",
        "partners_kitshare": RIU,
        # Numbers of a commune and a day.
        "partners_campaignday": RIU,
        # Asked here, and never read back in the asker's own words but by the asker's code. What is
        # updated is one objection: a trigger refuses everything else.
        "community_question": "INSERT, SELECT (id, place_id, unit_id, kept_from_id, wish, state, "
        "language, code_hash, asked_at, shown_text, answer, decided_at, decided_by_id, box, "
        "objected_at, submitted_at, released_at, ended_at), "
        "UPDATE (state, text, decided_at, objected_at)",
        "community_meeting": R,
        "community_officialchannel": R,
    },
    "keng_desk": {
        **_LIMITS,
        **_READ_PLACES,
        **_KEYS,
        # The auditor's page reads the record and looks whether it holds.
        "audit_chain": R,
        "audit_entry": R,
        "audit_signedhead": R,
        # And how much of it no witness has seen yet.
        "public_log_logleaf": "SELECT (leaf, chain, seq)",
        "public_log_loggedchain": R,
        "public_log_witnessstanding": R,
        **dict.fromkeys(_TIPS, RIU),
        # Alarms ring, references are given and suggestions made by the worker.
        "tips_alarm": RU,
        "tips_alarmcall": RI,
        "tips_referencecounter": R,
        "tips_suggestion": RU,
        # Of what was decided only the note that it was taken back changes.
        "tips_decision": "SELECT, INSERT, UPDATE (detail)",
        **dict.fromkeys(_WARNINGS, RIU),
        # A version's words and audience stay what they were when it was made.
        "warnings_version": "SELECT, INSERT, "
        "UPDATE (hands, submitted_at, returned_reason, unmatched_numbers, approval_id, "
        "dispatch_id, released_by_id, released_at, digest, ended_at)",
        "warnings_verifycode": RI,
        "warnings_capmessage": R,
        "warnings_officialalert": "SELECT, UPDATE (warning_id, dismissed_at, dismissed_by_id)",
        # What was approved about a pattern stays what it was.
        "warnings_pattern": _WRITTEN_ONCE,
        "warnings_patternuse": "SELECT, INSERT, UPDATE (reviewed_by_id, reviewed_at)",
        "warnings_reading": RIU,
        "warnings_recallrequest": "SELECT, INSERT, UPDATE (returned_reason, released_by_id, "
        "released_at, digest, ended_at, ended_by_id)",
        **dict.fromkeys(_LESSONS, RI),
        "lessons_edition": _WRITTEN_ONCE,
        # Its reports are let go where it is dropped before it was sent.
        "thanks_groupthanks": "SELECT, INSERT, UPDATE (returned_reason, released_by_id, "
        "released_at, digest, ended_at, dispatch_id, refused_refs)",
        "thanks_countedtip": "SELECT, INSERT, DELETE",
        # What was offered stays as others took it over.
        "model_offers_modeloffer": "SELECT, INSERT, UPDATE (withdrawn_at)",
        "model_offers_modelcopy": "SELECT, INSERT, UPDATE (filled_at)",
        "lessons_finished": R,
        "lessons_campaign": _WRITTEN_ONCE,
        "lessons_firsthour": _WRITTEN_ONCE,
        # What could not be prepared is thrown away, words and all.
        "lessons_film": "SELECT, INSERT, UPDATE (state, title, captions, words)",
        "lessons_schoolclass": "SELECT, INSERT, UPDATE (link_version, link_secret)",
        # What a second person made public stays what it was; it only ends.
        "lookup_listing": "SELECT, INSERT, UPDATE (grade, status, released_by_id, released_at, "
        "digest, is_harmless, end_reason, end_note, ended_by_id, ended_at)",
        "lookup_blocklist": R,
        "lookup_dispute": "SELECT, UPDATE (outcome, answer, decided_by_id, decided_at)",
        "lookup_disputefile": R,
        "tips_listingevidence": RI,
        "network_group": RIU,
        "network_lead": RIU,
        # Whoever subscribes does so, and stops, without the desk.
        "network_subscription": R,
        "network_subscription_places": R,
        **_MADE_ONCE,
        # It is stopped, or let go if it was held; its rows and tasks are made by the worker.
        "delivery_dispatch": "SELECT, INSERT, UPDATE (cancelled_at, held_at, let_go_people, "
        "resend_asked_at)",
        "delivery_dispatchaudience": RI,
        "delivery_dispatchlag": "SELECT, UPDATE (seen_at, seen_by_id)",
        # How many get it in their digest; who got it there is told of a recall.
        "delivery_digestentry": R,
        # Taken back, or sent once more where nobody knows; to whom and what stays.
        "delivery_delivery": "SELECT, INSERT, UPDATE (state, settled_at, called_off_at, "
        "not_before, leased_by, leased_until, address_sealed, text_sealed)",
        "delivery_relaytask": "SELECT, UPDATE (lead_id, handed_out_at, handed_out_by_id, "
        "reminded_at, reminded_by_id, seen_at, seen_by_id, houses_told)",
        "network_lead_groups": "SELECT, INSERT, DELETE",
        "network_leadway": f"INSERT, {_WAY_READ}, {_WAY_WRITTEN}",
        "network_leadrefusal": RI,
        "network_grouptarget": RIU,
        # What stood on a rota, and what was asked, only ends.
        "network_teamshift": "SELECT, INSERT, UPDATE (ended_at)",
        "network_teamask": "SELECT, INSERT, UPDATE (ended_at)",
        "network_teamanswer": R,
        "network_establishment": RIU,
        # Hamlets alone: a policy.
        "places_place": "SELECT, INSERT, UPDATE (name, full_name, folded, household_count)",
        "places_succession": RI,
        # It is locked, and no row of it changed: a policy.
        "places_unit": RU,
        "tips_clockrule": R,
        "delivery_conversation": "SELECT, UPDATE (key_hash, reply_address_sealed, mode)",
        "delivery_channelaccount": R,
        # What the sender is asked, and what it found.
        "delivery_accountgroup": R,
        "delivery_grouprequest": RI,
        "delivery_approval": RI,
        "delivery_attempt": R,
        # An answer is taken back while it waits; what is out of scope leaves the desk.
        "tips_dialoguemessage": ALL,
        # A complaint that was moved above by mistake concerns nobody, if it is undone in time.
        "tips_tipconcern": ALL,
        "tips_heldending": RIU,
        "tips_sighting": ALL,
        # Waves are the machine's; a desk says what it makes of one.
        "tips_wave": "SELECT, UPDATE (state)",
        "tips_wavetip": R,
        "tips_wavestep": RIU,
        # A report taken down by an officer comes in by the same statement as every other one.
        # What a receipt opens is asked on the public site alone.
        # Out of scope: the desk blanks the words it cannot read.
        "delivery_inbound": "INSERT, SELECT (id, tip_ref), UPDATE (text, latitude, longitude)",
        "delivery_inboundmedia": "INSERT",
        "delivery_dedupekey": RI,
        "tips_receipt": "INSERT",
        "tips_handedcode": "INSERT, SELECT (tip_id, made_at, exchanged_at)",
        "tips_onetimelink": "INSERT",
        # What is put in quarantine while its copy is made: the key of it stays the worker's.
        "tips_waitingpicture": "SELECT (id, attachment_id, path), UPDATE (asked_at, since)",
        # Nothing that is held is let go.
        "files_heldfile": RI,
        "tips_takendown": RI,
        "tips_answertemplate": RIU,
        "tips_tipcheck": RIU,
        # Who reads a tip at this moment; the worker forgets it within a minute.
        "tips_tipreader": RIU,
        # By the statement by which every tip comes in; the bar says that calls are bundled.
        "tips_bundledcall": RI,
        "tips_opentally": R,
        "consent_consenttext": R,
        # Who asked what, and when, stays as it was.
        "data_requests_datarequest": "SELECT, UPDATE (acknowledged_by_id, acknowledged_at, "
        "extended_at, extension_reason, decide_by, desk_tip_id, desk_asked_at, desk_words, "
        "desk_said_by_id, desk_said_at, outcome, ground, answer, decided_by_id, decided_at, "
        "agreed_by_id, settled_at)",
        # What was proposed stays as it was.
        "retention_retentionperiod": "SELECT, INSERT, UPDATE (agreed_by_id, agreed_at, "
        "refused_by_id, refused_at, ended_by_id, ended_at)",
        # What was handed in stays as it was; the rows of a sheet that is refused are destroyed.
        "imported_importbatch": "SELECT, INSERT, UPDATE (rows_boxed, agreed_by_id, agreed_at, "
        "ended_by_id, ended_at)",
        "imported_importedtip": R,
        "imported_importedwarning": R,
        # What was detected and when stays as it was; what went to the authority, too.
        "breaches_breach": "SELECT, INSERT, UPDATE (reached, harm, measures, assessed_by_id, "
        "assessed_at, closing_words, closed_at, closed_by_id)",
        "breaches_breachfiling": RI,
        "breaches_breachwaiver": "SELECT, INSERT, UPDATE (agreed_by_id, agreed_at, refused_by_id, "
        "refused_at)",
        "breaches_breachnotice": RI,
        # Why somebody opened it stays as it was; who is told says that they read it.
        "tips_breakin": "SELECT, INSERT, UPDATE (read_by_id, read_at)",
        "tips_recusal": "SELECT, INSERT, UPDATE (ended_by_id, ended_at)",
        # That it is restricted stays as it was.
        "tips_restriction": "SELECT, INSERT, UPDATE (lift_ground, lifted_by_id, lifted_at)",
        # Why it is kept stays as it was.
        "tips_legalhold": "SELECT, INSERT, UPDATE (agreed_by_id, agreed_at, refused_by_id, "
        "refused_at, end_asked_by_id, end_asked_at, end_words, ended_by_id, ended_at)",
        # Where a tip goes and why stays as it was, and so does every file; who is known there the
        # operator says.
        "tips_otherinstallation": R,
        "tips_transfer": "SELECT, INSERT, UPDATE (state, reason, agreed_by_id, agreed_at, "
        "their_desk, their_phone, their_number, their_reason, confirmed_at, ended_at, "
        "stopped_clocks)",
        "tips_transferfile": RI,
        # Keys of other desks as they told them, which they signed; of who reported what became of
        # it there. That it goes there is the opener's to say (tips_send_identity_on).
        "tips_transferkey": RI,
        "tips_transferidentity": "SELECT, INSERT, UPDATE (answer)",
        # How far a file has come, and what came by network: the worker says it.
        "tips_transferupload": R,
        "tips_transferarrival": R,
        # An officer's own searches, to come back to.
        "tips_savedsearch": ALL,
        "vault_sealedidentity": RI,
        # Officers' own keys, and what their browsers wrapped. Of shares the desk knows whose they
        # are, and reads none.
        "vault_keyshare": "SELECT (id, unit_key_id, holder_key_id)",
        "vault_holderkey": "SELECT, INSERT, UPDATE (retired_at)",
        "vault_wrappedholderkey": "SELECT, INSERT, DELETE",
        # Who came; that the keys were split is the opener's to say.
        "vault_resharingrequest": "SELECT, UPDATE (first_ref, second_ref, joined_at)",
        # Who asked for what and why stays as it was; that it was opened is the opener's to say.
        "vault_openingrequest": "SELECT, INSERT, UPDATE (approved_by_ref, approved_at, "
        "refused_by_ref, refused_at, refused_reason, is_reporter_told, why_not_told, lapsed_at)",
        "claims_claim": RIU,
        # No officer opens the words of a link; they are thrown away.
        "claims_asking": "SELECT (token_hash, claim_id), UPDATE (box)",
        # A draft goes with its claim; a published revision is held by a trigger.
        "claims_revision": ALL,
        # The desk counts answers and types in paper ones; what one of them says it cannot read.
        "surveys_survey": RIU,
        "surveys_surveyresult": RIU,
        "surveys_answer": "INSERT, SELECT (id, survey_id, origin)",
        "surveys_freetext": "INSERT, SELECT, UPDATE (words, state, read_by_id)",
        "surveys_token": ALL,
        "surveys_paperbatch": RIU,
        "accounts_officer": RIU,
        "accounts_post": RIU,
        # Who asked, for whom and for what stays as it was.
        "accounts_officerrequest": "SELECT, INSERT, UPDATE (state, officer_id, decided_by_id, "
        "decided_at, refused_reason, expires_at, asker_half, agreer_half, failed_tries, "
        "chosen_password, offered_totp_box)",
        "accounts_notice": "SELECT, INSERT, UPDATE (seen_at)",
        # Passkeys of partners' people are none of the desk's.
        "accounts_officerpasskey": ALL,
        "accounts_spentchallenge": RI,
        "accounts_shift": RIU,
        # Who was named, where and by whom stays as it was; it only ends.
        "accounts_namedofficer": "SELECT, INSERT, UPDATE (ended_by_id, ended_at)",
        "accounts_partner": RIU,
        # The desk makes and closes a partner's sign-in; it can neither read nor change one.
        "accounts_partnermember": "INSERT, SELECT (id, partner_id, username, name, is_active, "
        "made_by_id, awaits_agreement), UPDATE (is_active, awaits_agreement)",
        # What a partner writes is not the desk's: a view shows what was handed in by somebody who
        # is alone; it is locked by its id, and these columns publish it or give it back.
        "partners_waiting": R,
        "partners_article": "SELECT (id), UPDATE (submitted_at, returned_reason, released_at, "
        "digest, released_by_officer_id)",
        "partners_manuscript": "SELECT (id), UPDATE (submitted_at, returned_reason, released_at, "
        "digest, released_by_officer_id, collection_id, lesson_id, edition_id, claim_id, "
        "revision_id)",
        "partners_kitrequest": "SELECT, UPDATE (name, about, decided_at, decided_by_id)",
        # A question is decided; who may read the answer, and for which code, stays as it was.
        "community_question": "SELECT, UPDATE (state, text, box, shown_text, answer, decided_at, "
        "decided_by_id, hands, submitted_at, returned_reason, released_by_id, released_at, digest)",
        "community_meeting": "SELECT, INSERT, UPDATE (released_by_id, released_at, digest, "
        "ended_at)",
        "community_officialchannel": "SELECT, INSERT, UPDATE (released_by_id, released_at, digest, "
        "checked_on, checked_by_id, doubted_at, doubted_by_id, ended_at, ended_by_id)",
        # An officer forgets a pager with its address.
        "delivery_pagerway": ALL,
        "delivery_pagertest": RIU,
        "delivery_pagertestway": ALL,
        # Who sent the code is added at the edge, and not read here.
        "delivery_chatpagercode": "INSERT, SELECT (id, officer_id, sent_at), DELETE",
        # What is tapped on the page of a call waits for the worker.
        "delivery_pageranswer": "SELECT (id, way_id, delivery_ref, takes_tip, refused_at), "
        "INSERT, DELETE",
        "delivery_watch": R,
        "accounts_desksession": ALL,
        # Signed is signed: a correction is another row.
        "reports_snapshot": RI,
        "reports_publicreport": RI,
        "reports_reportpaper": RIU,
    },
    "keng_edge": {
        **_READ_PLACES,
        **_KEYS,
        **_INTAKE,
        # Which reading of its signatures an account was pinned to.
        "delivery_channelaccount": "SELECT, UPDATE (learned)",
        # An event says that the groups of an account changed: the sender lists them.
        "delivery_grouprequest": "INSERT, SELECT (account_id, kind, asked_at, ended_at)",
        # Tips come in here and are not read: only whether and where an answer may go.
        "tips_tip": "INSERT, SELECT (id, responsible_unit_id, do_not_contact, meant_for_unit_at), "
        "UPDATE (do_not_contact)",
        "tips_dialoguemessage": "INSERT, SELECT (tip_id, author, at)",
        # What is confirmed, by its hash alone.
        "lookup_listing": "SELECT (lookup_hash, grade, status, expires_on)",
        # With a receipt that says so, a row ends as not delivered.
        "delivery_delivery": f"INSERT, {_SENT}, {_CALLED_OFF}, UPDATE (code)",
        # Addresses come in here; the one of an open talk is written again with each message.
        "delivery_conversation": "INSERT, SELECT (id, key_hash, reply_address_sealed, tip_ref, "
        "mode, last_inbound_at), UPDATE (key_hash, reply_address_sealed, tip_ref, mode, "
        "last_inbound_at)",
        # A message to a survey waits for the worker; what was answered so far is not read here.
        "surveys_chattalk": "SELECT (conversation_hash, is_over, asked_at)",
        "surveys_chatturn": "INSERT",
        # "Stop" in a chat ends a subscription of that address, a code begins one or changes it.
        "network_subscription": "INSERT, SELECT (id, channel, address_hash, warning_code, "
        "member_ref, asked_at, stopped_at), "
        "UPDATE (stopped_at, account_ref, address_sealed, kinds, language, minimum_severity, "
        "quiet_from, quiet_to, week_limit, asked_at)",
        "network_subscription_places": "SELECT (subscription_id, place_id), INSERT, DELETE",
        "network_subscriptionwish": "SELECT, DELETE",
        # A code sent from a chat makes it the lead's; whose it is, is not read here.
        "network_leadway": "SELECT (channel, address_hash, code_hash, "
        "code_until), UPDATE (channel, account_ref, address_sealed, address_hash, "
        "is_entered_for_lead, entered_at, first_message_at, confirmed_at, gone_at, "
        "code_hash, code_until)",
        # What an officer answers from their phone; whose pager it is, is not read here.
        "delivery_pagerway": "SELECT (id, chat_hash, is_on, gone_at)",
        "delivery_pageranswer": "INSERT, SELECT (id)",
        "delivery_chatpagercode": "SELECT (code_hash, expires_at, sent_at), UPDATE (account_id, "
        "address_sealed, chat_hash, sent_at)",
    },
    "keng_worker": {
        # Those whose key is gone.
        "limits_guesscount": "SELECT (mark, period), DELETE",
        "limits_limitcount": "SELECT (mark, period), DELETE",
        "limits_spentpuzzle": "SELECT, DELETE",
        # Which of its processes does what just now.
        "leases_lease": ALL,
        **_READ_PLACES,
        **_KEYS,
        # It signs the heads, first whichever waited longest, and lists what a restore does again.
        "audit_chain": R,
        "audit_entry": "SELECT (id, chain, seq, at, action, object_kind, object_id, hash)",
        "accounts_partnermember": "SELECT (id, is_active, partner_id, awaits_agreement)",
        # Whoever passed on what does not hold any more is told by letter.
        "accounts_partner": "SELECT (id, is_active)",
        "partners_kitshare": "SELECT, UPDATE (told_at)",
        "tips_receipt": "INSERT, SELECT (tip_id, replaced_at)",
        "tips_onetimelink": "INSERT, SELECT (token_hash, tip_id, opened_at), DELETE",
        "audit_signedhead": RI,
        # It grows the public log, and asks the witnesses.
        "public_log_logpace": RIU,
        "public_log_logtile": RIU,
        "public_log_logleaf": RI,
        "public_log_leafsalt": "INSERT",
        "public_log_loggedchain": RIU,
        "public_log_openedleaf": RI,
        "public_log_logcheckpoint": "SELECT, INSERT, UPDATE (is_served), DELETE",
        "public_log_cosignature": "SELECT, INSERT, DELETE",
        "public_log_witnessstanding": RIU,
        **dict.fromkeys(_TIPS, RIU),
        **_MADE_ONCE,
        # The words of what was sent to a reporter, with the tip.
        "delivery_dispatchtext": "SELECT, INSERT, UPDATE (text, short, subject, image_path)",
        # It makes the rows of what was approved, or holds it; triggers say for whom, and once.
        "delivery_dispatch": "SELECT, INSERT, UPDATE (materialised_at, left_out, held_at, "
        "held_people, resend_asked_at, resent_at)",
        "delivery_dispatchaudience": R,
        "delivery_dispatchlag": "SELECT, INSERT, UPDATE (caught_up_at)",
        "delivery_digestentry": "SELECT, INSERT, UPDATE (dispatch_id, delivery_ref, taken_at), "
        "DELETE",
        "delivery_approval": "SELECT (id, people)",
        # Calls and answers that are overtaken; an address is forgotten.
        # A correction gets another account where its own carries nothing any more.
        "delivery_delivery": "SELECT, INSERT, UPDATE (state, settled_at, called_off_at, "
        "address_sealed, text_sealed, provider_id, account_id, code, not_before, "
        "other_account_at)",
        # Locked while a reminder is written, so that none goes to who confirms meanwhile.
        "delivery_relaytask": "SELECT, INSERT, UPDATE (remind_at)",
        **dict.fromkeys(_WARNINGS, R),
        # What is said of them to readers of CAP is made once; what others say comes in once.
        "warnings_capmessage": RI,
        "warnings_officialalert": RI,
        **dict.fromkeys(_NETWORK, R),
        "tips_clockrule": R,
        "reports_machinemonth": RI,
        # The summary says what everybody reads anyway, and names who signed it nowhere.
        "reports_publicreport": "SELECT (id, unit_id, span, version, replaces_id, figures, "
        "published_at)",
        "reports_publicsummary": RIU,
        # A number that no report and no listing names any more goes.
        "lookup_indicator": ALL,
        # An incident that an end opened goes when the end was taken back.
        "tips_incident": ALL,
        # A listing ends by its last day.
        "lookup_listing": "SELECT, UPDATE (status, end_reason, ended_at)",
        "tips_tipreader": "SELECT, DELETE",
        "tips_bundledcall": "SELECT, UPDATE (is_called), DELETE",
        # Alike rows become one; what it counts comes by triggers.
        "tips_opentally": "SELECT, INSERT, DELETE",
        "tips_showncode": "SELECT, DELETE",
        "tips_wave": RIU,
        "tips_wavetip": RI,
        "tips_wavestep": RU,
        # Films are prepared here: nothing of their words.
        "lessons_film": "SELECT, UPDATE (state, problem, percent, leased_until, attempts, "
        "seconds, size, width, height, sha256)",
        # What an ending took away, once it can be taken back no longer.
        "tips_heldending": "SELECT, UPDATE (until), DELETE",
        # So that the sweeper knows which files are named.
        "lookup_disputefile": "SELECT (id, viewing_path), UPDATE (viewing_path, no_copy, size)",
        # Copies of pictures are made here; then key and file are gone.
        "tips_waitingpicture": ALL,
        "files_heldfile": RI,
        "vault_workerkey": "SELECT, INSERT, UPDATE (retired_at), DELETE",
        # Keys of epochs are made here, split, and destroyed.
        "vault_unitkey": "SELECT, INSERT, UPDATE (retired_at, destroyed_at)",
        "vault_keyshare": "SELECT, INSERT, DELETE",
        "vault_resharingrequest": "SELECT, INSERT, UPDATE (dropped_at)",
        "vault_newshare": "SELECT, DELETE",
        "vault_holderkey": R,
        "vault_custodiankey": R,
        # What a purge empties; and whether one waits for a second yes this minute (announcing).
        "vault_openingrequest": "SELECT (id, tip_ref, is_emergency, asked_at, approved_at, "
        "refused_at, opened_at, lapsed_at), UPDATE (legal_basis, text, "
        "override_reason, refused_reason, why_not_told)",
        "tips_takendown": "SELECT (id, tip_id), UPDATE (refusal_words, refusal, minor, seen_by)",
        # The reporter said that a report is meant for the unit it seemed to be about.
        "tips_tipconcern": ALL,
        # What is left of whoever was told that a warning is over goes.
        "network_subscription": "SELECT, UPDATE (stopped_at, address_sealed), DELETE",
        "network_subscription_places": "SELECT, DELETE",
        "network_subscriptionwish": "SELECT (id, made_at), DELETE",
        # It writes to leads, forgets addresses at which nobody agreed, and erases who asked for it:
        # a trigger takes all else of the lead.
        "network_lead": "SELECT, UPDATE (erased_at)",
        "network_leadway": f"SELECT, {_WAY_WRITTEN}",
        "network_leadrefusal": RI,
        # Rotas and requests whose time is long over.
        "network_teamshift": "SELECT, DELETE",
        "network_teamask": "SELECT, DELETE",
        "delivery_grouprequest": "SELECT, DELETE",
        "network_teamanswer": "SELECT, DELETE",
        "delivery_inbound": "SELECT, UPDATE (text, latitude, longitude, raw_sealed, "
        "conversation_hash)",
        # Which message a key stands for is forgotten; the key stays.
        # What came back by e-mail is known again by one.
        # Long after nobody sends the message again, the key goes, too.
        "delivery_dedupekey": "SELECT, INSERT, UPDATE (inbound_ref), DELETE",
        "delivery_inboundmedia": "SELECT, UPDATE (url_sealed, fetched_at, lost_at, tries, "
        "next_try_at)",
        "delivery_conversation": "SELECT, UPDATE (key_hash, mode, reply_address_sealed)",
        "delivery_channelaccount": R,
        "delivery_returnmailbox": RIU,
        # What a mail server said later of a letter; what is long over is removed.
        "delivery_attempt": "INSERT, SELECT (id, at), DELETE",
        # Who asked to be a partner and was not decided about in a month.
        "partners_reachday": "SELECT (id, day), DELETE",
        "partners_kitrequest": "SELECT (id, asked_at, decided_at), "
        "UPDATE (name, about, decided_at)",
        # Matters of partners whose time is over: neither a word nor a key is read.
        "partner_inbox_partnerinbox": "SELECT (id, keep_months)",
        "partner_inbox_inboxmatter": "SELECT (id, inbox_id, last_at, ended_at), "
        "UPDATE (ended_at), DELETE",
        "partner_inbox_inboxmessage": "SELECT (id, matter_id), DELETE",
        "community_draft": ALL,
        # The words of a question whose time is over.
        "community_question": "SELECT (id, state, wish, asked_at, decided_at, box, objected_at), "
        "UPDATE (state, text, box, shown_text, answer, decided_at, decided_by_id, ended_at)",
        # Answers are mixed, counted once, and forgotten.
        "surveys_survey": "SELECT, UPDATE (figures, state, closed_at)",
        "surveys_publishedfigures": R,
        "surveys_paperbatch": R,
        "surveys_answer": ALL,
        "surveys_freetext": ALL,
        # Written anew when a survey is closed.
        "surveys_token": ALL,
        "surveys_chatturn": "SELECT, DELETE",
        "surveys_chattalk": ALL,
        "surveys_chatanswered": ALL,
        "surveys_draft": "SELECT, DELETE",
        # What a link could still bring back, once its week is over.
        "claims_claim": "SELECT (id, state, ended_at)",
        "claims_asking": "SELECT, UPDATE (box)",
        # Who to tell, and in which language: nothing that opens an account.
        "accounts_officer": "SELECT (id, username, name, rank, is_active, language)",
        "accounts_post": R,
        "accounts_shift": R,
        # Whom it calls to a tip, and whom not.
        "accounts_namedofficer": R,
        # Which were stopped, for the list of what a restore does again.
        "accounts_officerpasskey": "SELECT (id, holder_id, stopped_at)",
        "accounts_memberpasskey": "SELECT (id, holder_id, stopped_at)",
        # A purge empties or removes what its tips had.
        "retention_retentionperiod": R,
        "imported_importbatch": "SELECT, UPDATE (rows_boxed, position, added, result, "
        "done_at, ended_at)",
        # What a sheet holds comes in here; the words of what is due are emptied.
        "imported_importedtip": "SELECT, INSERT, UPDATE (text, purged_at)",
        "imported_importedwarning": "SELECT, INSERT",
        # Whose clock runs, and which reporters are to be told: no word of what happened.
        "breaches_breach": "SELECT (id, unit_id, detected_at, called_again_at, closed_at), "
        "UPDATE (called_again_at)",
        "breaches_breachfiling": "SELECT (id, breach_id)",
        "breaches_breachwaiver": "SELECT (id, breach_id, agreed_at, refused_at)",
        "breaches_breachnotice": "SELECT, UPDATE (told_up_to, told, done_at)",
        "tips_note": "SELECT, DELETE",
        "tips_tipcheck": "SELECT (id, tip_id, step, unticked_at), DELETE",
        "tips_suggestion": ALL,
        "tips_attachment": ALL,
        "tips_handedcode": "SELECT (hash, tip_id), DELETE",
        "tips_listingevidence": "SELECT (id, listing_id, tip_id)",
        "lookup_dispute": "SELECT (id, listing_id, decided_at)",
        "tips_breakin": "SELECT (id, tip_id, officer_id, until), UPDATE (words)",
        "tips_recusal": "SELECT (tip_id, officer_id, ended_at)",
        "tips_restriction": "SELECT (tip_id, lifted_at)",
        # What other installations say of a tip by network is taken in here, and what is new for
        # them is written and sent; whose tip goes where only the desk says.
        "tips_otherinstallation": R,
        "tips_transfer": "SELECT, UPDATE (state, reason, their_desk, their_phone, their_number, "
        "their_reason, confirmed_at, ended_at, stopped_clocks)",
        "tips_transferfile": "SELECT, INSERT, DELETE",
        "tips_transferkey": "SELECT, INSERT, DELETE",
        "tips_transferidentity": "SELECT, INSERT, UPDATE (answer), DELETE",
        "tips_transferupload": ALL,
        "tips_transferarrival": "SELECT, DELETE, UPDATE (content, state, trouble, kind, "
        "number_of_both, look_at, settled_at)",
        # In which words consent is asked, each time that they change.
        "consent_consenttext": RI,
        # What was asked, once its words are not needed any more; whose report is deleted.
        "data_requests_datarequest": "SELECT, UPDATE (words, about_number, extension_reason, "
        "desk_words, answer)",
        # What it must not destroy.
        "tips_legalhold": "SELECT (id, tip_id, began_at, agreed_at, refused_at, ended_at), "
        "UPDATE (words, end_words)",
        # Sessions that are over; nothing of what is in one.
        "accounts_desksession": "SELECT (session_key, expire_date, seen_at), DELETE",
        "accounts_partnersession": "SELECT (id, expires_at), DELETE",
        "accounts_spentchallenge": "SELECT (digest, expires_at), DELETE",
        # Chats become pagers here, or can be reached again; only the officer switches one.
        "delivery_pagerway": "SELECT, INSERT, UPDATE (gone_at)",
        "delivery_pagertest": RIU,
        "delivery_pagertestway": RIU,
        "delivery_chatpagercode": "SELECT, DELETE",
        "delivery_pageranswer": "SELECT, UPDATE (refused_at), DELETE",
        # What was found out of scope is destroyed after its week; what was taken back, at once.
        "tips_sighting": ALL,
        "vault_sealedidentity": "SELECT, INSERT, DELETE",
    },
    "keng_sender": {
        **_READ_PLACES,
        **_KEYS,
        "delivery_channelaccount": "SELECT, UPDATE (tokens_sealed, tokens_expire_at, "
        "learned, bucket_at, circuit_open_since, circuit_reason, history_asked_at, "
        "history_known_until, history_fetched_at, tokens_renewed_at, package_name, "
        "package_ends_on, package_asked_at, groups_asked_at, groups_listed_at)",
        # Group chats of accounts, and what officers asked about them.
        "delivery_accountgroup": RIU,
        "delivery_grouprequest": "SELECT, UPDATE (state, slot, tried_at, ended_at, code, made_id)",
        # Which messages of a provider's chats came in already; the edge writes those that did not.
        "delivery_dedupekey": "SELECT (key)",
        "delivery_delivery": "SELECT, UPDATE (state, leased_by, leased_until, attempts, "
        "provider_id, address_sealed, text_sealed, code, not_before, settled_at)",
        "delivery_dispatchtext": R,
        # Whether a reporter wrote lately enough to be written to.
        "delivery_conversation": "SELECT (id, last_inbound_at)",
        "delivery_attempt": "INSERT",
        "delivery_sandboxmessage": RI,
        # What was asked in a chat is answered where it is opened.
        **_LOOKUP,
        # That somebody has objected, and nothing of what was said.
        "lookup_dispute": "SELECT (listing_id, decided_at)",
        # The provider says that an address is dead, or another one by now.
        "network_group": "SELECT (id, channel, channel_address, is_active), "
        "UPDATE (is_active, gone_at, channel_address, address_changed_at)",
        # Each letter carries the link to stop.
        "network_subscription": "SELECT (id, stopped_at, link_secret), UPDATE (stopped_at)",
        "network_leadway": "SELECT (lead_id, link_secret), UPDATE (gone_at)",
        # A dead pager is called no more.
        "delivery_pagerway": "SELECT (id), UPDATE (gone_at)",
    },
    "keng_opener": {
        # One request, its approval on record, the record and the two shares; that it was opened is
        # said by a function (vault_mark_opened).
        "vault_openingrequest": "SELECT (id, tip_ref, what, record_ref, asked_by_ref, asked_at, "
        "approved_by_ref, refused_at, opened_at, lapsed_at, transfer_ref)",
        # To which key of another desk a record goes: by the signature of its installation.
        "tips_transferkey": "SELECT (id, transfer_id, key_ref, public_key, signature)",
        "tips_transfer": "SELECT (id, number_of_both, tip_id, other_id, is_incoming, state)",
        "tips_otherinstallation": "SELECT (id, signing_key, removed_at)",
        "audit_entry": "SELECT (action, actor_id, object_kind, object_id)",
        "vault_sealedidentity": "SELECT (id, tip_ref, kind, ciphertext)",
        "tips_attachment": "SELECT (id, tip_id, original_path)",
        # Two who reshare, and for whom; the new shares are kept by a function, too
        # (vault_keep_new_shares), as is what is resealed (vault_reseal_held); by another one it
        # reads what is on hold (vault_held_records).
        "vault_resharingrequest": "SELECT (id, plan, first_ref, second_ref, joined_at, done_at, "
        "dropped_at, hold_key_id)",
        "vault_custodiankey": "SELECT (id, public_key, retired_at)",
        "vault_holderkey": "SELECT (id, officer_ref, public_key, retired_at)",
        "vault_keyshare": "SELECT (unit_key_id, holder_key_id, sealed)",
        "vault_unitkey": "SELECT (id, public_key, destroyed_at)",
    },
    # Taken by the public site for what one page of a partner does (accounts.partner_role).
    "keng_partner": {
        # Policies: those of partners alone. Answers are only counted; figures come from the worker,
        # and triggers hold what a survey and a result become (surveys 0012).
        "surveys_survey": "SELECT, INSERT, UPDATE (state, purpose, content, hands, submitted_at, "
        "returned_reason, released_by_member_id, released_at, digest, opened_at, closed_at, "
        "published_at)",
        "surveys_surveyresult": "SELECT, INSERT, UPDATE (words, hands, submitted_at, "
        "returned_reason, released_by_member_id, released_at, digest, ended_at)",
        "surveys_answer": "SELECT (id, survey_id)",
        # Uploaded, and thrown away where it cannot be used; what it becomes the worker writes.
        "lessons_film": "SELECT, INSERT, UPDATE (state, title, captions, words)",
        # Numbers of a commune and a day, read by the partner's own members alone.
        "partners_reachday": RIU,
        "partner_inbox_partnerinbox": RIU,
        "partner_inbox_inboxholder": RIU,
        # What its writer takes back is destroyed.
        "partner_inbox_inboxmatter": ALL,
        "partner_inbox_inboxmessage": "SELECT, INSERT, DELETE",
    },
}
