"""The closed list of sorts of personal data: what they are, where they lie, who reads them.

A breach says which of them were reached, and the register of processing has a row for each. Every
table of the database is in one of them or in `TABLES_WITHOUT_PEOPLE`; a test holds both to the
models and to docs/privacy/what-is-kept.md.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import (
    ADMINISTERING,
    AUDITING,
    HEARING_OBJECTIONS,
    INVITING,
    READING_BREACHES,
    READING_DATA_REQUESTS,
    WORKING,
    Who,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise


class Telling(StrEnum):
    """How the people concerned can be told, in TELLING_WORDS."""

    STATUS_PAGE = "status_page"
    AT_WORK = "at_work"
    BY_OFFICE = "by_office"
    IN_PUBLIC = "in_public"
    NOBODY = "nobody"


TELLING_WORDS: "Mapping[Telling, Words]" = {
    Telling.STATUS_PAGE: _(
        "Reporters: by a neutral notice on the page of their report, and in a chat that there is"
        " something to read. Not people whom a report names: a notice to them would prove that"
        " somebody reported them."
    ),
    Telling.AT_WORK: _("They sign in here: the office tells them itself."),
    Telling.BY_OFFICE: _("Officers of the unit know them: the office tells them itself."),
    Telling.IN_PUBLIC: _(
        "Their addresses are sealed and open to the sender alone: tell them by a public notice."
    ),
    Telling.NOBODY: _("Nothing here leads to the person: nobody can be told, only the public."),
}


class KeptAs(StrEnum):
    """How long, in `KEPT_WORDS`; by period: what two people agreed to in the table of periods."""

    PERIOD = "period"
    END_OF_REPORT = "end_of_report"
    UNTIL_STOPPED = "until_stopped"
    LAST_DAY = "last_day"
    DECIDED = "decided"
    ANSWERED = "answered"
    PARTNER = "partner"
    COUNTED = "counted"
    MINUTES = "minutes"
    KEPT = "kept"


KEPT_WORDS: "Mapping[KeptAs, Words]" = {
    KeptAs.END_OF_REPORT: _("Until the report has ended; a message on its way, until it is sent"),
    KeptAs.UNTIL_STOPPED: _("Until they stop it or their post ends"),
    KeptAs.LAST_DAY: _("Shown until its last day or its end; the row is kept"),
    KeptAs.DECIDED: _("The words until an officer decided, 30 days at most"),
    KeptAs.ANSWERED: _("The words a year after the decision, or as long as the report"),
    KeptAs.PARTNER: _("As long as the partner set after the end: from 1 to 24 months"),
    KeptAs.COUNTED: _("90 days after the result was published"),
    KeptAs.MINUTES: _("Minutes to 24 hours, or until its browser sends it"),
    KeptAs.KEPT: _("Kept: no period is set"),
}


@dataclass(frozen=True, slots=True)
class DataClass:
    """One sort of personal data, and one row of the register of processing."""

    code: str
    name: "Words"
    purpose: "Words"
    basis: "Words"
    """Empty: the office names it; Kẻng quotes only what its reference quotes."""
    subjects: "Words"
    protection: "Words"
    kept: KeptAs
    telling: Telling
    readers: Who | None
    """Who of the desk reads it; None: nobody does."""
    page: str
    """The page of the desk that shows it, whose set of roles is `readers`."""
    counted: str
    """The table whose rows say how many there are; empty where the desk may not count them."""
    tables: tuple[str, ...]
    is_sensitive: bool = False
    """Crime, bank accounts, identity papers or places of people are in it."""
    leaves_by_channel: bool = False
    """Part of it goes through the channels that are set up."""


_CRIME_LAW = _(
    "Criminal Procedure Code 2015 art. 144-146; Law 91/2025 art. 19 (processing without consent)"
)
_CONSENT = _("Consent for this purpose, Law 91/2025 art. 9")
_CLEAR = _("In clear; only the posts named here read it, and each look is on record")

DATA_CLASSES: tuple[DataClass, ...] = (
    DataClass(
        code="report_words",
        name=_("Words of reports, dialogue, notes and decisions"),
        purpose=_("Receive reports, check them, answer the reporter"),
        basis=_CRIME_LAW,
        subjects=_("Reporters, people whom a report names, officers who decided"),
        protection=_(
            "In clear, what names the reporter is cut out first; only the posts named here read"
            " it, never those of a unit that it is about, and each look is on record"
        ),
        kept=KeptAs.PERIOD,
        telling=Telling.STATUS_PAGE,
        readers=WORKING,
        page="tip",
        counted="tips_tip",
        tables=(
            "tips_tip",
            "tips_dialoguemessage",
            "tips_note",
            "tips_takendown",
            "tips_decision",
            "tips_suggestion",
            "tips_tipcheck",
            "tips_tipconcern",
            "tips_bundledcall",
            "tips_incident",
            "tips_clock",
            "tips_breakin",
            "tips_legalhold",
            "tips_transfer",
            "tips_transferfile",
            "tips_transferkey",
            "tips_transferidentity",
            "tips_transferupload",
            "tips_transferarrival",
            "tips_recusal",
            "tips_restriction",
            "tips_heldending",
            "tips_wave",
            "tips_wavetip",
            "tips_wavestep",
            "imported_importbatch",
            "imported_importedtip",
            "imported_importedwarning",
            "delivery_inbound",
            "delivery_dedupekey",
            "delivery_dispatchtext",
        ),
        is_sensitive=True,
        leaves_by_channel=True,
    ),
    DataClass(
        code="reporter_identity",
        name=_("Who a reporter is: name, phone, address, what was cut from the words"),
        purpose=_("Protect the reporter; call back where life is in danger or the law asks for it"),
        basis=_CRIME_LAW,
        subjects=_("Reporters"),
        protection=_(
            "Sealed to the unit's key; two officers together open one record, once, with a legal"
            " basis that stands on record"
        ),
        kept=KeptAs.PERIOD,
        telling=Telling.STATUS_PAGE,
        readers=WORKING,
        page="opening-open",
        counted="vault_sealedidentity",
        tables=("vault_sealedidentity", "vault_openingrequest"),
        is_sensitive=True,
    ),
    DataClass(
        code="report_files",
        name=_("Pictures, films, sound and papers sent with a report"),
        purpose=_("Check reports; keep evidence"),
        basis=_CRIME_LAW,
        subjects=_("Reporters, people who are in a picture"),
        protection=_(
            "Originals sealed to the unit's key; copies without place and device in a box of the"
            " site's key, each look on record"
        ),
        kept=KeptAs.PERIOD,
        telling=Telling.STATUS_PAGE,
        readers=WORKING,
        page="attachment",
        counted="tips_attachment",
        tables=(
            "tips_attachment",
            "tips_waitingpicture",
            "files_heldfile",
            "delivery_inboundmedia",
        ),
        is_sensitive=True,
    ),
    DataClass(
        code="report_codes",
        name=_("Receipt codes and links to a report"),
        purpose=_("Let the reporter, and nobody else, read the answer"),
        basis=_CRIME_LAW,
        subjects=_("Reporters"),
        protection=_("Keyed hashes alone: no code follows from them"),
        kept=KeptAs.PERIOD,
        telling=Telling.STATUS_PAGE,
        readers=None,
        page="",
        counted="tips_receipt",
        tables=("tips_receipt", "tips_handedcode", "tips_onetimelink", "tips_showncode"),
    ),
    DataClass(
        code="chat_addresses",
        name=_("Chats of reporters, and messages on their way"),
        purpose=_("Bring an answer into the chat in which somebody reported"),
        basis=_CRIME_LAW,
        subjects=_("Reporters, recipients of warnings"),
        protection=_("Keyed hash; the address sealed to the sender, which alone opens it"),
        kept=KeptAs.END_OF_REPORT,
        telling=Telling.STATUS_PAGE,
        readers=None,
        page="",
        counted="delivery_conversation",
        tables=("delivery_conversation", "delivery_delivery", "delivery_attempt"),
        leaves_by_channel=True,
    ),
    DataClass(
        code="indicators",
        name=_("Phones, accounts, links and plates that reports or objections name"),
        purpose=_("Warn of means of fraud; answer look-ups and objections"),
        basis=_("Law 91/2025 art. 16 (publication against crime) and art. 19"),
        subjects=_("Holders of a number, who may be victims themselves; people who object"),
        protection=_CLEAR,
        kept=KeptAs.LAST_DAY,
        telling=Telling.NOBODY,
        readers=HEARING_OBJECTIONS,
        page="listings",
        counted="lookup_indicator",
        tables=(
            "lookup_indicator",
            "tips_sighting",
            "lookup_listing",
            "tips_listingevidence",
            "lookup_dispute",
            "lookup_disputefile",
        ),
        is_sensitive=True,
    ),
    DataClass(
        code="subscriptions",
        name=_("Subscriptions of warnings"),
        purpose=_("Send warnings to whoever asked for them"),
        basis=_CONSENT,
        subjects=_("Subscribers"),
        protection=_("Keyed hash; the address sealed to the sender, which alone opens it"),
        kept=KeptAs.UNTIL_STOPPED,
        telling=Telling.IN_PUBLIC,
        readers=None,
        page="",
        counted="network_subscription",
        tables=(
            "network_subscription",
            "network_subscription_places",
            "network_subscriptionwish",
            "delivery_digestentry",
        ),
        leaves_by_channel=True,
    ),
    DataClass(
        code="network",
        name=_("Leads of groups, contacts of houses, rotas of teams"),
        purpose=_("Pass warnings on in groups; keep self-management teams going"),
        basis=_CONSENT,
        subjects=_("Leads, contacts of houses, members of teams who agreed"),
        protection=_CLEAR,
        kept=KeptAs.UNTIL_STOPPED,
        telling=Telling.BY_OFFICE,
        readers=WORKING,
        page="leads",
        counted="network_lead",
        tables=(
            "network_lead",
            "network_lead_groups",
            "network_leadway",
            "network_leadrefusal",
            "network_group",
            "network_establishment",
            "network_teamshift",
            "network_teamask",
            "network_teamanswer",
            "delivery_relaytask",
            "lessons_schoolclass",
        ),
        leaves_by_channel=True,
    ),
    DataClass(
        code="questions",
        name=_("Questions to a desk, claims asked about, requests to be a partner"),
        purpose=_("Answer questions of residents; check rumours"),
        basis="",
        subjects=_("Whoever asks, people who are named by them"),
        protection=_(
            "Names and numbers covered before it is kept; the asker's words in a box that only"
            " the code opens"
        ),
        kept=KeptAs.DECIDED,
        telling=Telling.IN_PUBLIC,
        readers=WORKING,
        page="questions",
        counted="community_question",
        tables=("community_question", "claims_asking", "claims_claim", "partners_kitrequest"),
    ),
    DataClass(
        code="partner_inboxes",
        name=_("What people write to partners, and the answers"),
        purpose=_("Let people ask a body that is not the police"),
        basis="",
        subjects=_("Whoever writes there, people who are named by them"),
        protection=_(
            "Sealed to the partner's members, who hold the keys; no police role has a right on it"
        ),
        kept=KeptAs.PARTNER,
        telling=Telling.IN_PUBLIC,
        readers=None,
        page="",
        # No role of the desk may count them.
        counted="",
        tables=(
            "partner_inbox_inboxmatter",
            "partner_inbox_inboxmessage",
            "partner_inbox_partnerinbox",
            "partner_inbox_inboxholder",
        ),
    ),
    DataClass(
        code="data_requests",
        name=_("What people ask of the data about them, and the answers"),
        purpose=_("Let people see, correct and delete what is kept about them"),
        basis=_("Decree 356/2025 art. 5"),
        subjects=_("Reporters, and whoever asks at the form"),
        protection=_(
            "What names the asker is sealed with the report, or covered before it is kept; only"
            " the posts named here read it"
        ),
        kept=KeptAs.ANSWERED,
        telling=Telling.STATUS_PAGE,
        readers=READING_DATA_REQUESTS,
        page="data-requests",
        counted="data_requests_datarequest",
        tables=("data_requests_datarequest",),
    ),
    DataClass(
        code="surveys",
        name=_("Answers to surveys"),
        purpose=_("Learn what residents need"),
        basis=_CONSENT,
        subjects=_("Whoever answered; no answer has a name"),
        protection=_("No name and no time of day; written anew in random order"),
        kept=KeptAs.COUNTED,
        telling=Telling.NOBODY,
        readers=WORKING,
        page="desk-surveys",
        counted="surveys_answer",
        tables=(
            "surveys_answer",
            "surveys_freetext",
            "surveys_token",
            "surveys_chatturn",
            "surveys_chattalk",
            "surveys_chatanswered",
        ),
        leaves_by_channel=True,
    ),
    DataClass(
        code="unsent",
        name=_("Unfinished forms, and marks against too many requests"),
        purpose=_("Let somebody go on after a pause; keep the site open for everybody"),
        basis="",
        subjects=_("Whoever uses the public site"),
        protection=_("Encrypted with a key of the browser alone; marks under a key of ten minutes"),
        kept=KeptAs.MINUTES,
        telling=Telling.NOBODY,
        readers=None,
        page="",
        counted="",
        tables=(
            "community_draft",
            "surveys_draft",
            "limits_limitcount",
            "limits_guesscount",
            "limits_limitkey",
            "limits_spentpuzzle",
        ),
    ),
    DataClass(
        code="officers",
        name=_("Officers: accounts, posts, shifts, pagers, keys, calls"),
        purpose=_("Let officers sign in, be on duty and be called"),
        basis="",
        subjects=_("Officers"),
        protection=_(
            "Passwords as Argon2, second factors in a box of the site's key, pagers sealed to the"
            " sender; private halves of keys never here in clear"
        ),
        kept=KeptAs.KEPT,
        telling=Telling.AT_WORK,
        readers=ADMINISTERING,
        page="officers",
        counted="accounts_officer",
        tables=(
            "accounts_officer",
            "accounts_post",
            "accounts_officerpasskey",
            "accounts_spentchallenge",
            "accounts_officerrequest",
            "accounts_notice",
            "accounts_shift",
            "accounts_namedofficer",
            "accounts_desksession",
            "delivery_pagerway",
            "delivery_pagertest",
            "delivery_pagertestway",
            "delivery_chatpagercode",
            "delivery_pageranswer",
            "tips_alarm",
            "tips_alarmcall",
            "tips_savedsearch",
            "tips_tipreader",
            "vault_holderkey",
            "vault_wrappedholderkey",
            "vault_keyshare",
            "vault_resharingrequest",
            "vault_newshare",
            "warnings_reading",
            "reports_reportpaper",
        ),
        leaves_by_channel=True,
    ),
    DataClass(
        code="partners",
        name=_("Members of partners, what they write, their sign-in"),
        purpose=_("Let partners publish under their own name"),
        basis=_CONSENT,
        subjects=_("Members of partners"),
        protection=_("Passwords as Argon2, second factors in a box of the site's key"),
        kept=KeptAs.KEPT,
        telling=Telling.AT_WORK,
        readers=INVITING,
        page="desk-partners",
        counted="accounts_partnermember",
        tables=(
            "accounts_partner",
            "accounts_partnermember",
            "accounts_memberpasskey",
            "accounts_partnersession",
            "partners_article",
            "partners_manuscript",
            "partners_kitshare",
        ),
    ),
    DataClass(
        code="records",
        name=_("The record of who did what"),
        purpose=_("Show who did what; supervise processing without consent"),
        basis=_("Law 91/2025 art. 19 (procedure, risk assessment, periodic check, complaints)"),
        subjects=_("Officers"),
        protection=_("Ids and numbers, no words and no identity; no process may change the record"),
        kept=KeptAs.KEPT,
        telling=Telling.AT_WORK,
        readers=AUDITING,
        page="audit",
        counted="audit_entry",
        tables=("audit_chain", "audit_entry", "audit_signedhead"),
    ),
    DataClass(
        code="breaches",
        name=_("Incidents of data and periods of keeping: who recorded and who agreed"),
        purpose=_("Notify of incidents of data; set how long data are kept"),
        basis=_("Law 91/2025 art. 23, Decree 356/2025 art. 28"),
        subjects=_("Officers"),
        protection=_CLEAR,
        kept=KeptAs.KEPT,
        telling=Telling.AT_WORK,
        readers=READING_BREACHES,
        page="breaches",
        counted="breaches_breach",
        tables=(
            "breaches_breach",
            "breaches_breachfiling",
            "breaches_breachwaiver",
            "breaches_breachnotice",
            "retention_retentionperiod",
        ),
    ),
)
# How a column holds what it holds; columns.csv has every one that is no id, moment or number.
COLUMN_FORMS: "Mapping[str, Words]" = {
    "words": _("Words, in clear"),
    "place": _("A position, in clear"),
    "code": _("A value of a closed list, or a number of ours"),
    "hash": _("Hash; of a password Argon2"),
    "sealed": _("Sealed: opens with a private key alone"),
    "boxed": _("Encrypted with a key of the site, a code or a browser"),
    "key": _("Key or random bytes, which open nothing alone"),
    "path": _("Name of a file"),
}
BY_CODE: Mapping[str, DataClass] = {each.code: each for each in DATA_CLASSES}

# Public facts, texts of offices, numbers, keys that open nothing, and what Django needs.
TABLES_WITHOUT_PEOPLE = frozenset(
    [
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "consent_consenttext",
        "django_content_type",
        "leases_lease",
        "places_holiday",
        "places_jurisdiction",
        "places_landmark",
        "places_place",
        "places_succession",
        "places_unit",
        "public_log_cosignature",
        "public_log_leafsalt",
        "public_log_logcheckpoint",
        "public_log_loggedchain",
        "public_log_logleaf",
        "public_log_logpace",
        "public_log_logtile",
        "public_log_openedleaf",
        "public_log_witnessstanding",
        "vault_custodiankey",
        "vault_installation",
        "vault_senderkey",
        "vault_unitkey",
        "vault_workerkey",
        "delivery_accountgroup",
        "delivery_approval",
        "delivery_channelaccount",
        "delivery_dispatch",
        "delivery_dispatchlag",
        "delivery_dispatchaudience",
        "delivery_grouprequest",
        "delivery_returnmailbox",
        "delivery_sandboxmessage",
        "demo_phonemessage",
        "warnings_capmessage",
        "warnings_officialalert",
        "warnings_pattern",
        "warnings_patternuse",
        "warnings_recallrequest",
        "warnings_verifycode",
        "warnings_version",
        "warnings_warning",
        "claims_revision",
        "community_meeting",
        "community_officialchannel",
        "thanks_countedtip",
        "thanks_groupthanks",
        "model_offers_modelcopy",
        "model_offers_modeloffer",
        "lessons_campaign",
        "lessons_collection",
        "lessons_edition",
        "lessons_film",
        "lessons_finished",
        "lessons_firsthour",
        "lessons_lesson",
        "lookup_blocklist",
        "network_grouptarget",
        "partners_campaignday",
        "partners_reachday",
        "reports_machinemonth",
        "reports_publicreport",
        "reports_publicsummary",
        "reports_snapshot",
        "surveys_paperbatch",
        "surveys_survey",
        "surveys_surveyresult",
        "tips_answertemplate",
        "tips_clockrule",
        "tips_opentally",
        "tips_otherinstallation",
        "tips_referencecounter",
    ]
)


@cache
def kept_columns() -> tuple[tuple[str, str, str], ...]:
    """Table, column and form (of COLUMN_FORMS) of everything that holds something of people."""
    text = (resources.files("keng.breaches") / "columns.csv").read_text(encoding="utf-8")
    return tuple((row["table"], row["column"], row["form"]) for row in csv.DictReader(text.split()))
