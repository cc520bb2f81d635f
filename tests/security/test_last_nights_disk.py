"""What somebody learns who has last night's disk: every row, and every key of the data folder.

The thief opens whatever those keys open and looks for two things: where reporters of tips that have
ended can be written to, and codes that open a tip. The screens of the simulated phones are left
out: they are the phones themselves, and real people do not write there.
"""

import base64
import contextlib
import datetime
import hashlib
import itertools
import json
import os
import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

import keng
from keng.accounts.models import Officer
from keng.channels.base import Event
from keng.community import drafts
from keng.decisions import triage
from keng.delivery import inbound_handlers
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.delivery.models import Conversation, DedupeKey, Delivery, Inbound
from keng.delivery.tests.sending import sending, until
from keng.dialogue import answering, reporter, shown_codes, withdrawal
from keng.dialogue.public import code_page, open_tip
from keng.incidents import wave_acts
from keng.intake import forget_chats
from keng.kit import times
from keng.kit.codes import derived_code
from keng.kit.database import data_folder
from keng.kit.secrets import derive_key, keyed_hash
from keng.places.models import Unit
from keng.runtime.worker import all_tasks
from keng.tips import receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.models import Attachment, Decision, HeldEnding, Receipt, Tip, Wave
from keng.vault import keys, opening, seal
from keng.vault.hybrid import HYBRID_FORM, SealedKind
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

PHONES = {"delivery_sandboxmessage", "demo_phonemessage"}
STORY = "Có hai thanh niên đang cạy cửa nhà trọ số 5, tin của {who}"
CLOSING = "Chúng tôi đã xử lý xong, cảm ơn bạn."
_LABEL = re.compile(r'(?:\bsite_box\(|BOX = )"([^"]+)"')
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b")
_TOKEN = re.compile(r"[\w-]{22,64}", re.ASCII)


class Thief:
    """A copy of last night: the rows, and what the keys beside them open."""

    def __init__(self) -> None:
        self.labels = sorted(self._labels())
        folder = data_folder() / "keys"
        self.private = [
            opening._PrivateKey(file.read_bytes())
            for file in [folder / "sender.key", *folder.glob("worker/*")]
            if file.exists()
        ]
        self.raw: set[bytes] = set()
        self.loot = dict(self._everything())

    def finds(self, words: str) -> list[str]:
        """Where these words lie readable."""
        return [place for place, text in self.loot.items() if words in text]

    def finds_number(self, number: int) -> list[str]:
        """Where it stands for itself, and not as digits of a moment or of an id."""
        whole = re.compile(rf"\b{number}\b")
        return [place for place, text in self.loot.items() if whole.search(text)]

    def codes(self) -> list[str]:
        """Codes that open a tip and follow from anything that lies readable."""
        tokens = {token for text in self.loot.values() for token in _TOKEN.findall(text)}
        codes = {derived_code("receipt code", token) for token in tokens}
        return [
            code for code in codes if Receipt.objects.filter(hash=receipt_codes.code_hash(code))
        ]

    def values(self) -> set[str]:
        """Whatever lies there, in each form in which a cookie may carry it."""
        found = set(self.loot.values())
        for raw in self.raw:
            found |= {raw.hex(), base64.b64encode(raw).decode()}
            found.add(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
        return found | {token for text in found for token in _TOKEN.findall(text)}

    @staticmethod
    def _labels() -> Iterator[str]:
        for file in Path(keng.__file__).parent.rglob("*.py"):
            if "tests" not in file.parts:
                yield from _LABEL.findall(file.read_text())

    def _everything(self) -> Iterator[tuple[str, str]]:
        for table in sorted(set(connection.introspection.table_names()) - PHONES):
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}"')
                names = [column[0] for column in cursor.description]
                for row, values in enumerate(cursor.fetchall()):
                    # What is sealed may be bound to any id beside it.
                    ids = _ID.findall(" ".join(map(str, values)))
                    for name, value in zip(names, values, strict=True):
                        yield f"{table}.{name}[{row}]", self._readable(value, ids)
        for file in data_folder().joinpath("files").rglob("*"):
            if file.is_file():
                yield str(file), self._readable(file.read_bytes(), [file.name])

    def _readable(self, value: object, ids: Sequence[str]) -> str:
        if not isinstance(value, bytes | memoryview):
            return str(value)
        sealed = bytes(value)
        self.raw.add(sealed)
        refs = [None, *map(uuid.UUID, ids)] if sealed.startswith(HYBRID_FORM) else [None]
        for key, kind, ref in itertools.product(self.private, SealedKind, refs):
            with contextlib.suppress(CryptoError, ValueError):
                return key.open(sealed, kind, ref).decode(errors="replace")
        for label in self.labels:
            with contextlib.suppress(CryptoError, ValueError):
                return SecretBox(derive_key(label)).decrypt(sealed).decode(errors="replace")
        return sealed.decode(errors="replace")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Officer]:
    """A desk with all keys, whose passphrase is not on the disk."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    opening._sender_private_key.cache_clear()
    seal.forget_public_keys()
    make.clock_rules()
    province = make.province_unit("Công an tỉnh Thử")
    unit = make.unit("Công an phường Thử", parent=province)
    keys.make_sender_key()
    keys.operator_file().unlink(missing_ok=True)
    keys.make_unit_keys("words-for-a-test")
    make.worker_key()
    make.channel_account(unit=unit, slug="phones", rate_per_minute=0)
    inbound_handlers.refresh_handlers()
    yield make.officer(unit=unit)
    opening._sender_private_key.cache_clear()
    seal.forget_public_keys()


def say(text: str, *, who: str) -> Tip:
    """A message in a chat, as the edge takes it in."""
    (account,) = receiving_accounts()
    event = Event(
        kind="text",
        dedupe=uuid.uuid4().hex,
        conversation=who,
        sender=who,
        group=None,
        text=text,
        media=(),
        location=None,
        at=times.now(),
        reply_address=who,
        raw_kind="text",
    )
    message = message_of_event(account, event, raw=text.encode(), now=times.now())
    handler = inbound_handlers.handler_of(message)
    with connection.cursor() as cursor:
        for statement in handler.statements([handler.prepare(message)]):
            cursor.execute(statement.sql, statement.values)
    return Tip.objects.latest("id")


def report(who: str) -> Tip:
    return say(STORY.format(who=who), who=who)


def desk_unit(officer: Officer) -> Unit:
    return officer.posts.get().unit


def close(tip: Tip, by: Officer) -> None:
    triage.record_outcome(tip.pk, outcome="solved", by=by)
    triage.close_tip(tip.pk, text=CLOSING, by=by)


def everything_is_sent() -> None:
    """Also what is held for a few seconds."""
    Delivery.objects.filter(state="queued").update(not_before=times.now())
    open_rows = Delivery.objects.filter(state__in=["queued", "leased"])
    with sending():
        until(lambda: not open_rows.exists())


def night_passes() -> None:
    """What the worker does, after every ending can be taken back no longer."""
    HeldEnding.objects.update(until=times.now())
    for task in all_tasks():
        if task.name != "call officers":
            while task.run():
                pass


def test_the_thief_opens_what_the_keys_open(desk: Officer) -> None:
    """What makes the other tests able to fail: before it is sent and closed, all of it is there."""
    tip = report("an-cua-toi")
    thief = Thief()
    assert {"totp", "viewing copy", "channel secrets", "address of a file"} <= set(thief.labels)
    assert {place.partition("[")[0] for place in thief.finds("an-cua-toi")} >= {
        "delivery_conversation.reply_address_sealed",
        "delivery_delivery.address_sealed",
    }
    (code,) = thief.codes()
    assert receipt_codes.tip_id_of_code(code) == tip.pk


def test_the_code_of_a_chat_follows_from_nothing_once_its_answer_has_left(desk: Officer) -> None:
    report("an-cua-toi")
    everything_is_sent()
    assert Tip.objects.get().is_open
    assert Thief().codes() == []


def test_where_a_reporter_can_be_written_to_goes_with_every_kind_of_ending(desk: Officer) -> None:
    people = [f"nguoi-so-{n}-" for n in range(8)]
    tips = dict(zip(people, map(report, people), strict=True))
    solved, declined, outside, kept, back, quiet, again, still_open = people
    everything_is_sent()
    answering.answer_reporter(tips[still_open].pk, text="Bạn còn ở đó không?", by=desk)
    close(tips[solved], desk)
    triage.decline_tip(tips[declined].pk, kind="procedure", reply="Mời bạn lên VNeID.", by=desk)
    triage.decline_tip(tips[outside].pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=desk)
    triage.accept_tip(tips[kept].pk, by=desk)
    withdrawal.withdraw_tip(tips[kept].pk)
    withdrawal.withdraw_tip(tips[back].pk)
    say("dừng nhận tin", who=quiet)
    close(tips[again], desk)
    everything_is_sent()
    night_passes()
    triage.reopen_tip(tips[again].pk, reason="Có tin mới", by=desk)
    answering.answer_reporter(tips[again].pk, text="Chúng tôi xem lại.", by=desk)
    everything_is_sent()
    thief = Thief()
    found = {who: thief.finds(who) for who in people}
    # Their own words name them here; what is sealed to the unit nobody opens.
    for who, places in found.items():
        found[who] = [place for place in places if "sealed" in place]
    assert found.pop(still_open)
    assert found == {who: [] for who in people if who != still_open}
    assert thief.codes() == []


def test_nothing_says_whether_somebodys_chat_reported_once_the_tip_has_ended(desk: Officer) -> None:
    close(report("an-cua-toi"), desk)
    everything_is_sent()
    night_passes()
    (account,) = receiving_accounts()
    event = Event(
        kind="text",
        dedupe="x",
        conversation="an-cua-toi",
        sender="an-cua-toi",
        group=None,
        text="",
        media=(),
        location=None,
        at=times.now(),
        reply_address="an-cua-toi",
        raw_kind="text",
    )
    known = message_of_event(account, event, raw=b"", now=times.now()).conversation_hash
    assert known
    assert not Conversation.objects.filter(key_hash=known).exists()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s',
                [f"%{known.hex()}%"],
            )
            assert cursor.fetchone() == (0,), table


def test_no_id_of_a_message_leads_to_a_tip_that_has_ended(desk: Officer) -> None:
    """A phone tells by which ids its messages went: whoever has it hashes them with the key."""
    ended, still_open = report("an-cua-toi"), report("binh-cua-toi")
    close(ended, desk)
    everything_is_sent()
    night_passes()
    assert led_to() == {still_open.pk}
    # And of an open one only as long as the same message may come again.
    DedupeKey.objects.update(at=times.now() - forget_chats.REPEATED_WITHIN)
    night_passes()
    assert led_to() == set()


def led_to() -> set[uuid.UUID | None]:
    """Tips that a known id of a message leads to."""
    known = DedupeKey.objects.values("inbound_ref")
    return set(Inbound.objects.filter(pk__in=known).values_list("tip_ref", flat=True))


def test_the_numbers_of_what_was_taken_back_go_from_what_the_machine_saw_rise(
    desk: Officer,
) -> None:
    number = "0912345678"
    tips = [make.tip(unit=desk_unit(desk), category="scam_impersonation") for _ in range(3)]
    for tip in tips:
        Tip.objects.filter(pk=tip.pk).update(examined_at=times.now())
        make.sighting(tip, indicator=make.indicator(number, type="phone"))
    wave_acts.find_waves()
    assert number in str(Wave.objects.get().reasons)
    for tip in tips:
        withdrawal.withdraw_tip(tip.pk)
    night_passes()
    assert Thief().finds(number) == []


def test_a_decision_tells_the_minute_of_danger_and_no_microseconds(desk: Officer) -> None:
    tip = make.tip(unit=desk_unit(desk))
    said = make.message(tip, "Nó có dao", at=times.now() - datetime.timedelta(minutes=7))
    Tip.objects.filter(pk=tip.pk).update(danger_at=said.at, danger_unheard=True)
    triage.accept_tip(tip.pk, by=desk)
    kept = Decision.objects.get().detail["before"]["danger_at"]
    assert datetime.datetime.fromisoformat(kept) == said.at.replace(second=0, microsecond=0)


def test_the_code_of_a_report_begun_anew_follows_from_no_row(desk: Officer) -> None:
    """A cry for help after the end begins another report: its words, tip and minute are known."""
    tip = make.tip(unit=desk_unit(desk), text=STORY)
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=desk)
    cry = "Cứu với, nó đang cầm dao đuổi tôi"
    before = int(times.now().timestamp()) // 600
    token = reporter.open_tip_for_danger(tip.pk, text=cry, sheet=receipt_codes.new_token())
    assert token
    assert (
        receipt_codes.tip_id_of_code(receipt_codes.code_from_token(token))
        == Tip.objects.latest("id").pk
    )
    guesses = [
        keyed_hash("token of danger after the end", f"{tip.pk} {minute} {cry}").hex()
        for minute in (before, before + 1)
    ]
    assert not any(
        receipt_codes.tip_id_of_code(receipt_codes.code_from_token(guess)) for guess in guesses
    )
    assert Thief().codes() == []


def test_a_cry_that_comes_again_after_its_report_has_ended_is_heard(desk: Officer) -> None:
    tip = make.tip(unit=desk_unit(desk), text=STORY)
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=desk)
    cry = "Cứu với, nó đang cầm dao đuổi tôi"
    reporter.open_tip_for_danger(tip.pk, text=cry, sheet=receipt_codes.new_token())
    DedupeKey.objects.update(inbound_ref=None)
    token = reporter.open_tip_for_danger(tip.pk, text=cry, sheet=receipt_codes.new_token())
    assert token
    assert (
        receipt_codes.tip_id_of_code(receipt_codes.code_from_token(token))
        == Tip.objects.latest("id").pk
    )
    assert Tip.objects.filter(text=cry).count() == 2


def test_that_a_file_was_sent_cannot_be_shown_of_a_tip_that_has_ended(desk: Officer) -> None:
    """Whoever has somebody's phone has the file, and compares: by hash, by size, by the disk."""
    tip = make.tip(unit=desk_unit(desk))
    sent = os.urandom(70_001)
    store_attachment(tip.pk, tip.responsible_unit_id, sent, "application/pdf")
    close(tip, desk)
    night_passes()
    thief = Thief()
    digest = hashlib.sha256(sent).digest()
    keyed = keyed_hash("file of a tip", tip.pk.bytes, digest)
    for trace in (digest, keyed, hashlib.md5(sent, usedforsecurity=False).digest()):
        for form in (trace.hex(), base64.b64encode(trace).decode(), trace.decode(errors="replace")):
            assert thief.finds(form) == []
    assert thief.finds_number(len(sent)) == []
    file = data_folder() / Attachment.objects.get().original_path
    overhead = file.stat().st_size - len(sent)
    other = store_attachment(tip.pk, tip.responsible_unit_id, sent[:-900], "application/pdf")
    assert (data_folder() / other.original_path).stat().st_size == len(sent) + overhead


def with_cookie(name: str, value: str) -> HttpRequest:
    request = HttpRequest()
    request.COOKIES[name] = value
    return request


def test_no_cookie_made_from_what_lies_on_the_disk_opens_a_tip(desk: Officer) -> None:
    """The thief knows what such a cookie holds, and seals in its place whatever was found."""
    tip = make.tip(unit=desk_unit(desk))
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    response = HttpResponse()
    open_tip.open_tip_in_browser(response, code)
    theirs = response.cookies[open_tip.OPEN_TIP_COOKIE].value
    opened = open_tip.tip_open_in_browser(with_cookie(open_tip.OPEN_TIP_COOKIE, theirs))
    assert opened
    assert opened.tip_id == tip.pk
    thief = Thief()
    assert bytes(Receipt.objects.get().hash).hex() in thief.values()
    sealed, own = base64.urlsafe_b64decode(theirs), None
    for label in thief.labels:
        with contextlib.suppress(CryptoError):
            said, own = json.loads(SecretBox(derive_key(label)).decrypt(sealed)), label
    assert own
    for value in thief.values():
        made = {name: value if isinstance(was, str) else was for name, was in said.items()}
        box = bytes(SecretBox(derive_key(own)).encrypt(json.dumps(made).encode()))
        forged = base64.urlsafe_b64encode(box).decode()
        assert (
            open_tip.tip_open_in_browser(with_cookie(open_tip.OPEN_TIP_COOKIE, forged)) is None
        ), value


def test_nothing_that_lies_on_the_disk_is_the_secret_of_a_browser(desk: Officer) -> None:
    """Of a code that is still shown, and of a report that is being written."""
    token = receipt_codes.new_token()
    shown_codes.show_code_for_a_while(token)
    draft = drafts.new_draft()
    drafts.save_draft(draft)
    name = code_page.TIP_CODE_PAGE.cookie
    assert code_page.TIP_CODE_PAGE.token_of(with_cookie(name, token))
    assert drafts.load_draft(draft.secret)
    for value in Thief().values():
        assert code_page.TIP_CODE_PAGE.token_of(with_cookie(name, value)) is None
        assert drafts.load_draft(value) is None
