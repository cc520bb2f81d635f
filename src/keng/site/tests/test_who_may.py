"""Every act in an officer's name and every page of the desk, by role and by relation to the unit.

What a role may not do is refused and touches no row. Who may do what is written down in
keng.site.who_may and in accounts/who.py; this walk tries it, so that the two cannot part.
"""

import datetime
import importlib
import inspect
import os
import pkgutil
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import ProgrammingError, connection, transaction

import keng
from keng.accounts.middleware import OPEN_PAGES
from keng.accounts.models import Post
from keng.accounts.partner_signing import PARTNER_COOKIE
from keng.accounts.who import WORKING
from keng.acts.errors import NotAllowed
from keng.breaches.harm import STEP_CODES
from keng.channels.web_push import PushSubscription
from keng.conftest import sign_in
from keng.delivery.audience import AudiencePlan
from keng.dialogue.ready_answers import standard_answers
from keng.imported.box import WaitingRows
from keng.imported.dry_run import DryRun
from keng.intake.by_staff.take_down import TipByStaff, destination_at_desk
from keng.kit import times
from keng.kit.tests.browser import Browser
from keng.lessons.models import Edition
from keng.model_offers.models import ModelOffer
from keng.network.actions.establishments import EstablishmentEntry
from keng.network.actions.groups import GroupEntry
from keng.network.actions.lead_ways import TypedAddress
from keng.network.actions.leads import LeadEntry
from keng.network.actions.teams import ShiftEntry
from keng.network.sheets.plan_hamlets import HamletDraft
from keng.network.sheets.reading import Sheet
from keng.openings.asking import OpeningWish
from keng.partners import queries as partners
from keng.partners.tests.stage import signed_in
from keng.places.models import Unit
from keng.reports.periodic.paper import PAPER_FIELDS
from keng.reports.periodic.spans import read_span as span_of
from keng.reports.periodic.whose_report import ReportAsk, scope_of_unit
from keng.site import who_may
from keng.site.tests.desk_world import PARTS, all_roles, world
from keng.site.tests.test_desk_urls import OBJECTS, ROUTES, SENT, address
from keng.tips.errors import CannotDecide, NothingChosen
from keng.tips.errors import NotYours as NotYoursToDecide
from keng.tips.models import Decision, DialogueMessage, Restriction, TakenDown
from keng.warnings.content import AudienceChoice, WarningContent
from keng.warnings.models import RecallRequest
from tests import make

pytestmark = pytest.mark.django_db

# Parts of acts: they lock, write or record for an act that has asked already, or only answer.
STEPS = {
    # The lock of a tip and its next file, for acts that have asked.
    "transfers.handing.locked_transfer",
    "transfers.writing.write_file",
    # What comes of a closing is kept inside it, and what was done to tasks is put on record.
    "decisions.incident_effect.keep_effect",
    "relay.relay_acts.record_on_tasks",
    # Of many tips one after the other: of each an act asks by itself.
    "inbox.chosen_tips.answer_together",
    "inbox.chosen_tips.decline_together",
    "inbox.chosen_tips.take_back_together",
    "accounts.notices.tell_officers",
    "claims.writing.locked_claim",
    "delivery.dispatch.send_dispatch",
    # What a provider says of an address: `by` is the process that heard it.
    "delivery.addresses.end_address",
    "relay.relay_acts.chain_of_task",
    "delivery.replies.send_to_conversation",
    "lookup.disputes.require_decidable",
    "lookup.listing.end_disputed_listings",
    "lookup.listing.require_confirmable",
    "lookup.listing.require_endable",
    "lookup.listing.require_refusable",
    "reports.signing.freeze_report",
    "reports.signing.may_publish_report",
    "surveys.writing.locked_survey",
    "alarms.ringing.settle_alarm",
    "decisions.closing.end_and_tell_reporter",
    "decisions.incident_lead.first_in_sight",
    "decisions.incident_lead.is_first_in_sight",
    "decisions.incident_lead.lock_leaving_tip",
    "tips.messages.add_message",
    "lookup_pages.propose.require_confirmable",
    "lookup_pages.propose.sighting_to_propose",
    "intake.take_down.receipt_to_show",
    "decisions.on_record.record_decision",
    "tips.lock.lock_tip",
    "decisions.suspension.lift_suspension",
    "incidents.wave_acts.note_wave_warning",
    "warnings.drafting.lock_warning",
    "warnings.releasing.release_version",
    "warnings.pattern_acts.check_filled_pattern",
    "warnings.pattern_acts.check_pattern",
    "warnings.pattern_acts.needs_second_person",
}
# These begin something in the name of the officer's own unit: which unit's rows there are is no
# matter.
OF_THE_OWN_UNIT = {
    # What another installation sends comes to the desk of whoever takes it in.
    "transfers.taking_in.take_transfer_file_in",
    "breaches.register.export_register",
    "claims.asking.add_claim",
    "community.announcements.check_channels",
    "community.announcements.propose_channel",
    "community.announcements.propose_meeting",
    "thanks.group_thanks.propose_thanks",
    "model_offers.taking_over.take_over_lesson",
    "model_offers.taking_over.take_over_pattern",
    "model_offers.taking_over.take_over_rota",
    "network.group_sheets.export_groups",
    "network.group_sheets.import_groups",
    "network.establishments.import_establishments",
    "network.hamlets.import_hamlets",
    "network.lead_sheets.import_leads",
    "network.targets.set_targets",
    "lessons.first_hour_acts.write_first_hour",
    "lessons.pledge_acts.open_campaign",
    "lessons.writing.open_collection",
    "lessons.film_acts.take_in_film",
    "partners.inviting.invite_partner",
    # What an official source says is no unit's.
    "warnings.official_alerts.dismiss_alert",
    # One's own choices, password and sessions, wherever one works.
    "accounts.actions.change_password",
    "accounts.actions.change_settings",
    "accounts.notices.mark_notice_seen",
    "accounts.sessions.end_other_sessions",
    "accounts.sessions.end_own_session",
    # One's own passkeys: what a device answers is tried in accounts/tests/test_passkeys.py.
    "accounts.passkeys.add_passkey",
    "accounts.passkeys.rename_passkey",
    "accounts.passkeys.remove_passkey",
    "accounts.screen_lock.set_pin",
    # One's own key for opening.
    "openings.holder_keys.make_holder_key",
    "openings.holder_keys.add_passkey_wrap",
    "openings.holder_keys.renew_phrase",
    "openings.holder_keys.retire_holder_key",
    "dialogue.ready_answer_acts.write_ready_answer",
    "dialogue.ready_answer_acts.set_ready_answer_removed",
    "inbox.search_acts.record_name_search",
    "inbox.search_acts.save_search",
    "inbox.search_acts.remove_search",
    "intake.take_down.take_down_tip",
    # One's own last decision is taken back also where the tip has left one's sight by it.
    "decisions.undo.take_back_decision",
    "decisions.bulk.take_back_decisions",
    # One's own pagers ring whatever desk it is.
    "duty.chat_pagers.ask_chat_code",
    "duty.pager_acts.add_device_pager",
    "duty.pager_acts.add_email_pager",
    "duty.pager_acts.add_phone_pager",
    "duty.pager_acts.confirm_pager_test",
    "duty.pager_acts.remove_pager",
    "duty.pager_acts.switch_pager",
    "duty.pager_acts.test_pagers",
    # So are one's own words that have not left.
    "dialogue.answering.withdraw_answer",
    "incidents.incident_acts.withdraw_incident_answer",
}
# Among these are acts on tips that were the officer's and may lie elsewhere by now: within the
# tree. What lies in another province the database keeps from them (site/row_policies.py).
WITHIN_THE_TREE = {
    "dialogue.answering.withdraw_answer",
    "incidents.incident_acts.withdraw_incident_answer",
    "intake.take_down.take_down_tip",
}
# Of these whoever may gets on only with rows of their own making, or as the last one left: that
# they do is tried in the tests of the area. That others do not is tried here.
NOT_FOR_EVERY_ONE_OF_THEM = {
    "community.announcements.keep_channel",
    "lookup.disputes.decide_dispute",
    "lookup_pages.dispute_pictures.show_picture",
    "surveys.paper.type_in_sheet",
    "surveys.paper.finish_batch",
    "reports.signing.sign_report",
    "reports.signing.publish_report",
    "warnings.pattern_acts.send_pattern",
    "warnings.pattern_acts.hand_in_pattern",
    "partners.inviting.accept_kit_request",
    "lookup.listing.propose_listing",
    "lookup.listing.end_listing",
    "accounts.actions.add_post",
    "accounts.requesting.show_half",
    "accounts.requesting.withdraw_request",
    "accounts.passkeys.add_passkey",
    # An incident is of a province, and ends once the authority knows.
    "breaches.recording.record_breach",
    "breaches.recording.close_breach",
    # A period is of a province, and so is a sheet.
    "retention.periods.propose_period",
    "imported.proposing.propose_import",
    # Whoever asked takes their own request back.
    "openings.asking.withdraw_opening",
    # Whoever has no key of their own gets no further.
    "openings.asking.ask_opening",
    "openings.asking.approve_opening",
    "openings.giving.note_share_given",
    "openings.giving.note_shown",
    "openings.giving.note_sent_on",
    "openings.resharing.join_resharing",
    "openings.holder_keys.make_holder_key",
    "openings.holder_keys.add_passkey_wrap",
    "openings.holder_keys.renew_phrase",
    "openings.holder_keys.retire_holder_key",
    "duty.rota.add_shifts",
    "surveys.free_texts.decide_free_text",
    "partners.releasing.publish_for_partner",
    "partners.releasing.give_back_to_partner",
    "warnings.pattern_acts.make_pattern",
    "lessons.writing.write_lesson",
    "lessons.writing.rewrite_lesson",
}
REFUSED = (
    NotAllowed,
    PermissionError,
    ObjectDoesNotExist,
    NotYoursToDecide,
    NothingChosen,
)
# They say no by doing nothing.
QUIET = {"decisions.viewing.note_first_read"}
NOW = datetime.datetime(2026, 11, 20, 3, 0, tzinfo=datetime.UTC)


# These have no folder of actions: an act stands in a module of the area.
FLAT_AREAS = (
    "transfers",
    "relay",
    "thanks",
    "model_offers",
    "duty",
    "tips",
    "alarms",
    "decisions",
    "intake",
    "dialogue",
    "incidents",
    "lookup_pages",
    "inbox",
    "openings",
    "retention",
    "data_requests",
    "consent",
    "breaches",
    "partner_inbox",
    "imported",
)


def _modules():
    yield from (
        "keng.accounts.actions",
        "keng.accounts.closing",
        "keng.accounts.naming",
        "keng.accounts.notices",
        "keng.accounts.partner_signing",
        "keng.accounts.passkeys",
        "keng.accounts.requesting",
        "keng.accounts.screen_lock",
        "keng.accounts.sessions",
        "keng.accounts.setting_up",
        "keng.community.report.send",
        "keng.reports.periodic.paper",
        "keng.reports.periodic.signing",
    )
    for area in Path(keng.__file__).parent.iterdir():
        if (area / "actions" / "__init__.py").exists():
            package = importlib.import_module(f"keng.{area.name}.actions")
            yield from (
                found.name
                for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
            )
    for area in FLAT_AREAS:
        package = importlib.import_module(f"keng.{area}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".tests" not in found.name and ".migrations" not in found.name:
                yield found.name


def _found():
    """Every public function of the actions that takes an officer, under its short name."""
    acts = {}
    for name in _modules():
        area, *_, module = name.removeprefix("keng.").split(".")
        for called, act in vars(importlib.import_module(name)).items():
            plain = inspect.unwrap(act) if callable(act) else None
            if called.startswith("_") or not inspect.isfunction(plain):
                continue
            by = inspect.signature(plain).parameters.get("by")
            if plain.__module__ == name and by and "PartnerMember" not in str(by.annotation):
                acts[f"{area}.{module}.{called}"] = act
    return acts


FOUND = _found()
RIGHTS = who_may.act_rights()


def test_every_act_is_in_the_table_or_named_as_none():
    named = {name for name, who in RIGHTS.items() if not who.is_by_secret}
    assert set(FOUND) == named | STEPS
    assert named >= OF_THE_OWN_UNIT | NOT_FOR_EVERY_ONE_OF_THEM | QUIET


def test_the_page_for_readers_is_printed_from_the_table():
    page = Path(keng.__file__).parents[2] / "docs" / "who-may.md"
    if os.environ.get("PRINT_WHO_MAY") == "1":
        page.write_text(who_may.as_markdown(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == who_may.as_markdown()


def test_every_address_is_in_the_table_once():
    names = {name for name, _converters in ROUTES}
    assert (
        names | {"style", "style-home", "tour-close"}
        == set(who_may.PAGE_RIGHTS) | who_may.PAGES_OF_EVERYBODY
    )
    assert not set(who_may.PAGE_RIGHTS) & who_may.PAGES_OF_EVERYBODY


def _content(here):
    return WarningContent({"vi": PARTS}, "scam_bank", 2, None)


def _by_name(here):
    """What an act is asked with, by the names of its parameters."""
    rows, unit = here.rows, here.unit
    tomorrow = NOW + datetime.timedelta(days=1)
    today = NOW.date()
    group = GroupEntry(
        name="Nhóm mới",
        kind="residents",
        place_id=rows["place"].pk,
        unit_id=unit.pk,
        channel="by_hand",
        channel_address="",
        member_count=9,
        officer_in_charge_id=None,
        lead_ids=frozenset(),
    )
    return {
        "unit_id": unit.pk,
        "officer_id": rows["officer"].pk,
        "post_id": rows["post"].pk,
        "shift_id": rows["shift"].pk,
        "username": f"u{make.some_id().hex[:8]}",
        "name": "Tên",
        "rank": "",
        "role": "used",
        "valid_from": today,
        "starts_at": NOW,
        "ends_at": tomorrow,
        "snapshot_id": rows["report"].pk,
        "seen": b"",
        "claim_id": rows["claim"].pk,
        "words": "Lời",
        "shows_words": True,
        "check": rows["claim"].pk,
        "why": "mistake",
        "reason": "Lý do",
        "place": rows["place"],
        "venue": "Nhà văn hóa",
        "about": "Họp",
        "kind": "civil",
        "shown_as": f"Kênh {make.some_id().hex[:6]}",
        "dispatch_id": rows["dispatch"].pk,
        "task_id": rows["task"].pk,
        "count": 1,
        "lead_id": rows["lead"].pk,
        "pieces": [b"x"],
        "title": "Tên gọi",
        "captions": {},
        "texts": {"vi": {"title": "Bài mới", "steps": []}},
        "hotlines": [],
        "purpose": "fraud",
        "days": (today, today),
        "schools": [],
        "right": [],
        "lesson": rows["edition"].lesson,
        "collection": rows["collection"],
        "dispute_id": rows["dispute"].pk,
        "outcome": "rejected",
        "answer": "Trả lời",
        "listing_id": rows["listing"].pk,
        "does_harm": False,
        "note": "Ghi chú",
        "grade": "confirmed",
        "category": "scam_bank",
        "month": today,
        "basis": "Đã gọi ngân hàng",
        "expires_on": today + datetime.timedelta(days=90),
        "entry": group,
        "sheet": Sheet((), ("name",), (), (), ""),
        "shown": "",
        "is_open": False,
        "hours": 2,
        "group_id": rows["group"].pk,
        "active": False,
        "stopped": True,
        "form": "csv",
        "answers": {},
        "counts": {"residents": 3},
        "until": tomorrow,
        "request_id": rows["kit_request"].pk,
        "partner_id": rows["partner"].pk,
        "member_id": rows["partner_member"].pk,
        "purposes": ["fraud"],
        "member_name": "Bình",
        "is_active": False,
        "survey_id": rows["survey"].pk,
        "sheets": 2,
        "batch_id": rows["batch"].pk,
        "content": _content(here),
        "said": {},
        "slip": "",
        "text_id": make.some_id(),
        "key": "a",
        "question": {"key": "a"},
        "reach": "everybody",
        "code": "",
        "is_removed": True,
        "tip_id": rows["tip"].pk,
        "tip_ids": [rows["tip"].pk],
        "since": times.now(),
        "decision_ids": [make.some_id()],
        "step": "call",
        "reply": "Chào bạn",
        "text": "Chào bạn",
        "incident_id": rows["incident"].pk,
        "batch": make.some_id(),
        "sighting_id": rows["sighting"].pk,
        "attachment_id": rows["attachment"].pk,
        "picture": b"picture",
        "handed_for": "crime",
        "file_id": rows["dispute_file"].pk,
        "query": {"q": "xe máy"},
        "found": 0,
        "saved_id": rows["saved_search"].pk,
        "ground": "waiting",
        "token": uuid.uuid4().hex,
        "value": "of_value",
        "wave_id": rows["wave"].pk,
        "warning_id": rows["warning"].pk,
        "choice": AudienceChoice((), (), (), subscribers=False),
        "pattern_id": rows["pattern"].pk,
        "severity": 2,
        "kinds": ["residents"],
        "use_id": rows["pattern_use"].pk,
        "values": {},
        "audience_hash": b"",
        "people": 0,
        "language": "vi",
        "theme": "auto",
        "single_keys": True,
        "full_desk": False,
        "present": "not this one",
        "new": "một câu khác",
        "this": "",
        "notice_id": make.some_id(),
        "named_id": rows["named"].pk,
        "break_in_id": rows["break_in"].pk,
        "recusal_id": rows["recusal"].pk,
        "opening_id": rows["opening"].pk,
        "resharing_id": rows["resharing"].pk,
        "alert_id": rows["official_alert"].pk,
        "is_witnessed": False,
        "wish": OpeningWish("contact:", "danger", "Điều 1", "Gọi lại"),
        "tells_reporter": True,
        "why_not_told": "",
        "public_key": b"",
        "wraps": [],
        "wrap": None,
        "hold_id": rows["hold"].pk,
        "transfer_id": rows["transfer"].pk,
        "other_id": rows["transfer"].other_id,
        "breach_id": rows["breach"].pk,
        "waiver_id": rows["waiver"].pk,
        "reached": ["report_words"],
        "harm": dict.fromkeys(STEP_CODES, "no"),
        "measures": "",
        "detected_at": NOW,
        "began_at": None,
        "sent_at": NOW,
        "paper_number": "",
        "received_from": None,
        "received_until": None,
        "is_agreed": True,
        "period_id": rows["period"].pk,
        "import_id": rows["import"].pk,
        "closed_as": "no_tip",
        "months": 24,
    }


# What asks the database is asked for only by the acts that take it.
_LOOKED_UP = {
    "account_id": lambda here: here.rows["group_account"].pk,
    "indicator": lambda _here: make.indicator("+84912000418"),
    "version_id": lambda here: here.rows["warning"].versions.get().pk,
}


def _own_decision(here):
    tip = here.rows["tip"]
    return Decision.objects.create(
        tip=tip, kind="accepted", by=here.by, unit=here.unit, detail={"before": {}, "batch": "b"}
    )


def _own_answer(here):
    later = times.now() + datetime.timedelta(seconds=20)
    return make.message(
        here.rows["tip"], author=DialogueMessage.Author.DESK, officer=here.by, visible_at=later
    )


def _own_batch(here):
    batch = make.some_id()
    step, answer = _own_decision(here), _own_answer(here)
    step.detail = {"message": str(answer.pk), "batch": str(batch)}
    step.save()
    return batch


def _second_tip(here):
    return make.tip(unit=here.unit)


def _house(here):
    place, unit = here.rows["place"], here.unit
    return EstablishmentEntry("Trọ mới", "boarding_house", place.pk, unit.pk, "", None, None, 3)


def _hamlet(here):
    return HamletDraft(here.rows["place"].pk, here.unit.pk, "Thôn", f"Mới {make.some_id().hex[:6]}")


def _lead(here):
    return LeadEntry("Đầu mối mới", "Tổ trưởng", here.unit.pk, None, frozenset(), NOW.date())


def _published(here):
    warning = here.rows["warning"]
    warning.state, warning.published_at = "published", times.now()
    warning.save()
    return warning.pk


def _recall_asked(here, officer):
    asked = RecallRequest(warning_id=_published(here), reason="over")
    asked.hand_in(officer)
    asked.save()
    return asked.pk


def _doubted(here):
    """A channel that the unit's own officer wants off the list."""
    row = here.rows["official_channel"]
    doubted = {"doubted_at": times.now(), "doubted_by": here.rows["officer"]}
    type(row).objects.filter(pk=row.pk).update(**doubted)
    return {"pk": row.pk}


def _open_data_request(here):
    return {"request_id": here.rows["data_request"].pk}


def _decided_erasure(here):
    """Data protection decided that a report is deleted that nothing keeps."""
    tip = make.tip(unit=here.unit, state="closed", outcome="unfounded", closed_at=NOW)
    asked = here.rows["data_request"]
    type(asked).objects.filter(pk=asked.pk).update(
        tip=tip,
        kind="delete",
        outcome="done",
        decided_by=here.rows["officer_request"].officer_id,
        decided_at=NOW,
    )
    return {"request_id": asked.pk}


def _restricted_tip(here):
    """Data protection decided that a report is kept and not used."""
    tip = make.tip(unit=here.unit, state="closed", outcome="unfounded", closed_at=NOW)
    asked = here.rows["data_request"]
    type(asked).objects.filter(pk=asked.pk).update(tip=tip, kind="restrict")
    by = here.rows["officer_request"].officer
    Restriction.objects.create(tip=tip, number=asked.number, by=by)
    return {"request_id": asked.pk, "ground": "claim"}


def _in_force(here):
    """Their pattern, let out by somebody and not offered yet."""
    row = here.rows["pattern"]
    ModelOffer.objects.filter(pk=here.rows["model_offer"].pk).update(withdrawn_at=NOW)
    later = {"expires_on": times.local_date(times.now() + datetime.timedelta(days=9))}
    released = {"released_at": NOW, "released_by": make.officer(), "digest": b"1" * 32}
    type(row).objects.filter(pk=row.pk).update(**released, **later)
    return row


def _offer_for_own_desk(here):
    own = Post.objects.filter(officer=here.by).first()
    return {"offer_id": make.some_id(), "unit_id": own.unit_id}


def _public_edition(here):
    row = here.rows["edition"]
    released = {"released_at": NOW, "released_by": make.officer(), "digest": b"1" * 32}
    type(row).objects.filter(pk=row.pk).update(**released)
    return row


def _request(here):
    return {"request_id": here.rows["officer_request"].pk}


# Where the name of a parameter does not tell what it is.
_APART = {
    "accounts.actions.add_post": lambda here: {
        "role": "duty",
        "officer_id": here.rows["officer_request"].officer_id,
    },
    "accounts.requesting.ask_for_officer": {"role": "duty"},
    "accounts.requesting.ask_for_post": lambda here: {
        "role": "commander",
        "officer_id": here.rows["officer_request"].officer_id,
    },
    "accounts.requesting.agree_to_request": _request,
    "accounts.requesting.refuse_request": _request,
    "accounts.requesting.show_half": _request,
    "accounts.requesting.withdraw_request": _request,
    "breaches.recording.record_breach": {"kind": "read"},
    "claims.deciding.put_claim_out_of_scope": {"why": "private"},
    "claims.deciding.withdraw_claim": {"reason": "changed"},
    "delivery.group_requests.ask_for_new_group": {"description": "", "size": "gmf10"},
    "claims.writing.write_claim": {
        "content": SimpleNamespace(
            hash=b"1" * 32,
            verdict="false",
            topic="fraud",
            quote="a",
            seen="",
            texts={},
            evidence=[],
        )
    },
    "community.questions.answer_question": lambda here: {"pk": here.rows["question"].pk},
    "community.questions.decline_question_as_opinion": lambda here: {
        "pk": here.rows["question"].pk
    },
    "community.questions.move_question_to_inbox": lambda here: {"pk": here.rows["question"].pk},
    "community.questions.let_out_answer": lambda here: _handed_in(here.rows["question"]),
    "community.announcements.propose_meeting": {"starts_at": NOW},
    "thanks.group_thanks.propose_thanks": {"category": "theft", "group_ids": []},
    "thanks.group_thanks.send_thanks": lambda here: {"pk": here.rows["thanks"].pk},
    "thanks.group_thanks.drop_thanks": lambda here: {"pk": here.rows["thanks"].pk},
    "thanks.group_thanks.refuse_thanks": lambda here: {"pk": here.rows["thanks"].pk},
    "model_offers.offering.offer_pattern": lambda here: {"pattern_id": _in_force(here).pk},
    "model_offers.offering.offer_lesson": lambda here: {"edition_id": _public_edition(here).pk},
    "model_offers.offering.withdraw_offer": lambda here: {"offer_id": here.rows["model_offer"].pk},
    "model_offers.taking_over.take_over_pattern": _offer_for_own_desk,
    "model_offers.taking_over.take_over_lesson": _offer_for_own_desk,
    "model_offers.taking_over.take_over_rota": _offer_for_own_desk,
    "model_offers.taking_over.fill_copied_rota": lambda here: {
        "copy_id": here.rows["model_copy"].pk,
        "officers": {},
        "first_day": NOW.date(),
        "weeks": 1,
    },
    "community.announcements.let_out_meeting": lambda here: _not_let_out(here.rows["meeting"]),
    "community.announcements.drop_meeting": lambda here: _not_let_out(here.rows["meeting"]),
    "community.announcements.call_off_meeting": lambda here: {"pk": here.rows["meeting"].pk},
    "community.announcements.propose_channel": {"kind": "zalo"},
    "community.announcements.let_out_channel": lambda here: _not_let_out(
        here.rows["official_channel"]
    ),
    "community.announcements.drop_channel": lambda here: _not_let_out(
        here.rows["official_channel"]
    ),
    "community.announcements.doubt_channel": lambda here: {"pk": here.rows["official_channel"].pk},
    "community.announcements.keep_channel": _doubted,
    "community.announcements.end_channel": _doubted,
    "duty.pager_acts.add_device_pager": {
        "subscription": PushSubscription("https://push.example/1", b"k" * 65, b"a" * 16),
        "hint": "Firefox",
    },
    "duty.pager_acts.add_email_pager": {"address": "lan@congan.example"},
    "duty.pager_acts.add_phone_pager": {"number": "901234567", "kind": "sms"},
    "duty.pager_acts.confirm_pager_test": lambda here: {"test_id": _own(here, "pager_test")},
    "duty.pager_acts.remove_pager": lambda here: {"way_id": _own(here, "pager")},
    "duty.pager_acts.switch_pager": lambda here: {"way_id": _own(here, "pager"), "is_on": False},
    "relay.rooms.note_rooms_told": lambda here: {
        "task_id": _confirmed(here.rows["task"]),
        "count": 0,
    },
    "lessons.film_acts.discard_film": lambda here: {"key": here.rows["film"].pk},
    "lessons.film_acts.take_in_film": {"words": {}},
    "lessons.pledge_acts.renew_class_link": lambda here: {"key": here.rows["school_class"].pk},
    "lessons.releasing.end_text": lambda here: {"kind": Edition, "key": here.rows["edition"].pk},
    "lessons.releasing.publish_text": lambda here: {
        "kind": Edition,
        "key": here.rows["edition"].pk,
    },
    "lookup.listing.confirm_listing": lambda here: {
        "listing_id": _proposed(here),
        "seen": here.rows["listing"].digest_now,
    },
    "lookup.listing.refuse_listing": lambda here: {"listing_id": _proposed(here)},
    "lookup.listing.end_listing": {"why": "no_longer"},
    "network.establishments.add_establishment": lambda here: {"entry": _house(here)},
    "network.establishments.change_establishment": lambda here: {
        "pk": here.rows["establishment"].pk,
        "entry": _house(here),
    },
    "network.establishments.set_establishment_open": lambda here: {
        "pk": here.rows["establishment"].pk
    },
    "relay.vacant_places.take_on_place": lambda here: {
        "vacant_id": here.rows["erased_lead"].pk,
        "name": here.rows["lead"].name,
    },
    "network.hamlets.add_hamlet": lambda here: {"draft": _hamlet(here)},
    "network.hamlets.change_hamlet": lambda here: {
        "hamlet_id": here.rows["hamlet"].pk,
        "draft": _hamlet(here),
    },
    "network.leads.add_lead": lambda here: {"entry": _lead(here)},
    "network.leads.change_lead": lambda here: {"entry": _lead(here)},
    "network.lead_ways.enter_lead_way": {"typed": TypedAddress("email", "dau-moi@xa.example")},
    "network.group_sheets.import_groups": {"shown": "other"},
    "network.targets.set_targets": {"place": None},
    "network.teams.add_shift": lambda here: {
        "group_id": here.rows["team"].pk,
        "entry": ShiftEntry(datetime.time(20), datetime.time(22), weekday=1, role="Tổ viên"),
    },
    "network.teams.ask_team": lambda here: {"group_id": here.rows["team"].pk},
    "network.teams.end_shift": lambda here: {"pk": here.rows["team_shift"].pk},
    "network.teams.end_ask": lambda here: {"pk": here.rows["team_ask"].pk},
    "partners.inviting.invite_partner": {
        "kind": "front",
        "place": None,
        "name": make.some_id().hex,
    },
    "partners.inviting.agree_for_partner": lambda here: _read(here.rows["waiting_member"]),
    "partners.releasing.give_back_to_partner": lambda here: {"pk": here.rows["article"].pk},
    "partners.releasing.publish_for_partner": lambda here: {"pk": here.rows["article"].pk},
    "transfers.taking_in.take_transfer_file_in": {"data": b"no file of ours"},
    "reports.paper.write_paper": {
        "wanted": dict.fromkeys(PAPER_FIELDS, "Nếnh") | {"number": 12, "dated": None}
    },
    "reports.signing.sign_report": lambda here: {"ask": _september(here)},
    "surveys.opening.approve_survey": lambda here: {
        "survey_id": _survey(here, state="submitted", submitted_at=times.now()),
        "seen": here.rows["survey"].digest_now,
    },
    "surveys.opening.send_back_survey": lambda here: {
        "survey_id": _survey(here, state="submitted", submitted_at=times.now())
    },
    "surveys.results.publish_result": lambda here: {
        "survey_id": _result(here),
        "seen": here.rows["survey"].results.get().digest_now,
    },
    "surveys.results.send_back_result": lambda here: {"survey_id": _result(here)},
    "surveys.results.submit_result": {"outcome": {}},
    "surveys.writing.make_survey": {
        "purpose": "streets",
        "content": {"vi": {"title": "Hỏi", "why": "a"}},
    },
    "surveys.writing.revise_survey": {"purpose": "streets", "content": {}},
    "data_requests.deciding.acknowledge_request": _open_data_request,
    "data_requests.deciding.extend_request": _open_data_request,
    "data_requests.deciding.ask_desk": lambda here: _open_data_request(here) | {"number": ""},
    "data_requests.deciding.say_for_desk": _open_data_request,
    "data_requests.deciding.decide_request": lambda here: (
        _open_data_request(here) | {"outcome": "done", "ground": ""}
    ),
    "data_requests.deciding.decide_on_erasure": _decided_erasure,
    "data_requests.deciding.lift_restriction": _restricted_tip,
    "dialogue.ready_answer_acts.set_ready_answer_removed": {"code": next(iter(standard_answers()))},
    "dialogue.ready_answer_acts.write_ready_answer": {
        "words": dict.fromkeys(("topic", "title_vi", "title_en", "text_vi", "text_en"), "x"),
        "seen": None,
    },
    "tips.readers.note_reader": lambda here: {"tip": here.rows["tip"]},
    "decisions.bulk.join_tips": lambda here: {
        "tip_ids": [here.rows["tip"].pk, _second_tip(here).pk]
    },
    "decisions.bulk.take_back_decisions": lambda here: {"decision_ids": [_own_decision(here).pk]},
    "decisions.closing.record_outcome": {"outcome": "solved"},
    "dialogue.answering.withdraw_answer": lambda here: {"message_id": _own_answer(here).pk},
    "accounts.screen_lock.set_pin": {"pin": "739154"},
    "accounts.passkeys.add_passkey": {"answer": "", "is_shared": False, "browser": ""},
    "accounts.passkeys.rename_passkey": lambda here: {"passkey_id": _own_passkey(here)},
    "accounts.passkeys.remove_passkey": lambda here: {"passkey_id": _own_passkey(here)},
    "incidents.incident_acts.record_incident_outcome": {"outcome": "solved"},
    "imported.proposing.propose_import": {
        "kind": "tips",
        "digest": bytes(32),
        "dry_run": DryRun(WaitingRows([{"key": "0"}], [])),
    },
    "incidents.incident_acts.withdraw_incident_answer": lambda here: {"batch": _own_batch(here)},
    "inbox.search_acts.remove_search": lambda here: {"saved_id": _own_search(here)},
    "decisions.putting_off.put_off_tip": lambda _here: {
        "until": times.now() + datetime.timedelta(hours=2)
    },
    "lookup_pages.propose.confirm_proposal": lambda here: {
        "listing_id": _proposed(here),
        "seen": here.rows["listing"].digest_now,
    },
    "intake.take_down.take_down_tip": lambda here: {
        "told": TipByStaff(
            manner=TakenDown.Manner.PHONE, to=destination_at_desk(here.unit), text="Mất xe"
        )
    },
    "decisions.triage.mark_duplicate": lambda here: {"of": _second_tip(here).pk},
    "decisions.triage.route_tip": lambda _here: {"to": make.unit()},
    "decisions.undo.take_back_decision": lambda here: {"decision_id": _own_decision(here).pk},
    "warnings.pattern_acts.make_pattern": {"texts": PARTS},
    "warnings.releasing.note_reading": lambda here: {
        "version": _waiting(here),
        "seen": AudiencePlan((), b""),
    },
    "warnings.drafting.send_back_warning": lambda here: {"warning_id": _waiting(here).warning_id},
    "warnings.releasing.approve_warning": lambda here: {
        "version_id": _waiting(here).pk,
        "seen": b"0" * 32,
    },
    "warnings.recalling.recall_warning": lambda here: {
        "warning_id": _published(here),
        "reason": "wrong_facts",
    },
    "warnings.recalling.ask_recall": lambda here: {
        "warning_id": _published(here),
        "reason": "over",
        "words": "",
    },
    "warnings.recalling.approve_recall": lambda here: {
        "request_id": _recall_asked(here, here.officer),
        "seen": b"",
    },
    "warnings.recalling.refuse_recall": lambda here: {
        "request_id": _recall_asked(here, here.officer)
    },
    "warnings.recalling.withdraw_recall": lambda here: {"request_id": _recall_asked(here, here.by)},
}


def _proposed(here):
    entry = here.rows["listing"]
    entry.status, entry.released_by, entry.released_at = "proposed", None, None
    entry.save()
    return entry.pk


def _read(member):
    """The first person of a partner, as the second officer read of them."""
    return {"member_id": member.pk, "seen": partners.agreement_digest(member)}


def _not_let_out(row):
    """A meeting or channel that waits for a second person."""
    type(row).objects.filter(pk=row.pk).update(released_at=None)
    return {"pk": row.pk, "seen": row.digest_now}


def _handed_in(row):
    """A question whose answer for everybody waits for a second person."""
    given = {"shown_text": "Hỏi", "answer": "Đáp", "submitted_at": times.now()}
    type(row).objects.filter(pk=row.pk).update(**given)
    return {"pk": row.pk, "seen": type(row).objects.get(pk=row.pk).digest_now}


def _waiting(here):
    """The warning's version that waits for a second person."""
    version = here.rows["warning"].versions.get()
    version.submitted_at = times.now()
    version.save()
    return version


def _survey(here, **fields):
    here.rows["survey"].__class__.objects.filter(pk=here.rows["survey"].pk).update(**fields)
    return here.rows["survey"].pk


def _result(here):
    """The result of a survey that waits for a second person."""
    asked = {"submitted_at": times.now(), "released_at": times.now()}
    _survey(here, state="closed", released_by=make.officer(unit=here.unit), **asked)
    survey = here.rows["survey"]
    survey.results.create(words={}, hands=[here.officer.pk], submitted_at=times.now())
    return survey.pk


def _september(here):
    span = span_of("2026-09")
    assert span
    return ReportAsk(scope_of_unit(here.unit), span)


def _confirmed(task):
    task.confirmed_at = times.now()
    task.save()
    return task.pk


def _own_passkey(here):
    own = here.by.passkeys.create(credential_id=make.some_id().bytes, public_key=b"", label="khóa")
    return own.pk


def _own_search(here):
    return _own(here, "saved_search")


def _own(here, name):
    """The id of a row that is now of whoever acts."""
    row = here.rows[name]
    row.officer = here.by
    row.save()
    return row.pk


def asked_with(name, here):
    """Positional and named arguments of an example of the act."""
    apart = _APART.get(name, {})
    known = _by_name(here) | (apart(here) if callable(apart) else apart)
    places, named = [], {}
    for each in inspect.signature(inspect.unwrap(FOUND[name])).parameters.values():
        is_asked = each.default is each.empty and each.kind is not each.VAR_KEYWORD
        if each.name != "by" and is_asked:
            if each.name not in known:
                known[each.name] = _LOOKED_UP[each.name](here)
            if each.kind is each.POSITIONAL_OR_KEYWORD:
                places.append(known[each.name])
            else:
                named[each.name] = known[each.name]
    return places, named


def _touched():
    """How many rows this transaction wrote so far, taken back ones included.

    But for sessions: one says every minute that it is still used.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
            " FROM pg_stat_xact_user_tables WHERE relname <> 'accounts_desksession'"
        )
        return cursor.fetchone()[0]


def _tried(name, here):
    """What the act raised, and how many rows it wrote; afterwards all is as before."""
    raised = None
    around = transaction.savepoint()
    places, named = asked_with(name, here)
    before = _touched()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE keng_desk")
            FOUND[name](*places, by=here.by, **named)
            cursor.execute("RESET ROLE")
    except Exception as error:  # noqa: BLE001 -- which one it was is what is asked
        raised = error
    written = _touched() - before
    transaction.savepoint_rollback(around)
    return raised, written


def _expected(name, here, by):
    who = RIGHTS[name]
    if name in OF_THE_OWN_UNIT:
        return who.includes(by)
    return who.may_act_for(by, here.unit)


@pytest.fixture(scope="module")
def commune(shared_rows):
    """What a commune's desk has, below a province of its own."""
    return world("nhà", parent=make.province_unit("Công an tỉnh nhà"))


@pytest.fixture(scope="module")
def province(shared_rows):
    """What a province's desk has."""
    return world("tỉnh", kind=Unit.Kind.PROVINCE)


@pytest.fixture(params=["commune", "province"])
def here(request, commune, province):
    """One of them after the other."""
    return {"commune": commune, "province": province}[request.param]


def _unit_at(here, over):
    """The unit in which the officer is, seen from the unit whose rows are asked for."""
    if over == "own":
        return here.unit
    return here.unit.parent if over == "below" else make.province_unit("Công an tỉnh xa")


@pytest.fixture
def as_the_desk(become):
    """Whoever acts has the rights of the desk's process (_tried)."""
    become("desk")
    become("owner")


@pytest.mark.parametrize("over", ["own", "below", "elsewhere"])
@pytest.mark.parametrize("role", Post.Role.values)
@pytest.mark.usefixtures("as_the_desk")
def test_an_act_is_done_by_those_of_its_line_and_by_nobody_else(here, role, over):
    if over == "below" and here.unit.parent is None:
        pytest.skip("Above a province's desk there is none.")
    here.by = by = make.officer(unit=_unit_at(here, over), role=role)
    wrong = []
    for name in sorted(FOUND.keys() & RIGHTS):
        raised, written = _tried(name, here)
        is_far = over == "elsewhere" and name in WITHIN_THE_TREE
        if is_far or not _expected(name, here, by):
            by_the_database = (ProgrammingError,) if name in WITHIN_THE_TREE else ()
            is_refused = isinstance(raised, (*REFUSED, CannotDecide, *by_the_database))
            if not (is_refused or (name in QUIET and raised is None)) or (written and not is_far):
                wrong.append(f"{name} is not refused: {raised!r}, {written} rows")
        elif isinstance(raised, ProgrammingError):
            wrong.append(f"{name} is refused by the database: {raised!r}")
        elif isinstance(raised, (*REFUSED, TypeError)) and name not in NOT_FOR_EVERY_ONE_OF_THEM:
            wrong.append(f"{name} is refused: {raised!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", Post.Role.values)
def test_a_page_that_is_none_of_a_roles_work_is_refused_in_words(desk_client, commune, role):
    officer = make.officer(unit=commune.unit, role=role)
    sign_in(desk_client, officer)
    before, wrong = _touched(), []
    for name, converters in ROUTES:
        if not who_may.may_open(officer, name):
            wrong += _not_refused(desk_client, name, converters, commune, ("get", "post"))
    assert not wrong
    assert _touched() == before


# The role is what refuses, before any row is looked for: each role is asked at the unit itself,
# and from afar the roles take turns.
@pytest.mark.parametrize(("over", "method"), [("below", "get"), ("elsewhere", "post")])
@pytest.mark.usefixtures("desk_client")
def test_a_page_about_a_row_of_another_unit_is_refused_in_words(commune, over, method):
    unit = _unit_at(commune, over)
    officers = [make.officer(unit=unit, role=role) for role in Post.Role.values]
    clients = [sign_in(Browser(), officer) for officer in officers]
    before, wrong, asked = _touched(), [], 0
    for number, (name, converters) in enumerate(ROUTES):
        refused = [
            client
            for client, officer in zip(clients, officers, strict=True)
            if not who_may.may_open(officer, name)
        ]
        if converters and refused:
            client = refused[number % len(refused)]
            wrong += _not_refused(client, name, converters, commune, (method,))
            asked += 1
    assert not wrong
    assert asked > len(ROUTES) / 2
    assert _touched() == before


def _not_refused(client, name, converters, world_, methods):
    """What is wrong with the answers of a page that whoever asks may not open."""
    wrong = []
    target = address(name, world_.rows[OBJECTS[name]] if converters else None)
    for method in methods:
        answer = getattr(client, method)(target, SENT if method == "post" else None)
        page = answer.content.decode()
        if answer.status_code != 403 or "không thuộc phần việc của bạn" not in page:
            wrong.append((name, answer.status_code))
        if "nhà 0" in page or "Lời nhà" in page:
            wrong.append((name, "shows what was written"))
    return wrong


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("duty", "inbox"),
        ("commander", "inbox"),
        ("coordinator", "inbox"),
        ("auditor", "audit"),
        ("data_protection", "audit"),
        ("administrator", "officers"),
    ],
)
def test_each_role_begins_with_a_page_of_its_own(desk_client, role, first):
    officer = make.officer(unit=make.province_unit(), role=role)
    sign_in(desk_client, officer)
    answer = desk_client.get(address("desk-home"), follow=True)
    assert answer.redirect_chain[-1][0] == address(first)
    assert answer.status_code == 200
    assert ('data-from="/alarm/' in answer.content.decode()) == WORKING.includes(officer)


@pytest.mark.parametrize("role", Post.Role.values)
@pytest.mark.parametrize("kind", Unit.Kind.values)
def test_no_menu_leads_where_the_role_may_not_go(desk_client, role, kind):
    officer = make.officer(unit=make.unit(kind=kind), role=role)
    page = sign_in(desk_client, officer).get(address("my-settings"))
    lines = [item["url"] for item in [*page.context["desk_nav"], *page.context["desk_menu"]]]
    for name, converters in ROUTES:
        if not converters and not who_may.may_open(officer, name):
            assert address(name) not in lines
            assert f'href="{address(name)}"' not in page.content.decode(), name
    assert lines


def _opened(client, world_, cookies):
    """Addresses that answer with anything but the way to the sign-in page; to GET and to POST."""
    opened = []
    for name, converters in ROUTES:
        if name in OPEN_PAGES:
            continue
        target = address(name, world_.rows[OBJECTS[name]] if converters else None)
        for ask in (client.get, lambda target: client.post(target, SENT)):
            # Each with a session that stands: the first refusal would end it for the others.
            around = transaction.savepoint()
            client.cookies.load(cookies)
            answer = ask(target)
            transaction.savepoint_rollback(around)
            if answer.status_code != 302 or not answer.url.startswith(address("sign-in")):
                opened.append((name, answer.status_code))
    return opened


def test_a_post_that_has_ended_opens_no_address(desk_client, commune):
    """Signed in while it was one."""
    officer = all_roles(commune.unit)
    sign_in(desk_client, officer)
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    officer.posts.update(valid_to=yesterday)
    cookies = {settings.SESSION_COOKIE_NAME: desk_client.session.session_key}
    assert _opened(desk_client, commune, cookies) == []


def test_somebody_of_a_partner_opens_no_address_of_the_desk(desk_client, commune):
    """Neither under the own cookie nor under an officer's."""
    signed_in(desk_client, commune.rows["partner_member"])
    token = desk_client.cookies[PARTNER_COOKIE].value
    cookies = {PARTNER_COOKIE: token, settings.SESSION_COOKIE_NAME: token}
    assert _opened(desk_client, commune, cookies) == []


def test_whoever_holds_no_post_today_is_signed_out(desk_client):
    sign_in(desk_client, make.officer())
    assert desk_client.get(address("inbox")).url.startswith(address("sign-in"))
    assert "officer" not in desk_client.session
