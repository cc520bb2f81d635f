"""What each process may do to each table; applied after every migration.

None of these roles owns a table. Nobody may change or delete an audit entry. No process but the
owner may delete anything except rows whose deletion is their purpose (drafts, sessions).
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
    ],
    R,
)
_AUDIT = {"audit_chain": RIU, "audit_entry": RI, "audit_signedhead": RI}
_KEYS = {"vault_unitkey": R, "vault_senderkey": R}
# The rows of one received message (tips.actions.intake).
_INTAKE = {
    "delivery_inbound": RI,
    "delivery_inboundmedia": RI,
    "delivery_dedupekey": RI,
    "delivery_conversation": RIU,
    "delivery_channelaccount": RU,
    "delivery_dispatch": RI,
    "delivery_dispatchtext": RI,
    "delivery_delivery": RI,
    "tips_tip": RIU,
    "tips_tipconcern": RI,
    "tips_dialoguemessage": RIU,
    "tips_receipt": RI,
    "tips_onetimelink": RIU,
    "tips_clock": RI,
    "tips_clockrule": R,
    "tips_attachment": RI,
    "vault_sealedidentity": "INSERT",
}
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
_WARNINGS = ["warnings_warning", "warnings_version", "warnings_verifycode"]
_DELIVERY = [
    "delivery_dispatch",
    "delivery_dispatchtext",
    "delivery_delivery",
    "delivery_relaytask",
]

GRANTS: dict[str, dict[str, str]] = {
    "keng_public": {
        **_READ_PLACES,
        **_AUDIT,
        **_KEYS,
        **_INTAKE,
        "community_draft": ALL,
        **dict.fromkeys(_WARNINGS, R),
        **dict.fromkeys(_NETWORK, R),
        "network_lead": RU,
        "network_group": RU,
        "network_subscription": RIU,
        "network_subscription_places": ALL,
        "delivery_relaytask": RU,
        "delivery_delivery": RIU,
        "delivery_attempt": RI,
        "delivery_sandboxmessage": R,
        "demo_phonemessage": RI,
        # Whether somebody watches a desk at night; by whom is not in this view.
        "delivery_watch": R,
        "tips_decision": R,
        "tips_incident": R,
        # A reporter who objects sets a clock running.
        "tips_clock": RIU,
    },
    "keng_desk": {
        **_READ_PLACES,
        **_AUDIT,
        **_KEYS,
        **dict.fromkeys(_TIPS, RIU),
        **dict.fromkeys(_WARNINGS, RIU),
        # A version's words, audience and hash stay what they were when it was made.
        "warnings_version": "SELECT, INSERT, "
        "UPDATE (submitted_at, returned_reason, approval_id, dispatch_id, published_at)",
        "warnings_verifycode": RI,
        # What was approved about a pattern stays what it was.
        "warnings_pattern": "SELECT, INSERT, UPDATE (approved_by_id, approved_at, ended_at)",
        "warnings_patternuse": "SELECT, INSERT, UPDATE (reviewed_by_id, reviewed_at)",
        "warnings_reading": RIU,
        **dict.fromkeys(_NETWORK, RIU),
        **dict.fromkeys(_DELIVERY, RIU),
        "network_lead_groups": ALL,
        "network_grouptarget": RIU,
        "network_subscription_places": ALL,
        "places_place": RIU,
        "places_unit": RU,
        "tips_clockrule": R,
        "delivery_conversation": RIU,
        "delivery_channelaccount": RU,
        "delivery_approval": RI,
        "delivery_attempt": R,
        # An answer is taken back while it waits; what is out of scope leaves the desk.
        "tips_dialoguemessage": ALL,
        # A complaint that was moved above by mistake concerns nobody, if it is undone in time.
        "tips_tipconcern": ALL,
        "tips_heldending": RIU,
        "tips_sighting": ALL,
        # A report taken down by an officer comes in by the same statement as every other one.
        # What a receipt opens is asked on the public site alone.
        # Out of scope: the desk blanks the words it cannot read.
        "delivery_inbound": "INSERT, SELECT (id, tip_ref), UPDATE (text, latitude, longitude)",
        "delivery_inboundmedia": "INSERT",
        "delivery_dedupekey": RI,
        "tips_receipt": "INSERT",
        "tips_onetimelink": "INSERT",
        "tips_takendown": RI,
        "tips_answertemplate": RIU,
        "tips_tipcheck": RIU,
        # Who reads a tip at this moment; gone within a minute.
        "tips_tipreader": ALL,
        # An officer's own searches, to come back to.
        "tips_savedsearch": ALL,
        "vault_sealedidentity": RI,
        "accounts_officer": RIU,
        "accounts_post": RIU,
        "accounts_shift": RIU,
        # An officer forgets a pager with its address.
        "delivery_pagerway": ALL,
        "delivery_pagertest": RIU,
        "delivery_watch": R,
        "django_session": ALL,
    },
    "keng_edge": {
        **_READ_PLACES,
        **_AUDIT,
        **_KEYS,
        **_INTAKE,
        "delivery_delivery": RIU,
        # "Stop" in a chat ends a subscription of that address.
        "network_subscription": RU,
    },
    "keng_worker": {
        **_READ_PLACES,
        **_AUDIT,
        **_KEYS,
        **dict.fromkeys(_TIPS, RIU),
        **dict.fromkeys(_DELIVERY, RIU),
        **dict.fromkeys(_WARNINGS, R),
        **dict.fromkeys(_NETWORK, R),
        "tips_clockrule": R,
        "tips_tipreader": "SELECT, DELETE",
        # What an ending took away, once it can be taken back no longer.
        "tips_heldending": "SELECT, UPDATE (until), DELETE",
        "tips_takendown": "SELECT (id, tip_id), UPDATE (refusal_words)",
        "network_subscription": RU,
        "delivery_inbound": RU,
        "delivery_inboundmedia": RU,
        "delivery_conversation": RU,
        "delivery_channelaccount": RU,
        "community_draft": ALL,
        # Who to tell, and in which language: nothing that opens an account.
        "accounts_officer": "SELECT (id, username, name, rank, is_active, language)",
        "accounts_post": R,
        "accounts_shift": R,
        "delivery_pagerway": R,
        # What was found out of scope is destroyed after its week; what was taken back, at once.
        "tips_sighting": ALL,
        "vault_sealedidentity": "SELECT, INSERT, DELETE",
    },
    "keng_sender": {
        **_READ_PLACES,
        **_AUDIT,
        **_KEYS,
        "delivery_channelaccount": RU,
        "delivery_conversation": RU,
        "delivery_inboundmedia": RU,
        "delivery_delivery": RU,
        "delivery_dispatch": R,
        "delivery_dispatchtext": R,
        "delivery_attempt": RI,
        "delivery_sandboxmessage": RI,
        "network_group": RU,
        "network_subscription": RU,
        # A dead pager is called no more.
        "delivery_pagerway": "SELECT (id), UPDATE (gone_at)",
    },
}
