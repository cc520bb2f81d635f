"""The adapter against the fake account, over real HTTP on this machine."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, Outcome, OutgoingMessage, Request
from keng.channels.tests.talk import Lost, get, post, send, talk
from keng.channels.upkeep import NewTokens
from keng.channels.zalo_oa import ZaloOA, requests, tokens
from keng.channels.zalo_oa.errors import outcome_of_zalo_reply
from keng.channels.zalo_oa.fake import FakeSettings, FakeZalo, running_zalo
from keng.channels.zalo_oa.fake.state import FakeArticle, FakeGroup, FakeUser

DAY = 86_400
PNG = b"\x89PNG\r\n\x1a\n" + b"\r\n" * 20 + bytes(range(256))
CHANNEL = ZaloOA()


@pytest.fixture
def fake() -> Iterator[FakeZalo]:
    with running_zalo() as server:
        know(server)
        yield server


def know(server: FakeZalo) -> None:
    now = server.state.clock.now()
    server.state.users = {
        "recent": FakeUser("recent", now),
        "paid": FakeUser("paid", now - 3 * DAY),
        "late": FakeUser("late", now - 8 * DAY),
        "silent": FakeUser("silent"),
        "blocked": FakeUser("blocked", now, refuses=-244),
        "inactive": FakeUser("inactive", now, refuses=-227),
    }
    server.state.groups = {
        "ours": FakeGroup("ours", "Tổ 5"),
        "off": FakeGroup("off", enabled=False),
        "theirs": FakeGroup("theirs", ours=False),
    }


def call(server: FakeZalo, path: str, body: Mapping[str, object]) -> Request:
    """Any call of the interface, as a client of it would make it."""
    own = server.credentials()
    return Request(
        "POST", server.base + path, requests.api_headers(own), requests.encoded_json(body)
    )


def tell(
    server: FakeZalo,
    address: Address,
    message: OutgoingMessage | None = None,
    timeout: float = 30.0,
) -> Outcome:
    now = datetime.fromtimestamp(server.state.clock.now(), UTC)
    said = message or OutgoingMessage("Cảnh báo")
    return send(CHANNEL, said, address, server.credentials(), now, timeout=timeout)


def test_a_message_arrives_and_stands_in_the_inbox(fake: FakeZalo) -> None:
    outcome = tell(fake, Address("recent"))
    assert outcome.kind == "sent"
    assert outcome.rate_remaining == 3999
    (sent,) = get(f"{fake.base}/_fake/inbox.json?user=recent")
    assert (sent["id"], sent["text"]) == (outcome.provider_id, "Cảnh báo")
    page = talk(Request("GET", f"{fake.base}/_fake/inbox", {}, b""))
    assert page.headers["content-type"].startswith("text/html")
    assert "Cảnh báo" in page.body.decode()


@pytest.mark.parametrize(
    ("who", "kind", "code"),
    [
        ("late", "not_now", "-230"),
        ("silent", "not_now", "-232"),
        ("nobody", "not_now", "-232"),
        ("blocked", "gone", "-244"),
        ("inactive", "gone", "-227"),
    ],
)
def test_whoever_may_not_be_reached_is_not(fake: FakeZalo, who: str, kind: str, code: str) -> None:
    outcome = tell(fake, Address(who))
    assert (outcome.kind, outcome.code) == (kind, code)
    assert fake.state.delivered == []


def test_after_seven_days_nothing_can_be_sent(fake: FakeZalo) -> None:
    assert tell(fake, Address("paid")).kind == "sent"
    assert tell(fake, Address("recent")).kind == "sent"
    post(f"{fake.base}/_fake/clock", {"advance": 8 * DAY})
    fake.state.token_issued_at = fake.state.clock.now()
    assert tell(fake, Address("recent")).code == "-230"


@pytest.mark.parametrize(
    ("group", "kind", "code"),
    [
        ("ours", "sent", ""),
        ("off", "config", "-237"),
        ("theirs", "gone", "-403"),
        ("nowhere", "gone", "-403"),
    ],
)
def test_groups(fake: FakeZalo, group: str, kind: str, code: str) -> None:
    outcome = tell(fake, Address(group, "group"), OutgoingMessage("[@ours] Cảnh báo", kind="group"))
    assert (outcome.kind, outcome.code) == (kind, code)
    assert [sent.mentions for sent in fake.state.delivered] == ([0] if kind == "sent" else [])


def test_a_group_message_called_by_name_would_be_counted(fake: FakeZalo) -> None:
    raw = {"recipient": {"group_id": "ours"}, "message": {"text": "[@ours] Cảnh báo"}}
    talk(call(fake, "/v3.0/oa/group/message", raw))
    assert fake.state.delivered[0].mentions == 1


def test_a_picture_travels_whole_and_is_reused_until_it_expires(fake: FakeZalo) -> None:
    first = tell(fake, Address("recent"), OutgoingMessage("Đây", image=PNG))
    assert first.kind == "sent"
    reference = first.learned["image_ref"]
    assert fake.state.uploads[reference].content == PNG
    assert talk(Request("GET", f"{fake.base}/_fake/image/{reference}", {}, b"")).body == PNG
    again = OutgoingMessage("Đây", image=PNG, image_ref=reference)
    assert tell(fake, Address("recent"), again).learned == {}
    fake.state.uploads[reference].at -= 8 * DAY
    renewed = tell(fake, Address("recent"), again)
    assert renewed.kind == "sent"
    assert renewed.learned["image_ref"] not in ("", reference)


def test_uploads_are_checked_for_type_size_and_quota(fake: FakeZalo) -> None:
    def upload(image: bytes) -> str:
        request = requests.image_upload_request(image, "image/png", fake.credentials())
        return outcome_of_zalo_reply(talk(request), datetime.now(UTC), delivers=False).code

    assert upload(PNG) == ""
    assert upload(b"not a picture") == "-201"
    assert upload(PNG + b"0" * 1_000_000) == "-210"
    fake.state.upload_counts = dict.fromkeys(fake.state.upload_counts, 5000)
    assert upload(PNG) == "-211"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({}, "-201"),
        ({"text": "a" * 2001}, "-210"),
        ({"attachment": {"type": "hologram"}}, "-233"),
        ({"attachment": {"type": "file", "payload": {"token": "no"}}}, "-201"),
        (
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "media",
                        "elements": [{"media_type": "image", "attachment_id": "no"}],
                    },
                }
            },
            "-201",
        ),
        (
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "media",
                        "elements": [
                            {"media_type": "image", "attachment_id": "x", "url": "https://a"}
                        ],
                    },
                }
            },
            "-201",
        ),
    ],
)
def test_the_fake_refuses_what_the_provider_refuses(
    fake: FakeZalo, message: dict[str, object], code: str
) -> None:
    body = requests.encoded_json(message)
    request = requests.message_request(Address("recent"), body, fake.credentials(), "v3")
    assert outcome_of_zalo_reply(talk(request), datetime.now(UTC)).code == code


def test_a_state_agency_falls_back_and_a_business_may_not() -> None:
    with running_zalo(FakeSettings(oa_type=4)) as fake:
        know(fake)
        outcome = tell(fake, Address("recent"))
        assert (outcome.kind, outcome.learned) == ("sent", {"messages_api": "v2"})
        paths = [entry.path for entry in fake.state.journal]
        assert paths == ["/v3.0/oa/message/cs", "/v2.0/oa/message"]
        assert tell(fake, Address("late")).code == "-230"
    with running_zalo(FakeSettings(oa_type=2)) as fake:
        know(fake)
        pinned = {**fake.credentials(), "messages_api": "v2"}
        outcome = send(CHANNEL, OutgoingMessage("a"), Address("recent"), pinned, datetime.now(UTC))
        assert (outcome.kind, outcome.code) == ("config", "-240")
        assert tell(fake, Address("anonymous:talk:anon")).kind == "sent"


def test_the_token_belongs_in_its_header_alone(fake: FakeZalo) -> None:
    token = fake.state.access_token
    url = f"{fake.base}/v2.0/oa/getoa"
    now = datetime.now(UTC)
    for request in (
        Request("GET", url, {}, b""),
        Request("GET", url, {"Authorization": f"Bearer {token}"}, b""),
        Request("GET", f"{url}?access_token={token}", {}, b""),
    ):
        assert outcome_of_zalo_reply(talk(request), now).kind == "refresh_auth"
    assert (
        outcome_of_zalo_reply(talk(requests.account_facts_request(fake.credentials())), now).kind
        == "sent"
    )
    assert [entry.has_secret_in_query for entry in fake.state.journal] == [
        False,
        False,
        True,
        False,
    ]


def test_a_wrong_proof_is_refused_and_a_right_one_taken(fake: FakeZalo) -> None:
    right = {**fake.credentials(), "use_proof": "yes"}
    now = datetime.now(UTC)
    assert send(CHANNEL, OutgoingMessage("a"), Address("recent"), right, now).kind == "sent"
    wrong = {**right, "app_secret": "other"}
    assert send(CHANNEL, OutgoingMessage("a"), Address("recent"), wrong, now).code == "-242"


def test_over_the_rate_the_minute_has_to_end(fake: FakeZalo) -> None:
    fake.state.clock.set(1_800_000_050, stopped=True)
    fake.state.token_issued_at = fake.state.clock.now()
    know(fake)
    fake.state.settings.rate_limit = 2
    outcomes = [tell(fake, Address("recent")) for _ in range(3)]
    assert [outcome.kind for outcome in outcomes] == ["sent", "sent", "retry"]
    assert [outcome.rate_remaining for outcome in outcomes] == [1, 0, 0]
    post(f"{fake.base}/_fake/clock", {"advance": outcomes[2].after_seconds})
    assert tell(fake, Address("recent")).kind == "sent"


def test_broadcasts_rest_at_night(fake: FakeZalo) -> None:
    fake.state.articles["a1"] = FakeArticle("a1", {}, 0.0)
    element = {"media_type": "article", "attachment_id": "a1"}
    attachment = {
        "type": "template",
        "payload": {"template_type": "media", "elements": [element]},
    }
    raw = {
        "recipient": {"target": {"cities": "21,61"}},
        "message": {"attachment": attachment},
    }
    request = call(fake, "/v2.0/oa/message", raw)
    for hour, code in ((21, ""), (22, "-234"), (5, "-234"), (6, "")):
        moment = datetime(2026, 11, 25, (hour - 7) % 24, 30, tzinfo=UTC)
        fake.state.clock.set(moment.timestamp(), stopped=True)
        fake.state.token_issued_at = fake.state.clock.now()
        assert outcome_of_zalo_reply(talk(request), moment).code == code


def test_dropped_after_acceptance_is_unknown_and_was_told_once(fake: FakeZalo) -> None:
    post(f"{fake.base}/_fake/next", {"drop": "after_accept"})
    assert tell(fake, Address("recent")).kind == "unknown"
    assert len(fake.state.delivered) == 1


def test_every_scripted_fault_ends_in_an_honest_outcome(fake: FakeZalo) -> None:
    for fault, kind, told in (
        ({"drop": "before_read"}, "unknown", 0),
        ({"truncate": 20}, "unknown", 1),
        ({"delay": 3.0}, "unknown", 1),
        ({"status": 503}, "unknown", 0),
        ({"body": "<html>gateway</html>"}, "unknown", 0),
        ({"body": {"error": -32}, "match": "/cs"}, "retry", 0),
        ({"status": 401}, "refresh_auth", 0),
    ):
        fake.state.delivered.clear()
        post(f"{fake.base}/_fake/next", fault)
        patience = 0.5 if "delay" in fault else 30.0
        assert tell(fake, Address("recent"), timeout=patience).kind == kind
        assert len(fake.state.delivered) == told
    assert tell(fake, Address("recent")).kind == "sent"
    names = [entry["fault"] for entry in get(f"{fake.base}/_fake/journal")]
    assert names == [
        "before_read",
        "truncate",
        "delay",
        "replace",
        "replace",
        "replace",
        "replace",
        "",
    ]


def test_a_fault_in_the_upload_tells_nobody_and_may_be_repeated(fake: FakeZalo) -> None:
    post(f"{fake.base}/_fake/next", {"match": "/upload/", "drop": "after_accept"})
    assert tell(fake, Address("recent"), OutgoingMessage("a", image=PNG)).kind == "retry"
    assert fake.state.delivered == []


def test_nobody_listening_is_certainly_not_accepted() -> None:
    with running_zalo() as fake:
        credentials = fake.credentials()
    outcome = send(CHANNEL, OutgoingMessage("a"), Address("x"), credentials, datetime.now(UTC))
    assert outcome.kind == "retry"


def test_a_port_that_is_taken_is_an_error_and_not_a_silence(fake: FakeZalo) -> None:
    with (
        pytest.raises(OSError, match="in use"),
        running_zalo(port=int(fake.base.rpartition(":")[2])),
    ):
        pass


def test_paths_the_provider_does_not_have_are_not_found(fake: FakeZalo) -> None:
    reply = talk(call(fake, "/v3.0/oa/message/promotion", {}))
    assert reply.status == 404
    assert talk(Request("GET", f"{fake.base}/_fake/nothing", {}, b"")).status == 400


def test_groups_are_made_from_slots_and_only_with_people_who_may_be_asked(fake: FakeZalo) -> None:
    post(f"{fake.base}/_fake/seed", {"assets": ["slot-0", "slot-1"]})

    def create(asset: str, members: list[str]) -> Outcome:
        members = [fake.state.settings.admin_id, *members] if asset != "slot-0" else members
        body = {"group_name": "Tổ 6", "asset_id": asset, "member_user_ids": members}
        request = call(fake, "/v3.0/oa/group/creategroupwithoa", body)
        return outcome_of_zalo_reply(talk(request), datetime.now(UTC))

    assert create("slot-9", ["recent"]).code == "-238"
    # Nobody who manages the account would be in it.
    assert create("slot-0", ["recent"]).code == "-201"
    assert create("slot-1", ["late"]).code == "-213"
    assert create("slot-1", ["recent"]).kind == "sent"
    assert create("slot-1", ["recent"]).code == "-241"
    (made,) = [group for group in fake.state.groups.values() if group.name == "Tổ 6"]
    assert tell(fake, Address(made.id, "group")).kind == "sent"


# Tokens ------------------------------------------------------------------------------------------


def refresh(fake: FakeZalo, credentials: dict[str, str]) -> NewTokens | Outcome:
    now = datetime.fromtimestamp(fake.state.clock.now(), UTC)
    return tokens.read_tokens(talk(tokens.refresh_request(credentials)), now)


def test_a_refresh_token_works_once_and_the_new_pair_kills_the_old(fake: FakeZalo) -> None:
    old = fake.credentials()
    pair = refresh(fake, old)
    assert isinstance(pair, NewTokens)
    assert pair.secrets["access_token"] == fake.state.access_token
    now = datetime.now(UTC)
    assert send(CHANNEL, OutgoingMessage("a"), Address("recent"), old, now).kind == "refresh_auth"
    new = {**old, **pair.secrets}
    assert send(CHANNEL, OutgoingMessage("a"), Address("recent"), new, now).kind == "sent"
    again = refresh(fake, old)
    assert isinstance(again, Outcome)
    assert (again.kind, again.code) == ("config", "-14020")


def test_access_ends_after_25_hours_and_refresh_after_90_days(fake: FakeZalo) -> None:
    post(f"{fake.base}/_fake/clock", {"advance": 25 * 3600 + 1})
    fake.state.touch("recent")
    assert tell(fake, Address("recent")).kind == "refresh_auth"
    assert isinstance(refresh(fake, fake.credentials()), NewTokens)
    assert tell(fake, Address("recent")).kind == "sent"
    post(f"{fake.base}/_fake/clock", {"advance": 90 * DAY + 1})
    lost = refresh(fake, fake.credentials())
    assert isinstance(lost, Outcome)
    assert lost.code == "-14020"


def test_a_rotation_lost_on_the_way_can_only_be_repaired_by_a_person(fake: FakeZalo) -> None:
    credentials = fake.credentials()
    post(f"{fake.base}/_fake/next", {"match": "access_token", "drop": "after_accept"})
    with pytest.raises(Lost):
        refresh(fake, credentials)
    again = refresh(fake, credentials)
    assert isinstance(again, Outcome)
    assert (again.kind, again.code) == ("config", "-14020")


def test_token_calls_are_checked_for_secret_form_and_app(fake: FakeZalo) -> None:
    credentials = fake.credentials()
    for wrong, code in (({"app_secret": "x"}, "-14004"), ({"app_id": "1"}, "-14002")):
        read = refresh(fake, {**credentials, **wrong})
        assert isinstance(read, Outcome)
        assert read.code == code
    request = tokens.refresh_request(credentials)
    request.headers["content-type"] = "application/json"
    read = tokens.read_tokens(talk(request), datetime.now(UTC))
    assert isinstance(read, Outcome)
    assert read.code == "-14001"
