"""The province on a small scale: what it holds, that it balances, and that it is all or nothing."""

import datetime as dt
import io
from collections import Counter
from random import Random

import pytest
from django.core.management import call_command
from PIL import Image

from keng.accounts.models import Officer, Post
from keng.audit import verify
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.audience import SameRecipients, audience_of_dispatch
from keng.delivery.models import Delivery, Dispatch, RelayTask, SandboxMessage
from keng.files import store
from keng.incidents import wave_queries
from keng.kit import times
from keng.kit.codes import halved_code
from keng.kit.database import data_folder
from keng.lookup.models import Indicator
from keng.network.models import Establishment, Group, GroupKind, GroupTarget, Lead
from keng.network.queries.targets import target_table
from keng.places.models import Place, Unit
from keng.relay import coverage
from keng.reports.figures import dashboard_counts, periods
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import blocks, drafting, signing, spans
from keng.reports.periodic.whose_report import ReportAsk, scope_of_unit
from keng.tips.models import Attachment, ClockRule, Decision, DialogueMessage, Incident, Tip
from keng.vault import keys, seal
from keng.warnings.models import Version, Warning
from keng_dev.demo.load import load_if_empty
from keng_dev.demo.province import drawing
from keng_dev.demo.province.stories import WAVE_COMMUNES, WAVE_LINK, WAVE_TIPS, Teller
from keng_dev.demo.province.territory import survey
from keng_dev.demo.province.volumes import part
from keng_dev.demo.territory import PROVINCE_CODE, WARD_CODE
from keng_dev.demo.vault import Vault
from tests import make

SHARE = 50
VAULT = Vault(keys.make_first_keys, seal.SealBatch)


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker):
    """Loaded once for all these tests, which only read it, and cleared away after them."""
    with django_db_blocker.unblock():
        make.clock_rules()
        # Emptying every table takes these too, which the migrations made and other tests need.
        rules = list(ClockRule.objects.all())
        seal.forget_public_keys()
        loaded = load_if_empty(VAULT, part(SHARE))
    yield loaded
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        ClockRule.objects.bulk_create(rules)
        seal.forget_public_keys()


@pytest.fixture
def coordinator(province):
    return Officer.objects.get(username="mai")


@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_reports_of_the_past_balance_and_follow_on(coordinator, kind):
    unit = Unit.objects.get(kind=Unit.Kind.PROVINCE)
    for span in spans.recent_spans(kind, 3):
        assert drafting.draft_report(ReportAsk(scope_of_unit(unit), span)).holds


def test_every_figure_of_a_report_is_as_long_as_the_list_it_leads_to(coordinator):
    unit = Unit.objects.get(kind=Unit.Kind.PROVINCE)
    # The present one may have begun today.
    ask = ReportAsk(scope_of_unit(unit), spans.recent_spans("quarter", 2)[1])
    # Of a fiftieth of the province few incidents are left, and perhaps none of these months.
    Incident.objects.update(opened_at=ask.since, money_lost=1_000_000)
    listed = {key: line for key, line in blocks.LINES_BY_KEY.items() if line.rows is not None}
    figure = {key: line.count(ask) for key, line in listed.items()}
    assert figure == {key: line.rows(ask).count() for key, line in listed.items()}
    assert {"groups", "asked", "delivered", "with_lost", "named"} <= {
        k for k, n in figure.items() if n
    }


def test_the_month_before_last_is_signed_and_public_and_was_put_right(province, public_client):
    signed = Snapshot.objects.select_related("unit")
    assert {each.unit.kind for each in signed} == {"province", "commune"}
    assert all(signing.is_genuine_report(each) for each in signed)
    first, second = PublicReport.objects.order_by("version")
    assert (second.replaces, second.snapshot.replaces) == (first, first.snapshot)
    was, is_ = (each.snapshot.figures["lines"] for each in (first, second))
    assert {key for key in is_ if was[key] != is_[key]} == {"passed_on"}
    assert is_["checked"][0] <= was["passed_on"][0] < is_["passed_on"][0] <= is_["asked"][0]
    page = public_client.get("/results").content.decode()
    assert second.reason in page
    old = public_client.get(f"/results/{first.span}/1").content.decode()
    assert "đã được sửa lại" in old


def test_some_tips_are_suspended_and_the_signed_month_counts_them(coordinator):
    still = Tip.objects.filter(suspended_at__isnull=False)
    assert still.open().count() == still.count() == 2
    assert still.filter(place__code=WARD_CODE).count() == 1
    steps = Decision.objects.filter(kind="suspended")
    assert {step.detail["ground"] for step in steps} == {"examination", "documents"}
    assert Decision.objects.filter(kind="resumed").count() == 2
    assert not Tip.objects.filter(decisions__in=steps, urgency="P0").exists()
    province = Unit.objects.get(kind=Unit.Kind.PROVINCE)
    signed = Snapshot.objects.filter(unit=province).latest("version")
    assert signed.figures["lines"]["suspended"][0] == 2
    this_month = drafting.draft_report(
        ReportAsk(scope_of_unit(province), spans.recent_spans("month", 1)[0])
    )
    assert this_month.figures["lines"]["suspended"][0] == 2
    told = DialogueMessage.objects.filter(author="automatic", tip__decisions__kind="resumed")
    assert told.count() == 2


def test_tips_are_as_many_as_asked_and_most_are_of_value(province):
    assert Tip.objects.count() == part(SHARE).tips
    classes = Counter(Tip.objects.filter(state="closed").values_list("value", flat=True))
    assert classes["of_value"] > classes["not_of_value"] > 0
    assert Tip.objects.filter(received_at__gt=times.now()).count() == 0


def test_every_chain_holds(province):
    assert list(verify.chain_faults()) == []


def test_every_decision_is_on_record(province):
    decided = Counter(f"tip.{kind}" for kind in Decision.objects.values_list("kind", flat=True))
    recorded = Counter(Entry.objects.filter(object_kind="tip").values_list("action", flat=True))
    assert decided
    assert {action: recorded[action] for action in decided} == dict(decided)


@pytest.mark.parametrize("code", periods.PERIOD_CODES)
def test_the_figures_balance(coordinator, code):
    balance = dashboard_counts.tip_balance(coordinator, periods.period_of(code))
    assert balance.holds
    assert balance.owed > 0


def test_a_tip_is_closed_with_an_end_or_has_a_running_clock(province):
    for tip in Tip.objects.prefetch_related("decisions", "clocks"):
        running = [clock for clock in tip.clocks.all() if clock.stopped_at is None]
        if tip.state == "closed":
            assert not running
            assert tip.closed_at > tip.received_at
            assert tip.outcome
            last = max(tip.decisions.all(), key=lambda step: (step.at, step.pk))
            assert last.kind in {"closed", "declined"}
        else:
            assert min(clock.due_at for clock in running) == tip.due_at


def test_every_closed_tip_was_answered(province):
    assert not Tip.objects.filter(state="closed", first_answered_at=None).exists()


def test_nothing_was_done_before_the_tip_came_in_or_after_now(province):
    now = times.now()
    for step in Decision.objects.select_related("tip"):
        assert step.tip.received_at < step.at <= now, step.kind
    assert not DialogueMessage.objects.filter(at__gt=now).exists()


def test_the_words_of_what_was_out_of_scope_are_gone(province):
    outside = Tip.objects.filter(kind="ngoai_pham_vi")
    assert outside
    for tip in outside:
        assert not tip.text
        assert not tip.messages.filter(author="reporter").exclude(text="").exists()


def test_an_incident_is_told_by_several(province):
    incidents = Incident.objects.all()
    assert incidents
    for incident in incidents:
        tips = Tip.objects.filter(incident=incident)
        first = tips.get(duplicate_of=None)
        assert {tip.responsible_unit_id for tip in tips} == {incident.unit_id}
        assert all(tip.duplicate_of_id == first.pk for tip in tips.exclude(pk=first.pk))


def test_what_the_ward_is_known_for_are_incidents_with_an_end_that_was_told(coordinator):
    found = list(Incident.objects.filter(place__code=WARD_CODE).order_by("opened_at"))
    assert [each.outcome for each in found] == ["prevented"] * 3
    assert [each.money_saved for each in found] == [9_000_000, 26_000_000, 180_000_000]
    assert [("chuyển tiền" in each.title, "định danh" in each.title) for each in found] == [
        (False, True),
        (False, True),
        (True, False),
    ]
    for incident in found:
        assert incident.outcome_note
        tips = incident.tips.all()
        assert len(tips) == 2
        last = [tip.messages.filter(author="desk").latest("at").text for tip in tips]
        assert len(set(last)) == 1
        closed = Entry.objects.get(action="incident.closed", object_id=str(incident.pk))
        assert closed.detail["tips"] == 2
    year = dashboard_counts.incident_sums(coordinator, periods.period_of("all"))
    assert year["saved"] >= 215_000_000
    others = Tip.objects.filter(place__code=WARD_CODE, outcome="prevented", incident=None)
    assert not others.filter(category__startswith="scam_").exists()


def test_pictures_are_sealed_and_a_copy_of_each_can_be_seen(province):
    pictures = list(Attachment.objects.select_related("tip", "message"))
    assert len(pictures) == part(SHARE).pictures
    for each in pictures:
        assert each.mime == "image/png"
        sealed = (data_folder() / each.original_path).read_bytes()
        assert b"PNG" not in sealed[:64]
        with Image.open(io.BytesIO(store.open_viewing_copy(each.viewing_path))) as copy:
            assert copy.format == "JPEG"
            assert copy.width == drawing.WIDTH
        assert each.at >= each.tip.received_at
        assert each.message is None or each.message.tip_id == each.tip_id
    newest = Tip.objects.get(place__code=WARD_CODE, text__icontains=WAVE_LINK)
    assert newest.attachments.exists()


def test_a_wave_waits_to_be_discovered(province):
    link = Indicator.objects.get(type="url", value=WAVE_LINK)
    seen = Tip.objects.filter(sightings__indicator=link).distinct()
    assert len(seen) > WAVE_TIPS / 2
    wave = Tip.objects.filter(text__icontains=WAVE_LINK)
    elsewhere = wave.exclude(place__code=WARD_CODE)
    assert elsewhere.values("place").distinct().count() == WAVE_COMMUNES
    (first,) = wave.filter(place__code=WARD_CODE)
    assert first.state == "received"
    assert times.local_date(first.received_at) == times.local_date(times.now())
    assert first in seen


def test_the_wave_is_found_at_once_with_the_right_reasons(coordinator):
    (seen,) = [each for each in wave_queries.unanswered_waves(coordinator) if each.is_whole]
    assert seen.wave.category == "scam_impersonation"
    reasons = {reason.get("value", "") for reason in seen.wave.reasons}
    assert WAVE_LINK in reasons
    assert any(value.endswith("246810") for value in reasons)
    told = Tip.objects.filter(text__icontains=WAVE_LINK)
    assert set(told) <= set(wave_queries.tips_of_wave(seen.wave, coordinator))


def test_the_ward_s_first_tip_offers_it(province):
    (seen,) = wave_queries.unanswered_waves(Officer.objects.get(username="lan"))
    assert (seen.here, seen.is_elsewhere) == (1, True)
    assert (
        wave_queries.tips_of_wave(seen.wave, Officer.objects.get(username="lan")).get().state
        == "received"
    )


def test_the_ward_s_desk_is_calm(province):
    ward = Tip.objects.filter(place__code=WARD_CODE)
    assert ward.open().count() == 3


def test_no_alarm_rings_in_a_demo_that_was_just_loaded(province):
    assert not Tip.objects.open().filter(urgency="P0", state="received").exists()


def test_the_network_is_the_province_s(province):
    assert Group.objects.count() == 333
    assert set(Group.objects.values_list("kind", flat=True)) == set(GroupKind.values)
    communes = Place.objects.filter(parent__code=PROVINCE_CODE, valid_to=None)
    assert communes.count() == 99 == Unit.objects.filter(kind="commune").count()
    own = Group.objects.filter(unit__jurisdictions__place__code=WARD_CODE)
    landlords = own.filter(kind=GroupKind.LANDLORDS)
    assert sum(landlords.values_list("member_count", flat=True)) == 1_200
    houses = Establishment.objects.filter(unit__jurisdictions__place__code=WARD_CODE)
    boarding = houses.filter(kind=Establishment.Kind.BOARDING_HOUSE)
    assert boarding.count() == 1_305
    assert boarding.filter(group=None).count() == 41
    assert not houses.filter(group=None).exclude(contact="").exists()
    assert Lead.objects.filter(above__isnull=False, above__above__isnull=True).count() > 50
    assert not Group.objects.filter(officer_in_charge=None).exists()


def test_some_groups_are_missing_and_the_ward_has_its_eight_beside_the_hamlets_own(coordinator):
    found = target_table(coordinator)
    total = found.total()
    assert 30 < total.missing < 90
    assert total.there + total.missing == total.wanted
    assert total.there == Group.objects.exclude(kind=GroupKind.OTHER).count()
    (ward,) = [row for row in found.communes if row.place.code == WARD_CODE]
    have = {cell.kind: cell.have for cell in ward.cells}
    assert have["landlords"] + have["lodging"] + have["karaoke"] + have["youth_union"] == 7
    own = Group.objects.filter(place__parent__code=WARD_CODE, kind=GroupKind.SCHOOL)
    assert own.exclude(name__startswith="Phụ huynh").count() == 1
    assert [cell.kind for cell in ward.cells if cell.missing] == ["team"]
    entries = Entry.objects.filter(action="group.targets_set")
    said = sum(len(entry.detail["targets"]) for entry in entries)
    assert said == GroupTarget.objects.count() > 50


def test_officers_of_every_role_can_sign_in(province):
    able = [each.username for each in province.credentials]
    roles = Post.objects.filter(officer__username__in=able).values_list("role", flat=True)
    assert set(roles) == set(Post.Role.values)
    others = Officer.objects.exclude(username__in=able)
    assert others
    assert not any(officer.has_usable_password() for officer in others)


def recipients(dispatch_id):
    return set(
        Delivery.objects.filter(dispatch=dispatch_id).values_list("recipient_ref", flat=True)
    )


def comes_before(version, other):
    return version.warning_id == other.warning_id and version.number < other.number


def test_warnings_went_to_exactly_whom_they_were_approved_for(province):
    versions = list(Version.objects.select_related("approval", "dispatch", "warning"))
    assert len(versions) > Warning.objects.count() > 10
    for version in versions:
        approval = version.approval
        assert approval.approved_by_id != approval.author_id == version.made_by_id
        assert bytes(approval.text_hash) == bytes(version.digest)
        approved = bytes(approval.audience_hash)
        if earlier := tuple(v.dispatch_id for v in versions if comes_before(v, version)):
            assert approved == SameRecipients(earlier, waiting=True).hash
        else:
            audience = audience_of_dispatch(version.dispatch)
            assert approved == audience.hash
            assert {group for group, *_posted in audience.groups} == recipients(version.dispatch_id)


def test_a_correction_replaces_the_earlier_text_for_exactly_those_who_had_it(province):
    corrections = Version.objects.filter(number=2).select_related("warning", "dispatch")
    assert corrections
    for second in corrections:
        first = second.warning.versions.select_related("dispatch").get(number=1)
        assert second.dispatch.kind == "correction"
        assert recipients(second.dispatch_id) == recipients(first.dispatch_id)
        assert first.dispatch.cancelled_at == second.released_at
        assert bytes(first.digest) != bytes(second.digest)
        changed = {
            (language, part)
            for language, words in second.texts.items()
            for part in words
            if words[part] != first.texts[language].get(part)
        }
        assert {language for language, _ in changed} == {"vi", "en"}
        assert len({part for _, part in changed} - {"note"}) == 1
        assert all(words["note"] for words in second.texts.values())
        sent = second.dispatch.texts.get(language="vi").text
        assert halved_code(first.verify_code.code) in sent


def test_what_was_taken_back_says_why_to_exactly_those_who_had_it(province):
    recalled = Warning.objects.filter(state="recalled").select_related("recall_dispatch__approval")
    assert recalled
    for warning in recalled:
        taken_back, last = warning.recall_dispatch, warning.versions.latest("number")
        assert warning.recall_reason in taken_back.texts.get(language="vi").text
        assert recipients(taken_back.pk) == recipients(last.dispatch_id)
        sent = tuple(warning.versions.values_list("dispatch", flat=True))
        assert bytes(taken_back.approval.audience_hash) == SameRecipients(sent).hash
        assert last.released_at < warning.recalled_at == last.dispatch.cancelled_at


def test_the_simulated_phones_show_what_reached_them(province):
    arrived = Delivery.objects.filter(channel="sandbox", state__in=["sent", "delivered"])
    assert arrived
    shown = SandboxMessage.objects.values_list("delivery_ref", flat=True)
    assert set(shown) == set(arrived.values_list("pk", flat=True))


def test_nobody_passes_on_what_was_replaced_or_taken_back(province):
    ended = Dispatch.objects.filter(kind__in=Dispatch.TO_MANY, cancelled_at__isnull=False)
    assert ended
    for dispatch in ended:
        late = RelayTask.objects.filter(dispatch=dispatch, confirmed_at__gt=dispatch.cancelled_at)
        assert not late.exists()
        waiting = Delivery.objects.filter(dispatch=dispatch, state="queued")
        assert not waiting.exists()
        entry = Entry.objects.filter(object_id=str(dispatch.pk), action="dispatch.cancelled")
        unsent = Delivery.objects.filter(dispatch=dispatch, state="cancelled").count()
        assert entry.earliest("seq").detail["unsent"] == unsent


def test_coverage_adds_up(coordinator):
    sent = Dispatch.objects.filter(kind="warning", unit__parent=None)
    found = coverage.coverage_of_dispatches([each.pk for each in sent], officer=coordinator)
    total = found.total
    carried = Delivery.objects.filter(dispatch__in=sent).exclude(state="cancelled")
    assert total.groups == carried.count()
    assert total.covered + total.waiting + total.failed == total.groups
    assert 0 < total.seen < total.groups
    assert RelayTask.objects.filter(confirmed_at__isnull=True).exists()


def test_the_same_seed_plans_the_same(province):
    units = {
        unit.jurisdictions.get().place.code: unit
        for unit in Unit.objects.prefetch_related("jurisdictions__place")
    }
    now = dt.datetime(2026, 3, 4, 5, tzinfo=dt.UTC)

    def plan(seed):
        volumes = part(SHARE, now, seed=seed)
        territory = survey(units, {}, Random(seed))
        return [
            (s.at, s.desk.code, s.text) for s in Teller(territory, volumes, Random(seed)).stories()
        ]

    assert plan(1) == plan(1)
    assert plan(1) != plan(2)
    assert len({text for _, _, text in plan(1)}) == part(SHARE).tips


def test_a_full_demo_is_not_loaded_again(province):
    assert load_if_empty(VAULT, part(SHARE)) is None


def test_every_sort_of_tip_opens_on_the_desk(coordinator, desk_client):
    client = sign_in(desk_client, coordinator)
    tips = Tip.objects.filter(concerns=None).order_by("id")
    sorts = {(tip.state, tip.kind, tip.outcome): tip for tip in tips}
    assert len(sorts) > 5
    for tip in sorts.values():
        assert client.get(f"/tips/{tip.pk}/").status_code == 200
    for page in ("/tips/", "/tips/?folder=done", "/figures/?period=all", "/coverage/", "/groups/"):
        assert client.get(page).status_code == 200
