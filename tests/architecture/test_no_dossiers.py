"""There is no file on anybody: who a resident is has no readable column in any table."""

import re

from django.apps import apps
from django.db import models

PERSONAL = re.compile(
    r"name|phone|mail|address|birth|gender|nation|religion|card|household|member|score|rating"
)
# Sealed to a key that the database does not have, or a hash that finds and tells nothing.
CLOSED = ("_sealed", "_hash")
# Everything else that sounds personal, and whose it is.
KNOWN = {
    "accounts_officer.username": "officers sign what they do",
    "accounts_officer.name": "officers sign what they do",
    "accounts_officerrequest.username": "who is to become an officer",
    "accounts_officerrequest.name": "who is to become an officer",
    "accounts_partner.name": "a body that publishes under its own name",
    "accounts_partnermember.username": "whoever signs in for a partner",
    "accounts_partnermember.name": "whoever signs in for a partner",
    "accounts_partnersession.member": "whoever signs in for a partner",
    "leases_lease.name": "a task of the worker",
    "partner_inbox_inboxholder.member": "whoever signs in for a partner",
    "partner_inbox_inboxmessage.member": "whoever signs in for a partner",
    "lessons_film.made_by_member": "whoever signs in for a partner",
    "surveys_survey.released_by_member": "whoever signs in for a partner",
    "surveys_surveyresult.released_by_member": "whoever signs in for a partner",
    "accounts_namedofficer.named_by": "an officer, by whom another was named",
    "accounts_namedofficer.named_at": "a time",
    "tips_tip.is_for_named": "whether named officers read it",
    "tips_tip.is_for_named_decided": "whether an officer said so",
    "lookup_blocklist.name": "a source that publishes a list",
    "partners_kitrequest.name": "who asks to be shown as a partner; emptied by the decision",
    "network_lead.name": "leads agreed, on the day in consented_on",
    "network_group.name": "a group",
    "network_establishment.name": "a boarding house, guesthouse or school",
    "network_subscription.member_ref": "somebody of a partner, who asked for letters",
    "network_group.channel_address": "a group's",
    "network_group.address_changed_at": "a group's",
    "network_group.member_count": "a number",
    "delivery_accountgroup.address": "a group's",
    "delivery_accountgroup.name": "a group",
    "delivery_accountgroup.member_count": "a number",
    "delivery_grouprequest.name": "a group that is to be made",
    "delivery_channelaccount.name": "an account of the police",
    "delivery_channelaccount.package_name": "what the provider calls what is paid for",
    "delivery_delivery.address": "a group's; a person's is in address_sealed",
    "delivery_sandboxmessage.address": "a simulated phone of the demo",
    "demo_phonemessage.phone": "a simulated phone of the demo",
    "places_place.name": "a place",
    "places_place.full_name": "a place",
    "places_place.household_count": "a number",
    "places_landmark.name": "a park, a station",
    "places_unit.name": "a police unit",
    "places_unit.short_name": "a police unit",
    "places_unit.desk_phone": "a police unit's",
    "tips_otherinstallation.name": "a police unit",
    "tips_otherinstallation.phone": "a police unit's",
    "tips_otherinstallation.address": "where its public site is",
    "tips_otherinstallation.is_address_private": "whether that is in a network of one's own",
    "tips_transfer.their_phone": "a police unit's",
    "places_holiday.name": "a holiday",
    "audit_chain.name": "a chain of the record",
    "reports_reportpaper.addressees": "offices to which a report is addressed",
    "tips_clockrule.name": "a deadline",
    "tips_savedsearch.name": "an officer's own search, never one for a person",
}


def personal_columns():
    ours = [m for m in apps.get_models() if m.__module__.startswith(("keng.", "keng_dev."))]
    return {
        f"{model._meta.db_table}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
        and PERSONAL.search(field.name)
        and not field.name.endswith(CLOSED)
    }


def test_nobodys_name_or_number_has_a_column_unless_they_agreed():
    assert personal_columns() - set(KNOWN) == set()


def test_the_list_of_known_columns_is_not_stale():
    assert set(KNOWN) - personal_columns() == set()


def test_a_lead_is_kept_only_with_consent_and_without_a_number():
    lead = apps.get_model("network", "Lead")
    assert not lead._meta.get_field("consented_on").null
    assert {f.name for f in lead._meta.get_fields()}.isdisjoint({"phone", "address", "email"})
