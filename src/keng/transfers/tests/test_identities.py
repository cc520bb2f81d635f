"""Who reported goes along to the desk that took the tip over, and nobody on the way reads it."""

import datetime
import json
import uuid
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial

import pytest
from django.db import ProgrammingError, connection
from django.urls import reverse

from keng.accounts.who import WORKING
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over, run_work
from keng.audit.heads import sign_bytes
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.database import data_folder
from keng.openings import asking, giving
from keng.openings.asking import AskedAlready, CannotSendOn, NothingSealed, OpeningWish
from keng.openings.giving import NoKeyThere, NotOpened, SentOnBefore
from keng.openings.opening_history import openings_for_reporter
from keng.openings.records import records_to_send_on
from keng.runtime.tests.rights import as_process
from keng.site import desk_urls
from keng.tips.errors import NotYours
from keng.tips.models import (
    Decision,
    Tip,
    Transfer,
    TransferArrival,
    TransferFile,
    TransferIdentity,
    TransferKey,
)
from keng.transfers import envelope, handing, identities, writing
from keng.transfers.content import CarriedIdentity, IdentityAnswer, read_content
from keng.transfers.errors import NothingNewToSend, UnreadableContent
from keng.transfers.network_addresses import sender_fields
from keng.transfers.tests.sides import two_sides
from keng.transfers.tests.test_by_network import NetworkWorld
from keng.transfers.tests.test_transfers import World
from keng.vault import epoch_ends, keys, opener_client, seal, share_seals
from keng.vault.desk_key_statement import desk_key_to_sign
from keng.vault.hybrid import SealedKind, key_id_of
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import OpeningRequest, SealedIdentity, UnitKey
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.sessions import Opener
from keng.vault.opening import open_with_unit_key
from keng.vault.splitting import combine_shares
from keng.vault.tests.key_holders import PASSPHRASE, Holder, begin_all, current
from tests import make

WHO = json.dumps({"name": "Trịnh Thị Báo", "phone": "0912000111"}, ensure_ascii=False)
_Answer = TransferIdentity.Answer


class RealOpener:
    """The opener of this installation, with its rights in the database alone."""

    def __init__(self, monkeypatch):
        self._apart = connection.copy()
        self._apart.ensure_connection()
        self._apart.connection.execute("SET ROLE keng_opener")
        self._rows = OpenerRows(self._apart.connection, data_folder())
        self.start()
        for name in ("begin", "share_for", "give_share", "send_on", "open_record"):
            monkeypatch.setattr(opener_client, name, partial(self.ask, name))

    def start(self):
        """Anew: what was given is forgotten."""
        self._opener = Opener(self._rows, OneTimeKeys())

    def ask(self, name, *words):
        """What nobody but the opener decides."""
        return getattr(self._opener, name)(*words)

    def close(self):
        self._apart.close()


class WorldWithKeys(World):
    """Two officers of each desk hold a share of its key of the month."""

    def __init__(self, sides, do):
        super().__init__(sides, do)
        keys.make_unit_keys(PASSPHRASE)
        self.askers = Holder(self.old_unit), Holder(self.old_unit, role="commander")
        self.openers = Holder(self.new_unit), Holder(self.new_unit, role="commander")
        self.colleague = Holder(self.old_unit)
        begin_all()
        seal.forget_public_keys()
        self.lan, self.commander = (each.officer for each in self.askers)
        self.hoa = self.openers[0].officer
        self.record = self.seal_identity()

    def seal_identity(self):
        sealed = seal.seal_for_unit(self.old_unit.pk, WHO, kind="contact", ref=self.tip.pk)
        return SealedIdentity.objects.create(
            tip_ref=self.tip.pk,
            unit=self.old_unit,
            kind="contact",
            holds=["name", "phone"],
            ciphertext=sealed,
        )

    def confirmed(self):
        """The tip at the new desk, whose first answer is taken in at the old one."""
        came = self.taken(self.hand())
        self.hear(self.write_at_new())
        return came

    def ask_to_send(self, record=None, **change):
        row = record or self.record
        words = {
            "record": f"{row.kind}:{row.pk}",
            "reason": "investigation",
            "legal_basis": "Điều 145 BLTTHS",
            "text": "Nơi nhận cần gặp người báo",
            "transfer_id": Transfer.objects.get(is_incoming=False).pk,
        }
        wish = OpeningWish(**{**words, **change})
        return self.at_old(lambda by: asking.ask_opening(self.tip.pk, wish, by=by))

    def agree_to_send(self, asked):
        self.at_old(
            lambda by: asking.approve_opening(
                asked.pk, tells_reporter=True, why_not_told="", by=by
            ),
            by=self.commander,
        )

    def give(self, asked, holder):
        """What the holder's browser does."""

        def give(by):
            told = giving.share_to_give(asked.pk, officer=by)
            words = share_seals.open_as_point(told.share, holder.private, told.share_info)
            sealed = share_seals.seal_to_point(words, told.one_time_key, told.given_info)
            giving.give_share(asked.pk, sealed, officer=by)

        self.at_old(give, by=holder.officer)

    def both_give(self, asked):
        for holder in self.askers:
            self.give(asked, holder)

    def seal_to_them(self, asked):
        return self.at_old(lambda by: giving.send_on(asked.pk, officer=by))

    def sent_on(self):
        """Asked for, agreed to, sealed: it lies ready for the next file."""
        asked = self.ask_to_send()
        self.agree_to_send(asked)
        self.both_give(asked)
        self.seal_to_them(asked)
        return asked

    def read_there(self, row):
        """What two officers of the new desk open."""
        key = UnitKey.objects.get(pk=key_id_of(bytes(row.ciphertext)))
        words = [holder.share_of(key) for holder in self.openers]
        private = combine_shares(words)
        return open_with_unit_key(
            bytes(row.ciphertext), private, kind=SealedKind(row.kind), ref=row.pk
        ).decode()


@pytest.fixture
def world(tmp_path, monkeypatch, in_a_request):
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(giving, "is_approval_witnessed", lambda _: False)
    seal.forget_public_keys()
    made = WorldWithKeys(two_sides(tmp_path, monkeypatch), in_a_request)
    made.opener = RealOpener(monkeypatch)
    yield made
    made.opener.close()
    seal.forget_public_keys()


def test_two_here_send_it_on_and_two_there_open_it(world):
    came = world.confirmed()
    asked = world.sent_on()
    data = world.write_at_old()
    assert b"0912000111" not in data
    taken = world.taken(data)
    assert taken.identity_holds == ["name", "phone"]
    row = SealedIdentity.objects.get(tip_ref=came.pk)
    assert (row.pk, row.unit, row.kind) == (asked.pk, world.new_unit, "contact")
    assert key_id_of(bytes(row.ciphertext)) == current(world.new_unit).pk
    assert world.read_there(row) == WHO
    # Fetched again it is the same, and taken in once more it changes nothing.
    world.taken(data)
    assert SealedIdentity.objects.filter(tip_ref=came.pk).count() == 1
    # The old desk hears that it is there, and offers it no more.
    world.hear(world.write_at_new())
    gone = TransferIdentity.objects.get(record_ref=world.record.pk)
    assert gone.answer == _Answer.TAKEN
    assert records_to_send_on(world.tip, gone.transfer) == []
    # What it kept stays as it was.
    assert SealedIdentity.objects.get(pk=world.record.pk).ciphertext == world.record.ciphertext


def test_both_sides_have_it_on_record(world):
    came = world.confirmed()
    asked = world.sent_on()
    world.taken(world.write_at_old())
    steps = Entry.objects.filter(object_id=str(asked.pk)).order_by("id")
    transfer = str(Transfer.objects.get(is_incoming=False).pk)
    named = [each.action for each in steps if each.detail.get("transfer") == transfer]
    assert named == ["opening.asked", "opening.approved", "opening.sent_on", "opening.resealed"]
    news = Decision.objects.filter(tip=came, kind=Decision.Kind.TRANSFER_NEWS).latest("id")
    assert news.detail["identities"] == 1
    entry = Entry.objects.filter(action="tip.xfer_news", object_id=str(came.pk)).latest("id")
    assert entry.detail["identities"] == 1
    (told,) = openings_for_reporter(world.tip.pk)
    assert told.transfer_ref is not None


def test_nothing_is_sealed_without_a_second_officer_and_both_shares(world):
    world.confirmed()
    asked = world.ask_to_send()
    world.give(asked, world.askers[0])
    with pytest.raises(NotYours):
        world.seal_to_them(asked)
    with pytest.raises(opener_client.NotInRecord):
        world.opener.ask("send_on", asked.pk)
    world.agree_to_send(asked)
    with pytest.raises(NotOpened):
        world.seal_to_them(asked)
    assert not TransferIdentity.objects.exists()
    world.both_give(asked)
    world.seal_to_them(asked)
    assert TransferIdentity.objects.count() == 1


def test_a_second_tap_and_a_second_request_send_it_once(world):
    world.confirmed()
    asked = world.ask_to_send()
    with pytest.raises(AskedAlready):
        world.ask_to_send()
    # A colleague asks at the same moment, and the second one agrees to both.
    first, world.lan = world.lan, world.colleague.officer
    other = world.ask_to_send()
    for each in (asked, other):
        world.agree_to_send(each)
    for holder in (world.colleague, world.askers[1]):
        world.give(other, holder)
    world.both_give(asked)
    world.seal_to_them(other)
    with pytest.raises(SentOnBefore):
        world.seal_to_them(other)
    world.lan = first
    with pytest.raises(SentOnBefore):
        world.seal_to_them(asked)
    assert TransferIdentity.objects.count() == 1
    with pytest.raises(NothingSealed):
        world.ask_to_send()


def test_an_opener_that_is_killed_leaves_all_or_nothing(world, monkeypatch):
    world.confirmed()
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    world.both_give(asked)
    # Before it wrote: what was given is forgotten with it.
    world.opener.start()
    with pytest.raises(NotOpened):
        world.seal_to_them(asked)
    assert OpeningRequest.objects.get(pk=asked.pk).opened_at is None
    world.both_give(asked)
    # After it wrote, before it answered.
    send_on = opener_client.send_on

    def dies(request_id):
        send_on(request_id)
        raise opener_client.OpenerAway

    monkeypatch.setattr(opener_client, "send_on", dies)
    with pytest.raises(NotOpened):
        world.seal_to_them(asked)
    world.opener.start()
    assert TransferIdentity.objects.count() == 1
    world.write_at_old()
    with pytest.raises(NothingNewToSend):
        world.write_at_old()


@contextmanager
def key_told_by_the_desk(public, signature, key_id=None):
    """A key that a taken-over desk puts beside those of the other installation."""
    transfer = Transfer.objects.get(is_incoming=False)
    row = TransferKey.objects.create(
        transfer=transfer,
        key_ref=key_id or uuid.uuid4(),
        public_key=public,
        signature=signature,
    )
    yield row
    row.delete()


def test_the_opener_seals_to_no_key_but_one_that_the_other_installation_signed(world):
    world.confirmed()
    theirs = TransferKey.objects.get(transfer__is_incoming=False)
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    own = public_half(new_private_key())
    number = Transfer.objects.get(is_incoming=False).number_of_both
    key_id = uuid.uuid4()
    with world.old.here():
        by_us = sign_bytes(desk_key_to_sign(number, key_id, own))
    with world.new.here():
        # Of another transfer of the same two.
        of_another = sign_bytes(desk_key_to_sign(uuid.uuid4(), key_id, own))
    theirs.delete()
    for signature in (bytes(64), bytes(theirs.signature), by_us, of_another):
        with key_told_by_the_desk(own, signature, key_id):
            world.both_give(asked)
            with pytest.raises(NoKeyThere):
                world.seal_to_them(asked)
    assert not TransferIdentity.objects.exists()


def test_an_installation_that_was_removed_is_sealed_to_no_more(world):
    world.confirmed()
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    world.both_give(asked)
    other = world.new.known()
    other.removed_at = times.now()
    other.save()
    with pytest.raises(opener_client.NoDeskKey):
        world.opener.ask("send_on", asked.pk)


def test_a_request_that_sends_on_shows_nothing_and_one_that_shows_sends_nothing(world):
    world.confirmed()
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    world.both_give(asked)
    with pytest.raises(NotYours):
        world.at_old(lambda by: giving.open_once(asked.pk, officer=by))
    with pytest.raises(opener_client.NotInRecord):
        world.opener.ask("open_record", asked.pk)
    shown = world.ask_to_send(transfer_id=None)
    world.agree_to_send(shown)
    world.both_give(shown)
    with pytest.raises(NotYours):
        world.seal_to_them(shown)
    with pytest.raises(opener_client.NotInRecord):
        world.opener.ask("send_on", shown.pk)
    # What it names stays as it was asked for.
    with as_process("desk"), pytest.raises(ProgrammingError):
        OpeningRequest.objects.filter(pk=shown.pk).update(transfer_ref=asked.transfer_ref)


def test_only_the_opener_says_that_a_record_was_sealed_to_another_desk(world):
    world.confirmed()
    for process in ("desk", "worker", "public"):
        with as_process(process), pytest.raises(ProgrammingError, match=r"permission|only"):
            connection.cursor().execute(
                "SELECT tips_send_identity_on(%s, %s, %s, %s)",
                [uuid.uuid4(), uuid.uuid4(), b"", b""],
            )


def test_whoever_reads_only_asks_for_nothing(world):
    world.confirmed()
    world.lan = make.officer(unit=world.old_unit, role="auditor")
    with pytest.raises(NotAllowed):
        world.ask_to_send()


def test_before_the_other_desk_has_told_a_key_nothing_is_asked_for(world):
    world.taken(world.hand())
    with pytest.raises(CannotSendOn):
        world.ask_to_send()
    # A desk in which no two officers hold a key tells none.
    UnitKey.objects.filter(unit=world.new_unit).update(epoch=None)
    world.hear(world.write_at_new())
    assert not TransferKey.objects.exists()
    with pytest.raises(CannotSendOn):
        world.ask_to_send()


def test_a_key_that_has_ended_is_said_and_the_next_one_told(world, monkeypatch):
    came = world.confirmed()
    world.sent_on()
    data = world.write_at_old()
    # While it is on its way the month ends there, and the key with it.
    old_key = current(world.new_unit)
    UnitKey.objects.filter(pk=old_key.pk).update(epoch=datetime.date(2026, 1, 1))
    begin_all()
    seal.forget_public_keys()
    epoch_ends.destroy_epoch(old_key.pk)
    world.taken(data)
    assert not SealedIdentity.objects.filter(tip_ref=came.pk).exists()
    assert Tip.objects.get(pk=came.pk).identity_holds == []
    world.hear(world.write_at_new())
    gone = TransferIdentity.objects.get(record_ref=world.record.pk)
    assert gone.answer == _Answer.KEY_ENDED
    # Once more, to the key of now.
    world.sent_on()
    world.taken(world.write_at_old())
    row = SealedIdentity.objects.get(tip_ref=came.pk)
    assert key_id_of(bytes(row.ciphertext)) == current(world.new_unit).pk != old_key.pk
    assert world.read_there(row) == WHO


def test_a_key_that_was_told_lives_while_something_may_be_on_its_way(world, monkeypatch):
    world.confirmed()
    key = TransferKey.objects.get(transfer__is_incoming=True)
    assert key.key_ref in identities.keys_of_transfers()
    uses = [epoch_ends.keys_of_identities, identities.keys_of_transfers]
    UnitKey.objects.filter(pk=key.key_ref).update(epoch=datetime.date(2026, 1, 1))
    begin_all()
    retired = times.now() - datetime.timedelta(days=2)
    UnitKey.objects.filter(pk=key.key_ref).update(retired_at=retired)
    unit_key = UnitKey.objects.get(pk=key.key_ref)
    assert not epoch_ends.epoch_is_over(unit_key, uses)
    TransferKey.objects.filter(pk=key.pk).update(at=times.now() - identities.KEY_TOLD_FOR)
    assert epoch_ends.epoch_is_over(unit_key, uses)


def test_an_installation_that_reads_only_the_older_form_is_answered_in_it(world, monkeypatch):
    first = world.hand()
    assert first.startswith(b"keng transfer 1\n")
    # As the version before wrote it: nothing behind the content.
    monkeypatch.setattr(envelope, "NEWEST_FORM", 1)
    with world.old.here():
        opened = _content_of(first, world)
        older = envelope.close_envelope(opened, to=world.new.known(), form=1)
    monkeypatch.undo()
    world.taken(older)
    answer = world.write_at_new()
    assert answer.startswith(b"keng transfer 1\n")
    assert not TransferKey.objects.exists()


def _content_of(data, world):
    with world.new.here():
        return envelope.open_envelope(data).content.rstrip(b"\n")


def test_the_version_before_reads_what_this_one_writes_first(world):
    """By the first number, with the fields of the first number, and white space behind them."""
    content = _content_of(world.hand(), world)
    assert read_content(content + b"\n", 1).tip is not None
    with pytest.raises(UnreadableContent):
        read_content(content, 2)


def test_two_that_read_the_newer_form_write_it_from_the_first_answer_on(world):
    world.taken(world.hand())
    answer = world.write_at_new()
    assert answer.startswith(b"keng transfer 2\n")
    world.hear(answer)
    files = TransferFile.objects.filter(is_incoming=True)
    assert set(files.values_list("reads_form", flat=True)) == {2}
    assert writing.form_for(world.new.known()) == 2


def _file_with(world, carried):
    """A next file of the old side that carries this."""
    transfer = Transfer.objects.get(is_incoming=False)
    first = read_content(_content_of(world.file_of(transfer, 1), world), 1)
    content = replace(first, number=2, tip=None, messages=(), reason="", identities=carried)
    with world.old.here():
        return envelope.close_envelope(content.as_bytes(2), to=world.new.known(), form=2)


def test_what_is_sealed_to_a_key_that_was_not_told_is_refused(world):
    came = world.confirmed()
    sealed = seal.seal_for_unit(world.old_unit.pk, WHO, kind="contact", ref=came.pk)
    carried = CarriedIdentity(uuid.uuid4(), "contact", ("name",), sealed)
    with pytest.raises(UnreadableContent):
        world.taken(_file_with(world, (carried,)))
    assert not SealedIdentity.objects.filter(tip_ref=came.pk).exists()


def test_what_would_take_the_place_of_another_record_is_refused(world):
    came = world.confirmed()
    sealed = seal.seal_for_unit(world.new_unit.pk, WHO, kind="contact", ref=came.pk)
    carried = CarriedIdentity(world.record.pk, "contact", ("name",), sealed)
    with pytest.raises(UnreadableContent):
        world.taken(_file_with(world, (carried,)))
    assert SealedIdentity.objects.get(pk=world.record.pk).tip_ref == world.tip.pk
    assert not TransferIdentity.objects.exists()


def test_nothing_of_a_report_that_was_taken_back_goes_along(world):
    world.confirmed()
    world.sent_on()
    Tip.objects.filter(pk=world.tip.pk).update(withdrawn_at=times.now())
    with pytest.raises(NothingNewToSend):
        world.write_at_old()


def test_a_tip_that_was_given_back_takes_none_along(world):
    world.confirmed()
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    world.both_give(asked)
    incoming = Transfer.objects.get(is_incoming=True)
    world.at_new(
        lambda by: handing.return_transfer(incoming.pk, reason="Không thuộc địa bàn", by=by)
    )
    world.hear(world.write_at_new())
    with pytest.raises(NoKeyThere):
        world.seal_to_them(asked)
    with pytest.raises(opener_client.NoDeskKey):
        world.opener.ask("send_on", asked.pk)
    assert not TransferIdentity.objects.exists()


def test_what_meets_a_tip_that_was_given_back_meanwhile_is_kept_by_nobody(world):
    came = world.confirmed()
    world.sent_on()
    file = world.write_at_old()
    incoming = Transfer.objects.get(is_incoming=True)
    world.at_new(
        lambda by: handing.return_transfer(incoming.pk, reason="Không thuộc địa bàn", by=by)
    )
    world.taken(file)
    assert not SealedIdentity.objects.filter(tip_ref=came.pk).exists()
    assert incoming.identities.get().answer == _Answer.KEY_ENDED


def test_the_opener_seals_nothing_of_a_report_that_was_taken_back(world):
    world.confirmed()
    asked = world.ask_to_send()
    world.agree_to_send(asked)
    world.both_give(asked)
    Tip.objects.filter(pk=world.tip.pk).update(withdrawn_at=times.now())
    with pytest.raises(opener_client.CannotOpen):
        world.opener.ask("send_on", asked.pk)
    assert not TransferIdentity.objects.exists()


def test_a_part_is_named_by_what_it_is_and_not_by_what_stands_in_it(world):
    world.confirmed()
    transfer = Transfer.objects.get(is_incoming=False)
    first = read_content(_content_of(world.file_of(transfer, 1), world), 1)
    for holds, is_read in ((("name", "id_card", ""), True), (("Trịnh Thị Báo",), False)):
        carried = CarriedIdentity(uuid.uuid4(), "contact", holds, b"sealed")
        data = replace(first, identities=(carried,)).as_bytes(2)
        if is_read:
            assert read_content(data, 2).identities == (carried,)
        else:
            with pytest.raises(UnreadableContent):
                read_content(data, 2)


def test_what_is_kept_there_is_not_said_to_have_come_too_late_afterwards(world):
    came = world.confirmed()
    world.sent_on()
    world.taken(world.write_at_old())
    world.hear(world.write_at_new())
    gone = TransferIdentity.objects.get(transfer__is_incoming=False)
    assert gone.answer == _Answer.TAKEN
    late = replace(
        read_content(_content_of(world.file_of(gone.transfer, 1), world), 1),
        answers=(IdentityAnswer(gone.ref, _Answer.KEY_ENDED),),
    )
    identities.keep_identities(came, gone.transfer, late)
    gone.refresh_from_db()
    assert gone.answer == _Answer.TAKEN


@pytest.mark.parametrize(
    ("is_incoming", "sealed", "may_add"),
    [(True, b"", True), (True, b"sealed", False), (False, b"", False)],
)
def test_the_desk_adds_none_to_what_leaves_and_seals_none(world, is_incoming, sealed, may_add):
    world.confirmed()
    row = TransferIdentity(
        transfer=Transfer.objects.get(is_incoming=is_incoming),
        ref=uuid.uuid4(),
        key_ref=uuid.uuid4(),
        kind="contact",
        sealed=sealed,
    )

    def add():
        permit_over(row.transfer.tip.responsible_unit_id)
        with as_process("desk"):
            row.save(force_insert=True)

    do = world.at_new if is_incoming else world.at_old
    with nullcontext() if may_add else pytest.raises(ProgrammingError, match="row-level security"):
        do(lambda by: run_work("adds", add, right=WORKING, by=by))
    assert TransferIdentity.objects.exists() == may_add


class NetworkWorldWithKeys(NetworkWorld, WorldWithKeys):
    """The same two desks, and their workers send what there is."""

    def pass_on(self, here, there):
        """What one side has to say reaches the other."""
        self.write(here)
        self.send(here)
        self.work(there)


@pytest.fixture
def by_network(tmp_path, monkeypatch, in_a_request, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(giving, "is_approval_witnessed", lambda _: False)
    seal.forget_public_keys()
    made = NetworkWorldWithKeys(two_sides(tmp_path, monkeypatch), in_a_request)
    monkeypatch.setattr("keng.files.send_file.send_file", made.answer)
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    made.opener = RealOpener(monkeypatch)
    yield made
    made.opener.close()
    seal.forget_public_keys()


def test_by_network_the_workers_carry_it_and_answer(by_network):
    world = by_network
    came = world.hand_by_network()
    world.pass_on(world.new, world.old)
    world.sent_on()
    world.pass_on(world.old, world.new)
    row = SealedIdentity.objects.get(tip_ref=came.pk)
    assert world.read_there(row) == WHO
    entry = Entry.objects.filter(action="tip.xfer_news", object_id=str(came.pk)).latest("id")
    assert (entry.actor_id, entry.detail["identities"]) == ("worker", 1)
    world.pass_on(world.new, world.old)
    assert TransferIdentity.objects.get(record_ref=world.record.pk).answer == _Answer.TAKEN
    # Nothing goes to and fro for ever.
    assert world.write(world.old) == world.write(world.new) == 0


def test_a_worker_that_is_refused_one_record_keeps_nothing_of_the_file(by_network):
    """What came before the refusal in the same file goes with it."""
    world = by_network
    came = world.hand_by_network()
    world.pass_on(world.new, world.old)
    good = seal.seal_for_unit(world.new_unit.pk, WHO, kind="contact", ref=came.pk)
    other = seal.seal_for_unit(world.old_unit.pk, WHO, kind="contact", ref=came.pk)
    data = _file_with(
        world,
        tuple(CarriedIdentity(uuid.uuid4(), "contact", ("name",), each) for each in (good, other)),
    )
    with world.old.here():
        fields = sender_fields(data)
    assert world.post(world.new, data, fields).status_code == 202
    world.work(world.new)
    assert TransferArrival.objects.latest("id").state == TransferArrival.State.REFUSED
    assert not SealedIdentity.objects.filter(tip_ref=came.pk).exists()
    assert Tip.objects.get(pk=came.pk).identity_holds == []


def test_the_pages_say_that_it_goes_along_and_show_nothing(world, desk_client):
    world.confirmed()
    transfer = Transfer.objects.get(is_incoming=False)
    sign_in(desk_client, world.lan)

    def read(name, *arguments, query=""):
        answer = desk_client.get(reverse(name, desk_urls, args=arguments) + query)
        assert answer.status_code == 200
        return answer.content.decode()

    assert "Cho chuyển kèm" in read("tip-transfer", world.tip.pk)
    asking_page = read("tip-open", world.tip.pk, query=f"?transfer={transfer.pk}")
    assert "Chuyển kèm danh tính người báo" in asking_page
    assert "Trực ban Mới" in asking_page
    asked = world.ask_to_send()
    page = read("opening", asked.pk)
    assert "ở đây không ai đọc" in page
    assert "Trực ban Mới" in page
    sign_in(desk_client, world.commander)
    page = read("opening", asked.pk)
    assert "Không cho người báo biết là đã chuyển kèm" in page
    assert "rằng đã mở" not in page
    assert "Chuyển kèm danh tính người báo" in read("waiting")
    sign_in(desk_client, world.lan)
    world.agree_to_send(asked)
    world.both_give(asked)
    page = read("opening", asked.pk)
    assert "Niêm phong bằng chìa của nơi nhận" in page
    sent = desk_client.post(reverse("opening-open", desk_urls, args=[asked.pk]))
    assert sent.url == reverse("tip-transfer", desk_urls, args=[world.tip.pk])
    page = read("tip-transfer", world.tip.pk)
    assert "nơi nhận chưa trả lời" in page
    assert "Cho chuyển kèm" not in page
    stranger = desk_client.get(
        reverse("tip-open", desk_urls, args=[world.tip.pk]) + f"?transfer={uuid.uuid4()}"
    )
    assert stranger.status_code == 404
