"""Group chats of accounts: the sender lists and makes them at the fake, over HTTP."""

import contextlib
import datetime
import signal
import threading
import unicodedata

import pytest
from django.db import IntegrityError, connection

from keng.audit.models import Entry
from keng.channels.group_chats import ProviderGroup
from keng.channels.zalo_oa.fake.state import FakeGroup
from keng.conftest import sign_in
from keng.delivery.actions import group_requests
from keng.delivery.actions.group_requests import REQUESTS_KEPT, forget_old_requests
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import AccountGroup, ChannelAccount, GroupRequest
from keng.delivery.sender import group_store
from keng.delivery.tests.conftest import TOKENS
from keng.delivery.tests.sending import sending, until
from keng.kit import times
from keng.network.models import Group
from keng.vault import keys
from tests import make
from tests import running as processes

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
MAKING = "creategroupwithoa"


@pytest.fixture
def few(fake):
    """The account has two groups, and room for two more."""
    two = [FakeGroup(name, f"Tổ {name}", members=["1"]) for name in ("g1", "g2")]
    fake.state.groups = {group.id: group for group in two}
    fake.state.assets = {"slot-1": "", "slot-2": ""}
    return fake


def calls(fake, path):
    return [entry for entry in fake.state.journal if path in entry.path]


def ask(account, kind="list", **fields):
    if kind == "make":
        fields = {"name": "Tổ mới", "description": "Cảnh báo", "size": "gmf100"} | fields
    # Whoever was asked a moment ago is asked again in a minute.
    ChannelAccount.objects.filter(groups_asked_at__isnull=False).update(groups_asked_at=LONG_AGO)
    return GroupRequest.objects.create(account=account, kind=kind, **fields)


def ended(request):
    request.refresh_from_db()
    return request.ended_at is not None


def what_came_of(request):
    until(lambda: ended(request))
    return request.state, request.code


def again(request):
    """As if the time of the earlier try were over."""
    GroupRequest.objects.filter(pk=request.pk).update(tried_at=LONG_AGO)


def named(fake, name="Tổ mới"):
    return [group.id for group in fake.state.groups.values() if group.name == name]


def test_groups_are_listed_when_somebody_asks_and_once_a_day(zalo, few):
    few.state.settings.groups_per_page = 1
    request = ask(zalo)
    with sending(count=2):
        assert what_came_of(request) == ("done", "")
    rows = AccountGroup.objects.order_by("address")
    assert [(row.address, row.name, row.member_count) for row in rows] == [
        ("g1", "Tổ g1", 1),
        ("g2", "Tổ g2", 1),
    ]
    zalo.refresh_from_db()
    assert times.now() - zalo.groups_listed_at < datetime.timedelta(minutes=5)
    assert len(calls(few, "getgroupsofoa")) == 2
    assert group_store.begin_listing(zalo.pk) is None
    ChannelAccount.objects.update(groups_asked_at=times.now() - group_store.LIST_EVERY)
    assert group_store.begin_listing(zalo.pk) is not None


def test_a_group_that_is_gone_is_out_of_use_in_the_network_and_says_so(zalo, few, desk_client):
    officer = make.officer(unit=zalo.unit)
    place = make.place("Nếnh")
    address = {"unit": zalo.unit, "place": place, "channel": "zalo_oa"}
    gone = make.group(**address, name="Tổ 1", channel_address="g1")
    stays = make.group(**address, name="Tổ 2", channel_address="g2")
    first = ask(zalo)
    with sending():
        assert what_came_of(first) == ("done", "")
    del few.state.groups["g1"]
    second = ask(zalo)
    with sending():
        assert what_came_of(second) == ("done", "")
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.is_active, stays.is_active, stays.gone_at) == (False, True, None)
    assert gone.gone_at is not None
    assert AccountGroup.objects.get(address="g1").gone_at is not None
    assert Entry.objects.get(action="address.gone").detail["ref"] == str(gone.pk)
    sign_in(desk_client, officer)
    assert "không còn nữa" in desk_client.get(f"/groups/{gone.pk}/").content.decode()
    assert "không còn nữa" in desk_client.get("/channel-accounts/groups/").content.decode()
    desk_client.post(f"/groups/{gone.pk}/active/")
    gone.refresh_from_db()
    assert (gone.is_active, gone.gone_at) == (True, None)


def test_a_group_that_only_slipped_between_two_pages_stays(zalo, few):
    group_store.keep_groups(zalo.pk, [])
    for name in ("g1", "g2"):
        AccountGroup.objects.create(account=zalo, address=name, name=name)
    few.faults.next(
        match="getgroupsofoa",
        status=200,
        body={"error": 0, "data": {"total": 1, "groups": [{"group_id": "g1", "name": "Tổ g1"}]}},
    )
    request = ask(zalo)
    with sending():
        assert what_came_of(request) == ("done", "")
    assert not AccountGroup.objects.filter(gone_at__isnull=False).exists()
    assert len(calls(few, "/getgroup")) == 2


def test_why_there_is_no_list_is_said_and_what_passes_is_asked_again(zalo, few):
    few.faults.next(match="getgroupsofoa", status=200, body={"error": -224, "message": "x"})
    request = ask(zalo)
    with sending():
        assert what_came_of(request) == ("refused", "-224")
        assert not AccountGroup.objects.exists()
        few.faults.next(match="getgroupsofoa", status=503, body="busy")
        other = ask(zalo)
        until(lambda: len(calls(few, "getgroupsofoa")) == 2)
        assert not ended(other)
        ChannelAccount.objects.update(groups_asked_at=LONG_AGO)
        assert what_came_of(other) == ("done", "")
    assert ChannelAccount.objects.get().circuit_open_since is None


def test_two_senders_make_one_group_of_one_request(zalo, few):
    first, second = ask(zalo, "make"), ask(zalo, "make", name="Tổ khác")
    with sending(count=2):
        assert what_came_of(first) == what_came_of(second) == ("done", "")
    assert (len(named(few)), len(named(few, "Tổ khác"))) == (1, 1)
    assert first.made.address == named(few)[0]
    assert first.made.link == f"https://zalo.me/g/{first.made.address}"
    assert sorted(few.state.assets) == sorted({first.slot, second.slot})
    assert Entry.objects.filter(action="channel.group_made").count() == 2
    third = ask(zalo, "make", name="Tổ thứ ba")
    with sending():
        assert what_came_of(third) == ("refused", "no_slot")


@pytest.mark.parametrize(
    ("fault", "calls_made"),
    [({"drop": "after_accept"}, 1), ({"drop": "before_read"}, 2), ({"status": 500}, 2)],
)
def test_a_group_of_which_nobody_heard_is_looked_for_before_another_is_made(
    zalo, few, fault, calls_made
):
    few.faults.next(match=MAKING, **fault)
    request = ask(zalo, "make")
    with sending():
        until(lambda: len(calls(few, MAKING)) == 1)
    request.refresh_from_db()
    assert (request.state, bool(request.slot)) == ("begun", True)
    again(request)
    with sending():
        assert what_came_of(request) == ("done", "")
    assert [request.made.address] == named(few)
    assert len(calls(few, MAKING)) == calls_made


@contextlib.contextmanager
def chosen(few, request):
    """Its slot is on record, and nobody is asked to fill it yet."""
    few.faults.next(match=MAKING, delay=3, drop="before_read")
    yield lambda: GroupRequest.objects.filter(pk=request.pk).exclude(slot="").exists()


@contextlib.contextmanager
def filled(few, request):
    """The group is there, and the answer is on its way."""
    few.faults.next(match=MAKING, delay=3)
    yield lambda: len(named(few)) == 1


@contextlib.contextmanager
def recorded(few, request):
    yield lambda: ended(request)


@pytest.mark.parametrize("step", [chosen, filled, recorded])
def test_a_sender_killed_at_any_step_makes_one_group(zalo, few, step):
    request = ask(zalo, "make")
    key = str(keys.sender_file())
    with (
        step(few, request) as is_reached,
        processes.running("sender", KENG_SENDER_KEY_FILE=key) as process,
    ):
        until(is_reached)
        process.signal_all(signal.SIGKILL)
        process.process.wait()
    few.faults.clear()
    again(request)
    with sending():
        assert what_came_of(request) == ("done", "")
    assert [request.made.address] == named(few)
    assert Entry.objects.filter(action="channel.group_made").count() == 1


def test_a_group_of_the_same_name_in_other_bytes_is_ours(zalo, few):
    request = ask(zalo, "make", name=unicodedata.normalize("NFD", "Tổ mới"))
    GroupRequest.objects.filter(pk=request.pk).update(state="begun", slot="slot-1")
    few.state.groups["ours"] = FakeGroup("ours", "Tổ mới", "slot-1")
    few.state.assets["slot-1"] = "ours"
    with sending():
        assert what_came_of(request) == ("done", "")
    assert (request.made.address, calls(few, MAKING)) == ("ours", [])


def test_a_request_that_has_a_slot_gets_no_other_one(zalo):
    request = ask(zalo, "make")
    assert group_store.reserve_slot(request.pk, "slot-1", times.now())
    assert not group_store.reserve_slot(request.pk, "slot-2", times.now())
    request.refresh_from_db()
    assert request.slot == "slot-1"


def test_a_slot_filled_since_it_was_listed_as_free_is_reserved_for_nobody_else(zalo):
    first, second = ask(zalo, "make"), ask(zalo, "make", name="Tổ khác")
    listed_at = times.now()
    assert group_store.reserve_slot(first.pk, "slot-1", listed_at)
    assert not group_store.reserve_slot(second.pk, "slot-1", listed_at)
    group_store.keep_made_group(first.pk, ProviderGroup("g3", "Tổ mới", is_enabled=True))
    assert not group_store.reserve_slot(second.pk, "slot-1", listed_at)
    second.refresh_from_db()
    assert (second.state, second.slot) == ("asked", "")
    # The group may be dissolved later: a list of a later moment decides.
    assert group_store.reserve_slot(second.pk, "slot-1", times.now())


def test_a_group_that_another_account_lists_stays_in_use(zalo):
    other = make.channel_account(channel="zalo_oa", unit=zalo.unit)
    place = make.place("Nếnh")
    group = make.group(unit=zalo.unit, place=place, channel="zalo_oa", channel_address="g1")
    for account in (zalo, other):
        AccountGroup.objects.create(account=account, address="g1", name="Tổ 1")
    group_store.end_group(zalo.pk, "g1", "-403")
    group.refresh_from_db()
    assert group.is_active
    group_store.end_group(other.pk, "g1", "-403")
    group.refresh_from_db()
    assert not group.is_active


def test_a_slot_that_was_filled_in_this_moment_is_looked_into(zalo, few):
    few.faults.next(match=MAKING, status=200, body={"error": -241, "message": "x"})
    request = ask(zalo, "make")
    with sending():
        until(lambda: len(calls(few, MAKING)) == 1)
    request.refresh_from_db()
    assert not ended(request)
    again(request)
    with sending():
        assert what_came_of(request) == ("done", "")


def test_a_group_of_another_name_in_our_slot_buys_no_other_one(zalo, few):
    request = ask(zalo, "make")
    GroupRequest.objects.filter(pk=request.pk).update(state="begun", slot="slot-1")
    few.state.groups["other"] = FakeGroup("other", "Tổ nào đó", "slot-1")
    few.state.assets["slot-1"] = "other"
    with sending():
        assert what_came_of(request) == ("refused", "other_group")
    assert calls(few, MAKING) == []


def test_where_most_groups_are_gone_at_once_none_is_taken_out_of_use(zalo, few, at_desk):
    names = [f"g{n}" for n in range(8)]
    few.state.groups = {name: FakeGroup(name, f"Tổ {name}", members=["1"]) for name in names}
    place = make.place("Nếnh")
    for name in names:
        make.group(unit=zalo.unit, place=place, channel="zalo_oa", name=name, channel_address=name)
    first = ask(zalo)
    with sending():
        assert what_came_of(first) == ("done", "")
    for name in names[1:]:
        del few.state.groups[name]
    second = ask(zalo, asked_by=make.officer(unit=zalo.unit))
    with sending():
        assert what_came_of(second) == ("refused", "most_gone")
    assert Group.objects.filter(is_active=True).count() == 8
    assert not AccountGroup.objects.filter(gone_at__isnull=False).exists()
    assert "phần lớn các nhóm không còn" in at_desk.get(PAGE).content.decode()


def test_a_slot_that_is_listed_no_more_makes_nobody_try_again(zalo, few):
    request = ask(zalo, "make")
    GroupRequest.objects.filter(pk=request.pk).update(state="begun", slot="slot-0")
    with sending():
        assert what_came_of(request) == ("refused", "slot_gone")
    assert calls(few, MAKING) == []


def test_what_the_provider_refuses_and_what_the_operator_did_not_enter_is_said(zalo, few):
    few.faults.next(match=MAKING, status=200, body={"error": -248, "message": "x"})
    first = ask(zalo, "make")
    with sending():
        assert what_came_of(first) == ("refused", "-248")
    own = few.credentials()
    secrets = {k: v for k, v in own.items() if k not in (*TOKENS, "api_base", "group_admin")}
    keep_secrets(zalo, secrets)
    ChannelAccount.objects.filter(pk=zalo.pk).update(secrets_box=zalo.secrets_box)
    second = ask(zalo, "make")
    with sending():
        assert what_came_of(second) == ("refused", "no_manager")
    third = ask(zalo, "make")
    GroupRequest.objects.filter(pk=third.pk).update(asked_at=LONG_AGO, first_tried_at=LONG_AGO)
    group_store.expire_old_requests(zalo.pk)
    assert what_came_of(third) == ("refused", "gave_up")


def test_what_was_asked_of_a_stopped_account_has_its_day_from_the_first_try_on(zalo, few):
    request = ask(zalo, "make")
    GroupRequest.objects.filter(pk=request.pk).update(asked_at=LONG_AGO)
    few.faults.next(match=MAKING, status=500)
    begun = times.now()
    with sending():
        until(lambda: len(calls(few, MAKING)) == 1)
    request.refresh_from_db()
    assert request.ended_at is None
    assert request.first_tried_at >= begun
    first = request.first_tried_at
    again(request)
    with sending():
        assert what_came_of(request) == ("done", "")
    assert (request.first_tried_at, request.tried_at > first) == (first, True)


def test_a_dead_token_is_renewed_and_the_next_try_goes_through(zalo, few):
    few.state.token_issued_at -= 100_000
    ChannelAccount.objects.update(tokens_renewed_at=LONG_AGO)
    request = ask(zalo)
    with sending():
        until(lambda: ChannelAccount.objects.get().tokens_renewed_at > LONG_AGO)
        ChannelAccount.objects.update(groups_asked_at=LONG_AGO)
        assert what_came_of(request) == ("done", "")


@pytest.fixture
def at_desk(zalo, desk_client):
    place = make.place("Nếnh")
    ChannelAccount.objects.update(place=place)
    AccountGroup.objects.create(account=zalo, address="g1", name="Tổ 1", member_count=40)
    sign_in(desk_client, make.officer(unit=zalo.unit))
    return desk_client


PAGE = "/channel-accounts/groups/"


def test_a_listed_group_is_taken_into_the_network_in_one_tap(zalo, at_desk):
    listed = AccountGroup.objects.get()
    taken = at_desk.post(f"{PAGE}{listed.pk}/take-over/")
    group = Group.objects.get()
    assert taken.url == f"/groups/{group.pk}/"
    assert (group.name, group.channel, group.channel_address) == ("Tổ 1", "zalo_oa", "g1")
    assert (group.kind, group.member_count, group.unit) == ("other", 40, zalo.unit)
    page = at_desk.get(PAGE).content.decode()
    assert f'href="/groups/{group.pk}/"' in page
    assert "take-over/" not in page
    assert at_desk.post(f"{PAGE}{listed.pk}/take-over/").url == PAGE
    assert Group.objects.count() == 1


def test_a_group_to_which_nothing_can_be_sent_is_not_taken_into_the_network(zalo, at_desk):
    AccountGroup.objects.update(is_enabled=False)
    page = at_desk.get(PAGE).content.decode()
    assert "hết gói, chưa gửi được vào đây" in page
    assert "take-over/" not in page
    listed = AccountGroup.objects.get()
    assert at_desk.post(f"{PAGE}{listed.pk}/take-over/").status_code == 404
    assert not Group.objects.exists()


def test_a_second_tap_asks_for_no_second_group(zalo, at_desk):
    address = f"/channel-accounts/{zalo.pk}/groups/new/"
    prefix = f"new-{zalo.pk.hex[-8:]}-"

    def tap(name):
        sent = {prefix + "name": name, prefix + "description": "", prefix + "size": "gmf50"}
        return at_desk.post(address, sent)

    assert tap(unicodedata.normalize("NFD", "Tổ 7")).status_code == 302
    again = tap("TỔ 7")
    assert again.status_code == 422
    assert "Bạn hãy đặt tên khác" in again.content.decode()
    assert tap("Tổ 1").status_code == 422
    (made,) = GroupRequest.objects.filter(kind="make")
    assert made.name == "Tổ 7"
    with pytest.raises(IntegrityError):
        ask(zalo, "make", name="Tổ 7")


def test_nobody_is_told_to_wait_a_minute_for_an_account_that_is_stopped(zalo, at_desk):
    address = f"/channel-accounts/{zalo.pk}/groups/list/"
    page = at_desk.post(address, follow=True).content.decode()
    assert "Khoảng một phút nữa bạn tải lại trang" in page
    assert "100 người (gmf100)" in page
    assert "1.000 người (gmf1000)" in page
    ChannelAccount.objects.update(circuit_open_since=times.now())
    page = at_desk.post(address, follow=True).content.decode()
    assert "Khoảng một phút" not in page
    assert "yêu cầu chờ đến khi tài khoản chạy lại" in page


def test_an_officer_asks_for_a_list_and_for_a_group_and_both_are_on_record(zalo, at_desk):
    address = f"/channel-accounts/{zalo.pk}/groups/"
    assert at_desk.post(address + "list/").url == PAGE
    prefix = f"new-{zalo.pk.hex[-8:]}-"
    wrong = at_desk.post(address + "new/", {prefix + "size": "gmf100"})
    assert wrong.status_code == 422
    assert "thành viên sẽ thấy tên này" in wrong.content.decode()
    sent = {prefix + "name": " Tổ  7 ", prefix + "description": "", prefix + "size": "gmf50"}
    assert at_desk.post(address + "new/", sent).url == PAGE
    made = GroupRequest.objects.get(kind="make")
    assert (made.name, made.size, made.asked_by.unit_ids) == ("Tổ 7", "gmf50", {zalo.unit_id})
    assert {"channel.groups_asked", "channel.group_asked"} <= set(
        Entry.objects.values_list("action", flat=True)
    )
    GroupRequest.objects.filter(pk=made.pk).update(state="refused", code="no_slot")
    assert "Không còn chỗ trống" in at_desk.get(PAGE).content.decode()
    ChannelAccount.objects.update(is_active=False)
    assert at_desk.post(address + "new/", sent).status_code == 422
    assert GroupRequest.objects.filter(kind="make").count() == 1


def test_what_was_asked_is_forgotten_a_season_after_its_end(zalo):
    long_over, over, waits = ask(zalo), ask(zalo), ask(zalo)
    ago = times.now() - REQUESTS_KEPT
    GroupRequest.objects.filter(pk=long_over.pk).update(
        ended_at=ago - datetime.timedelta(minutes=1)
    )
    GroupRequest.objects.filter(pk=over.pk).update(ended_at=ago + datetime.timedelta(minutes=1))
    GroupRequest.objects.filter(pk=waits.pk).update(asked_at=LONG_AGO)
    assert forget_old_requests() == 1
    assert set(GroupRequest.objects.values_list("pk", flat=True)) == {over.pk, waits.pk}


def test_officers_who_ask_at_the_same_moment_are_counted_one_after_the_other(zalo, monkeypatch):
    monkeypatch.setattr(group_requests, "_MOST_WAITING", 1)
    by = make.officer(unit=zalo.unit)
    start, ended = threading.Barrier(4), []

    def ask_for_one(name):
        start.wait()
        try:
            group_requests.ask_for_new_group(
                zalo.pk, name=name, description="", size="gmf50", by=by
            )
            ended.append("asked")
        except group_requests.TooManyGroupsWait:
            ended.append("too many")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_for_one, args=[f"Tổ {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["asked", "too many", "too many", "too many"]
    assert GroupRequest.objects.count() == 1
