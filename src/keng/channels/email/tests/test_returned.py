"""What a letter that came back says, of bytes that anybody may have written."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import Outcome
from keng.channels.email.addresses import fault_of_return_address, is_mailbox, with_token
from keng.channels.email.returned import LONGEST_READ, read_returned_letter
from tests.cpu_time import cpu_seconds

RETURN = "tra-lai@congan.example.vn"
TOKEN = "b" + "a2" * 21
TO = with_token(RETURN, TOKEN)
NESTED_80_TIMES = b"".join(
    b"Content-Type: multipart/mixed; boundary=a%d\r\n\r\n--a%d\r\n" % (depth, depth)
    for depth in range(80)
)


def report(*fields: str, to: str = TO, message_id: str = "<1@mx>") -> bytes:
    """As Postfix writes one: words, the report, and the letter that it is about."""
    parts = [
        "Content-Type: text/plain\r\n\r\nThe mail system: 5.1.1 for somebody\r\n",
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; an@keng.example\r\n" + "\r\n".join(fields) + "\r\n",
        "Content-Type: message/rfc822\r\n\r\nTo: an@keng.example\r\nSubject: x\r\n\r\nwords\r\n",
    ]
    body = "".join(f"--frontier\r\n{part}\r\n" for part in parts) + "--frontier--\r\n"
    return (
        f"Return-Path: <>\r\nTo: {to}\r\nFrom: MAILER-DAEMON@mx.example\r\n"
        f"Message-ID: {message_id}\r\nAuto-Submitted: auto-replied\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=frontier\r\n"
        f"\r\n{body}"
    ).encode()


def plain(words: str, **headers: str) -> bytes:
    """Words alone, to the address of one letter."""
    letter = EmailMessage()
    given = {"To": TO, "From": "postmaster@mx.example"}
    for name, value in (given | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        letter[name] = value
    letter.set_content(words)
    return letter.as_bytes()


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        (("Action: failed", "Status: 5.1.1"), "gone", "554 5.1.1"),
        (("Action: FAILED", "Status: 5.1.10 (no)"), "gone", "554 5.1.10"),
        # What the last server said is more than the general code of ours.
        (
            ("Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 550 5.1.1 no such user"),
            "gone",
            "550 5.1.1",
        ),
        # Nobody says at which step: it may be about the words of the letter.
        (("Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 550 no"), "reject", None),
        (("Action: failed", "Status: 5.7.1"), "reject", "554 5.7.1"),
        (("Action: failed", "Status: 5.2.2"), "reject", "554 5.2.2"),
        # Given up after days: this letter failed, and the address may be fine tomorrow.
        (("Action: failed", "Status: 4.4.7"), "reject", "554 4.4.7"),
        (("Action: delayed", "Status: 4.4.1"), "retry", "450 4.4.1"),
        (("Action: delayed", "Status: 5.1.1"), "retry", "450 5.1.1"),
        (("Status: 5.1.1",), "gone", "554 5.1.1"),
    ],
)
def test_a_report_says_what_became_of_the_letter(
    fields: tuple[str, ...], kind: str, code: str | None
) -> None:
    found = read_returned_letter(report(*fields), RETURN)
    assert found.tokens == (TOKEN,)
    assert found.report is not None
    assert found.report.outcome.kind == kind
    assert code is None or found.report.outcome.code == code


def test_a_report_of_success_says_nothing_to_us() -> None:
    found = read_returned_letter(report("Action: delivered", "Status: 2.0.0"), RETURN)
    assert found.report is None
    assert found.is_automatic


def test_a_server_that_reports_in_words_is_understood_by_the_code_it_quotes() -> None:
    found = read_returned_letter(plain("host 10.5.1.1 said: 550 #5.1.1 no such user"), RETURN)
    assert found.report is not None
    assert found.report.outcome.kind == "gone"
    for words in (
        "from 10.5.1.1: version 5.1.1.2 cannot deliver",
        "on 5.12.25 nobody was here",
        "see section 5.1.10; 550 words",
        "550 4.2.2 of two classes",
    ):
        assert read_returned_letter(plain(words), RETURN).report is None
    later = read_returned_letter(plain("421-4.4.1 no answer"), RETURN)
    assert later.report is not None
    assert later.report.outcome == Outcome("retry", reason="delayed", code="421 4.4.1")
    person = read_returned_letter(plain("550 5.1.1", From="an@keng.example"), RETURN)
    assert (person.report, person.is_automatic) == (None, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
    ],
)
def test_an_absence_note_is_no_report_whatever_it_says(headers: dict[str, str]) -> None:
    found = read_returned_letter(plain("away; 550 5.1.1", **headers), RETURN)
    assert (found.report, found.is_automatic) == (None, True)


def test_a_token_counts_only_in_an_address_of_ours() -> None:
    for to in (
        TO.replace("congan", "khac"),
        f"x{TO}",
        TO.replace("+", "-"),
        f"tra-lai+{TOKEN}a@congan.example.vn",
        "tra-lai@congan.example.vn",
    ):
        assert read_returned_letter(report("Action: failed", to=to), RETURN).tokens == ()
    assert read_returned_letter(report("Status: 5.1.1", to=TO.upper()), RETURN).tokens == (TOKEN,)
    many = ", ".join(with_token(RETURN, "b" + f"{n:042d}".translate(_DIGITS)) for n in range(60))
    assert len(read_returned_letter(report("Status: 5.1.1", to=many), RETURN).tokens) == 8


_DIGITS = str.maketrans("0123456789", "abcdefghij")


def test_a_huge_letter_is_read_as_far_as_its_report() -> None:
    letter = report("Action: failed", "Status: 5.1.1")
    long_behind = letter + b"x" * (4 * LONGEST_READ)
    assert read_returned_letter(long_behind, RETURN).report is not None
    words = b"The mail system: 5.1.1 for somebody"
    long_before = letter.replace(words, b"x" * LONGEST_READ)
    found = read_returned_letter(long_before, RETURN)
    assert (found.tokens, found.report) == ((TOKEN,), None)


@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: multipart/report; a="' + b";" * LONGEST_READ,
        NESTED_80_TIMES + b"\r\n" + b"\n" * LONGEST_READ,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"\n" * LONGEST_READ,
    ],
    ids=["one header", "parts in parts", "blocks"],
)
def test_no_letter_takes_long_to_read(raw: bytes) -> None:
    assert cpu_seconds(lambda: read_returned_letter(raw, RETURN)) < 1


def test_parts_within_parts_without_end_are_given_up() -> None:
    nested = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 5000
    # No more than that the call ends: read or given up, it is a letter without a token.
    assert read_returned_letter(nested, RETURN).tokens == ()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_and_carry_no_token(raw: bytes) -> None:
    assert read_returned_letter(raw, RETURN).tokens == ()
    in_report = report("Action: failed", "Status: " + raw.decode("latin-1"))
    assert read_returned_letter(in_report, RETURN).tokens == (TOKEN,)


def test_the_same_letter_has_the_same_message_id() -> None:
    def message_id(raw: bytes) -> str:
        return read_returned_letter(raw, RETURN).message_id

    assert message_id(report("Status: 5.1.1")) == "<1@mx>"
    # Of a letter that has none.
    assert message_id(plain("a")) == message_id(plain("a")) != message_id(plain("b"))


def test_an_address_with_a_token_is_one_that_every_server_takes() -> None:
    longest = f"{'a' * 20}@congan.example.vn"
    assert fault_of_return_address(longest) is None
    assert is_mailbox(with_token(longest, TOKEN))
    assert fault_of_return_address(f"a{longest}")
    assert fault_of_return_address("tra+lai@congan.example.vn")
    assert fault_of_return_address("tra-lai")
