"""Rows about what is made public, the network and partners: who of the desk writes which.

A row is its desk's, by a unit of its own or by that of the row it belongs to. A text is let out by
whoever is in the set of its act, in their own name; what was let out before stays let out by whom
it was. Sets are those of `accounts/who.py`, by name.
"""

from keng.site.row_policy import (
    BY_ONESELF,
    NOT_OUT,
    OTHERS,
    PARTNER,
    PUBLIC,
    RowPolicy,
    desk_writes,
    is_one_of,
    lets_out,
    one_of_units,
)

_MADE_BY_ONESELF = f"made_by_id {BY_ONESELF}"
_HAND_OF_ONESELF = "(SELECT keng_actor()) = ANY (hands)"
# The desk locks such rows, and changes none.
_ONLY_LOCKED = "false"


_NOT_PUBLIC = tuple(role for role in OTHERS if role != PUBLIC)


def _public_adds(table: str, check: str) -> tuple[RowPolicy, ...]:
    """Which rows the public site adds; what it reads and changes is in its rights."""
    return (
        RowPolicy(table, "public_reads", "SELECT", (PUBLIC,), using="true"),
        RowPolicy(table, "public_adds", "INSERT", (PUBLIC,), check=check),
        RowPolicy(table, "public_changes", "UPDATE", (PUBLIC,), using="true", check="true"),
    )


def _of_units(*sets: str) -> str:
    """Whether the row's unit is one for which whoever acts is in one of these sets."""
    return _any_of(*(f"unit_id {one_of_units(each)}" for each in sets))


def _of_row(table: str, key: str, parent: str, *sets: str) -> str:
    """The same of the row that it belongs to."""
    units = _any_of(*(f"parent.unit_id {one_of_units(each)}" for each in sets))
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{key} AND {units})"


def _any_of(*rules: str) -> str:
    return f"({' OR '.join(rules)})"


def _all_of(*rules: str) -> str:
    return " AND ".join(f"({rule})" for rule in rules)


def _in_hand(*sets: str, by: str = _HAND_OF_ONESELF) -> str:
    """A new text of a desk: in the name of whoever writes it, and not out."""
    return _all_of(_of_units(*sets), by, NOT_OUT)


# Warnings. Drafts and their words are whoever's works at the desk; a second person lets them out.

_OF_WARNING = _of_row("warnings_version", "warning_id", "warnings_warning", "WORKING")
_OF_RECALLED = _of_row("warnings_recallrequest", "warning_id", "warnings_warning", "WORKING")


def _of_version(table: str, *sets: str, also: str = "") -> str:
    units = _any_of(*(f"parent.unit_id {one_of_units(each)}" for each in sets))
    return (
        "EXISTS (SELECT FROM warnings_version version"
        " JOIN warnings_warning parent ON parent.id = version.warning_id"
        f" WHERE version.id = {table}.version_id AND {units}{also})"
    )


# Whoever let the pattern out lets out each use of it, which one officer of a commune sends.
_BY_A_PATTERN = (
    "EXISTS (SELECT FROM warnings_warning parent"
    " JOIN places_unit desk ON desk.id = parent.unit_id"
    " JOIN warnings_pattern pattern ON pattern.unit_id IN (desk.id, desk.parent_id)"
    f" WHERE parent.id = warnings_version.warning_id"
    f" AND parent.unit_id {one_of_units('COMMUNE_WORKING')}"
    " AND pattern.released_by_id = warnings_version.released_by_id"
    " AND pattern.ended_at IS NULL)"
)
# A commune fills a pattern of its province, too, and locks it meanwhile.
_PATTERN_TO_FILL = (
    "EXISTS (SELECT FROM places_unit desk WHERE desk.parent_id = warnings_pattern.unit_id"
    f" AND desk.id {one_of_units('COMMUNE_WORKING')})"
)
_PUBLISHED_HAS_ITS_TEXT = (
    "state <> 'published' OR EXISTS (SELECT FROM warnings_version version"
    " WHERE version.warning_id = warnings_warning.id AND version.released_at IS NOT NULL)"
)

_WARNINGS = (
    *desk_writes(
        "warnings_warning",
        adds=_all_of(_of_units("WORKING"), f"author_id {BY_ONESELF}", "state = 'draft'"),
        changes=_of_units("WORKING"),
        # Taken back it is by one person, for a fixed reason, or by the second one.
        becomes=_all_of(
            _of_units("WORKING"),
            _PUBLISHED_HAS_ITS_TEXT,
            f"state <> 'recalled' OR {_of_units('RELEASING')}",
        ),
    ),
    *desk_writes(
        "warnings_version",
        adds=_all_of(_OF_WARNING, _MADE_BY_ONESELF, NOT_OUT),
        changes=_OF_WARNING,
        becomes=_all_of(
            _OF_WARNING,
            _any_of(
                lets_out(
                    "warnings_version",
                    _of_row("warnings_version", "warning_id", "warnings_warning", "RELEASING"),
                ),
                _BY_A_PATTERN,
            ),
        ),
    ),
    *desk_writes(
        "warnings_verifycode",
        adds=_of_version(
            "warnings_verifycode", "WORKING", also=" AND version.released_at IS NOT NULL"
        ),
    ),
    *desk_writes(
        "warnings_pattern",
        adds=_in_hand("WORKING", by=_MADE_BY_ONESELF),
        changes=_any_of(_of_units("WORKING"), _PATTERN_TO_FILL),
        becomes=_all_of(
            _of_units("RELEASING"), lets_out("warnings_pattern", _of_units("RELEASING"))
        ),
    ),
    *desk_writes(
        "warnings_patternuse",
        adds=_all_of(
            f"sent_by_id {BY_ONESELF}", _of_version("warnings_patternuse", "COMMUNE_WORKING")
        ),
        changes=_of_version("warnings_patternuse", "RELEASING"),
        becomes=_all_of(
            _of_version("warnings_patternuse", "RELEASING"), f"reviewed_by_id {BY_ONESELF}"
        ),
    ),
    *desk_writes(
        "warnings_reading",
        adds=_all_of(f"officer_id {BY_ONESELF}", _of_version("warnings_reading", "RELEASING")),
        changes=f"officer_id {BY_ONESELF}",
        becomes=_all_of(f"officer_id {BY_ONESELF}", _of_version("warnings_reading", "RELEASING")),
    ),
    *desk_writes(
        "warnings_recallrequest",
        adds=_all_of(_OF_RECALLED, _HAND_OF_ONESELF, NOT_OUT),
        changes=_OF_RECALLED,
        becomes=_all_of(
            _OF_RECALLED,
            lets_out(
                "warnings_recallrequest",
                _of_row("warnings_recallrequest", "warning_id", "warnings_warning", "RELEASING"),
            ),
        ),
    ),
)

# An alert of an official source comes to the province: put aside in the own name, or used.
_OFFICIAL_ALERTS = desk_writes(
    "warnings_officialalert",
    changes=is_one_of("PROVINCE_WORKING"),
    becomes=_all_of(
        is_one_of("PROVINCE_WORKING"),
        f"warning_id IS NOT NULL OR dismissed_by_id {BY_ONESELF}",
    ),
)

# The network: whoever works at the desk keeps it.

_LEAD_OF_LINK = _of_row("network_lead_groups", "lead_id", "network_lead", "WORKING")
_GROUP_OF_LINK = _of_row("network_lead_groups", "group_id", "network_group", "WORKING")
# An officer sees that a lead of theirs passed something on, in a group that another desk keeps.
_A_LEAD_PASSES_ON_IN_IT = (
    "EXISTS (SELECT FROM delivery_relaytask task JOIN network_lead lead ON lead.id = task.lead_id"
    f" WHERE task.group_id = network_group.id AND lead.unit_id {one_of_units('WORKING')})"
)
_GROUP_WRITTEN = _any_of(_of_units("WORKING"), _A_LEAD_PASSES_ON_IN_IT)

# A lead who answers to the desk itself adds who answers to them, on their own page: with a group
# like one that the desk wrote down, in which people post and no machine.
_BELOW_A_LEAD = (
    "EXISTS (SELECT FROM network_lead superior WHERE superior.id = network_lead.above_id"
    " AND superior.unit_id = network_lead.unit_id AND superior.above_id IS NULL"
    " AND superior.stopped_at IS NULL)"
)
_LIKE_ANOTHER_GROUP = (
    "network_group.channel_address = '' AND EXISTS (SELECT FROM network_group model"
    " WHERE model.unit_id = network_group.unit_id AND model.kind = network_group.kind"
    " AND model.place_id = network_group.place_id)"
)
_OF_WHO_IS_BELOW = (
    "EXISTS (SELECT FROM network_lead below JOIN network_group own ON own.unit_id = below.unit_id"
    " WHERE below.id = lead_id AND own.id = group_id AND below.above_id IS NOT NULL)"
)

_NETWORK = (
    *_public_adds("network_group", _LIKE_ANOTHER_GROUP),
    *desk_writes(
        "network_group",
        adds=_of_units("WORKING"),
        changes=_GROUP_WRITTEN,
        becomes=_GROUP_WRITTEN,
        others=_NOT_PUBLIC,
    ),
    *_public_adds("network_lead", _BELOW_A_LEAD),
    *desk_writes(
        "network_lead",
        adds=_of_units("WORKING"),
        changes=_of_units("WORKING"),
        others=_NOT_PUBLIC,
    ),
    *desk_writes(
        "network_leadway",
        adds=_of_row("network_leadway", "lead_id", "network_lead", "WORKING"),
        changes=_of_row("network_leadway", "lead_id", "network_lead", "WORKING"),
    ),
    # That somebody wants nothing more, by a mark that leads to nobody.
    *desk_writes("network_leadrefusal", adds=is_one_of("WORKING")),
    *_public_adds("network_lead_groups", _OF_WHO_IS_BELOW),
    *desk_writes(
        "network_lead_groups",
        adds=_all_of(_LEAD_OF_LINK, _GROUP_OF_LINK),
        # Either of the two may have moved to another desk since then.
        deletes=_any_of(_LEAD_OF_LINK, _GROUP_OF_LINK),
        others=_NOT_PUBLIC,
    ),
    *desk_writes(
        "network_grouptarget",
        adds=_of_units("SETTING_TARGETS"),
        changes=_of_units("SETTING_TARGETS"),
    ),
    *desk_writes("network_establishment", adds=_of_units("WORKING"), changes=_of_units("WORKING")),
    *desk_writes(
        "network_teamshift",
        adds=_of_row("network_teamshift", "group_id", "network_group", "WORKING"),
        changes=_of_row("network_teamshift", "group_id", "network_group", "WORKING"),
    ),
    *desk_writes(
        "network_teamask",
        adds=_all_of(
            f"asked_by_id {BY_ONESELF}",
            _of_row("network_teamask", "group_id", "network_group", "WORKING"),
        ),
        changes=_of_row("network_teamask", "group_id", "network_group", "WORKING"),
    ),
)

# Lessons: the province's. What a partner's people wrote alone, its coordinator puts there for them.


def _for_partner(*rules: str) -> str:
    return _all_of("made_by_id IS NULL", *rules)


def _lesson_text(table: str) -> tuple[RowPolicy, ...]:
    return desk_writes(
        table,
        adds=_in_hand("PROVINCE_WORKING", by=_MADE_BY_ONESELF),
        changes=_of_units("PROVINCE_WORKING"),
        becomes=_all_of(
            _of_units("PROVINCE_WORKING"), lets_out(table, _of_units("PROVINCE_WORKING"))
        ),
    )


# What a partner alone reads and writes, in a role of its own (accounts.partner_role).
_DESKS_OWN = "partner_id IS NULL"
_PARTNERS_OWN = "partner_id IS NOT NULL"


def _partner_does(table: str, whose: str) -> RowPolicy:
    return RowPolicy(table, "partner_does_its_own", "ALL", (PARTNER,), using=whose, check=whose)


def _public_reads(table: str, *, is_out: str) -> RowPolicy:
    return RowPolicy(table, "public_reads_what_is_out", "SELECT", (PUBLIC,), using=is_out)


# An edition without a maker at the desk is a partner's: no other lets a partner's film out.
_FILM_OF_A_LESSON_THAT_IS_OUT = (
    "EXISTS (SELECT FROM lessons_edition edition WHERE edition.film_id = lessons_film.id"
    " AND edition.made_by_id IS NULL"
    " AND edition.released_at IS NOT NULL AND edition.ended_at IS NULL)"
)
# A foreign key asks no policy by itself. Of films the desk reads those of desks alone.
_NO_FILM_OR_ONE_THE_DESK_READS = (
    "film_id IS NULL OR EXISTS (SELECT FROM lessons_film film WHERE film.id = film_id)"
)
_LESSONS = (
    *desk_writes(
        "lessons_collection",
        adds=_any_of(
            _all_of(_of_units("PROVINCE_WORKING"), _MADE_BY_ONESELF),
            _for_partner(_of_units("COORDINATING"), "partner_id IS NOT NULL"),
        ),
    ),
    *desk_writes(
        "lessons_lesson",
        adds="EXISTS (SELECT FROM lessons_collection parent WHERE parent.id = collection_id AND"
        f" (parent.made_by_id IS NOT NULL AND parent.unit_id {one_of_units('PROVINCE_WORKING')}"
        f" OR parent.made_by_id IS NULL AND parent.unit_id {one_of_units('COORDINATING')}))",
    ),
    *desk_writes(
        "lessons_edition",
        adds=_any_of(
            _all_of(
                _in_hand("PROVINCE_WORKING", by=_MADE_BY_ONESELF), _NO_FILM_OR_ONE_THE_DESK_READS
            ),
            # A partner's film is let out by the partner's own people alone.
            _for_partner(_of_units("COORDINATING"), "released_by_id IS NULL", "film_id IS NULL"),
        ),
        changes=_all_of(_of_units("PROVINCE_WORKING"), "made_by_id IS NOT NULL"),
        becomes=_all_of(
            _of_units("PROVINCE_WORKING"),
            lets_out("lessons_edition", _of_units("PROVINCE_WORKING")),
        ),
    ),
    *_lesson_text("lessons_campaign"),
    *_lesson_text("lessons_firsthour"),
    _public_reads("lessons_film", is_out=f"{_DESKS_OWN} OR {_FILM_OF_A_LESSON_THAT_IS_OUT}"),
    _partner_does("lessons_film", _PARTNERS_OWN),
    *desk_writes(
        "lessons_film",
        reads=_DESKS_OWN,
        adds=_all_of(_of_units("PROVINCE_WORKING"), _MADE_BY_ONESELF, _DESKS_OWN),
        changes=_all_of(_of_units("PROVINCE_WORKING"), _DESKS_OWN),
        others=_NOT_PUBLIC,
    ),
    *desk_writes(
        "lessons_schoolclass",
        adds=_of_row("lessons_schoolclass", "campaign_id", "lessons_campaign", "PROVINCE_WORKING"),
        changes=_of_row(
            "lessons_schoolclass", "campaign_id", "lessons_campaign", "PROVINCE_WORKING"
        ),
    ),
)

# Partners: the desk writes what waits for the province, as long as it does.


def _waits_for_province(table: str) -> str:
    return (
        f"EXISTS (SELECT FROM partners_waiting waits WHERE waits.id = {table}.id"
        f" AND waits.unit_id {one_of_units('COORDINATING')})"
    )


def _partner_text(table: str) -> tuple[RowPolicy, ...]:
    waits = _waits_for_province(table)
    out = f"{NOT_OUT} OR released_by_officer_id {BY_ONESELF}"
    return desk_writes(table, changes=waits, becomes=_all_of(waits, out))


_PARTNERS = (
    *_partner_text("partners_article"),
    *_partner_text("partners_manuscript"),
    *desk_writes(
        "partners_kitrequest",
        changes=_of_units("INVITING"),
        becomes=_all_of(_of_units("INVITING"), f"decided_by_id {BY_ONESELF}"),
    ),
)

# Surveys: whoever writes one opens it and reads its texts; a second person lets it out. A partner's
# is read and written by its members alone, in a role of their own, and by no desk.

_BATCH_OF_ONESELF = (
    "EXISTS (SELECT FROM surveys_paperbatch batch WHERE batch.survey_id = {table}.survey_id"
    f" AND batch.made_by_id {BY_ONESELF} AND batch.finished_at IS NULL)"
)


# The list of surveys is asked for once in a statement, not once for each row.
_OF_A_DESK = "survey_id IN (SELECT id FROM surveys_survey WHERE partner_id IS NULL)"
_OF_A_PARTNER = "survey_id IN (SELECT id FROM surveys_survey WHERE partner_id IS NOT NULL)"
# What a closed partner asked or found is out of sight.
_OF_NO_CLOSED_PARTNER = (
    "(partner_id IS NULL OR EXISTS (SELECT FROM accounts_partner body"
    " WHERE body.id = surveys_survey.partner_id AND body.is_active))"
)


def _of_survey(table: str, *sets: str) -> str:
    return _of_row(table, "survey_id", "surveys_survey", *sets)


_SURVEYS = (
    _public_reads(
        "surveys_survey",
        is_out=_all_of("state IN ('open', 'closed', 'published')", _OF_NO_CLOSED_PARTNER),
    ),
    _partner_does("surveys_survey", _PARTNERS_OWN),
    *desk_writes(
        "surveys_survey",
        reads=_DESKS_OWN,
        adds=_all_of(_in_hand("SURVEYING"), f"author_id {BY_ONESELF}", _DESKS_OWN),
        changes=_all_of(_DESKS_OWN, _of_units("GIVING_SURVEYS_BACK")),
        becomes=_all_of(
            _DESKS_OWN,
            _of_units("GIVING_SURVEYS_BACK"),
            lets_out("surveys_survey", _of_units("RELEASING")),
        ),
        others=_NOT_PUBLIC,
    ),
    _public_reads(
        "surveys_surveyresult",
        is_out="released_at IS NOT NULL AND ended_at IS NULL"
        # Read as the public site reads surveys: of no closed partner.
        " AND survey_id IN (SELECT id FROM surveys_survey)",
    ),
    _partner_does("surveys_surveyresult", _OF_A_PARTNER),
    *desk_writes(
        "surveys_surveyresult",
        reads="keng_is_survey_of_a_desk(survey_id)",
        adds=_all_of(_of_survey("surveys_surveyresult", "SURVEYING"), _HAND_OF_ONESELF, NOT_OUT),
        changes=_of_survey("surveys_surveyresult", "GIVING_SURVEYS_BACK"),
        becomes=_all_of(
            _of_survey("surveys_surveyresult", "GIVING_SURVEYS_BACK"),
            lets_out("surveys_surveyresult", _of_survey("surveys_surveyresult", "RELEASING")),
        ),
        others=_NOT_PUBLIC,
    ),
    RowPolicy("surveys_answer", "partner_counts_its_own", "SELECT", (PARTNER,), _OF_A_PARTNER),
    # On paper: by whoever types in a pile of it at present.
    *desk_writes(
        "surveys_answer",
        reads=_OF_A_DESK,
        adds=_all_of("origin = 'paper'", _BATCH_OF_ONESELF.format(table="surveys_answer")),
    ),
    *desk_writes(
        "surveys_freetext",
        reads=_OF_A_DESK,
        adds=_BATCH_OF_ONESELF.format(table="surveys_freetext"),
        changes=_of_survey("surveys_freetext", "SURVEYING"),
        becomes=_all_of(_of_survey("surveys_freetext", "SURVEYING"), f"read_by_id {BY_ONESELF}"),
    ),
    *desk_writes(
        "surveys_token",
        adds=_of_survey("surveys_token", "SURVEYING"),
        changes=_of_survey("surveys_token", "SURVEYING"),
        deletes=_of_survey("surveys_token", "GIVING_SURVEYS_BACK"),
    ),
    *desk_writes(
        "surveys_paperbatch",
        adds=_all_of(_MADE_BY_ONESELF, _of_survey("surveys_paperbatch", "SURVEYING")),
        changes=_all_of(_MADE_BY_ONESELF, _of_survey("surveys_paperbatch", "SURVEYING")),
    ),
)

# Claims: the province's; a partner's own its coordinator publishes for it.

_CLAIM_WRITTEN = _any_of(
    _all_of("partner_id IS NULL", _of_units("CHECKING_CLAIMS")),
    _all_of("partner_id IS NOT NULL", _of_units("COORDINATING")),
)


def _of_claim(table: str, *, is_partners: bool = False) -> str:
    whose, which = ("COORDINATING", "NOT NULL") if is_partners else ("CHECKING_CLAIMS", "NULL")
    return (
        f"EXISTS (SELECT FROM claims_claim parent WHERE parent.id = {table}.claim_id"
        f" AND parent.partner_id IS {which} AND parent.unit_id {one_of_units(whose)})"
    )


_OF_CLAIM = _of_claim("claims_revision")

_CLAIMS = (
    *desk_writes("claims_claim", adds=_CLAIM_WRITTEN, changes=_CLAIM_WRITTEN),
    *desk_writes(
        "claims_revision",
        adds=_any_of(
            _all_of(_OF_CLAIM, _MADE_BY_ONESELF, NOT_OUT),
            _for_partner(_of_claim("claims_revision", is_partners=True)),
        ),
        changes=_OF_CLAIM,
        becomes=_all_of(_OF_CLAIM, lets_out("claims_revision", _OF_CLAIM)),
        deletes=_all_of(_OF_CLAIM, NOT_OUT),
    ),
    # The words of whoever asked are thrown away, and never written.
    *desk_writes(
        "claims_asking",
        changes=_of_claim("claims_asking"),
        becomes=_all_of(_of_claim("claims_asking"), "box = ''::bytea"),
    ),
)

# The look-up. Its entries are held in row_policies.py.

_LOOKUP = (
    *desk_writes(
        "lookup_dispute",
        # Others than the own ones: an objection that is upheld answers all to its number.
        changes=_any_of(
            _of_units("HEARING_OBJECTIONS"), "keng_hears_objection_to_number_of(listing_id)"
        ),
        becomes=_all_of(
            f"decided_by_id {BY_ONESELF}",
            f"{_of_units('HEARING_OBJECTIONS')} OR outcome <> 'rejected'",
        ),
    ),
    # Held until whatever names it is there, and never changed.
    *desk_writes(
        "lookup_indicator",
        adds=is_one_of("WORKING"),
        changes=is_one_of("WORKING"),
        becomes=_ONLY_LOCKED,
    ),
)

# What residents ask, and what a desk says of itself.

_QUESTION_TO_DESK = _all_of(
    _of_units("WORKING"),
    "kept_from_id IS NULL OR kept_from_id <> ALL ((SELECT keng_units_who('ONESELF'))::uuid[])",
)


def _announcement(table: str) -> tuple[RowPolicy, ...]:
    return desk_writes(
        table,
        adds=_in_hand("WORKING"),
        changes=_of_units("WORKING"),
        becomes=_all_of(_of_units("WORKING"), lets_out(table, _of_units("RELEASING"))),
    )


_COMMUNITY = (
    *_announcement("community_meeting"),
    *_announcement("community_officialchannel"),
    *desk_writes(
        "community_question",
        changes=_QUESTION_TO_DESK,
        becomes=_all_of(_QUESTION_TO_DESK, lets_out("community_question", _of_units("RELEASING"))),
    ),
)

# Reports: signed once, in one's own name.

_PAPER_OF_SIGNED = _of_row("reports_reportpaper", "snapshot_id", "reports_snapshot", "SIGNING")

_REPORTS = (
    *desk_writes(
        "reports_snapshot", adds=_all_of(_of_units("SIGNING"), f"signed_by_id {BY_ONESELF}")
    ),
    *desk_writes(
        "reports_publicreport",
        adds=_all_of(_of_units("SETTING_TARGETS"), f"published_by_id {BY_ONESELF}"),
    ),
    *desk_writes("reports_reportpaper", adds=_PAPER_OF_SIGNED, changes=_PAPER_OF_SIGNED),
)

# A hamlet of a commune that the unit serves, or that has no desk but the one of its province; no
# other place is the desk's.
_SERVED = (
    "SELECT FROM places_jurisdiction served"
    " WHERE served.place_id = {place}.parent_id AND served.valid_to IS NULL"
)
_SERVES_HAMLET = (
    f"(EXISTS ({_SERVED} AND served.unit_id {one_of_units('WORKING')})"
    f" OR NOT EXISTS ({_SERVED}) AND EXISTS (SELECT FROM places_unit desk"
    " WHERE desk.province_code = {place}.province_code"
    f" AND desk.kind = 'province' AND desk.id {one_of_units('WORKING')}))"
)
_OWN_HAMLET = f"kind = 'hamlet' AND {_SERVES_HAMLET.format(place='places_place')}"
_FORMER_NAME_OF_OWN_HAMLET = (
    "EXISTS (SELECT FROM places_place old JOIN places_place hamlet"
    " ON hamlet.parent_id = old.parent_id WHERE old.id = old_id AND hamlet.id = new_id"
    " AND old.kind = 'hamlet' AND old.valid_to IS NOT NULL AND hamlet.kind = 'hamlet'"
    f" AND {_SERVES_HAMLET.format(place='hamlet')})"
)
_PLACES_AND_FILES = (
    *desk_writes("places_place", adds=_OWN_HAMLET, changes=_OWN_HAMLET),
    *desk_writes("places_succession", adds=_FORMER_NAME_OF_OWN_HAMLET),
    *desk_writes(
        "places_unit",
        # Whoever has a post there, or reads its reports: two who sign or name at once.
        changes=_any_of(f"id {one_of_units('ONESELF')}", f"id {one_of_units('COUNTING')}"),
        becomes=_ONLY_LOCKED,
    ),
    # What it came with may be coming in by the same act.
    *desk_writes("files_heldfile", adds=is_one_of("WORKING")),
)

# Thanks to groups: handed in by one, sent by a second person. What was sent lets go of no report.

_COUNTED_WHILE_IT_WAITS = (
    "EXISTS (SELECT FROM thanks_groupthanks parent WHERE parent.id = thanks_id"
    " AND parent.released_at IS NULL AND parent.ended_at IS NULL"
    f" AND parent.unit_id {one_of_units('WORKING')})"
)
_THANKS = (
    *desk_writes(
        "thanks_groupthanks",
        adds=_in_hand("WORKING", by=_MADE_BY_ONESELF),
        changes=_of_units("WORKING"),
        becomes=_all_of(
            _of_units("WORKING"), lets_out("thanks_groupthanks", _of_units("RELEASING"))
        ),
    ),
    *desk_writes(
        "thanks_countedtip", adds=_COUNTED_WHILE_IT_WAITS, deletes=_COUNTED_WHILE_IT_WAITS
    ),
)

# Models to copy: every desk reads what others offer, each writes its own.

_MODEL_OFFERS = (
    *desk_writes(
        "model_offers_modeloffer",
        adds=_all_of(_of_units("WORKING"), f"offered_by_id {BY_ONESELF}", "withdrawn_at IS NULL"),
        changes=_of_units("WORKING"),
    ),
    *desk_writes(
        "model_offers_modelcopy",
        adds=_all_of(_of_units("WORKING"), f"taken_by_id {BY_ONESELF}"),
        changes=_of_units("LEADING"),
    ),
)

PUBLISHING_POLICIES: tuple[RowPolicy, ...] = (
    *_WARNINGS,
    *_OFFICIAL_ALERTS,
    *_NETWORK,
    *_LESSONS,
    *_THANKS,
    *_MODEL_OFFERS,
    *_PARTNERS,
    *_SURVEYS,
    *_CLAIMS,
    *_LOOKUP,
    *_COMMUNITY,
    *_REPORTS,
    *_PLACES_AND_FILES,
)
_BEFORE_SIGN_IN = "counted before anybody is signed in, under marks that lead to nobody"
# Table and command that the desk's role has and no policy holds, with the reason.
NOT_HELD_OF_LIMITS: dict[tuple[str, str], str] = {
    (table, command): _BEFORE_SIGN_IN
    for table in ("limits_guesscount", "limits_limitcount")
    for command in ("INSERT", "UPDATE")
}
