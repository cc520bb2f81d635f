"""`keng vault divide`, and what the parts are brought for."""

import io
from types import SimpleNamespace

import pytest

from keng.cli import custodians, vault
from keng.cli.first_steps import first_steps
from keng.runtime.errors import CannotContinue
from keng.vault import keys, seal
from keng.vault.tests.key_holders import Holder, begin_all
from tests import make

WORDS = "words-for-a-test"


@pytest.fixture
def stage(tmp_path, monkeypatch, capsys, db, django_capture_on_commit_callbacks):
    """An installation with one file, and the command as somebody types it into a pipe."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "data"))
    seal.forget_public_keys()
    unit = make.province_unit()
    keys.make_unit_keys(WORDS)
    sticks = tmp_path / "sticks"
    sticks.mkdir()

    def typed(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    def divide(needed=2, parts=3, *, folder=sticks, brought=(), lines=(WORDS,)):
        typed(*lines)
        with django_capture_on_commit_callbacks(execute=True):
            code = custodians.divide(
                SimpleNamespace(needed=needed, parts=parts, folder=folder, parts_brought=brought)
            )
        said = capsys.readouterr().out
        printed = [line.strip() for line in said.splitlines()]
        return SimpleNamespace(
            code=code,
            said=said,
            paths=sorted(sticks.glob(f"*-of-{parts}-*"), key=lambda path: path.name),
            passphrases=[printed[at + 1] for at, line in enumerate(printed) if ".part" in line],
        )

    yield SimpleNamespace(unit=unit, sticks=sticks, typed=typed, divide=divide, capsys=capsys)
    seal.forget_public_keys()


@pytest.mark.django_db(transaction=True)
def test_the_doctor_says_that_one_file_opens_everything_until_it_is_divided(stage, monkeypatch):
    monkeypatch.setattr("keng.cli.first_steps.start_django", lambda: None)
    assert "one file with one passphrase (units.keys) opens everything" in " ".join(first_steps())
    copy = keys.operator_file().read_bytes()
    done = stage.divide()
    assert done.code == 0
    assert "2 of 3 parts open" in done.said
    assert "is destroyed" in done.said
    assert "opens everything" not in " ".join(first_steps())
    keys.operator_file().write_bytes(copy)
    assert "opens everything alone, and it is divided" in " ".join(first_steps())


def test_parts_open_what_the_file_opened_and_are_asked_for_by_number(stage):
    for _ in range(2):
        Holder(stage.unit)
    begin_all()
    done = stage.divide()
    with pytest.raises(CannotContinue, match="Bring 2 of the 3 parts"):
        vault._split([])
    stage.typed(*done.passphrases[1:])
    assert vault._split(done.paths[1:]) == 0
    stage.typed(*done.passphrases)
    assert vault._restore(done.paths) == 0
    assert "0 tips have their words" in stage.capsys.readouterr().out
    with pytest.raises(CannotContinue, match="2 parts of 3 are needed, 1 are there"):
        vault._split(done.paths[:1])
    stage.typed("a guess")
    with pytest.raises(CannotContinue, match=r"does not open part 1 of 3"):
        vault._split(done.paths[:2])


def test_a_custodian_tries_their_part_alone(stage):
    first = stage.divide()
    stage.typed(first.passphrases[0])
    assert vault._drill(first.paths[0]) == 0
    said = stage.capsys.readouterr().out
    assert "this is part 1 of 3" in said
    assert "With 1 others of this division it opens" in said
    # Somebody left, and the key was divided again.
    second = stage.divide(3, 4, brought=first.paths[:2], lines=first.passphrases[:2])
    assert second.code == 0
    assert "have them destroyed" in second.said
    stage.typed(first.passphrases[0])
    assert vault._drill(first.paths[0]) == 1
    assert "not of the division of today" in stage.capsys.readouterr().out
    damaged = second.paths[0]
    damaged.write_text(damaged.read_text().replace('"number": 1', '"number": 2'))
    stage.typed(second.passphrases[0])
    with pytest.raises(CannotContinue, match="is damaged"):
        vault._drill(damaged)


def test_after_it_a_new_unit_takes_no_passphrase(stage):
    stage.divide()
    make.unit("Công an xã Mới", parent=stage.unit)
    stage.typed()
    assert vault._init() == 0
    assert "1 units got a key" in stage.capsys.readouterr().out
    assert not keys.operator_file().exists()


def test_where_parts_may_not_lie_and_numbers_that_cannot_be_are_said(stage, monkeypatch):
    inside = keys.operator_file().parent
    for refused, words in (
        ({"folder": inside}, "may not lie in the data folder"),
        ({"folder": stage.sticks / "nowhere"}, "is no folder"),
        ({"needed": 1}, "two or more are needed"),
        ({"lines": ("a guess",)}, "does not open"),
    ):
        with pytest.raises(CannotContinue, match=words):
            stage.divide(**refused)
    monkeypatch.setattr(custodians, "_hand_out", lambda made: made.parts[1].path.write_text(""))
    with pytest.raises(CannotContinue, match="all is as before"):
        stage.divide()
    assert list(stage.sticks.iterdir()) == []
    assert keys.operator_file().exists()


def test_at_a_keyboard_each_types_back_what_they_wrote_down(stage, monkeypatch, capsys):
    asked, shown = [], []

    def type_in(prompt="of the file"):
        asked.append(prompt)
        shown.append(capsys.readouterr().out)
        if len(asked) == 1:
            return WORDS
        # The first custodian mistypes once.
        return "a slip" if len(asked) == 2 else passphrases()[-1]

    def passphrases():
        lines = [line for text in shown for line in text.splitlines()]
        return [lines[at + 1].strip() for at, line in enumerate(lines) if line.endswith(".part")]

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: print(prompt) or "")
    monkeypatch.setattr(custodians, "asked_for", type_in)
    brought = SimpleNamespace(needed=2, parts=2, folder=stage.sticks, parts_brought=[])
    assert custodians.divide(brought) == 0
    assert len(asked) == 1 + 3
    assert "That is another one" in "".join(shown)
    # One passphrase at a time: the screen was cleared before the next.
    assert all(text.count(".part") <= 1 for text in shown)
    assert keys.divided_custodians().parts == 2


def test_whoever_gives_up_in_the_middle_has_lost_nothing(stage, monkeypatch):
    def give_up(division):
        raise KeyboardInterrupt

    monkeypatch.setattr(custodians, "_hand_out", give_up)
    with pytest.raises(KeyboardInterrupt):
        stage.divide()
    assert list(stage.sticks.iterdir()) == []
    assert keys.operator_file().exists()
    assert keys.divided_custodians() is None
