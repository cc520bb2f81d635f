"""The fake mail server takes what a strict one takes, and no more."""

import re
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from keng.channels.base import Address, Mail, OutgoingMessage, begin_steps
from keng.channels.email import Email
from keng.channels.email.fake import FakeMailServer, MailSettings
from keng.channels.fake import running_provider
from keng.channels.tests.talk import get

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SENDER, RECIPIENT = "canh-bao@keng.example", "an@keng.example"
MESSAGE = OutgoingMessage(
    "Coi chừng.\n.một dòng bắt đầu bằng dấu chấm",
    subject="Cảnh báo",
    is_bulk=True,
    reference="1",
    unsubscribe_url="https://keng.example/stop/1",
)


def letter(now: datetime = NOW) -> bytes:
    steps = Email().steps(MESSAGE, Address(RECIPIENT), {"from_address": SENDER}, now)
    mail = begin_steps(steps)
    assert isinstance(mail, Mail)
    return mail.data


@pytest.fixture(scope="module")
def running_server() -> Iterator[FakeMailServer]:
    with running_provider(FakeMailServer(MailSettings(most_bytes=50_000))) as running:
        running.clock.set(NOW.timestamp())
        yield running


@pytest.fixture
def server(running_server: FakeMailServer) -> FakeMailServer:
    running_server.forget()
    return running_server


def quoted(content: bytes) -> bytes:
    return re.sub(rb"(?m)^\.", b"..", content)


def sent(server: FakeMailServer, content: bytes) -> str:
    """The reply to a letter of exactly these bytes."""
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.ehlo()
        client.mail(SENDER)
        code, words = client.rcpt(RECIPIENT)
        if code >= 400:
            return f"{code} {words.decode()}"
        client.docmd("DATA")
        client.send(content + b".\r\n")
        code, words = client.getreply()
    return f"{code} {words.decode()}"


def test_a_letter_of_ours_is_taken_and_reads_as_it_was_written(server: FakeMailServer) -> None:
    assert sent(server, quoted(letter())).startswith("250")
    (kept,) = server.letters
    assert kept.content == letter()
    assert "\n.một dòng" in server.wait_for(RECIPIENT, "Coi chừng").get_content()
    # The same once more is the same letter to whoever reads it.
    sent(server, quoted(letter()))
    assert (len(server.letters), len(server.delivered)) == (2, 1)
    assert get(f"{server.base}/_fake/delivered")[0]["text"].startswith("Cảnh báo\n\nCoi chừng")
    steps = [entry.path for entry in server.journal if entry.path.startswith(("MAIL", "END"))]
    assert steps == [f"MAIL {SENDER}", f"END {RECIPIENT}"] * 2


@pytest.mark.parametrize(
    ("pattern", "replacement", "reply"),
    [
        (rb"Message-ID: .*\r\n", b"", "not one Message-ID"),
        (rb"Message-ID: .*\r\n", b"Message-ID: 1\r\n", "no Message-ID"),
        (rb"Date: .*\r\n", b"", "not one Date"),
        (rb"From: .*\r\n", b"", "not one From"),
        (rb"(Subject: .*\r\n)", rb"\1\1", "not one Subject"),
        (rb"List-Unsubscribe: .*\r\n", b"", "one click"),
        (rb"List-Unsubscribe-Post: .*\r\n", b"", "one click"),
        (rb"=One-Click", b"=Yes", "RFC 8058"),
        (rb"List-Unsubscribe(-Post)?: .*\r\n", b"", "how to stop it"),
        (rb"\r\n\r\n", b"\r\n\r\n" + b"a" * 999 + b"\r\n", "too long"),
        (rb"\r\n\r\n", b"\r\n\r\n" + (b"a" * 70 + b"\r\n") * 1000, "too large"),
        (rb"\r\n\r\n", b"\r\n\r\na\nb\r\n", "CRLF"),
        # A dot between two bare line feeds ends no letter: what follows would be a second one.
        (rb"\r\n\r\n", b"\r\n\r\n\n.\nMAIL FROM:<x@y.vn>\r\n", "CRLF"),
        (rb"\r\n\r\n", "\r\n\r\nệ\r\n".encode(), "eight bits"),
        (rb"\r\n\r\n", b"\r\n\r\n.x\r\n", "was not doubled"),
    ],
)
def test_a_letter_that_a_strict_server_refuses_is_refused(
    server: FakeMailServer, pattern: bytes, replacement: bytes, reply: str
) -> None:
    changed = re.sub(pattern, lambda found: found.expand(replacement), quoted(letter()))
    assert reply in sent(server, changed)
    assert server.letters == []


def test_a_letter_of_another_day_is_refused_by_the_servers_own_clock(
    server: FakeMailServer,
) -> None:
    assert "not of now" in sent(server, quoted(letter(NOW - timedelta(days=3))))
    server.clock.advance(-3 * 86_400)
    try:
        assert sent(server, quoted(letter(NOW - timedelta(days=3)))).startswith("250")
    finally:
        server.clock.advance(3 * 86_400)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["MAIL FROM:<a@b.vn>"], 503),
        (["EHLO us", "RCPT TO:<a@b.vn>"], 503),
        (["EHLO us", "MAIL FROM:<a@b.vn>", "DATA"], 503),
        (["EHLO us", "MAIL FROM:a@b.vn"], 501),
        (["EHLO us", "MAIL FROM:<a@b.vn> SIZE=50001"], 552),
        (["EHLO us", "MAIL FROM:<a@b.vn> BODY=8BITMIME"], 555),
        (["EHLO us", "MAIL FROM:<a@b.vn>", "RCPT TO:<nobody>"], 501),
        (["EHLO us", "MAIL FROM:<a@b.vn>", "RCPT TO:<a@b.vn>", "RCPT TO:<c@b.vn>"], 452),
        (["EHLO us", "AUTH PLAIN AGEAYg=="], 503),
        (["EHLO"], 501),
        (["XYZZY"], 500),
        (["EHLO " + "a" * 600], 500),
    ],
)
def test_what_comes_out_of_turn_or_in_a_wrong_form_is_refused(
    server: FakeMailServer, lines: list[str], code: int
) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        assert [client.docmd(line)[0] for line in lines][-1] == code


def test_a_line_that_does_not_end_with_crlf_is_no_command(server: FakeMailServer) -> None:
    with socket.create_connection(("127.0.0.1", server.smtp_port), 5) as talk:
        talk.recv(100)
        talk.sendall(b"EHLO us\n")
        assert talk.recv(100).startswith(b"500")


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ({"match": "RCPT an@", "status": 450, "body": "4.7.1 later"}, "450"),
        ({"match": "CONNECT", "status": 421, "body": "4.3.2 busy"}, "connect"),
        ({"match": "END", "status": 554, "body": "5.6.0 no"}, "554"),
        ({"match": "RCPT", "drop": "before_read"}, "lost"),
        ({"match": "END", "truncate": 0}, "lost, kept"),
        ({"match": "END", "drop": "after_accept"}, "lost, kept"),
        ({"match": "END", "delay": 0.2}, "250, kept"),
    ],
)
def test_what_a_test_orders_goes_wrong_once(
    server: FakeMailServer, fault: dict[str, object], end: str
) -> None:
    server.faults.next(**fault)
    try:
        ended = sent(server, quoted(letter()))[:3]
    except smtplib.SMTPConnectError:
        ended = "connect"
    except (smtplib.SMTPServerDisconnected, OSError):
        ended = "lost"
    assert [entry.fault for entry in server.journal if entry.fault]
    assert ended + (", kept" if server.letters else "") == end
    server.forget()
    assert sent(server, quoted(letter())).startswith("250")


def test_a_server_that_encrypts_takes_a_password_in_no_other_way() -> None:
    own = MailSettings(starttls=True, user="us", password="not-for-everybody")
    with running_provider(FakeMailServer(own)) as server:
        assert server.certificate is not None
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
            client.ehlo()
            assert not client.has_extn("auth")
            assert client.docmd("AUTH", "PLAIN AAAA")[0] == 538
            client.starttls(context=server.certificate.client_context())
            client.ehlo()
            assert client.mail(SENDER)[0] == 530
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("us", "wrong")
            client.login("us", "not-for-everybody")
            assert client.mail(SENDER)[0] == 250
        assert "not-for-everybody" not in repr(server.journal)
