"""The custodians' key in parts: so many together open what the whole file opened, fewer nothing."""

import itertools
import json

import pytest

from keng.audit.models import Entry
from keng.places.models import Unit
from keng.vault import custodian_parts, dividing, epochs, keys, sealed_unit_keys, splitting
from keng.vault.models import CustodianKey, UnitKey
from keng.vault.passphrase_lock import WrongPassphrase
from keng.vault.tests.key_holders import PASSPHRASE, Holder, begin_all, current
from tests import make

NEEDED, PARTS = 3, 5


@pytest.fixture
def commune(db):
    unit = make.unit("Công an phường Thử", parent=make.unit(kind=Unit.Kind.PROVINCE))
    keys.make_unit_keys(PASSPHRASE)
    return unit


@pytest.fixture
def sticks(tmp_path):
    folder = tmp_path / "sticks"
    folder.mkdir()
    return folder


def write(sticks, kept=None, *, needed=NEEDED, parts=PARTS):
    whole_file = None if kept else dividing.WholeFile.read(keys.operator_file())
    return dividing.write_division(
        kept or keys.unlock_operator_file(keys.operator_file(), PASSPHRASE),
        needed=needed,
        parts=parts,
        folder=sticks,
        whole_file=whole_file,
    )


@pytest.fixture
def divide(sticks, django_capture_on_commit_callbacks):
    """As the command does."""

    def do(kept=None, **numbers):
        division = write(sticks, kept, **numbers)
        with django_capture_on_commit_callbacks(execute=True):
            dividing.complete_division(division)
        return division

    return do


def opened(written):
    """What these custodians open together."""
    parts = [custodian_parts.read_part(each.path) for each in written]
    words = [part.open(each.passphrase) for part, each in zip(parts, written, strict=True)]
    return dividing.open_parts(parts, words)


def test_any_three_of_five_open_all_that_the_file_held_and_the_file_is_gone(commune, divide):
    kept = keys.unlock_operator_file(keys.operator_file(), PASSPHRASE)
    division = divide()
    assert not keys.operator_file().exists()
    for three in itertools.combinations(division.parts, NEEDED):
        assert opened(three) == kept
    row = CustodianKey.objects.get()
    assert (row.parts, row.parts_needed) == (PARTS, NEEDED)
    entry = Entry.objects.get(action="keys.custodians_divided")
    assert entry.detail == {"parts": PARTS, "needed": NEEDED}


def test_one_fewer_open_nothing(commune, divide):
    for two in itertools.combinations(divide().parts, NEEDED - 1):
        with pytest.raises(custodian_parts.PartsDoNotFit, match="3 parts of 5 are needed, 2 are"):
            opened(two)
        words = [custodian_parts.read_part(each.path).open(each.passphrase) for each in two]
        for tried in (words, [*words, words[0]]):
            with pytest.raises(splitting.SharesDoNotFit):
                splitting.combine_shares(tried)


def test_what_lies_on_the_machine_and_on_too_few_parts_holds_no_private_key(
    commune, divide, tmp_path
):
    kept = keys.unlock_operator_file(keys.operator_file(), PASSPHRASE)
    divide()
    lying = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    for private in kept.values():
        for half in (private[:32], private[32:]):
            assert not any(half in each or half.hex().encode() in each for each in lying)


def test_a_part_of_another_division_is_refused_by_its_name(commune, divide):
    first = divide()
    second = divide(opened(first.parts[:NEEDED]))
    stranger = first.parts[1]
    with pytest.raises(custodian_parts.PartsDoNotFit) as refused:
        opened([*second.parts[:2], stranger])
    assert str(stranger.label) in str(refused.value)
    assert str(second.parts[0].label) in str(refused.value)
    # Also where what stands on it in clear was changed to fit.
    path = second.parts[2].path
    forged = json.loads(stranger.path.read_text())
    forged["label"]["division"] = second.label.division
    path.write_text(json.dumps(forged))
    with pytest.raises(custodian_parts.NotAPart):
        custodian_parts.read_part(path).open(stranger.passphrase)


def test_a_part_opens_with_its_own_passphrase_alone(commune, divide):
    one, two, *_ = divide().parts
    with pytest.raises(WrongPassphrase):
        custodian_parts.read_part(one.path).open(two.passphrase)
    assert len({part.passphrase for part in (one, two)}) == 2
    assert one.passphrase not in repr(one)


@pytest.mark.parametrize("torn", [0, 0.5, 0.999])
def test_a_torn_part_leaves_the_whole_file_and_takes_the_parts_along(commune, sticks, torn):
    division = write(sticks)
    path = division.parts[3].path
    text = path.read_text()
    path.write_text(text[: int(len(text) * torn)])
    before = keys.operator_file().read_bytes()
    with pytest.raises(dividing.NotDivided):
        dividing.complete_division(division)
    dividing.discard_division(division)
    assert keys.operator_file().read_bytes() == before
    assert keys.divided_custodians() is None
    assert list(sticks.iterdir()) == []


def test_parts_that_do_not_open_together_leave_the_whole_file(commune, sticks):
    division, other = write(sticks), write(sticks)
    part = custodian_parts.read_part(other.parts[4].path)
    words = part.open(other.parts[4].passphrase)
    # Whole by itself, and on the disk, but of another polynomial.
    mine = division.parts[4]
    mine.path.unlink()
    custodian_parts.CustodianPart.close(mine.label, words, mine.passphrase, part.sealed).write(
        sticks
    )
    with pytest.raises(dividing.NotDivided):
        dividing.complete_division(division)
    assert keys.operator_file().exists()
    assert keys.divided_custodians() is None


def test_a_unit_that_got_its_key_meanwhile_is_in_no_part_so_the_file_stays(commune, sticks, divide):
    division = write(sticks)
    make.unit("Công an xã Mới", parent=commune.parent)
    keys.make_unit_keys(PASSPHRASE)
    with pytest.raises(dividing.NotDivided):
        dividing.complete_division(division)
    assert keys.operator_file().exists()
    # The same where nothing but what is sealed to the custodians grows.
    first = divide()
    division = write(sticks, opened(first.parts[:NEEDED]))
    make.unit("Công an xã Nữa", parent=commune.parent)
    keys.make_unit_keys("")
    with pytest.raises(dividing.NotDivided):
        dividing.complete_division(division)
    assert dividing.is_part_of_today(first.label)


def test_a_unit_that_gets_its_key_while_parts_are_written_keeps_it(commune, sticks, monkeypatch):
    written = custodian_parts.CustodianPart.write

    def write_beside_another_command(self, folder):
        if self.label.number == 2:
            make.unit("Công an xã Mới", parent=commune.parent)
            keys.make_unit_keys(PASSPHRASE)
        return written(self, folder)

    monkeypatch.setattr(custodian_parts.CustodianPart, "write", write_beside_another_command)
    division = write(sticks)
    with pytest.raises(dividing.NotDivided):
        dividing.complete_division(division)
    kept = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)
    assert set(kept) == set(Unit.objects.values_list("pk", flat=True))


def test_what_a_killed_command_was_writing_goes_with_the_whole_file(commune, divide):
    draft = keys.operator_file().with_name("units.keys.new")
    draft.write_bytes(keys.operator_file().read_bytes())
    divide()
    assert not draft.exists()


def test_a_folder_that_cannot_take_all_parts_is_left_as_it_was(commune, sticks, monkeypatch):
    written = custodian_parts.CustodianPart.write

    def write_two(self, folder):
        if self.label.number == 3:
            raise OSError(28, "No space left on device")
        return written(self, folder)

    monkeypatch.setattr(custodian_parts.CustodianPart, "write", write_two)
    with pytest.raises(OSError, match="No space"):
        write(sticks)
    assert list(sticks.iterdir()) == []
    assert keys.operator_file().exists()


def test_what_is_in_force_is_not_discarded(commune, divide):
    division = divide()
    dividing.discard_division(division)
    assert all(part.path.exists() for part in division.parts)


def test_a_new_unit_gets_its_key_without_anybody_and_three_open_it(commune, divide):
    division = divide()
    new = make.unit("Công an xã Mới", parent=commune.parent)
    assert keys.make_unit_keys("") == 1
    assert keys.make_unit_keys("") == 0
    assert not keys.operator_file().exists()
    kept = keys.unit_keys_in(opened(division.parts[:NEEDED]))
    known = UnitKey.objects.get(unit=new, key_class="ordinary")
    assert dividing.public_half(kept[new.pk]) == bytes(known.public_key)
    # Of those that were there before, the parts alone know, where the machine is lost.
    sealed_unit_keys.sealed_unit_keys_file().unlink()
    assert set(keys.unit_keys_in(opened(division.parts[1:4]))) == {commune.pk, commune.parent.pk}


def test_three_parts_split_older_keys_anew_as_the_file_did(commune, divide):
    one, two, three = (Holder(commune) for _ in range(3))
    begin_all()
    key = current(commune)
    division = divide()
    private = splitting.combine_shares([one.share_of(key), two.share_of(key)])
    three.key.__class__.objects.filter(pk=three.key.pk).update(retired_at=key.created_at)
    custodians = keys.custodian_keys_in(opened(division.parts[2:]))
    assert epochs.open_as_custodians(key.pk, custodians) == private
    assert epochs.split_all_anew(custodians) == 2  # Ordinary and sensitive.


def test_divided_again_what_came_between_stays_openable(commune, divide):
    first = divide()
    new = make.unit("Công an xã Mới", parent=commune.parent)
    keys.make_unit_keys("")
    second = divide(opened(first.parts[:NEEDED]), needed=2, parts=2)
    assert new.pk in keys.unit_keys_in(opened(second.parts))
    assert dividing.is_part_of_today(second.label)
    assert not dividing.is_part_of_today(first.label)


def test_the_file_of_another_installation_is_not_divided(commune, sticks):
    kept = keys.unlock_operator_file(keys.operator_file(), PASSPHRASE)
    CustodianKey.objects.update(public_key=bytes(1216))
    with pytest.raises(dividing.OtherCustodians):
        write(sticks, kept)


@pytest.mark.parametrize(("needed", "parts"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_numbers_that_protect_nothing_are_refused(commune, sticks, needed, parts):
    with pytest.raises(ValueError, match="2 to 16 custodians"):
        write(sticks, needed=needed, parts=parts)
    assert list(sticks.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"label": {}}', '{"label": 1, "salt": 2, "share": 3, "sealed": 4}']
)
def test_another_file_is_no_part(tmp_path, text):
    file = tmp_path / "other"
    file.write_text(text)
    with pytest.raises(custodian_parts.NotAPart):
        custodian_parts.read_part(file)
