"""The real edge, served by granian as its own database role, spoken to over HTTP."""

import datetime as dt
import http.client
import json
import threading
import time
import uuid
from contextlib import suppress

import pytest

from keng.audit import verify
from keng.channels.sandbox import compose_call, sandbox_signature
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Conversation, Delivery, Inbound, InboundMedia
from keng.edge.accounts import AccountBook, _read_accounts
from keng.edge.tests.conftest import SECRET, settled
from keng.kit import times
from keng.lookup import chat_answers
from keng.network.actions import lead_ways
from keng.network.actions.subscriptions import (
    SubscriptionChoices,
    address_hash,
    keep_chat_wish,
)
from keng.network.models import LeadWay, Subscription, SubscriptionWish
from keng.places.models import Unit
from keng.tips.models import BundledCall, Tip
from keng.vault import keys, opening
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def edge(account):
    with running("edge") as found:
        yield found


@pytest.fixture
def opened(monkeypatch):
    """What the sender would read."""
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    opening._sender_private_key.cache_clear()
    yield lambda sealed, **of: opening.open_as_sender(sealed, **of).decode()
    opening._sender_private_key.cache_clear()


def post(edge, raw, headers, path="/hooks/sandbox/phones", method="POST"):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    try:
        connection.request(method, path, raw, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def say(edge, text="Có người gọi tự xưng công an", *, who="an", id="", **fields):
    raw, headers = compose_call(
        id=id or uuid.uuid4().hex, sender=who, at=times.now(), text=text, secret=SECRET, **fields
    )
    return post(edge, raw, headers)[0]


def test_a_signed_message_is_a_tip_once_the_answer_is_200(edge, opened):
    assert say(edge, "Có kẻ gọi 0912000111, sdt của em 0987000123", who="an", id="m1") == 200
    tip = Tip.objects.get()
    assert tip.text.startswith("Có kẻ gọi 0912000111")
    assert "0987000123" not in tip.text
    assert tip.identity_holds == ["chat", "phone"]
    delivery = Delivery.objects.get()
    assert opened(delivery.address_sealed, kind="address") == "an"
    assert opened(Conversation.objects.get().reply_address_sealed, kind="address") == "an"
    text = opened(delivery.text_sealed, kind="text", ref=delivery.pk)
    assert text.startswith("Công an phường Thử đã nhận tin báo")
    assert "113" in text
    assert "/r/" in text
    assert list(verify.chain_faults()) == []


def test_the_same_message_again_is_answered_the_same_and_writes_nothing(edge):
    assert [say(edge, id="m1"), say(edge, id="m1")] == [200, 200]
    assert (Tip.objects.count(), Inbound.objects.count(), Delivery.objects.count()) == (1, 1, 1)


def test_sixty_four_people_at_once_each_have_one_tip_though_all_send_twice(edge):
    statuses = []

    def send_twice(n):
        statuses.extend(say(edge, f"tin số {n}", who=f"p{n}", id=f"m{n}") for _ in range(2))

    threads = [threading.Thread(target=send_twice, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 128
    assert sorted(Tip.objects.values_list("text", flat=True)) == sorted(
        f"tin số {n}" for n in range(64)
    )
    assert Delivery.objects.count() == 64
    assert list(verify.chain_faults()) == []


def test_two_edges_given_two_messages_of_one_new_person_make_one_tip(edge):
    with running("edge") as other:
        for n in range(12):
            threads = [
                threading.Thread(
                    target=say, args=(which, f"câu {which.port}"), kwargs={"who": f"p{n}"}
                )
                for which in (edge, other)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert Tip.objects.count() == Conversation.objects.count() == 12
    assert all(tip.messages.count() == 2 for tip in Tip.objects.all())
    assert list(verify.chain_faults()) == []


def test_new_tip_begins_another_report_with_or_without_words(edge):
    for n, text in enumerate(
        ["mất xe", "tin mới", "có cháy ở chợ", "New tip: a fight near the market"]
    ):
        assert say(edge, text, id=f"m{n}") == 200
    assert say(edge, "tin mới", id="m1") == 200  # an old one, repeated
    assert say(edge, "they have knives", id="m5") == 200
    first, second, third = Tip.objects.order_by("id")
    assert [m.text for m in third.messages.order_by("id")] == [
        "a fight near the market",
        "they have knives",
    ]
    assert third.language == "en"
    assert (first.messages.count(), second.messages.count()) == (1, 1)
    assert Inbound.objects.filter(tip_ref=None).count() == 0


def test_one_chat_that_reports_the_same_danger_again_and_again_is_bundled(edge):
    words = "Tin mới: có người bị giết, máu khắp nhà"
    assert [say(edge, words, who="an") for _ in range(3)] == [200] * 3
    assert say(edge, words, who="binh") == 200
    assert say(edge, "Tin mới: cháy nhà, có người mắc kẹt bên trong", who="an") == 200
    *alike, of_binh, fire = Tip.objects.filter(urgency="P0").order_by("id")
    assert (of_binh.text, fire.text[:4]) == (alike[0].text, "cháy")
    bundled = dict(BundledCall.objects.values_list("tip", "first_ref"))
    assert bundled == {tip.pk: alike[0].pk for tip in alike[1:]}


def test_stop_reaches_what_a_sender_holds_this_moment(edge, opened, account):
    say(edge, "mất xe")
    until = times.now() + dt.timedelta(minutes=1)
    Delivery.objects.update(state="leased", leased_by=uuid.uuid4(), leased_until=until)
    assert say(edge, "Dừng nhận tin!") == 200
    held = Delivery.objects.order_by("id")[0]
    # It may arrive; if it does not, nobody tries it again.
    assert (held.state, held.called_off_at is not None) == ("leased", True)


def test_stop_ends_messages_and_subscriptions_and_says_so_once(edge, opened, account):
    subscription = make.subscription(
        places=(make.place(),), channel="sandbox", address_hash=address_hash("sandbox", "an")
    )
    say(edge, "mất xe")
    assert say(edge, "Dừng nhận tin!") == 200
    tip = Tip.objects.get()
    assert tip.do_not_contact
    assert [m.text for m in tip.messages.order_by("id")] == ["mất xe", "Dừng nhận tin!"]
    assert Subscription.objects.get().stopped_at is not None
    first, last = Delivery.objects.order_by("id")
    assert (first.state, last.state) == ("cancelled", "queued")
    assert "bạn sẽ không nhận thêm tin nhắn" in opened(last.text_sealed, kind="text", ref=last.pk)
    assert subscription.pk == Subscription.objects.get().pk


def test_a_lone_word_is_asked_about_and_whoever_stopped_comes_back(edge, opened, account):
    for text in ("mất xe", "dung", "dừng nhận", "start"):
        assert say(edge, text) == 200
    tip = Tip.objects.get()
    assert not tip.do_not_contact
    assert tip.messages.count() == 5
    assert "Bạn muốn dừng nhận tin ở đây?" in tip.messages.get(author="automatic").text
    # What had not left when somebody stopped is forgotten with their address.
    first, question, stopped, again = Delivery.objects.order_by("id")
    assert {first.text_sealed, question.text_sealed, question.address_sealed} == {None}
    assert "NHẬN LẠI" in opened(stopped.text_sealed, kind="text", ref=stopped.pk)
    assert "bạn lại nhận được tin nhắn" in opened(again.text_sealed, kind="text", ref=again.pk)
    assert opened(Conversation.objects.get().reply_address_sealed, kind="address") == "an"
    assert list(verify.chain_faults()) == []


def test_what_is_about_an_officer_never_stands_at_their_desk(edge, opened):
    commune = Unit.objects.get(kind="commune")
    assert say(edge, "mất xe") == 200
    assert say(edge, "Trưởng công an phường nhận tiền bảo kê sòng bạc", id="m2") == 200
    assert say(edge, "Trưởng công an phường nhận tiền bảo kê sòng bạc", id="m2") == 200
    ordinary, about = Tip.objects.order_by("id")
    assert (ordinary.responsible_unit, about.responsible_unit) == (commune, commune.parent)
    assert about.concerns.get().unit == commune
    assert not Delivery.objects.filter(dispatch__source_ref=about.pk, dispatch__unit=commune)
    assert list(verify.chain_faults()) == []


def test_stop_from_somebody_unknown_is_kept_and_not_answered(edge):
    assert say(edge, "stop", who="nobody") == 200
    assert Inbound.objects.get().tip_ref is None
    assert not Tip.objects.exists()
    assert not Delivery.objects.exists()


def test_what_is_said_before_a_group_goes_on_in_private(edge, opened):
    say(edge, "Nhà bên cạnh có trộm", who="binh", group="g1")
    say(edge, "ok cảm ơn cả nhóm", who="chi", group="g1")
    say(edge, "xe màu đỏ", who="binh")
    tip = Tip.objects.get()
    assert [m.text for m in tip.messages.order_by("id")] == ["Nhà bên cạnh có trộm", "xe màu đỏ"]
    delivery = Delivery.objects.get()
    assert opened(delivery.address_sealed, kind="address") == "binh"
    assert "trong nhóm" in opened(delivery.text_sealed, kind="text", ref=delivery.pk)
    assert Inbound.objects.filter(tip_ref=None).count() == 1


def test_whoever_asks_not_to_be_contacted_gets_no_automatic_answer(edge):
    say(edge, "Hàng xóm đang đánh vợ, đừng gọi lại cho tôi")
    assert Tip.objects.get().do_not_contact
    assert not Delivery.objects.exists()


def test_a_picture_and_a_place_are_tips_too(edge):
    say(edge, "", who="an", type="image", images=["https://photo.zdn.vn/a.jpg"])
    say(edge, "", who="binh", type="location", location=(21.273, 106.194))
    picture, place = Tip.objects.order_by("id")
    assert InboundMedia.objects.get().inbound.tip_ref == picture.pk
    assert b"zdn" not in bytes(InboundMedia.objects.get().url_sealed)
    assert "21.273000, 106.194000" in place.text


def test_what_opens_no_tip_is_kept_with_its_body_sealed(edge):
    raw, headers = compose_call(id="f1", sender="an", at=times.now(), type="follow", secret=SECRET)
    assert post(edge, raw, headers)[0] == 200
    assert post(edge, raw, headers)[0] == 200
    kept = Inbound.objects.get()
    assert (kept.kind, kept.tip_ref, kept.text) == ("follow", None, "")
    assert b"an" not in bytes(kept.raw_sealed)[:2]


def test_a_receipt_moves_the_delivery_forwards_only(edge, account):
    say(edge)
    delivery = Delivery.objects.get()
    settled("read", provider_id="x1")

    def receipt(kind):
        body = json.dumps(
            {
                "id": uuid.uuid4().hex,
                "at": int(times.now().timestamp() * 1000),
                "type": kind,
                "from": "an",
                "refers": "x1",
            }
        ).encode()
        return post(edge, body, {"x-keng-signature": sandbox_signature(body, SECRET)})[0]

    Delivery.objects.filter(pk=delivery.pk).update(state="unknown")
    assert receipt("seen") == 200
    delivery.refresh_from_db()
    assert delivery.state == "read"


def test_from_the_first_moment_that_its_port_is_open_it_takes_what_comes(account):
    with running("edge", waits=False) as edge:
        until = time.monotonic() + 60
        status = None
        while status is None:
            assert time.monotonic() < until, edge.output()
            with suppress(ConnectionRefusedError):
                status = post(edge, None, {}, "/health", "GET")[0]
        assert status == 200


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/hooks/sandbox/nobody", "POST", 404),
        ("/hooks/fax/phones", "POST", 404),
        ("/hooks/sandbox/phones", "GET", 405),
        ("/health", "POST", 405),
        ("/", "GET", 404),
        ("/hooks/sandbox/phones/", "POST", 404),
        ("/health", "GET", 200),
    ],
)
def test_other_addresses_and_methods_are_refused(edge, path, method, status):
    assert post(edge, b"{}" if method == "POST" else None, {}, path, method)[0] == status


def test_what_is_forged_stale_or_too_large_is_refused_and_leaves_no_row(edge):
    raw, headers = compose_call(id="1", sender="an", at=times.now(), text="a", secret="another")
    assert post(edge, raw, headers)[0] == 401
    old = times.now() - dt.timedelta(hours=3)
    assert post(edge, *compose_call(id="1", sender="an", at=old, text="a", secret=SECRET))[0] == 401
    assert post(edge, b"not json", {"x-keng-signature": "sha256=00"})[0] == 401
    assert post(edge, b" " * (256 * 1024 + 1), {})[0] == 413
    assert not Inbound.objects.exists()
    edge.stop()
    for line in (
        "Refused (unverified webhook): channel sandbox, bad_signature",
        "Refused (unverified webhook): channel sandbox, stale",
        "Refused (body not taken): channel sandbox",
    ):
        assert edge.output().count(line) == 1


@pytest.mark.parametrize("hours", [3, -3])
def test_a_clock_that_was_set_a_moment_ago_is_known_to_be_wrong(account, monkeypatch, hours):
    """Asked first, what came meanwhile, or while the database is away, would be refused."""
    book = AccountBook("")
    assert book.has_right_clock()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    assert not book.has_right_clock()
    _accounts, right_offset = _read_accounts()
    assert abs(right_offset - (real() - time.monotonic())) < 30


def test_a_body_too_large_without_a_length_is_refused_too(edge):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    connection.request(
        "POST", "/hooks/sandbox/phones", iter([b" " * 65536] * 5), {}, encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()


def test_an_account_made_while_the_edge_runs_is_known_at_once(edge, account):
    made = make.channel_account(unit=account.unit, slug="later")
    keep_secrets(made, {"secret": SECRET})
    made.save()
    raw, headers = compose_call(id="1", sender="an", at=times.now(), text="a", secret=SECRET)
    until = time.monotonic() + 30
    while (status := post(edge, raw, headers, "/hooks/sandbox/later")[0]) != 200:
        # Known, but its secret is still on its way.
        assert status in (401, 404)
        assert time.monotonic() < until


def test_neither_words_nor_names_nor_addresses_reach_the_log(edge, account):
    say(edge, "bí mật của tôi 0987000123", who="nguoi-thu-nghiem")
    post(edge, b'{"text": "bi mat"}', {})
    edge.stop()
    said = edge.output()
    for never in ("mật", "0987000123", "nguoi-thu", "hooks"):
        assert never not in said


def test_a_number_alone_is_answered_and_the_edge_remembers_nobody(edge, opened):
    assert [say(edge, "0912 000 417", id="m1") for _ in range(2)] == [200, 200]
    delivery = Delivery.objects.get()
    assert chat_answers.message_for_asker(
        opened(delivery.text_sealed, kind="text", ref=delivery.pk)
    ).startswith("0912 000 417: chưa có dữ liệu")
    assert opened(delivery.address_sealed, kind="address") == "an"
    assert (Tip.objects.count(), Inbound.objects.count(), Conversation.objects.count()) == (0, 0, 0)
    assert say(edge, "Có kẻ gọi số lạ xưng công an") == 200
    assert say(edge, "0912 000 417") == 200
    assert say(edge, "tra cứu 0912 000 417") == 200
    assert say(edge, "so 0912 000 417 co phai lua dao k") == 200
    assert [m.text for m in Tip.objects.get().messages.order_by("id")][1:] == [
        "0912 000 417",
        "so 0912 000 417 co phai lua dao k",
    ]
    assert Delivery.objects.filter(recipient_kind="asker").count() == 4
    assert list(verify.chain_faults()) == []


def test_a_code_from_ones_own_chat_begins_the_warnings_and_is_no_report(edge, opened, account):
    place = make.place("Phường Nếnh")
    choices = SubscriptionChoices((place.pk,), ("school",), "vi", minimum_severity=2)
    code = keep_chat_wish(account.pk, choices)
    assert [say(edge, f"nhận {code.lower()}", who="an", id="m1") for _ in range(2)] == [200, 200]
    own = Subscription.objects.get()
    assert (own.channel, own.account_ref, own.kinds) == ("sandbox", account.pk, ["school"])
    assert (list(own.places.all()), own.minimum_severity) == ([place], 2)
    assert own.confirmed_at is not None
    assert opened(own.address_sealed, kind="address") == "an"
    answer = Delivery.objects.get()
    assert (answer.recipient_kind, answer.recipient_ref) == ("subscription", own.pk)
    assert "sẽ gửi tới đây" in opened(answer.text_sealed, kind="text", ref=answer.pk)
    assert not Tip.objects.exists()
    assert not SubscriptionWish.objects.exists()
    # Chosen anew from the same chat: what is left out goes.
    other = make.place("Phường Vân Hà")
    again = keep_chat_wish(account.pk, SubscriptionChoices((other.pk,), (), "en"))
    assert say(edge, f"/start {again}", who="an") == 200
    own.refresh_from_db()
    assert (list(own.places.all()), own.language, own.kinds) == ([other], "en", [])
    assert say(edge, "Dừng nhận tin!", who="an") == 200
    own.refresh_from_db()
    assert own.stopped_at is not None


def test_a_code_from_ones_own_chat_asks_to_be_told_when_a_warning_is_over(edge, opened, account):
    place = make.place("Phường Nếnh")
    for choices in (
        SubscriptionChoices((place.pk,), (), "vi"),
        *[SubscriptionChoices((), (), "vi", warning_code="7K3QX9")] * 2,
    ):
        assert say(edge, f"nhận {keep_chat_wish(account.pk, choices)}", who="an") == 200
    warnings, over = Subscription.objects.order_by("warning_code")
    assert (list(warnings.places.all()), warnings.warning_code) == ([place], "")
    assert (list(over.places.all()), over.warning_code) == ([], "7K3QX9")
    answer = Delivery.objects.filter(recipient_ref=over.pk).latest("id")
    assert "hết hiệu lực" in opened(answer.text_sealed, kind="text", ref=answer.pk)


def test_a_lead_sends_the_code_of_their_page_and_is_told_in_that_chat(edge, account, opened):
    lead = make.lead(unit=account.unit)
    code = lead_ways.ask_lead_chat_code(lead)
    over = make.lead(unit=account.unit)
    late = lead_ways.ask_lead_chat_code(over)
    LeadWay.objects.filter(pk=over.pk).update(code_until=times.now())
    for words in (code.lower(), f"/start {code}", late):
        assert say(edge, words, who="an") == 200
    way = LeadWay.objects.get(pk=lead.pk)
    assert (way.channel, way.account_ref, way.code_hash) == ("sandbox", account.pk, None)
    assert way.confirmed_at is not None
    assert opened(way.address_sealed, kind="address") == "an"
    assert LeadWay.objects.get(pk=over.pk).channel == ""
    assert not Tip.objects.exists()


def test_a_code_that_nobody_was_given_is_a_message_like_any_other(edge, account):
    elsewhere = make.channel_account(unit=account.unit)
    code = keep_chat_wish(elsewhere.pk, SubscriptionChoices((), (), "vi"))
    old = keep_chat_wish(account.pk, SubscriptionChoices((), (), "vi"))
    SubscriptionWish.objects.filter(account_ref=account.pk).update(
        made_at=times.now() - dt.timedelta(hours=25)
    )
    for words in (f"NHAN {code}", f"NHAN {old}", "nhan 29B123"):
        assert say(edge, words, who=words) == 200
    assert Tip.objects.count() == 3
    assert not Subscription.objects.exists()
