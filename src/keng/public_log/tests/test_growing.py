"""The log grows by the clock alone, holds every entry once, and is never signed twice otherwise."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from keng.audit.models import Chain, Entry
from keng.kit import times
from keng.merkle.notes import LogCheckpointText, SignedNote
from keng.merkle.tiles import ENTRIES, split_hashes
from keng.merkle.trees import leaf_hash, tree_of_leaves
from keng.public_log import growing
from keng.public_log.after_restore import continue_log_after_restore
from keng.public_log.growing import commitment, grow, log_tree, tile_hashes
from keng.public_log.kept_head import KeptLogHead, LogIsBehind, signs_under_another_name
from keng.public_log.log_key import log_key, log_origin
from keng.public_log.models import (
    LeafSalt,
    LogCheckpoint,
    LoggedChain,
    LogLeaf,
    LogPace,
    LogTile,
    OpenedLeaf,
)
from keng.public_log.pace import (
    PACES,
    QUIET_DAYS,
    STEPS_A_DAY,
    DayOfLog,
    pace_of_new_day,
)
from keng.public_log.serving import served_checkpoint
from keng.public_log.tests.log_world import MONDAY, put_entries, take_steps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


def all_leaves() -> list[bytes]:
    size = LogPace.objects.get().size
    tiles = range(-(-size // 256))
    return [leaf for tile in tiles for leaf in split_hashes(tile_hashes(ENTRIES, tile))]


def test_every_entry_has_one_leaf_that_its_salt_opens(monkeypatch) -> None:
    for number in range(5):
        put_entries(7, chain=f"unit:{number % 3}")
        take_steps(monkeypatch)
    checkpoint = take_steps(monkeypatch, 10)
    leaves = all_leaves()
    assert len(leaves) == checkpoint.size == 15 * 16
    logged = {(each.chain, each.seq): each.leaf for each in LogLeaf.objects.all()}
    salts = {each.leaf: bytes(each.salt) for each in LeafSalt.objects.all()}
    assert logged.keys() == set(Entry.objects.values_list("chain", "seq"))
    for entry in Entry.objects.all():
        leaf = logged[entry.chain, entry.seq]
        assert leaves[leaf] == commitment(salts[leaf], bytes(entry.hash))
    assert len(set(leaves)) == len(leaves)
    said = LogCheckpointText.read(checkpoint.text)
    root = tree_of_leaves([leaf_hash(leaf) for leaf in leaves]).root()
    assert (said.origin, said.size, said.root) == (log_origin(), 240, root)
    note = SignedNote.read(f"{checkpoint.text}\n{checkpoint.signature}".encode())
    assert note.signature_of(log_key())


def test_it_grows_alike_with_and_without_reports(monkeypatch) -> None:
    sizes = []
    for count in (0, 3, 0, 40, 0, 0, 0):
        put_entries(count)
        sizes.append(take_steps(monkeypatch).size)
    assert sizes == [16, 32, 48, 64, 80, 96, 112]
    # What was more than one step holds went with the next ones.
    assert LogLeaf.objects.count() == 43
    assert LoggedChain.objects.get().last_seq == 43


def test_a_step_is_done_once_and_missed_ones_are_not_made_up_for(monkeypatch) -> None:
    take_steps(monkeypatch)
    for _again in range(3):
        grow()
    assert LogPace.objects.get().size == 16
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(hours=3))
    grow()
    grow()
    assert LogPace.objects.get().size == 32
    # A clock that was put back signs nothing.
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(hours=1))
    grow()
    assert LogCheckpoint.objects.count() == 2


def test_the_places_of_entries_in_a_step_are_drawn_by_lot(monkeypatch) -> None:
    places = set()
    for _each in range(6):
        put_entries(1)
        take_steps(monkeypatch)
        places.add(LogLeaf.objects.latest("leaf").leaf % 16)
    assert len(places) > 1


def test_entries_of_a_chain_go_in_its_order_whatever_moment_they_name(monkeypatch) -> None:
    put_entries(20)
    # Whoever owns the database can make a moment up.
    Entry.objects.filter(seq=3).update(at=MONDAY + dt.timedelta(days=900))
    take_steps(monkeypatch)
    assert LoggedChain.objects.get().last_seq == 16
    assert sorted(LogLeaf.objects.values_list("seq", flat=True)) == list(range(1, 17))


def test_the_entry_that_lets_a_warning_out_is_opened_for_everybody(monkeypatch) -> None:
    put_entries(2)
    put_entries(1, action="warning.approved")
    take_steps(monkeypatch)
    opened = OpenedLeaf.objects.get()
    assert bytes(opened.entry_hash) == bytes(Entry.objects.get(action="warning.approved").hash)


def test_a_worker_that_dies_within_a_step_has_signed_nothing(monkeypatch) -> None:
    take_steps(monkeypatch)

    def killed(size: int) -> None:
        raise KeyboardInterrupt

    put_entries(3)
    with monkeypatch.context() as patched:
        patched.setattr(growing, "_sign_checkpoint", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            take_steps(patched)
    assert LogPace.objects.get().size == 16
    assert not LogLeaf.objects.exists()
    take_steps(monkeypatch)
    assert LogLeaf.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_log(monkeypatch) -> None:
    """Each step once, whoever was first; every checkpoint speaks of the same leaves."""
    put_entries(30)
    failed = []

    def work() -> None:
        try:
            grow()
        except Exception as error:  # noqa: BLE001 -- told by the test itself
            failed.append(error)
        finally:
            connections.close_all()

    for number in range(6):
        moment = MONDAY + dt.timedelta(minutes=5 * number)
        monkeypatch.setattr(times, "now", lambda moment=moment: moment)
        threads = [threading.Thread(target=work) for _each in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed
    assert list(LogCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [
        16 * number for number in range(1, 7)
    ]
    hashes = [leaf_hash(leaf) for leaf in all_leaves()]
    for each in LogCheckpoint.objects.all():
        root = tree_of_leaves(hashes[: each.size]).root()
        assert LogCheckpointText.read(each.text).root == root
    assert LogLeaf.objects.count() == 30


def test_an_older_database_does_not_grow_another_log_under_the_same_name(
    monkeypatch, django_capture_on_commit_callbacks, settings, caplog
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        take_steps(monkeypatch, 3)
    assert KeptLogHead.of_origin(log_origin()).size() == 48
    # As a backup of the second step has it.
    LogCheckpoint.objects.filter(size=48).delete()
    LogPace.objects.update(size=32, step=0)
    grow()
    assert LogPace.objects.get().size == 32
    assert "does not grow" in caplog.text
    settings.LOG_ORIGIN = "log.example/after-the-restore"
    grow()
    assert LogCheckpointText.read(LogCheckpoint.objects.latest("size").text) == LogCheckpointText(
        "log.example/after-the-restore", 48, growing.log_tree(48).root()
    )


def test_the_worker_may_do_a_step_and_nobody_else_sees_a_salt(monkeypatch, become) -> None:
    put_entries(3)
    become("worker")
    take_steps(monkeypatch, 2)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert LeafSalt.objects.count() == 3
    assert Chain.objects.get().last_seq == 3
    assert LogTile.objects.filter(level=ENTRIES).count() == 1
    for role in ("public", "desk", "edge", "sender", "worker"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'public_log_leafsalt', 'SELECT')", [f"keng_{role}"]
            )
            assert cursor.fetchone() == (False,)


def test_the_pace_is_chosen_once_a_day_of_a_few() -> None:
    assert pace_of_new_day(DayOfLog(0, 0, 0, 0)) == (16, 0)
    assert pace_of_new_day(DayOfLog(8 * STEPS_A_DAY, 0, 16, 5)) == (16, 0)
    # Twice a day's entries must go in a day: with less room the next pace is taken at once.
    assert pace_of_new_day(DayOfLog(8 * STEPS_A_DAY + 1, 0, 16, 5)) == (64, 0)
    assert pace_of_new_day(DayOfLog(10**9, 10**9, 16, 0)) == (PACES[-1], 0)
    assert pace_of_new_day(DayOfLog(10, 10**7, 16, 0)) == (PACES[-1], 0)
    pace, quiet = 256, 0
    for day in range(1, 2 * QUIET_DAYS + 1):
        pace, quiet = pace_of_new_day(DayOfLog(10, 0, pace, quiet))
        assert pace == (256 if day < QUIET_DAYS else 64 if day < 2 * QUIET_DAYS else 16)


def test_a_day_that_was_busier_changes_the_pace_of_the_next_one(monkeypatch) -> None:
    take_steps(monkeypatch)
    put_entries(2)
    Chain.objects.update(last_seq=2_400)
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(hours=12))
    grow()
    assert LogPace.objects.get().leaves_a_step == 16
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(hours=24))
    grow()
    assert LogPace.objects.get().leaves_a_step == 64


def test_old_checkpoints_go_and_their_roots_can_be_computed_again(monkeypatch) -> None:
    first = take_steps(monkeypatch)
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(days=9))
    LogCheckpoint.objects.update(made_at=MONDAY)
    grow()
    assert list(LogCheckpoint.objects.values_list("size", flat=True)) == [32]
    assert LogCheckpointText.read(first.text).root == growing.log_tree(16).root()


def test_a_terminal_that_has_another_name_of_the_log_is_noticed() -> None:
    ours, other = "keng.example/log", "localhost:8000/log"
    assert not signs_under_another_name(other)
    KeptLogHead.of_origin(ours).keep(48)
    assert signs_under_another_name(other)
    assert not signs_under_another_name(ours)
    # What a restore ended is no name that goes on.
    KeptLogHead.of_origin(ours).end()
    assert not signs_under_another_name(f"{ours}/restored-now-48-aa")


def test_after_a_restore_it_goes_on_under_a_name_that_says_from_what(monkeypatch) -> None:
    take_steps(monkeypatch, 2)
    before, old_root = log_origin(), log_tree(32).root().hex()
    # Until the next step nothing is shown: what witnesses have seen more of would look cut.
    continued = continue_log_after_restore()
    assert (continued.ended, continued.leaves) == (before, 32)
    assert served_checkpoint() is None
    take_steps(monkeypatch, 3)
    newest = LogCheckpointText.read(LogCheckpoint.objects.latest("size").text)
    assert newest.origin == log_origin() == continued.goes_on_as
    name, _, restored = newest.origin.partition("/restored-")
    assert (name, restored.split("-")[1:]) == (before, ["32", old_root[:16]])
    assert newest.size > 32
    with pytest.raises(LogIsBehind, match="nothing more is signed"):
        KeptLogHead.of_origin(before).require_reached(newest.size)


def test_two_restores_of_one_backup_are_two_logs(monkeypatch) -> None:
    take_steps(monkeypatch, 2)
    names = {continue_log_after_restore().goes_on_as}
    later = times.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(times, "now", lambda: later)
    names.add(continue_log_after_restore().goes_on_as)
    assert len(names) == 2
    assert all(name.count("/restored-") == 1 for name in names)
