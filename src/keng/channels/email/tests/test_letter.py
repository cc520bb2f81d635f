"""A letter as mail services want it, read back by a parser that is not ours."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import Address, Mail, Outcome, OutgoingMessage, begin_steps
from keng.channels.email import Email, is_mailbox

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ACCOUNT = {
    "from_address": "keng@congan.example.vn",
    "from_name": "Công an phường Nếnh",
    "list_id": "canh-bao.congan.example.vn",
    "unsubscribe_address": "stop@congan.example.vn",
}
REFERENCE = "0193a5b0-7c11-7000-8000-0123456789ab"
MESSAGE = OutgoingMessage(
    "Có kẻ giả danh điện lực.\n\nĐừng chuyển tiền.",
    is_bulk=True,
    image=PNG,
    subject="Cảnh báo: giả danh điện lực",
    reference=REFERENCE,
    unsubscribe_url="https://keng.example.vn/u/abc",
)


def letter(
    message: OutgoingMessage, account: dict[str, str] = ACCOUNT
) -> tuple[Mail, EmailMessage]:
    mail = begin_steps(Email().steps(message, Address("an@example.org"), account, NOW))
    assert isinstance(mail, Mail)
    parsed = message_from_bytes(mail.data, policy=default)
    assert isinstance(parsed, EmailMessage)
    return mail, parsed


def test_the_letter_reads_as_it_was_meant() -> None:
    mail, parsed = letter(MESSAGE)
    assert mail.recipient == "an@example.org"
    assert parsed["To"] == "an@example.org"
    assert parsed["From"] == "Công an phường Nếnh <keng@congan.example.vn>"
    assert parsed["Subject"] == "Cảnh báo: giả danh điện lực"
    body = parsed.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    assert body.get_content().splitlines() == ["Có kẻ giả danh điện lực.", "", "Đừng chuyển tiền."]
    (picture,) = parsed.iter_attachments()
    assert picture.get_content_type() == "image/png"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content() == PNG


def test_the_headers_say_that_no_person_typed_it_and_how_to_stop_it() -> None:
    _, parsed = letter(MESSAGE)
    assert parsed["List-Unsubscribe"] == (
        "<https://keng.example.vn/u/abc>, <mailto:stop@congan.example.vn?subject=unsubscribe>"
    )
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["List-Id"] == "<canh-bao.congan.example.vn>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Precedence"] == "bulk"
    assert parsed["Date"].datetime == NOW


def test_one_click_is_not_promised_without_an_https_address() -> None:
    message = OutgoingMessage("a", reference="1", is_bulk=True)
    _, parsed = letter(message)
    assert parsed["List-Unsubscribe"] == "<mailto:stop@congan.example.vn?subject=unsubscribe>"
    assert parsed["List-Unsubscribe-Post"] is None
    _, parsed = letter(message, {"from_address": "a@b.vn"})
    assert parsed["List-Unsubscribe"] is None


def test_a_letter_to_one_person_carries_no_mark_of_a_list_by_which_it_could_be_put_aside() -> None:
    _, parsed = letter(replace(MESSAGE, is_bulk=False))
    marks = [name for name in parsed if name.lower().startswith(("list-", "precedence"))]
    assert marks == []
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_the_same_delivery_always_has_the_same_message_id() -> None:
    first, again = letter(MESSAGE)[1], letter(MESSAGE)[1]
    assert first["Message-ID"] == again["Message-ID"] == f"<{REFERENCE}@congan.example.vn>"


def test_lines_end_with_crlf_and_keep_to_the_length_smtp_allows() -> None:
    mail, _ = letter(OutgoingMessage("đ" * 5000, subject="ệ" * 500, reference="1", image=PNG))
    lines = mail.data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 998


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_can_add_a_header_or_a_recipient(subject: str, name: str) -> None:
    message = OutgoingMessage("x", subject=f"{subject}\r\nBcc: spy@example.org", reference="1")
    mail, parsed = letter(message, {**ACCOUNT, "from_name": f"{name}\nBcc: spy@example.org"})
    assert parsed["Bcc"] is None
    assert parsed["To"] == "an@example.org"
    assert mail.recipient == "an@example.org"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "an",
        "an@",
        "@example.org",
        "an@localhost",
        "a b@example.org",
        "an@example.org\r\nX: y",
        "an@example.org>",
        "ấn@example.org",
        "a..b@example.org",
        "an@-x.org",
        "x" * 65 + "@a.org",
    ],
)
def test_what_is_no_mailbox_is_gone_before_anything_is_sent(value: str) -> None:
    assert not is_mailbox(value)
    outcome = begin_steps(Email().steps(MESSAGE, Address(value), ACCOUNT, NOW))
    assert isinstance(outcome, Outcome)
    assert (outcome.kind, outcome.scope) == ("gone", "address")


def test_a_letter_without_a_reference_is_refused_since_it_would_have_no_lasting_id() -> None:
    outcome = begin_steps(
        Email().steps(OutgoingMessage("a"), Address("an@example.org"), ACCOUNT, NOW)
    )
    assert isinstance(outcome, Outcome)
    assert outcome.kind == "reject"


def test_an_account_without_a_senders_address_has_to_be_mended_first() -> None:
    outcome = begin_steps(Email().steps(MESSAGE, Address("an@example.org"), {}, NOW))
    assert isinstance(outcome, Outcome)
    assert (outcome.kind, outcome.scope) == ("config", "account")


def test_a_letter_comes_back_to_an_address_of_its_own_where_the_operator_has_one() -> None:
    tokens = replace(MESSAGE, return_token="b" + "a" * 42, stop_token="u" + "a" * 42)
    unread = ACCOUNT | {"return_address": "tra-lai@congan.example.vn"}
    mail, parsed = letter(tokens, unread | {"return_server": "imaps://mail.example"})
    assert mail.sender == f"tra-lai+{tokens.return_token}@congan.example.vn"
    assert parsed["From"].addresses[0].addr_spec == ACCOUNT["from_address"]
    assert parsed["List-Unsubscribe"] == (
        "<https://keng.example.vn/u/abc>, "
        f"<mailto:tra-lai+{tokens.stop_token}@congan.example.vn?subject=unsubscribe>"
    )
    # What nobody reads hears nobody who stops by a letter, and tells no letter from another.
    mail, parsed = letter(tokens, unread)
    assert mail.sender == "tra-lai@congan.example.vn"
    assert "stop@congan.example.vn?" in parsed["List-Unsubscribe"]
    # Without one everything is as before.
    mail, parsed = letter(tokens)
    assert mail.sender == ACCOUNT["from_address"]
    assert "stop@congan.example.vn?" in parsed["List-Unsubscribe"]
