"""Who owns which file, what root hands over, and what is refused before anything starts."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keng.kit import kept_secrets
from keng.kit.private_files import create_private, make_private_folder, private_opener
from keng.runtime import accounts_of_the_system as accounts
from keng.runtime.account_faults import account_faults
from keng.runtime.accounts_of_the_system import SystemAccount
from keng.runtime.errors import CannotContinue
from keng.runtime.ownership import ACCOUNT_FOLDERS, hand_over, ownership_faults
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.supervisor.register import ProcessRegister, end_group
from keng.runtime.unsafe_settings import unsafe_for_real_data

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")
STRANGER = SystemAccount("stranger", 54321, 54321, is_ours=False)


@pytest.fixture
def data(open_folder, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(open_folder / "data"))
    return open_folder / "data"


def owner(path):
    return path.lstat().st_uid


def owners_below(folder):
    return {owner(path) for path in (folder, *folder.rglob("*"))}


@as_root
def test_root_runs_the_processes_and_postgresql_as_two_accounts_of_their_own(monkeypatch):
    monkeypatch.delenv("KENG_ACCOUNT", raising=False)
    monkeypatch.delenv("KENG_PG_USER", raising=False)
    ours, postgres = accounts.process_account(), accounts.postgres_account()
    assert (ours.name, postgres.name) == ("keng", "keng-postgres")
    assert len({0, pwd.getpwnam("nobody").pw_uid, ours.uid, postgres.uid}) == 4
    assert ours.gid != postgres.gid


@as_root
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KENG_ACCOUNT": "root"}, "name another account in KENG_ACCOUNT"),
        ({"KENG_PG_USER": "root"}, "name another account in KENG_PG_USER"),
        (
            {"KENG_ACCOUNT": "no-such-account"},
            "no account 'no-such-account' here; see KENG_ACCOUNT",
        ),
        ({"KENG_ACCOUNT": "nobody", "KENG_PG_USER": "nobody"}, "are both nobody"),
    ],
)
def test_a_wrong_account_is_refused_with_its_setting(monkeypatch, settings, said):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    lend = accounts.process_account if "KENG_ACCOUNT" in settings else accounts.postgres_account
    with pytest.raises(CannotContinue, match=said):
        lend()


@as_root
def test_where_no_account_can_be_made_the_start_says_what_to_do(monkeypatch):
    monkeypatch.setattr(accounts, "PROCESSES_NAME", "keng-not-made")
    monkeypatch.setattr(accounts, "_SYSTEM_PROGRAMS", "/nowhere")
    monkeypatch.delenv("KENG_ACCOUNT", raising=False)
    with pytest.raises(CannotContinue, match="useradd --system --user-group keng-not-made"):
        accounts.process_account()
    assert "There is no account 'keng-not-made' (KENG_ACCOUNT)" in account_faults()[0]


@as_root
def test_each_folder_belongs_to_whoever_needs_it_and_is_closed_to_the_others(data):
    prepare_data_folder(data)
    account = accounts.process_account()
    assert {name: owner(data / name) for name in ACCOUNT_FOLDERS} == dict.fromkeys(
        ACCOUNT_FOLDERS, account.uid
    )
    for name in ("secrets", "secrets/database", "keys", "logs", "run"):
        assert owner(data / name) == 0, name
        assert not stat.S_IMODE((data / name).stat().st_mode) & 0o066, name
    assert ownership_faults(account, accounts.postgres_account()) == []
    (data / "files").chmod(0o755)
    (data / "films").rmdir()
    (data / "films").mkdir(mode=0o700)
    said = ownership_faults(account, accounts.postgres_account())
    assert f"{data / 'files'} is open to other accounts" in said[0]
    assert f"{data / 'films'} belongs to root, not keng" in said[1]


@as_root
def test_what_root_owned_until_now_is_handed_over_once_and_no_link_is_followed(data, open_folder):
    (data / "files" / "originals").mkdir(parents=True)
    (data / "files" / "originals" / "one").write_bytes(b"x")
    foreign = open_folder / "foreign"
    foreign.mkdir()
    (foreign / "passwd").write_text("root")
    (data / "files" / "link").symlink_to(foreign)
    (data / "files" / "passwd").symlink_to(foreign / "passwd")
    os.link(foreign / "passwd", data / "files" / "second-name")
    prepare_data_folder(data)
    account = accounts.process_account()
    assert owner(data / "files" / "originals" / "one") == account.uid
    assert owners_below(foreign) == {0}
    assert owner(data / "files" / "link") == 0
    # What root writes there later, by hand, is not given away at every start.
    (data / "files" / "later").write_text("x")
    assert hand_over(data / "files", account) == 0
    assert owner(data / "files" / "later") == 0


@as_root
def test_a_file_that_is_not_of_the_folders_owner_is_not_handed_over(open_folder):
    folder = open_folder / "folder"
    folder.mkdir()
    (folder / "own").write_text("x")
    (folder / "roots").write_text("x")
    for path in (folder, folder / "own"):
        os.chown(path, 12345, 12345)
    assert hand_over(folder, STRANGER) == 2
    assert (owner(folder / "own"), owner(folder / "roots")) == (STRANGER.uid, 0)


@as_root
def test_a_folder_that_is_a_link_is_refused(data, open_folder):
    prepare_data_folder(data)
    elsewhere = open_folder / "elsewhere"
    elsewhere.mkdir()
    (data / "cards").rmdir()
    (data / "cards").symlink_to(elsewhere)
    with pytest.raises(CannotContinue, match="must be a folder, and no link"):
        prepare_data_folder(data)
    assert owner(elsewhere) == 0


@as_root
def test_keys_in_a_folder_of_somebody_else_are_refused(data):
    prepare_data_folder(data)
    os.chown(data / "secrets", 12345, 12345)
    with pytest.raises(CannotContinue, match="secrets belongs to number 12345"):
        prepare_data_folder(data)


@as_root
def test_a_cluster_of_nobody_is_handed_over_at_its_next_start(cluster):
    cluster.start()
    cluster.stop()
    nobody = pwd.getpwnam("nobody")
    for path in (cluster.folder, *cluster.folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    cluster.start()
    assert owners_below(cluster.folder) == {cluster.account.uid}


@as_root
def test_what_root_writes_in_a_folder_of_the_account_is_the_accounts(data, open_folder):
    prepare_data_folder(data)
    account = accounts.process_account()
    os.close(create_private(data / "files" / "viewing" / "one"))
    make_private_folder(data / "films" / "incoming")
    with open(data / "audit" / "heads-2026-11.jsonl", "ab", opener=private_opener):
        pass
    for name in ("files", "films", "audit"):
        assert owners_below(data / name) == {account.uid}
    # A second name of somebody else's file, or a link, laid there for root to fall into.
    foreign = open_folder / "foreign"
    foreign.write_text("root")
    os.link(foreign, data / "audit" / "linked")
    with open(data / "audit" / "linked", "ab", opener=private_opener):
        pass
    assert owner(foreign) == 0
    (data / "audit" / "symlinked").symlink_to(foreign)
    with pytest.raises(OSError, match="symbolic links"):
        open(data / "audit" / "symlinked", "ab", opener=private_opener)  # noqa: SIM115 -- never opened


CLOSED_HOME = """
import os, sys
from pathlib import Path
from keng.runtime import way_to_the_code as way
from keng.runtime.accounts_of_the_system import process_account
home = Path(sys.argv[1])
way._needed = lambda: [home / "keng"]
way._to_read = lambda: [home / "keng", home / "keng" / "code.py"]
if sys.argv[2] == "no mounting":
    way._CLONE_NEWNS = -1
print(way.unreadable_code(process_account()))
os.chmod(home / "keng" / "code.py", 0o600)
print(way.unreadable_code(process_account()))
"""


@as_root
@pytest.mark.parametrize("mounting", ["mounting", "no mounting"])
def test_a_checkout_behind_a_closed_folder_works_or_is_named(open_folder, mounting):
    home = open_folder / "root"
    (home / "keng").mkdir(parents=True)
    (home / "keng" / "code.py").write_text("")
    home.chmod(0o700)
    answer = subprocess.run(
        [sys.executable, "-c", CLOSED_HOME, str(home), mounting],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    named = f"may not read {home}. Open it (chmod o+rx {home})"
    can_mount = answer[0] == "None"
    if mounting == "no mounting" or not can_mount:
        assert named in answer[0]
    if can_mount:
        # Passable now, and still somebody else's.
        assert f"may not read {home / 'keng' / 'code.py'}" in answer[1]
    assert list(home.iterdir()) == [home / "keng"]


def test_an_ordinary_user_runs_everything_and_the_doctor_says_so(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    assert accounts.describe_accounts() == "everything runs as nobody, who started it"
    assert account_faults() == []
    assert accounts.process_account().is_ours


def test_a_secret_is_read_from_memory_once_it_was_kept(tmp_path):
    file = tmp_path / "key"
    file.write_bytes(b"before")
    assert kept_secrets.read_secret(file) == b"before"
    kept_secrets.keep_secret(file)
    file.unlink()
    assert kept_secrets.read_secret(file) == b"before"
    kept_secrets._KEPT.clear()
    with pytest.raises(FileNotFoundError):
        kept_secrets.read_secret(file)


CONFINED = """
import os, resource
from pathlib import Path
from keng.runtime.unprivileged import become_unprivileged
become_unprivileged("edge")
print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)), os.geteuid())
status = dict(line.split(":\\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["NoNewPrivs"], status["Uid"].split(), Path("/proc/self/environ").stat().st_uid)
try:
    os.setuid(0)
    print("root again")
except PermissionError:
    print("never root again")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own account of it is Linux's")
def test_a_process_gives_up_root_core_files_and_new_privileges(data):
    data.mkdir(mode=0o711)
    answer = subprocess.run(
        [sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    own = accounts.process_account().uid
    # The folder of a process that nobody may look into is shown as root's.
    assert answer == [f"(0, 0) 0o77 {own}", f"1 {[str(own)] * 4} 0", "never root again"]


UNSAFE = [
    ({"KENG_DEMO": "1"}, "KENG_DEMO"),
    ({"KENG_DEBUG": "1"}, "KENG_DEBUG shows"),
    ({"KENG_DEBUG_FAULTS": "1"}, "KENG_DEBUG_FAULTS"),
    ({"KENG_TEST_FAULT": "ack_before_commit"}, "KENG_TEST_FAULT"),
    ({"KENG_ADDRESS": "0.0.0.0"}, "KENG_ADDRESS=0.0.0.0"),
    ({"KENG_ADDRESS": "192.0.2.7", "KENG_BEHIND_TLS": "0"}, "KENG_ADDRESS=192.0.2.7"),
    ({"DATABASE_URL": "postgresql://a@db.example/keng"}, "DATABASE_URL names"),
    ({"DATABASE_URL": "postgresql://a@db.example/keng?sslmode=require"}, "DATABASE_URL names"),
    ({"DATABASE_URL": "postgresql://a@[2001:db8::7]/keng?sslmode=verify-ca"}, "DATABASE_URL names"),
    ({"DATABASE_URL": "host=localhost,db.example dbname=keng"}, "DATABASE_URL names"),
    ({"DATABASE_URL": "dbname=keng", "PGHOST": "db.example"}, "DATABASE_URL names"),
    # libpq asks this address, whatever the name beside it says.
    ({"DATABASE_URL": "host=localhost hostaddr=192.0.2.7 dbname=keng"}, "DATABASE_URL names"),
    ({"KENG_DATABASE_URL_OPENER": "host=192.0.2.7 dbname=keng"}, "KENG_DATABASE_URL_OPENER names"),
]
SAFE = [
    {},
    {"KENG_DEBUG": "0", "KENG_DEMO": "0", "KENG_DEBUG_FAULTS": "0"},
    {"KENG_ADDRESS": "127.0.0.1"},
    {"KENG_ADDRESS": "127.8.0.1"},
    {"KENG_ADDRESS": "0.0.0.0", "KENG_BEHIND_TLS": "1"},
    {"DATABASE_URL": "postgresql://a@db.example/keng?sslmode=verify-full&sslrootcert=/x.pem"},
    {"DATABASE_URL": "postgresql://a@db.example/keng", "PGSSLMODE": "verify-full"},
    {"DATABASE_URL": "postgresql://a@127.0.0.1:6432/keng"},
    {"DATABASE_URL": "postgresql://a@[::1]/keng"},
    {"DATABASE_URL": "postgresql://a@localhost/keng"},
    {"DATABASE_URL": "host=/run/postgresql dbname=keng"},
    {"KENG_DATABASE_URL_DESK": "dbname=keng"},
]


@pytest.mark.parametrize(("settings", "named"), UNSAFE)
def test_what_must_not_be_where_real_people_report_is_refused(settings, named):
    assert any(named in fault for fault in unsafe_for_real_data(settings))


@pytest.mark.parametrize("settings", SAFE)
def test_what_is_safe_is_not_refused(settings):
    assert unsafe_for_real_data(settings) == []


def test_serve_refuses_all_of_it_at_once_and_makes_nothing(data):
    environment = {
        **{n: v for n, v in os.environ.items() if not n.startswith("KENG_")},
        "KENG_DATA": str(data),
        "KENG_DEBUG": "1",
        "KENG_DEBUG_FAULTS": "1",
        "KENG_DEMO": "1",
        "KENG_ADDRESS": "0.0.0.0",
    }
    answer = subprocess.run(
        [sys.executable, "-m", "keng.cli", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 1
    for name in ("KENG_DEMO", "KENG_DEBUG", "KENG_DEBUG_FAULTS", "KENG_ADDRESS=0.0.0.0"):
        assert name in answer.stderr
    assert "Nothing was started" in answer.stderr
    assert not Path(data).exists()


LEFT_BEHIND = """
import os, sys, time
os.environ["KENG_DATA"] = sys.argv[1]
from keng.runtime.unprivileged import become_unprivileged
become_unprivileged("edge")
if os.fork():
    os._exit(0)
print("here", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a dead leader's group is not known")
def test_a_worker_whose_leader_is_dead_is_known_by_its_sign_alone(data, open_folder):
    prepare_data_folder(data)
    # Not in the environment it was started with, which nobody may read of a closed process.
    environment = {n: v for n, v in os.environ.items() if not n.startswith("KENG_")}
    leader = subprocess.Popen(
        [sys.executable, "-c", LEFT_BEHIND, str(data)],
        env=environment,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert leader.stdout.readline() == b"here\n"
        leader.wait(30)
        assert ProcessRegister(data)._is_our_group(leader.pid)
        assert not ProcessRegister(open_folder / "other")._is_our_group(leader.pid)
    finally:
        end_group(leader.pid)
        leader.stdout.close()
