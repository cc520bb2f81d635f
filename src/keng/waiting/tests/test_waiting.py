"""What waits for an officer: shown to whoever can decide it, counted as it is shown."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keng.accounts.models import NamedOfficer
from keng.breaches.models import Breach, BreachWaiver
from keng.claims.models import Revision
from keng.conftest import sign_in
from keng.delivery.models import Dispatch
from keng.kit import times
from keng.places.models import Unit
from keng.retention.models import RetentionPeriod
from keng.site.tests.desk_world import world
from keng.surveys.models import SurveyResult
from keng.tips.models import (
    BreakIn,
    LegalHold,
    OtherInstallation,
    Tip,
    TipConcern,
    Transfer,
    TransferArrival,
    TransferFile,
    TransferUpload,
)
from keng.waiting.counts import counts_by_page, kinds_for, reach_of
from keng.waiting.kinds import KINDS
from keng.waiting.waiting_page import MOST_SHOWN, waiting_groups
from keng.warnings.models import PatternUse, RecallRequest, Version
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("keng.site.desk_urls")]

# Each kind of text with the row of `desk_world` that is made to wait, and what makes it so.
WAITS = {
    "warnings": ("version", {}),
    "patterns": ("pattern", {}),
    "checks": ("revision", {}),
    "surveys": ("survey", {}),
    "listings": ("listing", {"status": "proposed"}),
    "meetings": ("meeting", {"starts_at": times.now() + datetime.timedelta(days=3)}),
    "channels": ("official_channel", {"doubted_at": None, "doubted_by": None}),
    "lessons": ("edition", {}),
    "campaigns": ("campaign", {}),
    "first_hours": ("first_hour", {}),
    "answers": ("question", {"state": "waiting", "wish": "public"}),
    "recalls": ("recall", {}),
    "results": ("result", {}),
    "thanks": ("thanks", {}),
}


@pytest.fixture
def province():
    """A province with a row of every kind, its author, and a second person."""
    found = world("Nhãn", kind=Unit.Kind.PROVINCE)
    rows = found.rows
    version = Version.objects.filter(warning=rows["warning"]).latest("number")
    rows["version"] = version
    rows["revision"] = Revision.objects.create(
        claim=rows["claim"],
        number=7,
        verdict="false",
        topic="other",
        quote="nghe nói",
        texts={"vi": {"question": "Có đúng không?"}},
        evidence=[],
        made_by=found.officer,
    )
    rows["recall"] = RecallRequest.objects.create(
        warning=rows["warning"], reason="own_words", words="Tin này nhầm số"
    )
    rows["result"] = SurveyResult.objects.create(survey=rows["survey"], words={"vi": {}})
    found.second = make.officer(unit=found.unit, role="coordinator")
    return found


def waits(row, author, **values):
    """As it stands once its author handed it in."""
    type(row).objects.filter(pk=row.pk).update(
        hands=[*row.hands, author.pk],
        submitted_at=times.now(),
        released_at=None,
        released_by=None,
        digest=None,
        ended_at=None,
        **values,
    )


def names(officer):
    reach = reach_of(officer)
    return {kind.name for kind in kinds_for(officer) if kind.rows(reach).exists()}


@pytest.mark.parametrize("kind", WAITS)
def test_what_was_handed_in_waits_for_everybody_but_whose_hand_is_in_it(kind, province):
    row, values = WAITS[kind]
    waits(province.rows[row], province.officer, **values)
    assert kind in names(province.second)
    assert kind not in names(province.officer)
    assert kind not in names(make.officer(role="commander"))


def test_every_kind_of_text_is_asked_here():
    other = {
        "held",
        # Tried beside its act: keng/delivery/tests/test_lagging.py.
        "lags",
        # Tried beside its act: keng/warnings/tests/test_official_alerts.py.
        "official_alerts",
        # Tried beside its call: keng/duty/tests/test_account_end_calls.py.
        "ending_accounts",
        "pattern_uses",
        "own_late_tips",
        "left_tips",
        "objections",
        "questions",
        "kits",
        "break_ins",
        # Tried beside their acts: keng/openings/tests/test_waiting_openings.py.
        "emergency_openings",
        "openings",
        "agreed_openings",
        "resharings",
        "resealings",
        "legal_holds",
        "transfers",
        "transfer_arrivals",
        "transfer_uploads",
        "periods",
        "imports",
        # Tried beside their acts: keng/data_requests/tests/test_data_requests.py.
        "data_requests",
        "erasures",
        "desk_questions",
        "breaches",
        "waivers",
    }
    assert {kind.name for kind in KINDS} == set(WAITS) | other


def test_a_legal_hold_and_its_end_wait_for_whoever_may_decide_and_did_not_ask(province):
    LegalHold.objects.all().delete()
    commune = make.unit(parent=province.unit)
    officer, commander = make.officer(unit=commune), make.officer(unit=commune, role="commander")
    hold = LegalHold.objects.create(
        tip=make.tip(unit=commune), unit=commune, ground="court", words="Tòa", asked_by=commander
    )
    assert "legal_holds" in names(province.second)
    assert "legal_holds" not in names(commander) | names(officer)
    LegalHold.objects.filter(pk=hold.pk).update(
        agreed_by=province.second,
        agreed_at=times.now(),
        end_asked_by=officer,
        end_asked_at=times.now(),
    )
    assert "legal_holds" in names(commander)
    LegalHold.objects.filter(pk=hold.pk).update(ended_by=commander, ended_at=times.now())
    assert "legal_holds" not in names(commander) | names(province.second)


def test_a_transfer_waits_for_whoever_may_decide_and_did_not_ask(province):
    commune = make.unit(parent=province.unit)
    officer, commander = make.officer(unit=commune), make.officer(unit=commune, role="commander")
    other = OtherInstallation.objects.create(
        name="Công an tỉnh bạn", province_code="24", signing_key=b"k" * 32, sealing_key=b""
    )
    transfer = Transfer.objects.create(
        number_of_both=make.some_id(),
        tip=make.tip(unit=commune),
        other=other,
        state=Transfer.State.ASKED,
        asked_by=officer,
    )
    assert "transfers" in names(commander)
    assert "transfers" not in names(officer)
    Transfer.objects.filter(pk=transfer.pk).update(asked_by=commander)
    assert "transfers" not in names(commander)
    Transfer.objects.filter(pk=transfer.pk).update(asked_by=officer, state=Transfer.State.DROPPED)
    assert "transfers" not in names(commander)


def test_what_comes_from_another_province_waits_for_the_desk_of_the_province(province):
    commune = make.unit(parent=province.unit)
    officer, clerk = make.officer(unit=commune), make.officer(unit=province.unit)
    other = OtherInstallation.objects.create(
        name="Công an tỉnh bạn", province_code="24", signing_key=b"k" * 32, sealing_key=b""
    )
    arrival = TransferArrival.objects.create(
        other=other, digest=b"d" * 32, size=1, number_of_both=make.some_id()
    )
    assert "transfer_arrivals" not in names(clerk)
    TransferArrival.objects.update(kind=TransferArrival.Kind.TIP)
    assert "transfer_arrivals" in names(clerk)
    assert "transfer_arrivals" not in names(officer)
    transfer = Transfer.objects.create(
        number_of_both=arrival.number_of_both,
        tip=make.tip(unit=commune),
        other=other,
        state=Transfer.State.WITH_THEM,
        asked_by=officer,
        agreed_by=clerk,
        agreed_at=times.now(),
    )
    # Of a tip that both know; that it has ended there is for whoever reads it here.
    assert "transfer_arrivals" not in names(clerk)
    TransferArrival.objects.update(kind=TransferArrival.Kind.END)
    assert "transfer_arrivals" in names(officer)
    stranger = make.officer(unit=make.unit(parent=make.province_unit()))
    assert "transfer_arrivals" not in names(stranger)
    file = TransferFile.objects.create(transfer=transfer, number=1, content=b"sealed", by=officer)
    TransferUpload.objects.create(file=file, failing_since=times.now())
    assert "transfer_uploads" not in names(officer)
    TransferUpload.objects.update(
        failing_since=times.now() - TransferUpload.TOLD_AFTER - datetime.timedelta(minutes=1)
    )
    assert "transfer_uploads" in names(officer)
    assert "transfer_uploads" not in names(stranger)


def test_a_legal_hold_waits_for_nobody_who_does_not_read_the_tip(province):
    LegalHold.objects.all().delete()
    commune = make.unit(parent=province.unit)
    officer, commander = make.officer(unit=commune), make.officer(unit=commune, role="commander")
    tip = make.tip(unit=commune, is_for_named=True)
    NamedOfficer.objects.create(unit=commune, officer=officer, named_by=officer)
    LegalHold.objects.create(tip=tip, unit=commune, ground="court", words="Tòa", asked_by=officer)
    assert "legal_holds" not in names(commander)
    NamedOfficer.objects.create(unit=commune, officer=commander, named_by=officer)
    assert "legal_holds" in names(commander)


def test_an_incident_waits_for_data_protection_and_its_waiver_for_a_second_person(province):
    protector = make.officer(unit=province.unit, role="data_protection")
    administrator = make.officer(unit=province.unit, role="administrator")
    BreachWaiver.objects.update(asked_by=protector)
    assert {"breaches"} == {"breaches", "waivers"} & names(protector)
    assert {"waivers"} == {"breaches", "waivers"} & names(administrator)
    BreachWaiver.objects.update(agreed_by=administrator, agreed_at=times.now())
    assert "waivers" not in names(administrator)
    Breach.objects.exclude(pk=province.rows["waiver"].breach_id).update(
        closed_at=times.now(), closed_by=protector, closing_words="Xong"
    )
    assert "breaches" not in names(protector)


def test_a_proposed_period_waits_for_who_leads_or_administers(province):
    proposer = make.officer(unit=province.unit, role="data_protection")
    RetentionPeriod.objects.filter(unit=province.unit).update(proposed_by=proposer)
    administrator = make.officer(unit=province.unit, role="administrator")
    assert "periods" in names(administrator)
    assert "periods" not in names(proposer)
    RetentionPeriod.objects.update(ended_at=times.now(), ended_by=proposer)
    assert "periods" not in names(administrator)


def test_what_is_held_waits_for_a_second_person(province):
    version = province.rows["version"]
    Version.objects.filter(pk=version.pk).update(
        hands=[province.officer.pk], dispatch=province.rows["dispatch"]
    )
    Dispatch.objects.filter(pk=province.rows["dispatch"].pk).update(
        held_at=times.now(), materialised_at=None
    )
    assert "held" in names(province.second)
    assert "held" not in names(province.officer)


def test_what_was_sent_alone_waits_for_somebody_else(province):
    PatternUse.objects.update(sent_by=province.officer, reviewed_at=None, reviewed_by=None)
    assert "pattern_uses" in names(province.second)
    assert "pattern_uses" not in names(province.officer)


def test_questions_of_residents_and_objections_wait_for_whoever_works_there(province):
    question = province.rows["question"]
    type(question).objects.filter(pk=question.pk).update(
        state="waiting", submitted_at=None, decided_at=None, decided_by=None, text="Mấy giờ mở cửa?"
    )
    dispute = province.rows["dispute"]
    type(dispute).objects.filter(pk=dispute.pk).update(
        decided_at=None, decided_by=None, hands=[province.officer.pk], outcome=""
    )
    assert {"questions", "objections"} <= names(province.second)
    assert "objections" not in names(province.officer)
    assert not {"questions", "objections"} & names(make.officer(unit=province.unit, role="auditor"))


def test_a_late_tip_of_ones_own_waits_and_one_of_somebody_who_left_waits_for_all(province):
    late = times.now() - datetime.timedelta(hours=2)
    Tip.objects.filter(pk=province.rows["tip"].pk).update(
        assigned_to=province.second, due_at=late, state="accepted"
    )
    assert "own_late_tips" in names(province.second)
    third = make.officer(unit=province.unit, role="duty")
    assert {"own_late_tips", "left_tips"}.isdisjoint(names(third))
    province.second.posts.update(valid_to=times.local_date(late) - datetime.timedelta(days=1))
    assert "left_tips" in names(third)


def test_nobody_is_told_of_a_late_tip_about_their_own_desk(province):
    late = times.now() - datetime.timedelta(hours=2)
    tip = province.rows["tip"]
    Tip.objects.filter(pk=tip.pk).update(assigned_to=province.second, due_at=late, state="accepted")
    TipConcern.objects.create(tip=tip, unit=province.unit)
    assert "own_late_tips" not in names(province.second)


def test_nobody_is_told_of_a_tip_about_a_desk_that_they_only_audit(province, desk_client):
    """Sight keeps a tip from whoever belongs to the unit it is about, in whichever post."""
    tip, audited = province.rows["tip"], make.unit(parent=province.unit)
    left = make.officer(unit=province.unit)
    left.posts.update(valid_to=times.local_date(times.now()) - datetime.timedelta(days=1))
    Tip.objects.filter(pk=tip.pk).update(assigned_to=left, state="accepted")
    TipConcern.objects.create(tip=tip, unit=audited)
    both = make.officer(unit=province.unit, role="duty")
    make.post(both, unit=audited, role="auditor")
    assert not Tip.objects.visible_to(both).filter(pk=tip.pk).exists()
    assert "left_tips" in names(make.officer(unit=province.unit, role="duty"))
    assert "left_tips" not in names(both)
    assert counts_by_page(both)["inbox"] == 0
    sign_in(desk_client, both)
    assert "Nhãn-0" not in desk_client.get("/waiting/").content.decode()


@pytest.mark.parametrize(("kind", "values"), [("questions", {}), ("answers", {"wish": "public"})])
def test_whose_decision_was_objected_to_has_nothing_to_decide(province, kind, values):
    question = province.rows["question"]
    waits(question, province.officer, state="waiting", decided_at=None, text="Mấy giờ?", **values)
    if kind == "questions":
        type(question).objects.filter(pk=question.pk).update(submitted_at=None)
    assert kind in names(province.second)
    type(question).objects.filter(pk=question.pk).update(decided_by=province.second)
    assert kind not in names(province.second)


def test_the_number_in_the_menu_is_the_number_of_lines(province, desk_client):
    for row, values in WAITS.values():
        waits(province.rows[row], province.officer, **values)
    # Nobody takes back what is no longer out.
    province.rows["recall"].delete()
    # Its page shows figures, which these empty words have none of.
    province.rows["result"].delete()
    groups = waiting_groups(province.second)
    counted = counts_by_page(province.second)
    assert counted.total() == sum(group.total for group in groups)
    assert counted.total() >= len(WAITS) - 2
    for page in {group.page for group in groups}:
        assert counted[page] == sum(group.total for group in groups if group.page == page)
    sign_in(desk_client, province.second)
    page = desk_client.get("/waiting/").content.decode()
    for group in groups:
        for line in group.lines:
            assert line.url in page
            assert desk_client.get(line.url.partition("#")[0]).status_code == 200, line


def test_of_many_the_page_shows_the_first_and_says_how_many_more(province):
    meeting = province.rows["meeting"]
    waits(meeting, province.officer)
    for _ in range(MOST_SHOWN + 4):
        meeting.pk, meeting._state.adding = None, True
        meeting.id = type(meeting)().id
        meeting.submitted_at, meeting.released_at, meeting.released_by = times.now(), None, None
        meeting.hands = [province.officer.pk]
        meeting.starts_at = times.now() + datetime.timedelta(days=3)
        meeting.save()
    group = next(g for g in waiting_groups(province.second) if g.page == "meetings")
    assert (len(group.lines), group.more) == (MOST_SHOWN, group.total - MOST_SHOWN)
    assert group.more > 0


def test_all_kinds_are_counted_by_one_question(province):
    counts_by_page(province.second)
    officer = type(province.second).objects.get(pk=province.second.pk)
    officer.unit_ids  # noqa: B018 -- what every page of the desk reads anyway
    with CaptureQueriesContext(connection) as asked:
        counts_by_page(officer)
    assert sum("UNION ALL" in each["sql"] for each in asked) == 1


def test_to_data_protection_an_emergency_waits_until_it_is_read(desk_client):
    unit = make.unit(parent=make.province_unit())
    protector = make.officer(unit=unit.parent, role="data_protection")
    sign_in(desk_client, protector)
    page = desk_client.get("/waiting/")
    assert "Chưa có gì chờ bạn" in page.content.decode()
    assert [item for item in page.context["desk_nav"] if item["url"] == "/waiting/"]
    opened = BreakIn.objects.create(
        tip=make.tip(unit=unit, reference="X-9"),
        officer=make.officer(unit=unit, name="Lan"),
        unit=unit,
        ground=BreakIn.Ground.LIFE,
        words="Không gọi được ai",
        until=times.now() + datetime.timedelta(hours=1),
    )
    assert "Lan đã mở X-9" in desk_client.get("/waiting/").content.decode()
    assert counts_by_page(protector)["break-ins"] == 1
    desk_client.post(f"/break-ins/{opened.pk}/read/")
    assert counts_by_page(protector)["break-ins"] == 0
