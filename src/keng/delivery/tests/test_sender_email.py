"""The sender against a real SMTP server on this machine, the fake of the channel."""

import datetime
import socket
import threading

import pytest

from keng.audit.models import Entry
from keng.channels.email.addresses import with_token
from keng.channels.email.fake import FakeMailServer
from keng.channels.email.fake.certificate import self_signed
from keng.channels.email.fake.mailbox import FakeMailbox
from keng.channels.email.replies import MAIL_SERVER_CHECK
from keng.channels.fake import running_provider
from keng.delivery import letter_tokens
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Attempt, ChannelAccount, Delivery, SandboxMessage
from keng.delivery.sender.account_check import ask_about_account
from keng.delivery.tests.sending import all_sent, queue, send_until, sending, states, until
from keng.kit import times
from keng.kit.noted_certificates import certificate_notes
from tests import make
from tests.stack import free_ports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]
LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def running_server():
    with running_provider(FakeMailServer()) as running:
        yield running


@pytest.fixture
def server(running_server):
    running_server.forget()
    return running_server


@pytest.fixture
def mailbox(server):
    return _mailbox(server.url)


def _mailbox(url, **secrets):
    made = ChannelAccount(
        channel="email",
        slug="email",
        name="Email",
        unit=make.unit(),
        rate_per_minute=0,
        base_url=url,
    )
    keep_secrets(made, {"from_address": "canh-bao@keng.example", **secrets})
    made.save()
    return made


def queue_letters(account, addresses, **fields):
    return queue(account, addresses, kind="subscription", **fields)


def test_letters_arrive_whole_with_a_way_out(mailbox, server):
    text = "Cảnh báo.\n.một dòng bắt đầu bằng dấu chấm\nHết."
    queue_letters(mailbox, [f"nguoi{n}@keng.example" for n in range(30)], text=text)
    send_until(all_sent(30))
    assert len(server.letters) == 30
    (letter,) = server.letters_to("nguoi3@keng.example")
    assert letter.get_content().replace("\r\n", "\n").strip() == text
    assert "/stop/" in letter["List-Unsubscribe"]
    sent = Delivery.objects.get(provider_id=letter["Message-ID"].strip("<>").split("@")[0])
    assert sent.state == "sent"
    assert {each["Precedence"] for each in server.letters_to("nguoi4@keng.example")} == {"bulk"}


def test_a_letter_and_its_way_to_stop_have_addresses_that_are_known_again(server):
    subscription = make.subscription(places=(make.place(),))
    return_address = "tra-lai@keng.example"
    account = _mailbox(
        server.url, return_address=return_address, return_server="imaps://mail.example"
    )
    queue_letters(account, ["an@keng.example"])
    Delivery.objects.update(recipient_ref=subscription.pk)
    send_until(all_sent(1))
    token = server.letters[0].sender.removeprefix("tra-lai+").removesuffix("@keng.example")
    assert letter_tokens.is_return_token(token, Delivery.objects.get().pk)
    (letter,) = server.letters_to("an@keng.example")
    way = with_token(return_address, letter_tokens.stop_token(subscription))
    assert f"<mailto:{way}?subject=unsubscribe>" in letter["List-Unsubscribe"]


def test_the_check_of_an_account_opens_its_return_mailbox_too(server):
    with FakeMailbox() as box:
        box.drop(b"Subject: x")
        given = {"return_address": "tra-lai@keng.example", "return_server": box.url}
        given |= {"return_user": box.user, "return_password": box.password}
        url = server.url
        found = ask_about_account(MAIL_SERVER_CHECK, url, given)
        assert (found.is_well, "return mailbox opens" in found.words) == (True, True)
        assert box.letters[1].flags == set()
        found = ask_about_account(MAIL_SERVER_CHECK, url, given | {"return_password": "sai"})
        assert (found.is_well, "refuses user or password" in found.words) == (False, True)
        assert ask_about_account(MAIL_SERVER_CHECK, url, {}).words == "the mail server takes us"


@pytest.mark.parametrize("kind", ["pager", "room", "conversation"])
def test_what_is_said_to_one_person_is_not_marked_as_a_letter_to_many(mailbox, server, kind):
    queue_letters(mailbox, ["many@keng.example"])
    queue(mailbox, ["one@keng.example"], kind=kind)
    send_until(all_sent(2))
    assert server.letters_to("many@keng.example")[0]["Precedence"] == "bulk"
    (letter,) = server.letters_to("one@keng.example")
    assert (letter["Precedence"], letter["List-Unsubscribe"]) == (None, None)


def test_a_line_of_one_dot_does_not_end_a_letter(mailbox, server):
    queue_letters(mailbox, ["an@keng.example"], text="Xin chao.\n.\nHet.")
    send_until(all_sent(1))
    (letter,) = server.letters_to("an@keng.example")
    assert letter.get_content().split() == ["Xin", "chao.", ".", "Het."]


def test_a_passing_refusal_is_tried_again_hours_later(mailbox, server):
    server.settings.refused["busy@keng.example"] = "450 4.2.1 busy"
    queue_letters(mailbox, ["busy@keng.example"])
    send_until(lambda: Attempt.objects.count() == 1 and states() == {"queued": 1})
    row = Delivery.objects.get()
    assert (row.not_before - times.now()).total_seconds() > 3.9 * 3600
    assert (row.attempts, row.code) == (1, "450 4.2.1")


def test_a_mailbox_that_does_not_exist_ends_the_subscription(mailbox, server):
    place = make.place()
    subscription = make.subscription(places=(place,))
    known_by = bytes(subscription.address_hash)
    server.settings.refused["dead@keng.example"] = "550 5.1.1 no such mailbox"
    queue_letters(mailbox, ["dead@keng.example"])
    Delivery.objects.update(recipient_ref=subscription.pk)
    with sending():
        until(lambda: states() == {"gone": 1})
        until(lambda: Entry.objects.filter(action="address.gone").exists())
    subscription.refresh_from_db()
    assert subscription.stopped_at is not None
    assert bytes(subscription.address_sealed) == b""
    assert bytes(subscription.address_hash) != known_by


def test_a_lasting_refusal_of_one_letter_stops_neither_the_address_nor_the_account(mailbox, server):
    server.settings.refused["refusing@keng.example"] = "554 5.6.0 not this one"
    queue_letters(mailbox, ["refusing@keng.example", "an@keng.example"])
    send_until(lambda: states() == {"rejected": 1, "sent": 1})
    assert not ChannelAccount.objects.get().circuit_reason


def test_a_bad_name_of_ours_stops_the_account(mailbox, server):
    server.settings.refused["blocking@keng.example"] = "550 5.7.1 reputation"
    queue_letters(mailbox, ["blocking@keng.example"])
    send_until(lambda: ChannelAccount.objects.get().circuit_reason.startswith("550 5.7.1"))
    assert states() == {"queued": 1}


def test_a_letter_whose_acceptance_was_lost_comes_again_as_the_same_letter(mailbox, server):
    server.faults.next(match="END", drop="after_accept")
    queue_letters(mailbox, ["an@keng.example"])
    with sending():
        until(lambda: Attempt.objects.filter(outcome="unknown").count() == 1)
        until(lambda: states() == {"queued": 1})
        Delivery.objects.update(not_before=LONG_AGO)
        until(all_sent(1))
    first, second = server.letters_to("an@keng.example")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_password_is_not_told_to_an_open_network(account):
    # An address that is not taken for this machine, though it is.
    listener = socket.create_server(("127.0.0.2", 0))
    port = listener.getsockname()[1]
    told = []

    def answer():
        while True:
            try:
                talk, _peer = listener.accept()
            except OSError:
                return
            talk.sendall(b"220 here\r\n")
            told.append(talk.recv(1000))
            talk.sendall(b"250 AUTH PLAIN LOGIN\r\n")
            told.append(talk.recv(1000))
            talk.close()

    thread = threading.Thread(target=answer)
    thread.start()
    _mailbox(f"smtp://127.0.0.2:{port}", user="us", password="not-for-everybody")
    queue_letters(ChannelAccount.objects.get(channel="email"), ["an@keng.example"])
    send_until(lambda: "530" in ChannelAccount.objects.get(channel="email").circuit_reason)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    assert not any(b"AUTH" in words for words in told)


def test_a_mail_server_that_is_away_keeps_nobody_else_waiting(account):
    _mailbox(f"smtp://127.0.0.1:{free_ports(1)[0]}")
    queue_letters(
        ChannelAccount.objects.get(channel="email"), [f"a{n}@keng.example" for n in range(80)]
    )
    queue(account, [f"group-{n}" for n in range(50)])
    with sending():
        until(lambda: SandboxMessage.objects.count() == 50, within=6)
        until(lambda: states(channel="email") == {"queued": 80})
    assert not Delivery.objects.filter(channel="email", attempts__gt=0).exists()


def test_letters_wait_where_the_certificate_of_the_mail_server_is_over(
    server, monkeypatch, tmp_path
):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))

    def show(days):
        monkeypatch.setattr(
            server, "certificate", self_signed(ends_in=datetime.timedelta(days=days))
        )
        (tmp_path / "trusted.pem").write_bytes(server.certificate.certificate)

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    show(-1)
    account = _mailbox(f"{server.url}?starttls=1")
    queue_letters(account, ["an@keng.example"])
    why = "not accepted: certificate has expired"
    with sending():
        until(lambda: why in ChannelAccount.objects.get().circuit_reason)
        assert states() == {"queued": 1}
        (note,) = certificate_notes()
        assert (note.owner, note.refused) == ("mail", "certificate has expired")
        show(60)
        ChannelAccount.objects.update(circuit_open_since=LONG_AGO)
        Delivery.objects.update(not_before=LONG_AGO)
    send_until(all_sent(1))
    assert len(server.letters_to("an@keng.example")) == 1
    (note,) = certificate_notes()
    assert note.refused == ""
    finding = ask_about_account(MAIL_SERVER_CHECK, account.base_url, {})
    assert finding.is_well
    show(-1)
    finding = ask_about_account(MAIL_SERVER_CHECK, account.base_url, {})
    assert "its certificate is not accepted: certificate has expired" in finding.words
