"""Every column that may hold somebody's words, with whose they are and why they may stand there.

A new column of text has to be named here before the tests pass, so that somebody asks what of a
person comes into it. Columns whose values the code chooses (choices of a model) need no line.
"""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

# By why; then by table. What is planted by every way in is looked for in all of them
# (tests/security/test_planted_identities.py).
FREE_TEXT: dict[str, dict[str, str]] = {
    "a reporter's words: who they are is cut out and sealed before they are kept": {
        "delivery_inbound": "text",
        "imported_importedtip": "text",
        "imported_importedwarning": "text",
        "tips_dialoguemessage": "text",
        "tips_tip": "text place_detail",
    },
    "made of the words that were kept": {
        "tips_decision": "detail",
        "tips_incident": "title",
        "tips_suggestion": "categories places urgency_reasons",
        "tips_tip": "search",
        "tips_wave": "reasons",
        "lookup_indicator": "value",
    },
    "a resident's words: people are covered before they are kept": {
        "claims_claim": "words",
        "data_requests_datarequest": "words about_number",
        "lookup_dispute": "text",
    },
    "a resident's words in clear: an officer reads them before anybody else, and they go then": {
        "community_question": "text",
        "partners_kitrequest": "name about",
        "surveys_freetext": "words",
    },
    "an officer's words beside what is sealed: people are covered before they are kept": {
        "tips_breakin": "words",
        "tips_legalhold": "words end_words",
        "tips_transfer": "reason their_reason",
        "tips_takendown": "refusal_words",
        "vault_openingrequest": "text override_reason refused_reason why_not_told",
    },
    "an officer's words about a report, which only its desk reads": {
        "tips_decision": "reason",
        "tips_incident": "outcome_note",
        "tips_note": "text",
        "tips_tip": "outcome_note",
        "tips_tipcheck": "reason",
        "tips_wavestep": "reason",
        "vault_openingrequest": "legal_basis",
    },
    "an officer's words to colleagues or to the one they are about": {
        "accounts_officerrequest": "refused_reason",
        "breaches_breach": "words measures closing_words",
        "breaches_breachfiling": "words paper_number form",
        "breaches_breachwaiver": "reason",
        "claims_claim": "withdrawn_reason",
        "claims_revision": "returned_reason",
        "community_meeting": "returned_reason",
        "community_officialchannel": "returned_reason",
        "community_question": "returned_reason",
        "data_requests_datarequest": "extension_reason desk_words answer",
        "lessons_campaign": "returned_reason",
        "lessons_edition": "returned_reason",
        "lessons_firsthour": "returned_reason",
        "lookup_dispute": "answer",
        "lookup_listing": "basis end_note returned_reason",
        "network_teamask": "words",
        "partners_article": "returned_reason",
        "partners_manuscript": "returned_reason",
        "retention_retentionperiod": "law_words law_source",
        "surveys_survey": "returned_reason",
        "surveys_surveyresult": "returned_reason",
        "thanks_groupthanks": "returned_reason",
        "tips_savedsearch": "name query",
        "warnings_pattern": "returned_reason",
        "warnings_recallrequest": "words returned_reason",
        "warnings_version": "returned_reason",
    },
    "written for everybody, let out by two people": {
        "claims_revision": "quote seen texts evidence",
        "community_meeting": "venue about",
        "community_officialchannel": "shown_as country",
        "community_question": "shown_text answer",
        "consent_consenttext": "words",
        "delivery_dispatchtext": "short subject text",
        "lessons_campaign": "texts slug",
        "lessons_collection": "texts slug",
        "lessons_edition": "texts right",
        "lessons_film": "title captions words",
        "lessons_firsthour": "texts hotlines",
        "lessons_lesson": "slug",
        "model_offers_modeloffer": "content",
        "partners_article": "title text",
        "partners_manuscript": "title typed content",
        "reports_publicreport": "reason",
        "reports_snapshot": "reason",
        "surveys_survey": "content",
        "surveys_surveyresult": "words texts",
        "thanks_groupthanks": "text",
        "tips_answertemplate": "title_vi title_en text_vi text_en",
        "warnings_capmessage": "xml",
        "warnings_officialalert": "event headline description instruction areas",
        "warnings_pattern": "texts",
        "warnings_version": "texts unmatched_numbers",
        "warnings_warning": "recall_reason",
    },
    "what somebody is called in their office, or a house, a group, a class, a place": {
        "accounts_officer": "username name rank",
        "accounts_officerrequest": "username name rank",
        "accounts_partner": "name about",
        "accounts_partnermember": "username name",
        "lessons_schoolclass": "school",
        "network_establishment": "name contact",
        "network_group": "name channel_address",
        "network_lead": "name position",
        "network_teamshift": "role",
        "places_landmark": "name folded",
        "places_place": "name full_name folded old_district legal_act",
        "places_unit": "name short_name desk_phone",
        "tips_otherinstallation": "address name phone",
        "tips_transfer": "their_desk their_phone",
        "reports_reportpaper": "above addressees capacity issuer place recipients signer symbol",
        "reports_snapshot": "signer",
    },
    "what an officer called a device, a browser's family, a part of an own address": {
        "accounts_desksession": "device",
        "accounts_memberpasskey": "label",
        "accounts_officerpasskey": "label",
        "accounts_partnersession": "device",
        "delivery_pagerway": "hint",
    },
    "where groups are written to; whoever else is, stands there sealed": {
        "delivery_delivery": "address",
    },
    "what a provider calls what is bought of it": {
        "delivery_channelaccount": "package_name",
    },
    "what a group of an official account is called, by officers or at the provider": {
        "delivery_accountgroup": "address link name",
        "delivery_grouprequest": "description name",
    },
    "typed by an operator": {
        "delivery_channelaccount": "name slug base_url learned circuit_reason",
        "lookup_blocklist": "name licence origin",
        "places_holiday": "name source",
        "tips_clockrule": "name basis",
    },
    "the screens of a demo's simulated phones": {
        "delivery_sandboxmessage": "address text",
        "demo_phonemessage": "phone text",
    },
    "sealed with a key that only a cookie gives": {
        "accounts_desksession": "session_data",
    },
}
# Ids, codes, kinds, figures, paths and hashes that the code makes, and passwords as hashes.
NO_WORDS: dict[str, str] = {
    "accounts_desksession": "session_key",
    "accounts_memberpasskey": "transports",
    "accounts_officer": "language password pin",
    "accounts_officerpasskey": "transports",
    "accounts_officerrequest": "chosen_password",
    "accounts_partner": "purposes",
    "accounts_partnermember": "password",
    "audit_chain": "name",
    "audit_entry": "action actor_id actor_kind chain detail object_id object_kind",
    "audit_signedhead": "chain",
    "auth_group": "name",
    "auth_permission": "codename name",
    "breaches_breach": "harm reached",
    "community_draft": "files",
    "community_question": "language",
    "partner_inbox_inboxmatter": "language",
    "data_requests_datarequest": "number",
    "delivery_attempt": "code outcome",
    "delivery_channelaccount": "channel",
    "delivery_conversation": "mode",
    "delivery_delivery": "channel code provider_id",
    "delivery_dispatch": "source_kind",
    "delivery_dispatchaudience": "definition",
    "delivery_dispatchlag": "value",
    "delivery_dispatchtext": "image_path language",
    "delivery_grouprequest": "code size slot",
    "delivery_inbound": "channel kind",
    "delivery_inboundmedia": "kind",
    "delivery_relaytask": "cannot_reason",
    "delivery_returnmailbox": "fault",
    "delivery_sandboxmessage": "image_path",
    "django_content_type": "app_label model",
    "django_migrations": "app name",
    "files_heldfile": "original_path",
    "imported_importbatch": "summary result",
    "imported_importedtip": "category channel",
    "imported_importedwarning": "category",
    "leases_lease": "name",
    "lookup_disputefile": "viewing_path",
    "lookup_listing": "category",
    "network_group": "channel",
    "network_lead": "ended_links language",
    "network_leadway": "channel",
    "network_subscription": "channel kinds language warning_code",
    "network_subscriptionwish": "kinds language warning_code",
    "places_place": "code province_code",
    "places_unit": "province_code",
    "public_log_cosignature": "line witness",
    "public_log_logcheckpoint": "signature text",
    "public_log_loggedchain": "chain",
    "public_log_logleaf": "chain",
    "public_log_logpace": "restored_as",
    "public_log_openedleaf": "object_id object_kind",
    "public_log_witnessstanding": "witness",
    "reports_machinemonth": "figures span",
    "reports_publicreport": "figures span",
    "reports_publicsummary": "note content",
    "reports_snapshot": "boundaries figures open_tips signer_role span",
    "retention_retentionperiod": "category",
    "surveys_answer": "said",
    "surveys_freetext": "question",
    "surveys_survey": "code figures",
    "tips_answertemplate": "code topic",
    "tips_attachment": "covered_path mime original_path scan_result viewing_path",
    "tips_clock": "rule_code",
    "tips_clockrule": "code limit_unit",
    "tips_dialoguemessage": "channel",
    "tips_heldending": "files",
    "thanks_groupthanks": "category",
    "tips_incident": "category outcome",
    "tips_restriction": "number",
    "tips_otherinstallation": "province_code",
    "tips_suggestion": "urgency",
    "tips_tip": "category channel identity_holds language province_code reference topic",
    "tips_tipcheck": "step",
    "tips_transfer": "stopped_clocks their_number",
    "tips_transferfile": "identities messages says",
    "tips_transferidentity": "holds kind",
    "tips_waitingpicture": "path",
    "tips_wave": "category",
    "vault_resharingrequest": "plan",
    "vault_sealedidentity": "holds",
    "warnings_capmessage": "identifier reference signature",
    "warnings_officialalert": "identifier refers_to sender source web",
    "warnings_pattern": "category kinds",
    "warnings_verifycode": "code",
    "warnings_version": "audience category",
    "warnings_warning": "category",
}


def _table(found: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    return [
        (table, column)
        for tables in found.values()
        for table, columns in tables.items()
        for column in columns.split()
    ]


def columns_of_text() -> set[tuple[str, str]]:
    """Of the schema, but for those whose values a model lists."""
    chosen = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.choices
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND (data_type IN ('text', 'character varying',"
            " 'character', 'json', 'jsonb', 'tsvector') OR udt_name IN ('_text', '_varchar'))"
            " AND table_name IN (SELECT table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema = 'public')"
        )
        return set(cursor.fetchall()) - chosen


def test_no_column_is_named_twice():
    named = _table(FREE_TEXT) + _table({"": NO_WORDS})
    assert len(named) == len(set(named))


def test_every_column_that_may_hold_words_is_named_with_why():
    named = set(_table(FREE_TEXT)) | set(_table({"": NO_WORDS}))
    found = columns_of_text()
    assert len(found) > 150
    assert {"not named": found - named, "not there": named - found} == {
        "not named": set(),
        "not there": set(),
    }
