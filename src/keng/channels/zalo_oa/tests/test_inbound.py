"""What each of Zalo's events means to us."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keng.channels.base import Event, Media
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake.events import build_event, signed_event
from keng.channels.zalo_oa.fake.state import FakeSettings

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
OWN = FakeSettings(app_id="360846524940903967", oa_id="388613280878808645")
ACCOUNT = {"app_id": OWN.app_id, "oa_id": OWN.oa_id, "oa_secret_key": OWN.oa_secret_key}
USER = "246845883529197922"


def read(**spec: Any) -> Event:
    event = build_event(
        {"user": USER, **spec}, OWN, now_ms=int(NOW.timestamp() * 1000), msg_id="m1"
    )
    parsed = ZaloOA().parse(*signed_event(event, OWN), ACCOUNT, NOW)
    assert parsed.verified
    (found,) = parsed.events
    return found


def test_a_text_opens_the_window_and_says_where_to_answer() -> None:
    event = read(kind="text", text="Kẻng\u0000 ơi", quote="q1")
    assert (event.kind, event.text, event.sender) == ("text", "Kẻng ơi", USER)
    assert (event.reply_address, event.group, event.refers) == (USER, None, ("q1",))
    assert event.is_content


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file"])
def test_files_come_as_media_with_their_caption(kind: str) -> None:
    event = read(kind=kind, url="https://x.zdn.vn/a", text="Đây", name="a\r\n.pdf", size=12)
    assert (event.kind, event.text) == (kind, "Đây")
    (media,) = event.media
    assert (media.url, media.type) == ("https://x.zdn.vn/a", kind)
    if kind == "file":
        assert media == Media("https://x.zdn.vn/a", "file", "a .pdf", 12)


def test_a_gif_is_a_picture_and_a_sticker_tells_nothing() -> None:
    event = read(kind="gif", url="https://x.zdn.vn/a.gif")
    assert (event.kind, [media.type for media in event.media]) == ("image", ["image"])
    event = read(kind="sticker", url="https://x.zdn.vn/s")
    assert (event.kind, event.is_content) == ("unknown", False)


def test_a_place_is_read_from_strings_and_from_numbers() -> None:
    event = read(kind="location", latitude="21.2731", longitude=106.1946)
    assert (event.kind, event.location) == ("location", (21.2731, 106.1946))
    spot = {"type": "location", "payload": {"coordinates": {"latitude": 21.5, "longitude": 106}}}
    assert read(raw=_raw("user_send_location", attachments=[spot])).location == (21.5, 106.0)
    nowhere = read(kind="location", latitude="91", longitude="nan")
    assert (nowhere.kind, nowhere.location) == ("unknown", None)


def test_a_link_and_a_business_card_come_as_the_words_they_show() -> None:
    event = read(kind="link", url="https://evil.example/x", description="Nhận quà", text="Xem này")
    assert (event.kind, event.text) == ("text", "Xem này\nhttps://evil.example/x\nNhận quà")
    card = read(kind="business_card", phone="84912345678", url="https://zalo.me/1")
    assert (card.kind, card.text, card.media) == ("text", "84912345678", ())


def test_what_is_said_in_a_group_stays_apart_and_is_answered_to_the_person() -> None:
    event = read(kind="text", group="f414c8", text=f"Chú ý [@{OWN.oa_id}] có trộm [@{USER}]")
    assert (event.group, event.sender, event.reply_address) == ("f414c8", USER, USER)
    assert event.conversation == f"f414c8:{USER}"
    assert event.text == "Chú ý có trộm"
    assert event.raw_kind == "user_send_group_text"


def test_an_anonymous_visitor_is_answered_by_the_conversation() -> None:
    event = read(kind="text", user="anon7", anonymous="talk9", text="Tôi muốn báo")
    assert (event.kind, event.conversation, event.sender) == ("text", "talk9", "anon7")
    assert event.reply_address == "anonymous:talk9:anon7"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("follow", "follow"),
        ("unfollow", "unfollow"),
        ("user_click_chatnow", "unknown"),
        ("user_withdraw", "erase"),
        ("user_submit_info", "unknown"),
        ("user_reacted_message", "unknown"),
        ("oa_tomorrow", "unknown"),
    ],
)
def test_events_about_a_person_name_the_person(name: str, kind: str) -> None:
    event = read(kind=name)
    assert (event.kind, event.sender, event.raw_kind) == (kind, USER, name)
    assert not event.is_content
    assert event.text == ""


def test_receipts_name_our_messages_and_the_person_whichever_side_they_stand_on() -> None:
    received = read(kind="user_received_message", msg_id="out1")
    assert (received.kind, received.refers, received.sender) == ("received", ("out1",), USER)
    seen = read(kind="user_seen_message", msg_ids=["out1", "out2"])
    assert (seen.kind, seen.refers, seen.sender) == ("seen", ("out1", "out2"), USER)


def test_an_echo_never_is_a_tip_and_names_the_message_it_repeats() -> None:
    event = read(kind="oa_send_text", msg_id="out1", text="Đã nhận")
    assert (event.kind, event.refers, event.conversation) == ("echo", ("out1",), USER)
    assert (event.sender, event.reply_address, event.is_content) == (None, None, False)
    group = read(kind="oa_send_group_text", group="f414c8", msg_id="out2")
    assert (group.kind, group.group, group.conversation) == ("echo", "f414c8", None)


def test_a_receipt_is_not_taken_for_a_copy_of_the_message_it_is_about() -> None:
    kinds = ("oa_send_text", "user_received_message", "user_seen_message", "user_reacted_message")
    keys = {read(kind=kind, msg_id="out1", msg_ids=["out1"]).dedupe for kind in kinds}
    assert len(keys) == len(kinds)


def test_the_same_event_has_the_same_key_and_another_time_another() -> None:
    assert read(kind="follow").dedupe == read(kind="follow").dedupe
    later = int(NOW.timestamp() * 1000) + 1
    assert read(kind="follow").dedupe != read(kind="follow", at=later).dedupe


def test_events_of_groups_name_the_group() -> None:
    event = read(kind="user_join_group", group="f414c8")
    assert (event.kind, event.group, event.raw_kind) == ("unknown", "f414c8", "user_join_group")


def test_a_message_without_a_sender_or_of_an_unheard_of_type_is_kept_and_ignored() -> None:
    assert read(raw=_raw("user_send_text", sender=None, text="x")).kind == "unknown"
    assert read(raw=_raw("user_send_hologram", text="x")).kind == "unknown"


def test_ids_that_are_numbers_are_read_whole() -> None:
    event = read(raw=_raw("user_send_text", sender={"id": 246845883529197922}, text="x"))
    assert event.sender == USER


def test_nothing_printed_of_an_event_names_anybody() -> None:
    shown = repr(read(kind="image", text="bí mật", url="https://x.zdn.vn/bimat", group="g123456"))
    assert all(word not in shown for word in (USER, "bí mật", "bimat", "g123456", "m1"))


def _raw(name: str, sender: object = "", **message: Any) -> dict[str, Any]:
    return {
        "event_name": name,
        "sender": {"id": USER} if sender == "" else sender,
        "recipient": {"id": OWN.oa_id},
        "message": {"msg_id": "m1", **message},
        "timestamp": str(int(NOW.timestamp() * 1000)),
    }
