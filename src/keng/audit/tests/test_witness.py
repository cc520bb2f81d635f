"""What the owner of the database rewrites is found by the exported heads and a copy of them."""

import json
import os
import shutil

import pytest

from keng.audit import heads, verify, witness
from keng.audit.actions import record
from keng.audit.heads import sign_heads
from keng.audit.models import Chain, Entry, SignedHead

pytestmark = pytest.mark.django_db
ONE, TWO = "unit:one", "unit:two"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A data folder with the exported heads of two chains, signed three times."""
    folder = tmp_path / "data"
    monkeypatch.setenv("KENG_DATA", str(folder))
    for _ in range(3):
        for chain in (ONE, TWO):
            put(chain)
            put(chain)
        sign_heads()
    return folder


@pytest.fixture
def copy(data, tmp_path):
    """What was carried to another machine before anything was changed here."""
    return shutil.copytree(data / "audit", tmp_path / "elsewhere")


def put(chain):
    record("tip.declined", by="worker", on=None, chain=chain, detail={"n": 1})


def export(data):
    (file,) = (data / "audit").glob("heads-*.jsonl")
    return file


def lines(file):
    return file.read_text().splitlines(keepends=True)


def rewrite(chain, *, seq):
    """As the owner of the database: another actor, and every hash that follows from it."""
    previous = Entry.objects.get(chain=chain, seq=seq).previous_hash
    for entry in Entry.objects.filter(chain=chain, seq__gte=seq).order_by("seq"):
        if entry.seq == seq:
            entry.actor_id = "somebody-else"
        entry.previous_hash = previous
        entry.hash = previous = verify.recomputed_hash(entry)
        entry.save()
    Chain.objects.filter(name=chain).update(last_hash=previous)


def take_out(chain):
    for table, column in ((Entry, "chain"), (SignedHead, "chain"), (Chain, "name")):
        table.objects.filter(**{column: chain}).delete()


def faults_found(*copies):
    """What the exports and the copies say, where the chains themselves say that all hold."""
    assert list(verify.chain_faults()) == []
    differences = list(witness.compare_with_exports(copies))
    return [f for f in differences if isinstance(f, verify.ChainFault)]


def words(*copies):
    return [(fault.chain, fault.seq, fault.what) for fault in faults_found(*copies)]


def notes(*copies):
    return [
        n.words for n in witness.compare_with_exports(copies) if isinstance(n, witness.WitnessNote)
    ]


def test_an_untouched_record_agrees_with_its_exports_and_its_copy(copy, capsys):
    put(ONE)
    sign_heads()
    put(TWO)
    assert faults_found(copy) == []
    assert witness.print_verification() == 0
    told = capsys.readouterr().out
    assert f"{TWO}: witnessed by the export folder to entry 6 of 7, signed " in told
    assert "1 chains are witnessed by the export folder to their last entry" in told
    assert witness.print_verification([copy]) == 0
    assert f"{ONE}: witnessed by the copy to entry 6 of 7, signed " in capsys.readouterr().out


def test_a_chain_without_any_export_is_said_not_to_be_witnessed():
    put("unit:three")
    assert "unit:three: none of 1 entries is witnessed by the export folder yet." in notes()


@pytest.mark.parametrize(("seq", "first"), [(6, 6), (1, 2)])
def test_a_chain_rewritten_with_all_its_hashes_differs_from_the_export(seq, first, capsys):
    """From the exported head on, and from an entry far below it."""
    rewrite(ONE, seq=seq)
    SignedHead.objects.all().delete()
    rewritten = [f.seq for f in faults_found() if "is another one now" in f.what]
    assert rewritten == list(range(first, 7, 2))
    assert witness.print_verification() == 1
    assert f"{ONE} entry 6: was signed on " in capsys.readouterr().out


def test_a_chain_that_was_cut_off_behind_an_entry_is_missed():
    Entry.objects.filter(chain=ONE, seq__gt=2).delete()
    SignedHead.objects.filter(chain=ONE, seq__gt=2).delete()
    Chain.objects.filter(name=ONE).update(
        last_seq=2, last_hash=Entry.objects.get(chain=ONE, seq=2).hash
    )
    assert [f.seq for f in faults_found() if "is missing now" in f.what] == [4, 6]


def test_a_chain_that_was_taken_out_is_missed():
    take_out(ONE)
    (missing, count) = words()
    assert missing[:2] == (ONE, 6)
    assert "the whole chain is missing now" in missing[2]
    assert count == ("all chains", 0, "there were 2 when it was signed, and 1 are left")
    assert witness.print_verification() == 1


def test_a_chain_that_was_emptied_is_missed_like_one_that_is_gone():
    Entry.objects.filter(chain=ONE).delete()
    SignedHead.objects.filter(chain=ONE).delete()
    Chain.objects.filter(name=ONE).update(last_seq=0, last_hash=b"")
    assert any("the whole chain is missing now" in fault.what for fault in faults_found())


def test_signed_heads_that_were_taken_out_of_the_database_are_missed():
    SignedHead.objects.filter(chain=ONE).delete()
    assert [(c, s) for c, s, _ in words()] == [(ONE, 2), (ONE, 4), (ONE, 6)]
    assert all("the database has no such head now" in f.what for f in faults_found())


def test_a_file_that_was_cut_is_found_by_the_database_and_by_the_copy(data, copy):
    file = export(data)
    file.write_text("".join(lines(file)[:-2]))
    assert [(f.chain, f.seq) for f in faults_found()] == [(ONE, 6), (TWO, 6)]
    assert all("the exported line is missing" in f.what for f in faults_found())
    rewrite(ONE, seq=5)
    SignedHead.objects.filter(seq=6).delete()
    assert faults_found() == []
    assert any("2 of its lines" in f.what for f in faults_found(copy))
    assert any(f.seq == 6 and "is another one now" in f.what for f in faults_found(copy))


def test_a_line_that_was_taken_out_of_the_middle_is_missed(data):
    file = export(data)
    kept = lines(file)
    del kept[2]
    file.write_text("".join(kept))
    SignedHead.objects.filter(seq=4, chain=ONE).delete()
    told = [what for _, _, what in words()]
    assert told == [
        "does not follow from the line before it",
        "is line 4, and line 3 is missing before it",
    ]


@pytest.mark.parametrize("field", ["hash", "seq", "signed_at", "chains", "line", "before"])
def test_a_line_that_was_changed_bears_no_signature_of_ours(data, field):
    file = export(data)
    *kept, last = lines(file)
    line = json.loads(last)
    line[field] = {
        "hash": "00" * 32,
        "seq": 5,
        "signed_at": "2026-01-01T00:00:00+00:00",
        "chains": 1,
        "line": 9,
        "before": "00" * 32,
    }[field]
    file.write_text("".join(kept) + json.dumps(line) + "\n")
    assert any("bears a signature that is not ours" in f.what for f in faults_found())


def test_a_line_signed_with_another_key_is_forged(data, monkeypatch):
    real = heads._key_file()
    kept = real.read_bytes()
    put(ONE)
    real.write_bytes(os.urandom(32))
    sign_heads()
    real.write_bytes(kept)
    SignedHead.objects.filter(chain=ONE, seq=7).delete()
    (fault,) = faults_found()
    assert fault.what == f"bears a signature that is not ours ({ONE})"


def test_a_copy_of_another_installation_is_no_copy_of_this_one(data, copy):
    (data / "audit").rename(data / "kept")
    key = heads._key_file()
    ours = key.read_bytes()
    key.write_bytes(os.urandom(32))
    put(ONE)
    sign_heads()
    (data / "audit").rename(data / "another")
    (data / "kept").rename(data / "audit")
    key.write_bytes(ours)
    SignedHead.objects.filter(chain=ONE, seq=7).delete()
    assert [f.what for f in faults_found(data / "another")] == [
        f"bears a signature that is not ours ({ONE})"
    ]
    (data / "empty").mkdir()
    assert [f.what for f in faults_found(data / "empty")] == ["holds no exported head"]


def test_an_older_state_put_back_whole_is_found_by_the_copy(data):
    """Database and export folder of one moment agree; only the copy knows what came after it."""
    put(ONE)
    sign_heads()
    copy = shutil.copytree(data / "audit", data / "elsewhere")
    file = export(data)
    file.write_text("".join(lines(file)[:-1]))
    Entry.objects.filter(chain=ONE, seq=7).delete()
    SignedHead.objects.filter(chain=ONE, seq=7).delete()
    Chain.objects.filter(name=ONE).update(
        last_seq=6, last_hash=Entry.objects.get(chain=ONE, seq=6).hash
    )
    assert faults_found() == []
    assert any(f.seq == 7 and "is missing now" in f.what for f in faults_found(copy))


def test_a_smaller_number_after_a_greater_one_is_found(data, monkeypatch):
    head = Chain.objects.get(name=ONE)
    Chain.objects.filter(name=ONE).update(
        last_seq=5, last_hash=Entry.objects.get(chain=ONE, seq=5).hash
    )
    SignedHead.objects.filter(chain=ONE, seq=6).delete()
    sign_heads()
    Chain.objects.filter(name=ONE).update(last_seq=head.last_seq, last_hash=head.last_hash)
    assert any("was signed after entry 6 of this chain" in f.what for f in faults_found())


def test_a_lost_export_folder_is_a_warning_in_words(data, capsys):
    shutil.rmtree(data / "audit")
    assert witness.print_verification() == 0
    assert "Warning: 6 heads signed until" in capsys.readouterr().out
    put(ONE)
    sign_heads()
    assert faults_found() == []
    assert any(note.startswith("Warning: 6 heads") for note in notes())


def test_lines_of_an_older_version_still_hold(data):
    file = export(data)
    new = {"line", "chains", "before", "line_signature"}
    old = [{k: v for k, v in json.loads(line).items() if k not in new} for line in lines(file)]
    file.write_text("".join(json.dumps(line) + "\n" for line in old))
    assert faults_found() == []
    put(ONE)
    sign_heads()
    assert faults_found() == []
    file.write_text(file.read_text() + json.dumps(old[0]) + "\n")
    assert any("has no number, and the line before" in f.what for f in faults_found())


def test_half_a_line_of_a_killed_process_is_named_by_the_next_one_and_no_fault(data):
    file = export(data)
    with file.open("a") as half:
        half.write('{"chain": "uni')
    assert [f.what for f in faults_found()] == ["is no line of ours, or was cut short"]
    put(ONE)
    sign_heads()
    assert faults_found() == []
    assert any("was cut short when the machine stopped" in note for note in notes())
    file.write_text("nonsense\n" + file.read_text())
    assert any(f.what == "is no line of ours" for f in faults_found())


def test_files_of_several_months_are_one_row_of_lines(data, monkeypatch):
    first = export(data)
    first.rename(first.with_name("heads-2026-01.jsonl"))
    put(ONE)
    sign_heads()
    assert [json.loads(line)["line"] for line in lines(first)] == [7]
    assert faults_found() == []
    assert any("begins with line 7" in note for note in notes(first))
    copies = sorted((data / "audit").iterdir())
    assert faults_found(*copies) == []


def test_what_a_lost_key_signed_is_said_in_words_and_still_compared(data):
    heads._key_file().write_bytes(os.urandom(32))
    assert {fault.what for fault in verify.chain_faults()} == {"bears a signature that is not ours"}
    record("keys.accepted", by="operator", on=None, chain=ONE, detail={"keys": ["audit"]})
    assert faults_found() == []
    assert any("6 lines are signed with the key" in note for note in notes())
    rewrite(TWO, seq=6)
    SignedHead.objects.all().delete()
    assert any("is another one now" in fault.what for fault in faults_found())


def test_a_key_that_was_given_up_excuses_nothing_signed_afterwards(data):
    record("keys.accepted", by="operator", on=None, chain=ONE, detail={"keys": ["audit"]})
    put(TWO)
    kept = heads._key_file().read_bytes()
    heads._key_file().write_bytes(os.urandom(32))
    sign_heads()
    heads._key_file().write_bytes(kept)
    assert {fault.what for fault in verify.chain_faults()} == {"bears a signature that is not ours"}
    told = [f.what for f in witness.compare_with_exports() if isinstance(f, verify.ChainFault)]
    assert any("bears a signature that is not ours" in what for what in told)


def test_a_copy_that_is_not_there_is_said_before_anything_is_read(data):
    with pytest.raises(FileNotFoundError):
        witness.print_verification([data / "nowhere"])


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": float("inf")},
        {"seq": 2**70},
        {"chain": "\ud800"},
        {"chain": "unit:\x1b[2J"},
        {"signed_at": "9999-12-31T23:59:59-12:00"},
        {"line": []},
    ],
)
def test_a_line_made_to_stop_the_audit_is_a_fault_like_another(data, changed):
    file = export(data)
    line = json.loads(lines(file)[-1]) | changed
    file.write_text(file.read_text() + json.dumps(line) + "\n[1]\n" + "x" * 20000 + "\n")
    assert any(fault.what == "is no line of ours" for fault in faults_found())
    assert witness.print_verification() == 1
