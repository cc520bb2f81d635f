"""What SMTP servers answer, by table and over a real connection."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from keng.channels.base import (
    Address,
    Mail,
    MailReply,
    Outcome,
    OutgoingMessage,
    SmtpStage,
    begin_steps,
    continue_steps,
)
from keng.channels.email import Email, outcome_of_smtp_reply
from keng.channels.email.fake import FakeMailServer, MailSettings
from keng.channels.fake import running_provider

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HOUR = 3600
REFUSED = {
    "dead@example.org": "550 5.1.1 no such user",
    "full@example.org": "552 5.2.2 mailbox full",
    "grey@example.org": "450 4.7.1 come back later",
    "blocked@example.org": "550 5.7.1 reputation",
}


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "kind", "after"),
    [
        ("end", 250, "2.0.0", "sent", None),
        ("end", 250, "", "sent", None),
        ("end", None, "", "unknown", None),
        ("connect", None, "", "retry", 60),
        ("rcpt", None, "", "retry", 60),
        ("data", None, "", "retry", 60),
        ("connect", 421, "4.3.2", "retry", 60),
        ("rcpt", 421, "", "retry", 60),
        ("auth", 454, "4.7.0", "retry", 60),
        ("rcpt", 450, "4.7.1", "retry", 300),
        ("rcpt", 450, "4.2.0", "retry", 4 * HOUR),
        ("rcpt", 452, "4.2.2", "retry", 4 * HOUR),
        ("end", 451, "4.3.0", "retry", 4 * HOUR),
        ("rcpt", 552, "5.2.2", "retry", 4 * HOUR),
        ("rcpt", 550, "5.2.2", "retry", 4 * HOUR),
        ("end", 552, "5.2.2", "retry", 4 * HOUR),
        ("end", 552, "5.3.4", "reject", None),
        ("rcpt", 550, "5.1.1", "gone", None),
        ("rcpt", 550, "5.1.10", "gone", None),
        ("rcpt", 550, "", "gone", None),
        ("rcpt", 553, "5.1.3", "gone", None),
        ("rcpt", 550, "5.2.1", "gone", None),
        ("end", 550, "5.1.1", "gone", None),
        ("rcpt", 550, "5.7.1", "config", None),
        ("end", 554, "5.7.1", "config", None),
        ("rcpt", 550, "5.1.8", "config", None),
        ("mail", 550, "", "config", None),
        ("auth", 535, "5.7.8", "config", None),
        ("connect", 554, "", "config", None),
        ("rcpt", 530, "", "config", None),
        ("end", 554, "5.6.0", "reject", None),
        ("end", 550, "", "reject", None),
        ("rcpt", 550, "5.4.1", "reject", None),
    ],
)
def test_every_reply_has_one_meaning(
    stage: SmtpStage, code: int | None, enhanced: str, kind: str, after: int | None
) -> None:
    outcome = outcome_of_smtp_reply(MailReply(stage, code, enhanced), "ref-1")
    assert (outcome.kind, outcome.after_seconds) == (kind, after)
    assert outcome.provider_id == ("ref-1" if kind == "sent" else "")
    assert (outcome.scope == "address") == (kind == "gone")


def carry(mail: Mail, port: int) -> MailReply:
    """A small honest SMTP client."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.ehlo()
        stage: SmtpStage
        for stage, (code, told) in (
            ("mail", server.mail(mail.sender)),
            ("rcpt", server.rcpt(mail.recipient)),
        ):
            if code >= 400:
                return MailReply(stage, code, told.decode().split()[0])
        code, told = server.data(mail.data)
        return MailReply("end", code, told.decode().split()[0])


@pytest.fixture(scope="module")
def server() -> Iterator[FakeMailServer]:
    with running_provider(FakeMailServer(MailSettings(refused=REFUSED))) as running:
        running.clock.set(NOW.timestamp())
        yield running


@pytest.mark.parametrize(
    ("mailbox", "kind"),
    [
        ("an", "sent"),
        ("dead", "gone"),
        ("full", "retry"),
        ("grey", "retry"),
        ("blocked", "config"),
        ("rejected", "reject"),
    ],
)
def test_a_letter_over_real_smtp_ends_in_the_right_outcome(
    server: FakeMailServer, mailbox: str, kind: str
) -> None:
    account = {"from_address": "keng@example.vn"}
    message = OutgoingMessage("Cảnh báo", reference="ref-9")
    server.faults.next(match="END rejected@", status=554, body="5.6.0 cannot read this")
    steps = Email().steps(message, Address(f"{mailbox}@example.org"), account, NOW)
    mail = begin_steps(steps)
    assert isinstance(mail, Mail)
    outcome = continue_steps(steps, carry(mail, server.smtp_port))
    server.faults.clear()
    assert isinstance(outcome, Outcome)
    assert outcome.kind == kind
    kept = [each for each in server.letters if each.recipient == mail.recipient]
    assert len(kept) == (1 if kind == "sent" else 0)
    if kept:
        assert kept[0].sender == mail.sender
        assert b"Message-ID: <ref-9@example.vn>" in kept[0].content


@pytest.mark.parametrize(
    ("reply", "is_well", "words"),
    [
        (MailReply("hello", 250), True, "takes us"),
        (MailReply("auth", 535, "5.7.8"), False, "says 535 5.7.8"),
        (MailReply("hello", 421), False, "says 421"),
    ],
)
def test_an_account_is_well_when_its_server_lets_us_in(
    reply: MailReply, is_well: bool, words: str
) -> None:
    check = Email.facts.check
    assert check is not None
    found = check.finding(reply)
    assert found.is_well is is_well
    assert words in found.words
