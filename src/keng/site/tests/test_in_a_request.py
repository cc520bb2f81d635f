"""The gravest acts as production does them: the desk's role, one request, a commit; once and twice.

Each act has an example here, with the entry that it leaves. It is done in one request, then again
in another one, then in two requests at the same moment. Whoever comes second is refused with the
error that is named, or changes nothing, or (`may_repeat`) does it once more, as two officers may.
"""

import datetime
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from keng.accounts import closing as closing_accounts
from keng.accounts import requesting as accounts
from keng.accounts import setting_up
from keng.accounts.actions import UsernameTaken
from keng.accounts.tests.stage import first_code
from keng.acts.errors import NotAllowed
from keng.audit import verify
from keng.audit.models import Entry
from keng.claims import actions as claims
from keng.claims.tests.bureau import Bureau
from keng.community.actions import announcements, questions
from keng.community.models import Question
from keng.conftest import sign_in
from keng.decisions import ending, out_of_scope, suspension, triage, undo, viewing
from keng.delivery.actions import dispatch as sending
from keng.delivery.models import RelayTask
from keng.delivery.tests.rows import make_rows
from keng.delivery.tests.test_dispatch import Ward as RelayWard
from keng.dialogue import answering
from keng.incidents import incident_acts
from keng.kit import times
from keng.lessons.actions import releasing as lessons
from keng.lessons.models import Edition
from keng.lessons.tests.world import Desk as LessonDesk
from keng.lookup import errors as lookup_errors
from keng.lookup.actions import listing as listings
from keng.lookup.tests.make_listing import listing
from keng.lookup_pages.propose import propose_sighting
from keng.network.actions import groups
from keng.partners.actions import inviting
from keng.partners.actions import releasing as partners
from keng.partners.models import Article, KitRequest
from keng.partners.queries import agreement_digest as seen_of_member
from keng.partners.tests.stage import Stage as PartnerStage
from keng.partners.tests.test_manuscripts import handed_in
from keng.relay import relay_acts
from keng.releases.errors import NothingWaits
from keng.reports.periodic import signing
from keng.reports.tests import past
from keng.surveys.actions import errors as survey_errors
from keng.surveys.actions import opening as surveys
from keng.surveys.actions import results
from keng.surveys.tests.stage import RESULT
from keng.surveys.tests.stage import Stage as SurveyStage
from keng.tips import errors, receipt_codes
from keng.tips.incident_titles import title_of_tip
from keng.warnings import actions as warnings
from keng.warnings.actions import errors as warning_errors
from keng.warnings.actions import pattern_acts
from keng.warnings.tests.test_patterns import made as made_pattern
from keng.warnings.tests.ward import Ward as WarningWard
from keng.warnings.tests.ward import looked_at
from tests import make
from tests.fuzz.whole import complaints

WITHIN = 120
_numbers = itertools.count(100)


def fresh_number():
    """A phone number of no other example."""
    return f"+84912000{next(_numbers)}"


@dataclass(frozen=True)
class Example:
    """One act by one officer (None: somebody on the public site), and what its repetition meets."""

    by: Any
    act: Callable[[Any], Any]
    refused: type[Exception] | None = None
    may_repeat: bool = False


class TipDesk:
    """A ward's desk below a province, that can seal what is out of scope."""

    def __init__(self) -> None:
        make.clock_rules()
        self.province = make.province_unit()
        self.unit = make.unit(parent=self.province)
        make.unit_key(self.province)
        self.officer = make.officer(unit=self.unit)

    def tip(self, **fields):
        tip = make.tip(unit=self.unit, **fields)
        make.conversation(tip)
        return tip

    def event(self):
        tips = tuple(self.tip() for _ in range(3))
        return make.incident(unit=self.unit, by=self.officer, tips=tips)


def accepted():
    desk = TipDesk()
    tip = desk.tip()
    return Example(desk.officer, lambda by: triage.accept_tip(tip.pk, by=by), may_repeat=True)


def sorted_():
    desk = TipDesk()
    tip = desk.tip()
    return Example(
        desk.officer,
        lambda by: triage.sort_tip(tip.pk, category="theft", urgency="P1", by=by),
        may_repeat=True,
    )


def joined():
    desk = TipDesk()
    first, tip = desk.tip(), desk.tip()
    return Example(
        desk.officer, lambda by: triage.mark_duplicate(tip.pk, of=first.pk, by=by), may_repeat=True
    )


def separated():
    desk = TipDesk()
    event = desk.event()
    tip = event.tips.exclude(duplicate_of=None).first()
    return Example(
        desk.officer,
        lambda by: triage.separate_tip(tip.pk, reason="Chuyện khác", by=by),
        errors.NotInAnIncident,
    )


def passed_on():
    desk = TipDesk()
    tip, other = desk.tip(), make.unit(parent=desk.province)
    return Example(
        desk.officer,
        lambda by: triage.route_tip(tip.pk, to=other, reason="Địa bàn khác", by=by),
        errors.NotYours,
    )


def suspended():
    desk = TipDesk()
    tip = desk.tip()
    triage.sort_tip(tip.pk, category="theft", by=desk.officer)
    return Example(
        desk.officer,
        lambda by: suspension.suspend_tip(
            tip.pk, ground="examination", reason="Chờ giám định", text="Tạm dừng.", by=by
        ),
        errors.AlreadySuspended,
    )


def answered():
    desk = TipDesk()
    tip = desk.tip()
    return Example(
        desk.officer,
        lambda by: answering.answer_reporter(tip.pk, text="Chào bạn.", by=by),
        may_repeat=True,
    )


def answer_withdrawn():
    desk = TipDesk()
    message = answering.answer_reporter(desk.tip().pk, text="Chào bạn.", by=desk.officer)
    return Example(
        desk.officer, lambda by: answering.withdraw_answer(message.pk, by=by), NotAllowed
    )


def answer_withdrawn_after(end):
    """The tip was sealed, or passed on, before its officer took the answer back."""
    desk = TipDesk()
    message = answering.answer_reporter(desk.tip().pk, text="Nhầm.", by=desk.officer)
    end(message.tip_id, desk)
    return Example(
        desk.officer, lambda by: answering.withdraw_answer(message.pk, by=by), NotAllowed
    )


def sealed_meanwhile(tip_id, desk):
    triage.decline_tip(tip_id, kind="out_of_scope", reply="Ngoài phạm vi.", by=desk.officer)


def routed_meanwhile(tip_id, desk):
    triage.route_tip(tip_id, to=desk.province, reason="Việc của tỉnh", by=desk.officer)


def declined(kind):
    def example():
        desk = TipDesk()
        tip = desk.tip()
        gone = errors.NotYours if kind == "official" else errors.AlreadyClosed
        return Example(
            desk.officer,
            lambda by: triage.decline_tip(tip.pk, kind=kind, reply="Chào bạn.", by=by),
            gone,
        )

    return example


def closed():
    desk = TipDesk()
    tip = desk.tip()
    triage.record_outcome(tip.pk, outcome="solved", by=desk.officer)
    return Example(desk.officer, lambda by: triage.close_tip(tip.pk, by=by), errors.AlreadyClosed)


def decision_undone(desk, step):
    secret = step.secret
    return Example(
        desk.officer,
        lambda by: undo.take_back_decision(step.pk, by=by, secret=secret),
        errors.TooLate,
    )


def money_taken_back(*, kept_before):
    """An end with money is undone: it opened the incident, or one with other money was there."""

    def example():
        desk = TipDesk()
        tip = desk.tip()
        if kept_before:
            make.incident(unit=desk.unit, by=desk.officer, tips=(tip,), money_lost=5)
        step = ending.end_tip(tip.pk, outcome="solved", effect={"money_lost": 7}, by=desk.officer)
        return decision_undone(desk, step)

    return example


def reopened():
    desk = TipDesk()
    tip = desk.tip()
    triage.decline_tip(tip.pk, kind="civil", reply="Chào bạn.", by=desk.officer)
    return Example(
        desk.officer,
        lambda by: triage.reopen_tip(tip.pk, reason="Thêm tin", by=by),
        errors.NotClosed,
    )


def acceptance_undone():
    desk = TipDesk()
    step = triage.accept_tip(desk.tip().pk, by=desk.officer)
    return Example(desk.officer, lambda by: undo.take_back_decision(step.pk, by=by), errors.TooLate)


def end_undone(kind):
    def example():
        desk = TipDesk()
        tip = desk.tip()
        step = triage.decline_tip(tip.pk, kind=kind, reply="Chào bạn.", by=desk.officer)
        return decision_undone(desk, step)

    return example


def objected():
    desk = TipDesk()
    tip = desk.tip()
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Chào bạn.", by=desk.officer)
    return Example(
        None, lambda _: out_of_scope.object_to_sealing(tip.pk), out_of_scope.CannotObject
    )


def event_answered():
    desk = TipDesk()
    event = desk.event()
    return Example(
        desk.officer,
        lambda by: incident_acts.answer_incident(event.pk, text="Cảnh giác.", by=by),
        may_repeat=True,
    )


def event_answer_withdrawn():
    desk = TipDesk()
    batch = incident_acts.answer_incident(desk.event().pk, text="Nhầm.", by=desk.officer)
    return Example(
        desk.officer,
        lambda by: incident_acts.withdraw_incident_answer(batch, by=by),
        NotAllowed,
    )


def event_closed():
    desk = TipDesk()
    event = desk.event()
    incident_acts.record_incident_outcome(event.pk, outcome="warned", by=desk.officer)
    return Example(
        desk.officer, lambda by: incident_acts.close_incident(event.pk, by=by), errors.AlreadyClosed
    )


def warning_submitted():
    ward = WarningWard()
    version = ward.draft()
    return Example(
        ward.officer, lambda by: warnings.submit_warning(version.warning_id, by=by), may_repeat=True
    )


def warning_approved():
    ward = WarningWard()
    version = ward.submitted()
    seen = looked_at(version)
    return Example(
        ward.province_duty,
        lambda by: warnings.approve_warning(version.pk, **seen, by=by),
        NothingWaits,
    )


def held_let_go():
    ward = WarningWard()
    version = ward.submitted()
    make.channel_account(unit=ward.unit, channel="email")
    for _ in range(21):
        make.subscription(places=(ward.place,))
    warnings.approve_warning(version.pk, **looked_at(version) | {"people": 0}, by=ward.commander)
    make_rows()
    return Example(
        ward.province_duty,
        lambda by: warnings.let_held_go(version.pk, people=21, by=by),
        NothingWaits,
    )


def warning_recalled():
    ward = WarningWard()
    version = ward.published()
    return Example(
        ward.coordinator,
        lambda by: warnings.recall_warning(version.warning_id, reason="wrong_facts", by=by),
        warning_errors.AlreadyRecalled,
    )


def _recall_asked(ward):
    return warnings.ask_recall(
        ward.published().warning_id, reason="own_words", words="Gửi nhầm bản.", by=ward.officer
    )


def recall_asked():
    ward = WarningWard()
    version = ward.published()
    return Example(
        ward.officer,
        lambda by: warnings.ask_recall(version.warning_id, reason="over", words="", by=by),
        warning_errors.RecallWaits,
    )


def recall_approved():
    ward = WarningWard()
    asked = _recall_asked(ward)
    seen = asked.digest_now
    return Example(
        ward.province_duty,
        lambda by: warnings.approve_recall(asked.pk, seen=seen, by=by),
        warning_errors.AlreadyRecalled,
    )


def recall_refused():
    ward = WarningWard()
    asked = _recall_asked(ward)
    return Example(
        ward.province_duty,
        lambda by: warnings.refuse_recall(asked.pk, reason="Vẫn đúng.", by=by),
        NothingWaits,
    )


def recall_withdrawn():
    ward = WarningWard()
    asked = _recall_asked(ward)
    return Example(
        ward.officer,
        lambda by: warnings.withdraw_recall(asked.pk, by=by),
        NothingWaits,
    )


def sending_stopped():
    ward = WarningWard()
    version = ward.published()
    return Example(
        ward.coordinator,
        lambda by: sending.cancel_dispatch(version.dispatch_id, by=by),
        may_repeat=True,
    )


def group_added():
    ward = WarningWard()
    entry = groups.GroupEntry(
        name="Tổ 5",
        kind="residents",
        place_id=ward.hamlet.pk,
        unit_id=ward.unit.pk,
        channel="by_hand",
        channel_address="",
        member_count=40,
        officer_in_charge_id=ward.officer.pk,
        lead_ids=frozenset({ward.lead.pk}),
    )
    return Example(ward.officer, lambda by: groups.add_group(entry, by=by), groups.GroupNameTaken)


def address_given():
    """To two groups: one after the other, or at once."""
    ward = WarningWard()
    number = itertools.count(1)

    def add(by):
        entry = groups.GroupEntry(
            name=f"Chủ trọ {next(number)}",
            kind="landlords",
            place_id=ward.hamlet.pk,
            unit_id=ward.unit.pk,
            channel="zalo_oa",
            channel_address=f"gmf-{ward.unit.pk.hex}",
            member_count=40,
            officer_in_charge_id=None,
            lead_ids=frozenset(),
        )
        return groups.add_group(entry, by=by)

    return Example(ward.officer, add, groups.GroupAddressTaken)


def group_retired():
    ward = WarningWard()
    return Example(
        ward.officer,
        lambda by: groups.set_group_active(ward.by_hand.pk, active=False, by=by),
        may_repeat=True,
    )


def relay_confirmed():
    ward = RelayWard.of_a_landlord()
    dispatch = ward.send(ward.audience())
    tasks = list(RelayTask.objects.filter(dispatch=dispatch).values_list("pk", flat=True))
    return Example(None, lambda _: relay_acts.confirm_tasks(tasks, lead=ward.lead, via="zalo"))


def listing_proposed():
    desk = TipDesk()
    seen = make.sighting(desk.tip(), indicator=make.indicator(fresh_number()))
    today = times.local_date(times.now())
    return Example(
        desk.officer,
        lambda by: propose_sighting(
            seen.pk,
            grade="confirmed",
            category="scam_bank",
            month=today,
            basis="Đã gọi thử.",
            expires_on=today + datetime.timedelta(days=90),
            by=by,
        ),
        lookup_errors.AlreadyListed,
    )


def listing_confirmed():
    desk = TipDesk()
    chief = make.officer(unit=desk.unit, role="commander")
    made = listing(fresh_number(), unit=desk.unit, status="proposed", made_by=desk.officer)
    return Example(
        chief,
        lambda by: listings.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=by),
        NothingWaits,
    )


def survey_approved():
    stage = SurveyStage()
    survey = surveys_submitted(stage)
    return Example(
        stage.commander,
        lambda by: surveys.approve_survey(survey.pk, seen=survey.digest_now, by=by),
        NothingWaits,
    )


def survey_opened():
    stage = SurveyStage()
    survey = stage.approved()
    return Example(
        stage.coordinator,
        lambda by: surveys.open_survey(survey.pk, by=by),
        survey_errors.WrongState,
    )


def surveys_submitted(stage):
    from keng.surveys.actions import writing

    return writing.submit_survey(stage.draft().pk, by=stage.coordinator)


def survey_result_published():
    stage = SurveyStage()
    survey = stage.opened()
    stage.answer(survey, 5, q1=0)
    result = results.submit_result(stage.counted(survey).pk, RESULT, by=stage.coordinator)
    seen = result.digest_now
    return Example(
        stage.commander,
        lambda by: results.publish_result(survey.pk, seen=seen, by=by),
        NothingWaits,
    )


def claim_published():
    bureau = Bureau()
    revision = bureau.waiting()
    return Example(
        bureau.second,
        lambda by: claims.publish_claim(revision.claim_id, seen=revision.digest_now, by=by),
        NothingWaits,
    )


def lesson_published():
    desk = LessonDesk("hai")
    edition = desk.lesson()
    return Example(
        desk.second,
        lambda by: lessons.publish_text(Edition, edition.pk, seen=edition.digest_now, by=by),
        NothingWaits,
    )


def pattern_approved():
    ward = WarningWard()
    pattern = made_pattern(ward)
    return Example(
        ward.commander,
        lambda by: pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=by),
        NothingWaits,
    )


def channel_let_out():
    ward = WarningWard()
    made = announcements.propose_channel(kind="zalo", shown_as="Công an phường", by=ward.officer)
    return Example(
        ward.commander,
        lambda by: announcements.let_out_channel(made.pk, seen=made.digest_now, by=by),
        NothingWaits,
    )


def channel_taken_off():
    ward = WarningWard()
    made = announcements.propose_channel(kind="zalo", shown_as="Công an phường", by=ward.officer)
    announcements.let_out_channel(made.pk, seen=made.digest_now, by=ward.province_duty)
    announcements.doubt_channel(made.pk, by=ward.officer)
    return Example(
        ward.commander, lambda by: announcements.end_channel(made.pk, by=by), NothingWaits
    )


def meeting_let_out():
    ward = WarningWard()
    made = announcements.propose_meeting(
        place=ward.hamlet, starts_at=times.now(), venue="a", about="b", by=ward.officer
    )
    return Example(
        ward.commander,
        lambda by: announcements.let_out_meeting(made.pk, seen=made.digest_now, by=by),
        NothingWaits,
    )


def public_answer_let_out():
    ward = WarningWard()
    token = receipt_codes.new_token()
    questions.ask_desk(ward.place, text="x?", wish="public", token=token, language="vi")
    asked = Question.objects.visible_to(ward.officer).get()
    waiting = questions.answer_question(asked.pk, shown="a", words="b", by=ward.officer)
    seen = waiting.digest_now
    return Example(
        ward.commander,
        lambda by: questions.let_out_answer(asked.pk, seen=seen, by=by),
        NothingWaits,
    )


def lesson_of_a_partner_published_by_the_province():
    stage = PartnerStage()
    text = handed_in(stage.alone(), "lesson")
    seen = text.digest_now
    return Example(
        stage.coordinator,
        lambda by: partners.publish_for_partner(text.pk, seen=seen, by=by),
        NotAllowed,
    )


def first_person_of_a_partner_agreed_to():
    stage = PartnerStage()
    member = inviting.invite_partner(
        name="Báo Mới",
        kind="newspaper",
        place=None,
        about="",
        purposes=["fraud"],
        member_name="Người Mới",
        username="moi",
        by=stage.administrator,
    ).member
    seen = seen_of_member(member)
    return Example(
        stage.coordinator,
        lambda by: inviting.agree_for_partner(member.pk, seen=seen, by=by),
        NotAllowed,
    )


def article_published_by_its_partner():
    stage = PartnerStage()
    article = stage.submitted()
    seen = article.digest_now
    return Example(
        None,
        lambda _: partners.publish_partner_text(Article, article.pk, seen=seen, by=stage.binh),
        NothingWaits,
    )


def report_signed():
    make.clock_rules()
    desk = past.busy()
    seen = desk.draft().hash
    return Example(
        desk.commander,
        lambda by: signing.sign_report(desk.ask(), seen=seen, by=by),
        signing.CannotSign,
    )


def _administrators():
    desk = TipDesk()
    return [desk, *(make.officer(unit=desk.unit, role="administrator") for _ in range(2))]


def _officer_asked(desk, asker):
    return accounts.ask_for_officer(
        username=f"lan{next(_numbers)}",
        name="Lan",
        rank="",
        unit_id=desk.unit.pk,
        role="duty",
        valid_from=times.local_date(times.now()),
        by=asker,
    )


def officer_asked_for():
    desk, asker, _second = _administrators()
    username = f"lan{next(_numbers)}"
    return Example(
        asker,
        lambda by: accounts.ask_for_officer(
            username=username,
            name="Lan",
            rank="",
            unit_id=desk.unit.pk,
            role="duty",
            valid_from=times.local_date(times.now()),
            by=by,
        ),
        UsernameTaken,
    )


def renewal_asked_for():
    desk, asker, _second = _administrators()
    return Example(
        asker,
        lambda by: accounts.ask_for_renewal(desk.officer.pk, by=by),
        accounts.AskedAlready,
    )


def officer_agreed_to():
    desk, asker, second = _administrators()
    asked = _officer_asked(desk, asker)
    return Example(
        second, lambda by: accounts.agree_to_request(asked.pk, by=by), accounts.RequestNotWaiting
    )


def half_shown():
    desk, asker, second = _administrators()
    asked = _officer_asked(desk, asker)
    accounts.agree_to_request(asked.pk, by=second)
    return Example(asker, lambda by: accounts.show_half(asked.pk, by=by), accounts.HalfShownAlready)


def officer_set_up():
    desk, asker, second = _administrators()
    asked = _officer_asked(desk, asker)
    halves = accounts.agree_to_request(asked.pk, by=second), accounts.show_half(asked.pk, by=asker)
    begun = setting_up.begin_set_up(*halves, password="một câu chỉ mình tôi biết")
    code, mark = first_code(begun), setting_up.mark_of_set_up(begun)
    # Nobody is signed in there; the desk's process does it.
    return Example(
        asker, lambda _: setting_up.finish_set_up(asked.pk, mark, code=code), setting_up.SetUpOver
    )


def account_closed():
    desk, asker, _second = _administrators()
    return Example(
        asker, lambda by: closing_accounts.close_account(desk.officer.pk, by=by), NotAllowed
    )


# By area: to empty every table takes longer than any of these acts, so they share it.
EXAMPLES: dict[str, dict[str, tuple[str, Callable[[], Example]]]] = {
    "tips": {
        "accepted": ("tip.accepted", accepted),
        "sorted": ("tip.sorted", sorted_),
        "joined": ("tip.duplicate", joined),
        "separated": ("tip.separated", separated),
        "passed on": ("tip.routed", passed_on),
        "suspended": ("tip.suspended", suspended),
        "answered": ("tip.replied", answered),
        "answer withdrawn": ("tip.reply_withdrawn", answer_withdrawn),
        "answer withdrawn once its tip was sealed": (
            "tip.reply_withdrawn",
            lambda: answer_withdrawn_after(sealed_meanwhile),
        ),
        "answer withdrawn once its tip was passed on": (
            "tip.reply_withdrawn",
            lambda: answer_withdrawn_after(routed_meanwhile),
        ),
        "acceptance undone": ("tip.taken_back", acceptance_undone),
    },
    "ends": {
        "declined": ("tip.declined", declined("civil")),
        "declined as out of scope": ("tip.declined", declined("out_of_scope")),
        "passed above as a complaint": ("tip.declined", declined("official")),
        "closed": ("tip.closed", closed),
        "reopened": ("tip.reopened", reopened),
        "end undone": ("tip.taken_back", end_undone("civil")),
        "end with money undone": ("tip.taken_back", money_taken_back(kept_before=False)),
        "end with other money undone": ("tip.taken_back", money_taken_back(kept_before=True)),
        "out of scope undone": ("tip.taken_back", end_undone("out_of_scope")),
        "out of scope objected to": ("tip.objected", objected),
    },
    "events": {
        "answered": ("incident.answered", event_answered),
        "answer withdrawn": ("tip.reply_withdrawn", event_answer_withdrawn),
        "closed": ("incident.closed", event_closed),
    },
    "warnings": {
        "submitted": ("warning.submitted", warning_submitted),
        "approved": ("warning.approved", warning_approved),
        "let go": ("dispatch.let_go", held_let_go),
        "recalled": ("warning.recalled", warning_recalled),
        "recall asked": ("warning.recall_asked", recall_asked),
        "recall approved": ("warning.recalled", recall_approved),
        "recall refused": ("warning.recall_refused", recall_refused),
        "recall withdrawn": ("warning.recall_withdrawn", recall_withdrawn),
        "sending stopped": ("dispatch.cancelled", sending_stopped),
    },
    "network": {
        "group added": ("group.added", group_added),
        "address given": ("group.added", address_given),
        "group retired": ("group.retired", group_retired),
        "relay confirmed": ("relay.confirmed", relay_confirmed),
    },
    "accounts": {
        "officer asked for": ("officer.requested", officer_asked_for),
        "renewal asked for": ("officer.requested", renewal_asked_for),
        "officer agreed to": ("officer.request_agreed", officer_agreed_to),
        "half shown": ("officer.half_shown", half_shown),
        "officer set up": ("officer.added", officer_set_up),
        "account closed": ("officer.account_closed", account_closed),
    },
    "public": {
        "listing proposed": ("listing.proposed", listing_proposed),
        "listing confirmed": ("listing.confirmed", listing_confirmed),
        "survey approved": ("survey.approved", survey_approved),
        "survey opened": ("survey.opened", survey_opened),
        "report signed": ("report.signed", report_signed),
    },
    "texts": {
        "survey result published": ("survey.published", survey_result_published),
        "claim published": ("claim.published", claim_published),
        "lesson published": ("lesson.published", lesson_published),
        "pattern approved": ("pattern.approved", pattern_approved),
        "lesson of a partner published": (
            "manuscript.published",
            lesson_of_a_partner_published_by_the_province,
        ),
    },
    "places": {
        "channel let out": ("channel.listed", channel_let_out),
        "channel taken off": ("channel.unlisted", channel_taken_off),
        "meeting let out": ("meeting.announced", meeting_let_out),
        "partner agreed to": ("partner.member_agreed", first_person_of_a_partner_agreed_to),
        "public answer let out": ("question.answered", public_answer_let_out),
    },
    "partners": {
        "article published": ("article.published", article_published_by_its_partner),
    },
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def balanced(area):
    """What is wrong with the books after a commit; an event's tips share one entry."""
    return [*(complaints() if area != "events" else []), *map(str, verify.chain_faults())]


@pytest.mark.parametrize("area", EXAMPLES)
def test_an_act_is_done_in_a_request_and_once(in_a_request, subtests, area):
    for name, (action, made) in EXAMPLES[area].items():
        with subtests.test(name):
            example = made()
            entries = Entry.objects.filter(action=action)
            before = entries.count()
            in_a_request(example.act, by=example.by)
            after = entries.count()
            assert after > before
            if example.refused:
                with pytest.raises(example.refused):
                    in_a_request(example.act, by=example.by)
            else:
                in_a_request(example.act, by=example.by)
            if not example.may_repeat:
                assert entries.count() == after
            assert balanced(area) == []


@pytest.mark.parametrize("area", EXAMPLES)
def test_of_two_requests_at_once_one_counts_and_the_other_is_told(in_a_request, subtests, area):
    for name, (action, made) in EXAMPLES[area].items():
        with subtests.test(name):
            example = made()
            entries = Entry.objects.filter(action=action)
            before = entries.count()
            act = partial(in_a_request, example.act, by=example.by)
            refused = [error for error in at_once(act, act) if error is not None]
            assert all(isinstance(error, example.refused or ()) for error in refused), refused
            assert len(refused) == (1 if example.refused else 0)
            assert entries.count() > before
            if not (example.refused or example.may_repeat):
                assert entries.count() == before + 1
            assert balanced(area) == []


# Of each, two acts of two officers who meet, some of them in one ring of locks until it was undone.
def event_closed_and_tip_joined():
    desk = TipDesk()
    event, tip = desk.event(), desk.tip()
    first = event.tips.get(duplicate_of=None)
    incident_acts.record_incident_outcome(event.pk, outcome="warned", by=desk.officer)
    return (
        Example(desk.officer, lambda by: incident_acts.close_incident(event.pk, by=by)),
        Example(desk.officer, lambda by: triage.mark_duplicate(tip.pk, of=first.pk, by=by)),
    )


def event_answered_and_first_tip_out_of_scope():
    desk = TipDesk()
    event = desk.event()
    first = event.tips.get(duplicate_of=None)
    # Named by a number of this tip, so that the name goes with it.
    make.sighting(first, indicator=make.indicator(fresh_number()))
    incident_acts.rename_incident(event.pk, title=title_of_tip(first), by=desk.officer)
    return (
        Example(
            desk.officer,
            lambda by: incident_acts.answer_incident(event.pk, text="Cảnh giác.", by=by),
        ),
        Example(
            desk.officer,
            lambda by: triage.decline_tip(first.pk, kind="out_of_scope", reply="Chào bạn.", by=by),
        ),
    )


def event_closed_and_first_tip_separated():
    desk = TipDesk()
    event = desk.event()
    first = event.tips.get(duplicate_of=None)
    make.sighting(first, indicator=make.indicator(fresh_number()))
    incident_acts.rename_incident(event.pk, title=title_of_tip(first), by=desk.officer)
    incident_acts.record_incident_outcome(event.pk, outcome="warned", by=desk.officer)
    return (
        Example(desk.officer, lambda by: incident_acts.close_incident(event.pk, by=by)),
        Example(desk.officer, lambda by: triage.separate_tip(first.pk, reason="Khác", by=by)),
    )


def number_judged_and_tip_out_of_scope():
    desk = TipDesk()
    tip = desk.tip()
    seen = make.sighting(tip, indicator=make.indicator(fresh_number()))
    return (
        Example(
            desk.officer, lambda by: viewing.set_sighting_role(seen.pk, role="not_used", by=by)
        ),
        Example(
            desk.officer,
            lambda by: triage.decline_tip(tip.pk, kind="out_of_scope", reply="Chào bạn.", by=by),
        ),
    )


def two_leads_of_the_same_groups():
    ward = RelayWard.of_a_landlord()
    other = make.group(unit=ward.unit, place=ward.hamlet, kind="landlords")
    ward.lead.groups.add(other)
    second = make.lead(unit=ward.unit, groups=(other, ward.group))
    ward.send(ward.audience())

    def confirmed(lead):
        tasks = list(RelayTask.objects.filter(lead=lead).values_list("pk", flat=True))
        return Example(None, lambda _: relay_acts.confirm_tasks(tasks, lead=lead, via="zalo"))

    return confirmed(ward.lead), confirmed(second)


PAIRS = [
    event_closed_and_tip_joined,
    event_answered_and_first_tip_out_of_scope,
    event_closed_and_first_tip_separated,
    number_judged_and_tip_out_of_scope,
    two_leads_of_the_same_groups,
]
# Whoever comes second may find the tip or the event as the first one left it; never a deadlock.
MAY_BE_TOLD = (
    NotAllowed,
    errors.AlreadyClosed,
    errors.ChangedMeanwhile,
    errors.ContentIsSealed,
    errors.NotYours,
    errors.NothingToAnswer,
)
TRIES = 6


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.__name__ for pair in PAIRS])
def test_two_who_meet_do_not_wait_for_each_other_in_a_ring(in_a_request, pair):
    for _ in range(TRIES):
        acts = [partial(in_a_request, example.act, by=example.by) for example in pair()]
        ended = [error for error in at_once(*acts) if error is not None]
        assert all(isinstance(error, MAY_BE_TOLD) for error in ended), ended
        assert len(ended) < len(acts)
    assert list(map(str, verify.chain_faults())) == []


def test_of_two_who_send_the_same_new_group_at_once_one_reads_that_the_name_is_taken(
    transactional_db, desk_client
):
    ward = WarningWard()
    browsers = [sign_in(Client(), ward.officer) for _ in range(2)]
    form = {
        "name": "Tổ 5",
        "kind": "residents",
        "place": ward.hamlet.pk,
        "member_count": "40",
        "channel": "by_hand",
    }
    answers = []

    def send():
        answers.append(browsers.pop().post("/groups/new/", form))

    ended = at_once(send, send)
    assert ended == [None, None]
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (kept,) = [answer for answer in answers if answer.status_code == 200]
    assert "Đơn vị đã có nhóm mang tên này" in kept.content.decode()


def test_of_two_who_decide_about_a_request_for_the_kit_at_once_nobody_meets_an_error(
    transactional_db, desk_client, monkeypatch
):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, _code: True)
    stage = PartnerStage()
    inviting.ask_for_kit(name="Bà Lan", place=stage.place, about="Bán ở chợ", token="t")
    address = f"/partners/requests/{KitRequest.objects.get().pk}/"
    browsers = [sign_in(Client(), stage.administrator) for _ in range(2)]
    forms = [{"decline": "1"}, {"username": "lan", "code": "1"}]
    answers = []

    def send():
        answers.append(browsers.pop().post(address, forms.pop()))

    assert at_once(send, send) == [None, None]
    assert {answer.status_code for answer in answers} <= {200, 302, 404}
    assert Entry.objects.filter(action__in=["kit.accepted", "kit.declined"]).count() == 1


def at_once(*acts):
    """Run these in threads that start together; what each of them raised, or None."""
    start = threading.Barrier(len(acts))
    ended = [None] * len(acts)

    def run(place, act):
        start.wait(WITHIN)
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- what it is decides the test
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
        assert not thread.is_alive(), "they wait for each other for ever"
    return ended
