"""What comes back by e-mail: dead addresses, and letters that ask to stop, out of a mailbox."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import Mock

import pytest

from keng.audit.models import Entry
from keng.channels.email.addresses import with_token
from keng.channels.email.fake.mailbox import FakeMailbox
from keng.channels.email.tests.test_returned import plain, report
from keng.delivery import imap_client, letter_tokens, returned_mail
from keng.delivery.actions import returned_letters
from keng.delivery.actions.accounts import renew_account
from keng.delivery.credentials import keep_secrets
from keng.delivery.imap_client import MailboxAccess, MailboxFault, OpenMailbox, open_mailbox
from keng.delivery.models import (
    Attempt,
    ChannelAccount,
    DedupeKey,
    Delivery,
    PagerWay,
    ReturnMailbox,
)
from keng.delivery.tests.sending import queue
from keng.kit import times
from keng.network.models import LeadWay
from keng.vault import keys
from tests import make
from tests.stack import free_ports

pytestmark = pytest.mark.django_db

RETURN = "tra-lai@congan.example.vn"
HOUR = timedelta(hours=1)
FAILED = ("Action: failed", "Status: 5.1.1")


@pytest.fixture
def mailbox() -> Iterator[FakeMailbox]:
    with FakeMailbox() as made:
        yield made


@pytest.fixture
def account(mailbox):
    made = ChannelAccount(channel="email", slug="email", name="Email", unit=make.unit())
    keep_secrets(made, _settings(mailbox.url))
    made.save()
    return made


def _settings(url, password="dung-mat-khau"):
    return {
        "from_address": "canh-bao@congan.example.vn",
        "return_address": RETURN,
        "return_server": url,
        "return_user": "tra-lai",
        "return_password": password,
    }


@pytest.fixture
def subscription():
    return make.subscription(places=(make.place(),))


@pytest.fixture
def letter(account, subscription):
    """A letter that a server took."""
    keys.make_sender_key()
    queue(account, ["an@keng.example"], kind="subscription")
    Delivery.objects.update(state="sent", recipient_ref=subscription.pk)
    return Delivery.objects.get()


def to_letter(letter):
    return with_token(RETURN, letter_tokens.return_token(letter.pk))


def to_stop(subscription):
    return with_token(RETURN, letter_tokens.stop_token(subscription))


@pytest.fixture
def read(become):
    """As the worker does, with no more rights than it has."""

    def read():
        become("worker")
        try:
            return returned_mail.read_returned_mail()
        finally:
            become("owner")

    return read


def test_a_permanent_failure_ends_letter_and_address_once(read, mailbox, letter, subscription):
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    mailbox.drop(report(*FAILED, to=to_letter(letter), message_id="<2@mx>"))
    assert read() == 2
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert (letter.state, letter.code) == ("gone", "554 5.1.1")
    assert subscription.stopped_at is not None
    assert bytes(subscription.address_sealed) == b""
    entry = Entry.objects.get(action="address.gone")
    assert (entry.actor_id, entry.detail["code"]) == ("worker", "554 5.1.1")
    # What held somebody's address is gone from there as well.
    assert not mailbox.letters
    assert Attempt.objects.get().outcome == "gone"
    assert read() == 0


def test_a_delay_is_noted_and_changes_nothing(read, mailbox, letter, subscription):
    mailbox.drop(report("Action: delayed", "Status: 4.4.1", to=to_letter(letter)))
    read()
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert (letter.state, letter.code, subscription.stopped_at) == ("sent", "", None)
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.code) == ("retry", "450 4.4.1")
    assert not mailbox.letters


def test_a_refusal_that_is_not_about_the_address_ends_the_letter_alone(
    read, mailbox, letter, subscription
):
    mailbox.drop(report("Action: failed", "Status: 5.7.1", to=to_letter(letter)))
    read()
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert (letter.state, subscription.stopped_at) == ("rejected", None)


def test_a_late_report_ends_no_way_that_was_written_down_since(read, mailbox, letter):
    lead = make.lead(unit=make.unit())
    way = LeadWay.objects.create(
        lead=lead, channel="email", address_sealed=b"sealed", entered_at=times.now()
    )
    Delivery.objects.update(recipient_kind="lead", recipient_ref=lead.pk, address_sealed=None)
    before, after = (letter.created_at + hours for hours in (-HOUR, HOUR))
    for message_id, channel, entered_at, is_ended in (
        ("<2@mx>", "email", after, False),
        ("<3@mx>", "sms", before, False),
        ("<4@mx>", "email", before, True),
    ):
        LeadWay.objects.update(channel=channel, entered_at=entered_at)
        Delivery.objects.update(state="sent")
        mailbox.drop(report(*FAILED, to=to_letter(letter), message_id=message_id))
        read()
        way.refresh_from_db()
        letter.refresh_from_db()
        assert (letter.state, way.gone_at is not None) == ("gone", is_ended)
    # On record stands what was ended, and nothing else.
    assert Entry.objects.filter(action="address.gone").count() == 1


def test_a_late_report_ends_no_pager_that_was_made_since(read, mailbox, letter):
    way = make.pager(make.officer(unit=make.unit()))
    Delivery.objects.update(recipient_kind="pager", recipient_ref=way.pk)
    PagerWay.objects.update(added_at=letter.created_at + HOUR)
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    read()
    assert PagerWay.objects.get().gone_at is None
    PagerWay.objects.update(added_at=letter.created_at - HOUR)
    Delivery.objects.update(state="sent")
    mailbox.drop(report(*FAILED, to=to_letter(letter), message_id="<2@mx>"))
    read()
    assert PagerWay.objects.get().gone_at is not None


def test_where_nothing_was_ended_nothing_of_it_stands_on_record(read, mailbox, letter):
    Delivery.objects.update(recipient_kind="asker", address_sealed=None)
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    read()
    letter.refresh_from_db()
    assert letter.state == "gone"
    assert not Entry.objects.filter(action="address.gone").exists()


def test_a_forged_report_changes_nothing_and_stays(read, mailbox, letter, subscription):
    true = letter_tokens.return_token(letter.pk)
    last = "a" if true[-2] != "a" else "b"
    for token in (
        true[:-2] + last + true[-1],
        # A token of another purpose, and of nobody's row.
        letter_tokens.stop_token(subscription).replace("u", "b", 1),
        letter_tokens.return_token(subscription.pk),
    ):
        mailbox.drop(report(*FAILED, to=with_token(RETURN, token)))
    assert read() == 3
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert (letter.state, subscription.stopped_at) == ("sent", None)
    assert not Entry.objects.filter(action="address.gone").exists()
    assert not Attempt.objects.exists()


def test_a_letter_to_stop_ends_the_subscription_and_takes_back_what_waits(
    read, mailbox, letter, subscription
):
    Delivery.objects.update(state="queued")
    mailbox.drop(plain("", From="an@keng.example", To=to_stop(subscription), Subject="unsubscribe"))
    read()
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert subscription.stopped_at is not None
    assert bytes(subscription.address_sealed) == b""
    assert letter.state == "cancelled"
    assert not mailbox.letters


def test_what_a_machine_answers_stops_nobody_and_is_never_answered(
    read, mailbox, letter, subscription
):
    away = {"Auto_Submitted": "auto-replied"}
    mailbox.drop(plain("550 5.1.1", To=to_letter(letter), **away))
    mailbox.drop(plain("away", To=to_stop(subscription), From="an@keng.example", **away))
    mailbox.drop(report(*FAILED, to=to_stop(subscription)))
    rows = Delivery.objects.count()
    read()
    letter.refresh_from_db()
    subscription.refresh_from_db()
    assert (letter.state, subscription.stopped_at) == ("sent", None)
    assert Delivery.objects.count() == rows
    assert not mailbox.letters


def test_what_a_person_writes_is_left_for_a_person(read, mailbox, letter):
    mailbox.drop(plain("Cảm ơn", To=RETURN, From="an@keng.example"))
    mailbox.drop(plain("Cảm ơn", To=to_letter(letter), From="an@keng.example"))
    assert read() == 2
    assert [one.flags for one in mailbox.letters.values()] == [set(), set()]
    assert read() == 0


@pytest.mark.parametrize("ends_after", ["commit", "delete"])
def test_a_worker_that_is_killed_reads_again_and_does_nothing_twice(
    read, mailbox, letter, subscription, monkeypatch, ends_after
):
    class Killed(BaseException):
        pass

    def die(*_words):
        raise Killed

    mailbox.drop(report("Action: delayed", "Status: 4.4.1", to=to_letter(letter)))
    mailbox.drop(report(*FAILED, to=to_letter(letter), message_id="<2@mx>"))
    place = (
        (OpenMailbox, "delete") if ends_after == "commit" else (returned_letters, "note_read_up_to")
    )
    with monkeypatch.context() as patched:
        patched.setattr(*place, die)
        with pytest.raises(Killed):
            read()
    assert Attempt.objects.count() == 1
    read()
    assert list(Attempt.objects.order_by("id").values_list("outcome", flat=True)) == [
        "retry",
        "gone",
    ]
    assert Entry.objects.filter(action="address.gone").count() == 1
    assert not mailbox.letters


def test_letters_are_taken_in_portions_and_numbered_anew_they_are_known(
    read, mailbox, letter, monkeypatch
):
    monkeypatch.setattr(returned_mail, "MOST_A_ROUND", 2)
    for _ in range(3):
        mailbox.drop(plain("Cảm ơn", To=RETURN, From="an@keng.example"))
    mailbox.has_uidplus = False
    delayed = mailbox.drop(report("Action: delayed", "Status: 4.4.1", to=to_letter(letter)))
    assert [read(), read(), read()] == [2, 2, 0]
    # Marked only: others may have marked letters that nobody asked us to remove.
    assert r"\Deleted" in mailbox.letters[delayed].flags
    mailbox.numbering += 1
    assert [read(), read(), read()] == [2, 2, 0]
    assert Attempt.objects.count() == 1
    assert DedupeKey.objects.count() == 1


def test_a_mailbox_that_refuses_us_is_left_alone_until_it_gets_other_secrets(
    read, mailbox, account
):
    keep_secrets(account, _settings(mailbox.url, password="sai"))
    account.save()
    assert [read(), read()] == [0, 0]
    assert mailbox.commands.count("AUTHENTICATE") == 1
    mailbox_row = ReturnMailbox.objects.get()
    assert (mailbox_row.fault, mailbox_row.read_at) == ("it refuses user or password", None)
    renew_account(account.pk, base_url="", settings=_settings(mailbox.url), tokens={})
    read()
    mailbox_row = ReturnMailbox.objects.get()
    assert (mailbox_row.fault, mailbox_row.again_at) == ("", None)
    assert mailbox_row.read_at is not None


def test_what_was_read_of_a_mailbox_is_forgotten_with_its_settings(read, mailbox, account, letter):
    for _ in range(2):
        mailbox.drop(plain("Cảm ơn", To=RETURN, From="an@keng.example"))
    assert read() == 2
    with FakeMailbox() as other:
        other.drop(report(*FAILED, to=to_letter(letter)))
        # It numbers its letters as the first one does.
        assert other.numbering == mailbox.numbering
        renew_account(account.pk, base_url="", settings=_settings(other.url), tokens={})
        assert read() == 1
    renew_account(account.pk, base_url="", settings={"from_address": RETURN}, tokens={})
    assert not ReturnMailbox.objects.exists()
    assert read() == 0
    assert not ReturnMailbox.objects.exists()


def test_an_account_that_gets_other_secrets_in_a_round_is_no_accident(
    read, become, account, monkeypatch
):
    def renew_and_fail(*_words):
        become("owner")
        renew_account(account.pk, base_url="", settings={"from_address": RETURN}, tokens={})
        become("worker")
        raise MailboxFault("it is away")

    monkeypatch.setattr(OpenMailbox, "portions_after", renew_and_fail)
    assert read() == 0
    assert not ReturnMailbox.objects.exists()


def test_a_mailbox_that_is_away_and_one_that_was_not_set_up_stop_nothing(read, mailbox, account):
    keep_secrets(account, _settings(f"imap://127.0.0.1:{free_ports(1)[0]}"))
    account.save()
    assert read() == 0
    assert ReturnMailbox.objects.get().fault.startswith("it cannot be reached")
    ReturnMailbox.objects.all().delete()
    keep_secrets(account, {"from_address": RETURN, "return_address": RETURN})
    account.save()
    assert read() == 0
    assert not ReturnMailbox.objects.exists()
    assert not mailbox.commands


def test_an_account_that_cannot_be_opened_stops_no_other(read, mailbox, account, letter):
    second = ChannelAccount(channel="email", slug="email-2", name="Email 2", unit=account.unit)
    keep_secrets(second, _settings(mailbox.url))
    second.save()
    ChannelAccount.objects.filter(pk=account.pk).update(secrets_box=b"of an older key" * 4)
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    assert read() == 1
    letter.refresh_from_db()
    assert letter.state == "gone"


def test_a_letter_that_the_server_does_not_give_out_stops_no_other(read, mailbox, letter):
    mailbox.withheld.add(mailbox.drop(b""))
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    read()
    letter.refresh_from_db()
    assert (letter.state, ReturnMailbox.objects.get().fault) == ("gone", "")


def test_numbers_far_apart_are_passed_and_what_was_looked_at_is_kept(
    read, mailbox, letter, monkeypatch
):
    mailbox.skip_to(10**9)
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    searches = [[], [], MailboxFault("it is away")]
    with monkeypatch.context() as patched:
        patched.setattr(OpenMailbox, "_search", Mock(side_effect=searches))
        read()
    assert ReturnMailbox.objects.get().read_up_to == 6000
    ReturnMailbox.objects.update(again_at=None)
    read()
    letter.refresh_from_db()
    assert letter.state == "gone"
    assert ReturnMailbox.objects.get().read_up_to == 10**9
    assert mailbox.commands.count("UID SEARCH") < 30


def test_a_report_that_is_quicker_than_the_senders_own_record_waits_for_it(
    read, mailbox, letter, subscription
):
    lease = {"leased_by": uuid.uuid4(), "leased_until": times.now() + HOUR}
    Delivery.objects.update(state="leased", **lease)
    early = mailbox.drop(report(*FAILED, to=to_letter(letter)))
    mailbox.drop(plain("", From="an@keng.example", To=to_stop(subscription)))
    read()
    # What stands behind it need not wait.
    assert list(mailbox.letters) == [early]
    assert not Attempt.objects.exists()
    Delivery.objects.update(state="sent", leased_by=None, leased_until=None)
    read()
    letter.refresh_from_db()
    assert letter.state == "gone"
    assert not mailbox.letters


def test_a_letter_with_two_tokens_is_about_both(read, mailbox, letter, subscription):
    both = f"{to_letter(letter)}, {to_stop(subscription)}"
    mailbox.drop(plain("550 5.7.1 no", To=both))
    read()
    letter.refresh_from_db()
    subscription.refresh_from_db()
    # The second is to stop, which no machine is heard with.
    assert (letter.state, subscription.stopped_at) == ("rejected", None)


def test_a_server_that_announces_a_gigabyte_is_not_believed(read, mailbox, letter):
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    mailbox.announces = 1024**3
    read()
    assert ReturnMailbox.objects.get().fault == "it sends more than was asked for"


def test_a_password_is_not_told_to_an_open_network(mailbox, monkeypatch):
    monkeypatch.setattr(imap_client, "_THIS_MACHINE", ())
    encrypted = mailbox.url.replace("imap://", "imaps://")
    for url, words in ((mailbox.url, "does not encrypt"), (encrypted, "SSL")):
        with (
            pytest.raises(MailboxFault, match=words),
            open_mailbox(MailboxAccess(url, "tra-lai", "dung-mat-khau")),
        ):
            pass
    assert not [each for each in mailbox.commands if each in ("AUTHENTICATE", "LOGIN")]


def test_a_connection_that_cannot_be_encrypted_is_closed_at_once(mailbox, monkeypatch):
    monkeypatch.setattr(imap_client, "_THIS_MACHINE", ())
    mailbox.has_broken_starttls = True
    access = MailboxAccess(mailbox.url, "tra-lai", "dung-mat-khau")
    before = set(threading.enumerate())
    with pytest.raises(MailboxFault), open_mailbox(access):
        pass
    begun = set(threading.enumerate()) - before
    timers = [each for each in begun if isinstance(each, threading.Timer)]
    assert all(each.finished.is_set() for each in timers)


def test_nothing_of_a_letter_stands_in_a_log(read, mailbox, letter, caplog):
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    mailbox.drop(b"\xff\x00 an@keng.example")
    caplog.set_level(0)
    read()
    mailbox.drop(report(*FAILED, to=to_letter(letter)))
    mailbox.announces = 1024**3
    read()
    assert "the return mailbox of email" in caplog.text
    assert "example" not in caplog.text
    assert "example" not in repr(list(Attempt.objects.values()))
