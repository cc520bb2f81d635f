"""The card of an installation, as one operator hands it to another and types it in."""

import json

import pytest

from keng.audit.models import Entry
from keng.cli.__main__ import main
from keng.kit import times
from keng.tips.models import OtherInstallation, Transfer
from keng.transfers.card import MOST_CARD_BYTES, UnreadableCard, read_card
from keng.transfers.installations import (
    KnownAlready,
    StillInUse,
    add_installation,
    remove_installation,
    set_installation_address,
)
from keng.transfers.tests.sides import Side
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def side(tmp_path, monkeypatch):
    return Side("Công an tỉnh Mới", tmp_path / "new", monkeypatch)


def test_a_card_is_read_as_it_was_written(side):
    assert read_card(side.card.as_line().encode()) == side.card


@pytest.mark.parametrize(
    "change",
    [
        {"form": "keng card 2"},
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 161},
        {"province": " "},
        {"phone": 113},
        {"signing_key": "00"},
        {"sealing_key": "xx"},
        {"sealing_key": "00" * 32},
        {"more": "1"},
    ],
)
def test_what_is_no_card_is_refused(side, change):
    said = json.loads(side.card.as_line()) | change
    with pytest.raises(UnreadableCard):
        read_card(json.dumps(said).encode())


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b"[" * 5000, b" " * (MOST_CARD_BYTES + 1)])
def test_neither_is_anything_else(written):
    with pytest.raises(UnreadableCard):
        read_card(written)


def test_the_fingerprint_changes_with_everything_on_the_card(side):
    said = json.loads(side.card.as_line())
    changed = said | {"name": "Công an tỉnh Khác"}
    prints = {read_card(json.dumps(each).encode()).fingerprint() for each in (said, changed)}
    assert len(prints) == 2


def test_an_installation_is_known_once_and_it_is_on_record(side):
    unit = make.province_unit()
    add_installation(side.card)
    with pytest.raises(KnownAlready):
        add_installation(side.card)
    entry = Entry.objects.get(action="installation.added")
    assert (entry.object_id, entry.actor_id) == (str(unit.pk), "operator")


def test_one_with_which_tips_are_is_not_removed(side):
    unit = make.province_unit()
    other = add_installation(side.card)
    transfer = Transfer.objects.create(
        number_of_both=make.some_id(),
        tip=make.tip(unit=unit),
        other=other,
        state=Transfer.State.ASKED,
        asked_by=make.officer(unit=unit),
    )
    with pytest.raises(StillInUse) as refused:
        remove_installation(other)
    (line,) = refused.value.standing
    assert line.endswith(f"{unit.name}: to there, asked")
    Transfer.objects.filter(pk=transfer.pk).update(
        state=Transfer.State.DROPPED, ended_at=times.now()
    )
    remove_installation(other)
    assert not OtherInstallation.objects.known().exists()
    assert Entry.objects.filter(action="installation.removed").exists()


@pytest.mark.parametrize(
    ("address", "is_private", "fits"),
    [
        ("https://keng.example", False, True),
        ("http://keng.example", False, False),
        ("https://10.0.0.1", False, False),
        ("https://keng.example:8443", False, False),
        ("https://a@keng.example", False, False),
        ("https://keng.example/?a=b", False, False),
        ("https://" + "a" * 200 + ".example", False, False),
        ("http://10.0.0.1:8000", True, True),
        ("ftp://10.0.0.1", True, False),
    ],
)
def test_an_address_is_a_public_name_unless_it_is_said_to_be_private(
    side, address, is_private, fits
):
    make.province_unit()
    other = add_installation(side.card)
    if not fits:
        with pytest.raises(ValueError, match=r"address|name on"):
            set_installation_address(other, address, is_private=is_private)
        assert OtherInstallation.objects.get().address == ""
        return
    set_installation_address(other, address, is_private=is_private)
    assert OtherInstallation.objects.get().address == address
    assert Entry.objects.filter(action="installation.address").exists()


def test_there_is_such_a_command(capsys):
    with pytest.raises(SystemExit):
        main(["installation", "--help"])
    assert "card" in capsys.readouterr().out
