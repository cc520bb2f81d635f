"""Group chats of an account: listed, looked at and made, against the fake over HTTP."""

from datetime import UTC, datetime

import pytest

from keng.channels.group_chats import GroupSlot, ProviderGroup
from keng.channels.outcomes import Outcome
from keng.channels.tests.talk import talk
from keng.channels.upkeep import CannotAsk
from keng.channels.wire import Reply
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import FakeGroup
from keng.channels.zalo_oa.group_chats import GROUP_API as API

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
LISTING, SLOTS, MAKING = "getgroupsofoa", "quota/group", "creategroupwithoa"


@pytest.fixture(scope="module")
def running():
    with running_zalo() as server:
        yield server


@pytest.fixture
def fake(running):
    running.faults.clear()
    running.state.groups.clear()
    running.state.assets = {"slot-1": ""}
    running.settings.groups_per_page = 50
    return running


def listed(fake):
    found, offset = [], 0
    while offset is not None:
        page = API.read_list(talk(API.list_request(fake.credentials(), offset)), NOW, offset)
        found += page.groups
        offset = page.next_offset
    return found


def slots(fake, size="gmf100"):
    answers = [talk(request) for request in API.slot_requests(fake.credentials(), size)]
    return [slot for answer in answers for slot in API.read_slots(answer, NOW)]


def make_group(fake, slot="slot-1", **settings):
    credentials = fake.credentials() | settings
    return API.read_made(talk(API.make_request(credentials, slot, "Tổ 6", "Cảnh báo")), NOW)


def test_every_group_is_listed_however_short_the_pages_are(fake):
    fake.state.groups = {f"g{n}": FakeGroup(f"g{n}", f"Tổ {n}", members=["1"]) for n in range(7)}
    fake.state.groups["g3"].enabled = False
    fake.state.groups["other"] = FakeGroup("other", ours=False)
    fake.settings.groups_per_page = 3
    found = listed(fake)
    assert [group.address for group in found] == [f"g{n}" for n in range(7)]
    assert found[0] == ProviderGroup("g0", "Tổ 0", True, 1, "https://zalo.me/g/g0")
    assert [group.is_enabled for group in found].count(False) == 1
    fake.state.groups.clear()
    assert listed(fake) == []


def test_a_group_of_somebody_else_or_of_nobody_is_gone(fake):
    fake.state.groups = {"ours": FakeGroup("ours", "Tổ 1"), "other": FakeGroup("other", ours=False)}

    def look(address):
        return API.read_look(talk(API.look_request(fake.credentials(), address)), NOW)

    assert look("ours").name == "Tổ 1"
    for address in ("other", "none"):
        assert (look(address).kind, look(address).code) == ("gone", "-403")


def test_a_slot_takes_one_group_with_whoever_manages_the_account(fake):
    assert slots(fake) == [GroupSlot("slot-1", "")]
    assert slots(fake, "gmf10") == []
    group = make_group(fake)
    assert fake.state.groups[group.address].members == [fake.settings.admin_id]
    assert slots(fake) == [GroupSlot("slot-1", group.address)]
    assert make_group(fake).code in API.slot_filled_codes
    assert make_group(fake, "slot-9").code in API.slot_filled_codes
    fake.state.assets["slot-2"] = ""
    assert make_group(fake, "slot-2", group_admin="5").code == "-201"
    with pytest.raises(CannotAsk):
        API.make_request({**fake.credentials(), "group_admin": ""}, "slot-1", "Tổ 6", "")
    assert not any(entry.has_secret_in_query for entry in fake.journal)


# Of the error table of the reference; a message may have arrived, a group may have been made.
CODES = {
    "retry": [-32],
    "reject": [-201, -210, -233, -238, -241, -248],
    "config": [-204, -205, -209, -212, -219, -221, -223, -224, -235, -237, -240, -242, -320, -321],
    "not_now": [-211, -213, -218],
    "gone": [-217, -227, -403],
    "refresh_auth": [-216, -220],
}


@pytest.mark.parametrize(("kind", "codes"), CODES.items())
def test_each_code_of_the_table_says_why_there_is_no_answer(fake, kind, codes):
    for code in codes:
        for _call in range(3):
            fake.faults.next(match="/v3.0/oa/", status=200, body={"error": code, "message": "x"})
        answers = (
            API.read_list(talk(API.list_request(fake.credentials(), 0)), NOW, 0),
            API.read_slots(talk(API.slot_requests(fake.credentials(), "gmf100")[0]), NOW),
            make_group(fake),
        )
        assert {(answer.kind, answer.code) for answer in answers} == {(kind, str(code))}
    assert fake.state.groups == {}


@pytest.mark.parametrize("code", [-200, -9999])
def test_what_says_nothing_is_asked_again_but_for_a_group_that_may_be_there(fake, code):
    for _call in range(2):
        fake.faults.next(match="/v3.0/oa/", status=200, body={"error": code})
    assert API.read_list(talk(API.list_request(fake.credentials(), 0)), NOW, 0).kind == "retry"
    assert make_group(fake).kind == "unknown"
    for status in (500, 503):
        fake.faults.next(match=MAKING, status=status, body="busy")
        assert make_group(fake).kind == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"error":0}',
        b'{"error":0,"data":{"groups":[{"name":"x"},7,{"group_id":""}],"total":"x"}}',
    ],
)
def test_an_answer_that_cannot_be_read_is_no_group(body):
    reply = Reply(200, {}, body)
    page = API.read_list(reply, NOW, 0)
    assert isinstance(page, Outcome) or page.groups == ()
    assert API.read_made(reply, NOW).kind == "unknown"
    assert API.read_look(reply, NOW).kind == "retry" or isinstance(page, Outcome)


def test_a_link_that_leads_elsewhere_is_not_shown():
    for link in ("https://zalo.me.evil.example/g/1", "http://zalo.me/g/1", "javascript:x", 5):
        body = f'{{"error":0,"data":{{"group_id":"1","group_link":"{link}"}}}}'.encode()
        assert API.read_made(Reply(200, {}, body), NOW).link == ""
