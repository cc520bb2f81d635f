"""Many more people would get a warning than its approver saw: it is held, said, and asked again."""

import pytest

from keng.accounts import second_factor
from keng.acts.errors import NotAllowed
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.models import Delivery
from keng.delivery.tests.rows import make_rows
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import actions, queries
from keng.warnings.tests.test_desk import url
from keng.warnings.tests.ward import Ward, looked_at, waiting_warnings
from tests import make

pytestmark = pytest.mark.django_db


def subscribe(ward, count):
    for _ in range(count):
        make.subscription(places=(ward.place,))


@pytest.fixture
def ward():
    """What its commander approved for three people is held for thirty."""
    made = Ward()
    make.channel_account(unit=made.unit, channel="email")
    subscribe(made, 3)
    made.version = made.submitted()
    made.dispatch = actions.approve_warning(
        made.version.pk, **looked_at(made.version), by=made.commander
    )
    subscribe(made, 27)
    make_rows()
    made.dispatch.refresh_from_db()
    made.version.refresh_from_db()
    assert made.dispatch.is_held
    return made


def recipients(dispatch):
    return Delivery.objects.filter(dispatch=dispatch).count()


def test_a_number_that_nobody_saw_keeps_nothing_from_being_held():
    """The number comes with the form, and whoever sends a pattern alone sends that form."""
    ward = Ward()
    make.channel_account(unit=ward.unit, channel="email")
    subscribe(ward, 3)
    version = ward.submitted()
    seen = looked_at(version) | {"people": 1_000_000}
    dispatch = actions.approve_warning(version.pk, **seen, by=ward.commander)
    assert dispatch.approval.people == 3
    subscribe(ward, 27)
    make_rows()
    dispatch.refresh_from_db()
    assert dispatch.is_held


def test_a_second_person_lets_it_go_to_the_number_they_saw(ward):
    actions.let_held_go(ward.version.pk, people=30, by=ward.province_duty)
    make_rows()
    assert recipients(ward.dispatch) == 32
    entry = Entry.objects.get(action="dispatch.let_go")
    assert entry.chain == unit_chain(ward.unit.pk)
    assert entry.detail == {"approved": 3, "people": 30}
    with pytest.raises(NothingWaits):
        actions.let_held_go(ward.version.pk, people=30, by=ward.province_duty)


def test_for_still_more_people_it_is_held_again(ward):
    subscribe(ward, 30)
    actions.let_held_go(ward.version.pk, people=30, by=ward.province_duty)
    make_rows()
    ward.dispatch.refresh_from_db()
    assert (ward.dispatch.is_held, ward.dispatch.held_people) == (True, 60)
    with pytest.raises(TextChanged):
        actions.let_held_go(ward.version.pk, people=30, by=ward.province_duty)


def test_whoever_approved_it_may_and_whoever_wrote_it_may_not(ward):
    neighbour = make.officer(unit=make.unit(parent=ward.province), role="commander")
    for officer in (ward.officer, neighbour, make.officer(unit=ward.unit, role="auditor")):
        with pytest.raises(NotAllowed):
            actions.let_held_go(ward.version.pk, people=30, by=officer)
    by_coordinator = ward.submitted(by=ward.coordinator)
    dispatch = actions.approve_warning(
        by_coordinator.pk, **looked_at(by_coordinator) | {"people": 0}, by=ward.commander
    )
    make_rows()
    dispatch.refresh_from_db()
    assert dispatch.is_held
    with pytest.raises(HandInIt):
        actions.let_held_go(by_coordinator.pk, people=30, by=ward.coordinator)
    actions.let_held_go(ward.version.pk, people=30, by=ward.commander)


def test_what_is_stopped_or_taken_back_is_held_no_longer_and_never_goes(ward):
    actions.recall_warning(ward.version.warning_id, reason="wrong_number", by=ward.commander)
    make_rows()
    with pytest.raises(NothingWaits):
        actions.let_held_go(ward.version.pk, people=30, by=ward.province_duty)
    assert not Delivery.objects.exists()


def test_stopping_is_on_record_as_well(ward):
    sending.cancel_dispatch(ward.dispatch.pk, by=ward.officer)
    make_rows()
    assert recipients(ward.dispatch) == 0
    entry = Entry.objects.get(action="dispatch.cancelled")
    assert (entry.object_id, entry.detail["unsent"]) == (str(ward.dispatch.pk), 0)


def test_it_waits_in_the_list_and_in_the_menu_of_whoever_may_decide(ward):
    waits = {
        officer: [version.pk for version in queries.warning_desk_lists(officer).held]
        for officer in (ward.officer, ward.commander, ward.coordinator, ward.province_duty)
    }
    assert waits == {
        ward.officer: [],
        ward.commander: [ward.version.pk],
        ward.coordinator: [ward.version.pk],
        ward.province_duty: [ward.version.pk],
    }
    for officer, held in waits.items():
        assert waiting_warnings(officer) == len(held)


def test_it_is_said_on_the_list_on_its_page_and_in_the_coverage(desk_client, ward):
    for officer in (ward.officer, ward.commander):
        sign_in(desk_client, officer)
        for page in ("warnings", "coverage"):
            assert "đang giữ lại" in desk_client.get(url(page)).content.decode().lower()
        for page in ("dispatch", "dispatch-coverage", "warning-held"):
            words = desk_client.get(url(page, ward.dispatch.pk)).content.decode()
            assert "Đang giữ lại" in words
            assert "0 trong 0" not in words
    words = desk_client.get(url("dispatch", ward.dispatch.pk)).content.decode()
    assert "30 người đăng ký" in words
    assert "chỉ thấy 3" in words


def test_the_page_asks_for_a_code_and_lets_go_what_was_seen(desk_client, ward):
    page = url("warning-held", ward.dispatch.pk)
    sign_in(desk_client, ward.officer)
    assert 'name="code"' not in desk_client.get(page).content.decode()
    second_factor.set_totp_secret(ward.officer)
    own = second_factor.current_totp_code(ward.officer)
    assert desk_client.post(page, {"people": 30, "code": own}).status_code == 200
    ward.dispatch.refresh_from_db()
    assert ward.dispatch.is_held
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    code = second_factor.current_totp_code(ward.commander)
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    assert desk_client.post(page, {"people": 30, "code": wrong}).status_code == 422
    stale = desk_client.post(page, {"people": 29, "code": code})
    assert stale.status_code == 409
    ward.dispatch.refresh_from_db()
    assert ward.dispatch.is_held
    answer = desk_client.post(page, {"people": 30, "code": code})
    assert answer.url == url("dispatch", ward.dispatch.pk)
    make_rows()
    assert recipients(ward.dispatch) == 32
    assert desk_client.get(page).url == url("dispatch", ward.dispatch.pk)


def test_who_stops_it_reads_no_number_of_what_was_never_made(desk_client, ward):
    sign_in(desk_client, ward.officer)
    answer = desk_client.post(url("dispatch-cancel", ward.dispatch.pk))
    page = desk_client.get(answer.url).content.decode()
    assert page.count("Đã thu lại trước khi gửi đi tin nào") == 2
    assert "0 trong 0" not in page


def test_what_has_no_rows_yet_is_being_prepared_and_no_zero(desk_client, ward):
    version = ward.submitted(by=ward.coordinator)
    dispatch = actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)
    sign_in(desk_client, ward.commander)
    for page in ("dispatch", "dispatch-coverage"):
        words = desk_client.get(url(page, dispatch.pk)).content.decode()
        assert "Đang chuẩn bị" in words
        assert "0 trong 0" not in words
        assert "Không có" not in words.split("<main", 1)[1].split("</h1>", 1)[0]
    assert "đang chuẩn bị" in desk_client.get(url("warnings")).content.decode()
    assert 'hx-trigger="every 1s"' in desk_client.get(url("dispatch", dispatch.pk)).content.decode()
    make_rows()
    assert "Đang chuẩn bị" not in desk_client.get(url("dispatch", dispatch.pk)).content.decode()


def test_a_group_that_was_left_out_is_named_on_the_page(desk_client, ward):
    version = ward.submitted(by=ward.coordinator)
    dispatch = actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)
    ward.by_hand.is_active = False
    ward.by_hand.save()
    make_rows()
    sign_in(desk_client, ward.commander)
    words = desk_client.get(url("dispatch", dispatch.pk)).content.decode()
    assert "không nhận được" in words
    assert ward.by_hand.name in words
