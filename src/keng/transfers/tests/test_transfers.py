"""A tip goes to another installation and is answered from there, as production does it."""

import datetime

import pytest

from keng.acts.errors import NotAllowed
from keng.audit.heads import sign_bytes
from keng.audit.models import Entry
from keng.decisions import closing, triage
from keng.dialogue import answering, reporter
from keng.dialogue.dialogue_parts import without_opening_message
from keng.kit import times
from keng.tips import deadlines
from keng.tips.errors import NotTheSecond
from keng.tips.models import (
    Clock,
    Decision,
    DialogueMessage,
    Note,
    OtherInstallation,
    Tip,
    Transfer,
    TransferFile,
)
from keng.transfers import handing
from keng.transfers.envelope import close_envelope
from keng.transfers.errors import (
    CannotTransfer,
    FileMissing,
    NoSuchTransfer,
    NotForUs,
    NothingNewToSend,
    NoTransferFile,
    TooOld,
    TransferAskedAlready,
    TransferDecidedAlready,
    UnknownSender,
    UnreadableContent,
)
from keng.transfers.taking_in import take_transfer_file_in
from keng.transfers.tests.sides import two_sides
from keng.vault.transfer_seals import open_from_installation, seal_for_installation
from tests import make

FILE_FORM = b"keng transfer 1"
WORDS = "Có người gọi tự xưng công an, đòi chuyển tiền"
WHY = "Việc xảy ra ở tỉnh bạn"
RECEIVED = datetime.timedelta(hours=5)


class World:
    """The desk that a tip goes from and the one that it comes to, in one database."""

    def __init__(self, sides, do):
        self.old, self.new = sides
        self._do = do
        make.clock_rules()
        self.old_unit = make.unit("Trực ban Cũ", parent=make.province_unit(), desk_phone="0204 1")
        self.new_unit = make.unit("Trực ban Mới", parent=make.province_unit())
        for unit in (self.old_unit, self.new_unit):
            make.unit_key(unit)
        self.lan = make.officer(unit=self.old_unit)
        self.commander = make.officer(unit=self.old_unit, role="commander")
        self.hoa = make.officer(unit=self.new_unit)
        self.tip = make.tip(
            unit=self.old_unit,
            text=WORDS,
            reference="CU-1",
            received_at=times.now() - RECEIVED,
            identity_holds=["name", "phone"],
        )
        make.message(self.tip, WORDS)

    def at_old(self, act, by=None):
        with self.old.here():
            return self._do(act, by=by or self.lan)

    def at_new(self, act, by=None):
        with self.new.here():
            return self._do(act, by=by or self.hoa)

    def ask(self):
        return self.at_old(
            lambda by: handing.ask_for_transfer(
                self.tip.pk, other_id=self.new.known().pk, reason=WHY, by=by
            )
        )

    def agree(self, transfer):
        return self.at_old(
            lambda by: handing.decide_on_transfer(transfer.pk, is_agreed=True, by=by),
            by=self.commander,
        )

    def hand(self):
        """Asked for and agreed to: the first file."""
        transfer = self.ask()
        self.agree(transfer)
        return self.file_of(transfer, 1)

    def taken(self, data):
        """The tip at the new desk."""
        taken = self.at_new(lambda by: take_transfer_file_in(data, by=by))
        return Tip.objects.get(pk=taken.tip_id)

    def write_at_new(self):
        """The next file from there."""
        transfer = Transfer.objects.get(is_incoming=True)
        file = self.at_new(lambda by: handing.write_transfer_file(transfer.pk, by=by))
        return bytes(TransferFile.objects.get(pk=file.pk).content)

    def write_at_old(self):
        """The next file to there."""
        transfer = Transfer.objects.filter(is_incoming=False).latest("id")
        file = self.at_old(lambda by: handing.write_transfer_file(transfer.pk, by=by))
        return bytes(TransferFile.objects.get(pk=file.pk).content)

    def hear(self, data):
        """The old desk takes a file in."""
        return self.at_old(lambda by: take_transfer_file_in(data, by=by))

    @staticmethod
    def file_of(transfer, number):
        file = TransferFile.objects.get(transfer=transfer, is_incoming=False, number=number)
        return bytes(file.content)


@pytest.fixture
def world(tmp_path, monkeypatch, in_a_request):
    return World(two_sides(tmp_path, monkeypatch), in_a_request)


def test_a_tip_comes_to_the_other_desk_with_its_clock_and_without_its_reporter(world):
    data = world.hand()
    assert WORDS.encode() not in data
    came = world.taken(data)
    assert (came.text, came.responsible_unit, came.channel) == (WORDS, world.new_unit, "transfer")
    assert came.identity_holds == []
    # Not from now: the deadline began when the old desk received it.
    assert abs(came.received_at - (times.now() - RECEIVED)) < datetime.timedelta(minutes=6)
    sort = came.clocks.get(rule_code=deadlines.SORT_CLOCK)
    assert sort.starts_at == came.received_at
    note = Note.objects.get(tip=came).text
    assert "CU-1" in note
    assert came.messages.count() == 1
    kinds = Decision.objects.filter(tip=came).values_list("kind", flat=True)
    assert Decision.Kind.TRANSFER_TAKEN_IN in kinds
    actions = set(Entry.objects.values_list("action", flat=True))
    assert actions >= {"tip.xfer_asked", "tip.xfer_sent", "tip.xfer_in"}


def test_nothing_leaves_before_a_second_officer_agrees(world):
    transfer = world.ask()
    assert not TransferFile.objects.exists()
    with pytest.raises(NotAllowed):
        # A duty officer is no second one, and who asked least of all.
        world.at_old(lambda by: handing.decide_on_transfer(transfer.pk, is_agreed=True, by=by))
    asked = Transfer.objects.get()
    Transfer.objects.filter(pk=asked.pk).update(asked_by=world.commander)
    with pytest.raises(NotTheSecond):
        world.agree(transfer)
    Transfer.objects.filter(pk=asked.pk).update(asked_by=world.lan)
    world.agree(transfer)
    # A second tap.
    with pytest.raises(TransferDecidedAlready):
        world.agree(transfer)
    assert TransferFile.objects.count() == 1


def test_the_second_officer_may_keep_it_and_it_can_be_asked_for_again(world):
    transfer = world.ask()
    with pytest.raises(TransferAskedAlready):
        world.ask()
    world.at_old(
        lambda by: handing.decide_on_transfer(
            transfer.pk, is_agreed=False, words="Việc ở đây", by=by
        ),
        by=world.commander,
    )
    assert not TransferFile.objects.exists()
    world.ask()


def test_what_is_about_officers_or_joined_stays(world):
    make.message(world.tip)
    about = make.tip(unit=world.old_unit, concerns=(world.new_unit,))
    other_id = world.new.known().pk
    with pytest.raises(CannotTransfer):
        world.at_old(
            lambda by: handing.ask_for_transfer(about.pk, other_id=other_id, reason=WHY, by=by)
        )


def test_what_reporter_and_desk_say_goes_on_through_the_old_code(world):
    came = world.taken(world.hand())
    world.hear(world.write_at_new())
    old = Tip.objects.get(pk=world.tip.pk)
    transfer = Transfer.objects.get(is_incoming=False)
    assert transfer.state == Transfer.State.WITH_THEM
    assert transfer.their_desk == "Trực ban Mới"
    # Out of the list, and with a deadline by which somebody asks after it.
    assert old.set_aside_until is not None
    assert list(old.clocks.filter(stopped_at=None).values_list("rule_code", flat=True)) == [
        deadlines.FINISH_CLOCK
    ]
    with world.old.here():
        reporter.add_reporter_message(old.pk, text="Họ vừa gọi lại")
    assert Tip.objects.get(pk=old.pk).waiting_since is not None
    world.taken(world.write_at_old())
    last = came.messages.order_by("id").last()
    assert (last.author, last.text) == (DialogueMessage.Author.REPORTER, "Họ vừa gọi lại")
    assert Tip.objects.get(pk=came.pk).waiting_since is not None
    with pytest.raises(NothingNewToSend):
        world.write_at_old()
    world.at_new(lambda by: answering.answer_reporter(came.pk, text="Bạn đừng chuyển tiền", by=by))
    DialogueMessage.objects.filter(tip=came).update(visible_at=times.now())
    world.hear(world.write_at_new())
    answer = old.messages.order_by("id").last()
    assert answer.author == DialogueMessage.Author.DESK
    assert answer.text == "Trực ban Mới: Bạn đừng chuyển tiền"


def test_what_was_written_in_the_first_minutes_is_shown_there(world):
    """Its time is rounded to that of the tip; it is no opening message for that."""
    make.message(world.tip, "Biển số 98A", at=world.tip.received_at + datetime.timedelta(seconds=1))
    came = world.taken(world.hand())
    said = without_opening_message(list(came.messages.order_by("id")), came)
    assert [message.text for message in said] == ["Biển số 98A"]


def test_what_ends_there_ends_here_as_handed_over(world):
    came = world.taken(world.hand())
    world.at_new(lambda by: triage.accept_tip(came.pk, by=by))
    world.at_new(lambda by: closing.record_outcome(came.pk, outcome="solved", by=by))
    world.at_new(lambda by: closing.close_tip(came.pk, text="Đã giải quyết xong", by=by))
    DialogueMessage.objects.filter(tip=came).update(visible_at=times.now())
    world.hear(world.write_at_new())
    old = Tip.objects.get(pk=world.tip.pk)
    assert (old.state, old.outcome) == (Tip.State.CLOSED, Tip.Outcome.HANDED_OVER)
    said = list(old.messages.order_by("id").values_list("text", flat=True))
    assert "Trực ban Mới: Đã giải quyết xong" in said
    states = set(Transfer.objects.values_list("state", flat=True))
    assert states == {Transfer.State.ENDED}


def test_given_back_it_is_here_again_with_the_clock_that_ran(world):
    came = world.taken(world.hand())
    world.hear(world.write_at_new())
    sort = Clock.objects.get(tip=world.tip, rule_code=deadlines.SORT_CLOCK)
    assert sort.stopped_at is not None
    transfer = Transfer.objects.get(is_incoming=True)
    world.at_new(
        lambda by: handing.return_transfer(transfer.pk, reason="Không thuộc địa bàn", by=by)
    )
    assert Tip.objects.get(pk=came.pk).state == Tip.State.CLOSED
    world.hear(world.write_at_new())
    old = Tip.objects.get(pk=world.tip.pk)
    sort.refresh_from_db()
    assert sort.stopped_at is None
    assert (old.is_open, old.set_aside_until, old.due_at) == (True, None, sort.due_at)
    gone = Transfer.objects.get(is_incoming=False)
    assert (gone.state, gone.their_reason) == (Transfer.State.RETURNED, "Không thuộc địa bàn")
    # Elsewhere, or once more there.
    world.ask()


def test_refused_at_once_it_never_left(world):
    world.taken(world.hand())
    transfer = Transfer.objects.get(is_incoming=True)
    world.at_new(lambda by: handing.return_transfer(transfer.pk, reason="Không thuộc", by=by))
    world.hear(world.write_at_new())
    old = Tip.objects.get(pk=world.tip.pk)
    running = old.clocks.filter(stopped_at=None).values_list("rule_code", flat=True)
    assert list(running) == [deadlines.SORT_CLOCK]
    assert old.set_aside_until is None


def test_the_same_file_twice_is_one_tip_and_one_answer(world):
    data = world.hand()
    came = world.taken(data)
    again = world.at_new(lambda by: take_transfer_file_in(data, by=by))
    assert (again.tip_id, again.is_new) == (came.pk, False)
    assert Tip.objects.count() == 2
    answer = world.write_at_new()
    assert world.hear(answer).is_new
    before = Tip.objects.get(pk=world.tip.pk).messages.count()
    assert not world.hear(answer).is_new
    assert Tip.objects.get(pk=world.tip.pk).messages.count() == before


def test_a_file_that_was_made_before_is_missed(world):
    came = world.taken(world.hand())
    with world.old.here():
        reporter.add_reporter_message(world.tip.pk, text="Một")
    first = world.write_at_old()
    with world.old.here():
        reporter.add_reporter_message(world.tip.pk, text="Hai")
    second = world.write_at_old()
    with pytest.raises(FileMissing):
        world.taken(second)
    world.taken(first)
    world.taken(second)
    said = list(came.messages.order_by("id").values_list("text", flat=True))
    assert said == [WORDS, "Một", "Hai"]


@pytest.mark.parametrize("where", [0, 5, 14, 20, 1200, -1])
def test_a_changed_file_is_refused(world, where):
    data = bytearray(world.hand())
    data[where] ^= 1
    with pytest.raises((NotForUs, NoTransferFile)):
        world.taken(bytes(data))
    assert Tip.objects.count() == 1


def test_a_file_for_somebody_else_or_from_nobody_known_is_refused(world):
    data = world.hand()
    with pytest.raises(NotForUs):
        # The old side opens nothing that it sealed to the new one.
        world.hear(data)
    with pytest.raises(NotForUs):
        world.taken(data[: len(data) // 2])
    for junk in (b"", b"PK\3\4", FILE_FORM, b"x" * 5_000_000):
        with pytest.raises((NoTransferFile, NotForUs)):
            world.taken(junk)
    OtherInstallation.objects.filter(pk=world.old.known().pk).update(removed_at=times.now())
    with pytest.raises(UnknownSender):
        world.taken(data)
    assert Tip.objects.count() == 1


def test_a_file_signed_by_somebody_else_is_refused(world):
    """Everybody may seal to the new side; only the old one signs as the old one."""
    world.hand()
    with world.new.here():
        # Signed by a key of their own, in the name of the old side.
        forged = world.old.card.signing_key + sign_bytes(b"keng transfer 1") + b"{}"
    data = FILE_FORM + b"\n" + seal_for_installation(world.new.card.sealing_key, forged)
    with pytest.raises(NotForUs):
        world.taken(data)


def test_a_file_cannot_be_sealed_anew_to_a_third(world):
    """What was signed for the new side opens at no other one, whoever seals it there."""
    data = world.hand()
    with world.new.here():
        opened = open_from_installation(data[len(FILE_FORM) + 1 :])
    again = FILE_FORM + b"\n" + seal_for_installation(world.old.card.sealing_key, opened)
    with pytest.raises(NotForUs):
        world.hear(again)


def test_a_newer_form_says_that_it_is_one(world):
    data = world.hand().replace(FILE_FORM, b"keng transfer 3")
    with pytest.raises(NoTransferFile) as refused:
        world.taken(data)
    assert "phiên bản" in str(refused.value.sentence).lower()


def test_what_does_not_fit_is_not_taken_in_by_halves(world):
    with world.old.here():
        for content in (b"", b"[]", b"{}", b'{"transfer": 1}', b"[" * 100_000, b"\xff"):
            for form in (1, 2):
                data = close_envelope(content, to=world.new.known(), form=form)
                with pytest.raises(UnreadableContent):
                    world.taken(data)


def test_an_old_file_is_refused(world, monkeypatch):
    data = world.hand()
    later = times.now() + datetime.timedelta(days=91)
    monkeypatch.setattr(times, "now", lambda: later)
    with pytest.raises(TooOld):
        world.taken(data)


def test_a_file_of_a_transfer_that_is_not_here_is_refused(world):
    came = world.taken(world.hand())
    answer = world.write_at_new()
    Transfer.objects.filter(is_incoming=False).delete()
    with pytest.raises(NoSuchTransfer):
        world.hear(answer)
    assert came.pk


def test_another_desk_takes_no_answer_in_for_a_tip_that_it_does_not_see(world):
    world.taken(world.hand())
    answer = world.write_at_new()
    stranger = make.officer(unit=make.unit(parent=make.province_unit()))
    with pytest.raises(NotAllowed):
        world.at_old(lambda by: take_transfer_file_in(answer, by=by), by=stranger)


def _message(world, text):
    return make.message(world.tip, text)


def test_news_may_be_carried_late_and_the_next_ones_fit(world, monkeypatch):
    world.taken(world.hand())
    answer = world.write_at_new()
    later = times.now() + datetime.timedelta(days=120)
    monkeypatch.setattr(times, "now", lambda: later)
    assert world.hear(answer).is_new
    _message(world, "Em có thêm số của họ")
    came = world.taken(world.write_at_old())
    assert came.messages.filter(text="Em có thêm số của họ").exists()


def test_what_the_reporter_writes_once_it_is_here_again_is_not_sent_there(world):
    world.taken(world.hand())
    there = Transfer.objects.get(is_incoming=True)
    world.at_new(lambda by: handing.return_transfer(there.pk, reason=WHY, by=by))
    world.hear(world.write_at_new())
    _message(world, "Chỉ cho trực ban ở đây")
    with pytest.raises(NothingNewToSend):
        world.write_at_old()


def test_nothing_is_sealed_to_an_installation_that_was_removed(world):
    world.taken(world.hand())
    OtherInstallation.objects.filter(pk=world.new.known().pk).update(removed_at=times.now())
    _message(world, "Em có thêm số của họ")
    with pytest.raises(NothingNewToSend):
        world.write_at_old()


def test_a_line_of_a_moment_to_come_is_refused(world):
    transfer = world.ask()
    make.message(world.tip, "Ngày mai", at=times.now() + datetime.timedelta(days=1))
    DialogueMessage.objects.filter(text="Ngày mai").update(visible_at=times.now())
    world.agree(transfer)
    with pytest.raises(TooOld):
        world.taken(world.file_of(transfer, 1))


def test_the_first_words_said_twice_stand_twice(world):
    _message(world, WORDS)
    came = world.taken(world.hand())
    assert came.messages.filter(text=WORDS).count() == 2


def test_a_long_dialogue_goes_in_several_files_that_can_be_taken_in(world, monkeypatch):
    monkeypatch.setattr("keng.transfers.writing._MOST_BYTES_SAID", 150)
    for number in range(3):
        _message(world, f"{number} " + "a" * 90)
    came = world.taken(world.hand())
    for _file in range(3):
        came = world.taken(world.write_at_old())
    assert came.messages.count() == 4
