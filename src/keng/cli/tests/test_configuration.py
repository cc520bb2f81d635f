"""Each wrong setting is refused by name before anything starts, and one file holds them for all."""

import re

import pytest

from keng.cli.__main__ import main
from keng.kit import configuration
from keng.kit.configuration import SETTING_CHECKS
from keng.kit.refusals import WrongSettings
from tests.architecture.settings_page import documented_settings

pytestmark = pytest.mark.usefixtures("only_settings_of_test")

# What an operator typed, and what it did before: a traceback, a wrong message, or nothing at all.
WRONG = [
    ("KENG_PUBLIC_PORT", "abc"),
    ("KENG_PUBLIC_PORT", "99999"),
    ("KENG_DISPUTE_DAYS", "ten"),
    ("DATABASE_URL", "mysql://a/b"),
    ("DATABASE_URL", "garbage"),
    ("KENG_DATA", "/etc/passwd"),
    ("KENG_DATA", "/etc/passwd/keng"),
    ("KENG_ADDRESS", "999.1.1.1"),
    ("KENG_ADDRESS", "::1"),
    ("KENG_BEHIND_TLS", "yes"),
    ("KENG_EDGE_LANES", "x"),
    ("KENG_EDGE_LANES", "0"),
    ("KENG_LOOKUP_NETWORK_LIMIT", "foo"),
    ("KENG_SUBSCRIBE_NETWORK_HOURLY", "0"),
    ("KENG_SUBSCRIBE_HOURLY", "many"),
    ("KENG_LOOKUP_LIMIT", "10,x"),
    ("KENG_PUBLIC_URL", "keng.example"),
    ("KENG_DESK_URL", "https://"),
    ("KENG_ORIGINS", "keng.example"),
    ("KENG_ORIGINS", "https://keng.example/"),
    ("KENG_HOSTS", "a, b"),
    ("KENG_HOSTS", "*"),
    ("KENG_EMERGENCY_EMAIL", "not-mail"),
    ("KENG_SECRET_KEY", "a"),
    ("KENG_FFMPEG", "/no/such"),
    ("KENG_CLAMD", "127.0.0.1:3310"),
    ("KENG_FILES_URL", "https://s3.example"),
    ("KENG_FILES_URL", "http://s3.example/bucket"),
    ("KENG_FILES_URL", "https://key:secret@s3.example/bucket"),
    ("KENG_FILES_URL", "https://s3.example/bucket?versioning"),
    ("KENG_FILES_TO", "store"),
    ("KENG_PROCESS", "foo"),
    ("KENG_SMTP_URL", "mailserver"),
    ("KENG_DEMO", "true"),
    ("KENG_CERTIFICATE", "chain.pem"),
    ("KENG_BACKUPS", "/etc/passwd"),
    ("KENG_BACKUP_DAYS", "0"),
    ("KENG_EXIT_URL", "javascript:alert(1)"),
    ("KENG_LOG_ORIGIN", "keng.example log"),
    ("KENG_LOG_WITNESSES", "https://witness.example"),
    ("KENG_LOG_WITNESSES", "witness.example+0a1b2c3d+" + "A" * 44),
    ("KENG_MEDIA_HOSTS", "https://a.example"),
    ("KENG_ACCOUNT", "two words"),
    ("KENG_PG_USER", "-rf"),
    ("KENG_PG_BINDIR", "/etc/passwd"),
    ("KENG_SENDER_KEY_FILE", "sender.key"),
    ("KENG_FILES_KEY", "two words"),
    ("KENG_FILES_REGION", "us east"),
    ("KENG_SUMMARY_PROVINCE", "Bắc Ninh"),
]
RIGHT = [
    ("KENG_DATA", "/srv/not/yet/there"),
    ("KENG_ADDRESS", "0.0.0.0"),
    ("KENG_BEHIND_TLS", "0"),
    ("KENG_LOOKUP_LIMIT", "0,1"),
    ("KENG_LOOKUP_LIMIT", "50,0.1"),
    ("KENG_LOOKUP_LIMIT", "50"),
    ("KENG_PUBLIC_URL", "http://127.0.0.1:9200"),
    ("KENG_HOSTS", "keng.example,127.0.0.1,[::1],localhost"),
    ("KENG_ORIGINS", "https://keng.example,https://desk.keng.example:8443"),
    ("DATABASE_URL", "postgres://u:p%40@a:1,b:2/keng?target_session_attrs=read-write"),
    ("KENG_DATABASE_URL_DESK", "user=keng_desk host=/run/x dbname=keng"),
    ("KENG_SMTP_URL", "smtp://127.0.0.1:25?starttls=1"),
    ("KENG_FFMPEG", "off"),
    ("KENG_CLAMD", "/run/clamav/clamd.ctl"),
    ("KENG_FILES_URL", "https://s3.example/bucket"),
    ("KENG_FILES_URL", "https://s3.example:9000/bucket/keng/of-a-province/"),
    ("KENG_FILES_URL", "http://127.0.0.1:9000/bucket"),
    ("KENG_FILES_TO", "folder"),
    ("KENG_CERTIFICATE", "off"),
    ("KENG_BACKUPS", "/srv/backups"),
    ("KENG_BACKUP_DAYS", "30"),
    ("KENG_EMERGENCY_EMAIL", "truc.ban@keng.example"),
    ("KENG_PUBLIC_PORT", ""),
]


def loaded(monkeypatch, name):
    """What a setting is after the file was read; the environment is put back afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr("os.environ", dict(configuration.os.environ))
        configuration.load_settings()
        return configuration.os.environ.get(name)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_by_name_before_anything_starts(
    monkeypatch, capsys, tmp_path, name, value
):
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"keng: {name} ")
    assert len(said.splitlines()) == 1
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_what_the_page_allows_is_taken(name, value):
    assert configuration.setting_faults({name: value}) == []


def test_every_wrong_one_is_named_and_a_secret_is_never_repeated(monkeypatch, capsys):
    monkeypatch.setenv("KENG_SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "mysql://owner:hunter2@db/keng")
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "hunter2" not in said


def test_a_misspelt_setting_is_refused_with_the_right_name(monkeypatch, capsys):
    monkeypatch.setenv("KENG_PUBILC_PORT", "9000")
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert "KENG_PUBILC_PORT is no setting; do you mean KENG_PUBLIC_PORT?" in said


def test_help_is_given_whatever_the_settings_are(monkeypatch):
    monkeypatch.setenv("KENG_EDGE_LANES", "x")
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])
    assert ended.value.code == 0


@pytest.mark.parametrize("ports", ["9000,9000,9002", "9000,9001,9002,9001", "9000,9001,70000"])
def test_two_sites_never_share_a_port(capsys, ports):
    assert main(["serve", "--ports", ports]) == 1
    assert "ports" in capsys.readouterr().err


def test_equal_ports_are_named_by_their_settings(monkeypatch, capsys):
    monkeypatch.setenv("KENG_DESK_PORT", "8000")
    assert main(["serve"]) == 1
    assert "KENG_PUBLIC_PORT and KENG_DESK_PORT are both 8000" in capsys.readouterr().err


def test_the_demos_switch_is_refused_where_real_people_report(monkeypatch, capsys):
    monkeypatch.setenv("KENG_DEMO", "1")
    assert main(["serve"]) == 1
    assert "KENG_DEMO" in capsys.readouterr().err


def test_the_file_in_the_data_folder_is_read_and_the_environment_goes_before_it(
    monkeypatch, own_file
):
    own_file.write_text(
        "# where we are\n\nKENG_PUBLIC_URL='https://keng.example'\nexport KENG_DISPUTE_DAYS=\"7\"\n"
    )
    assert loaded(monkeypatch, "KENG_PUBLIC_URL") == "https://keng.example"
    assert loaded(monkeypatch, "KENG_DISPUTE_DAYS") == "7"
    monkeypatch.setenv("KENG_DISPUTE_DAYS", "9")
    assert loaded(monkeypatch, "KENG_DISPUTE_DAYS") == "9"


def test_the_systems_file_names_the_folder_for_every_terminal(
    monkeypatch, system_file, own_file, tmp_path
):
    system_file.write_text(f"KENG_DATA={tmp_path / 'data'}\nKENG_DISPUTE_DAYS=7\n")
    assert loaded(monkeypatch, "KENG_DISPUTE_DAYS") == "7"
    monkeypatch.delenv("KENG_DATA")
    assert loaded(monkeypatch, "KENG_DATA") == str(tmp_path / "data")
    # Whoever names another folder means another installation.
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "other"))
    assert loaded(monkeypatch, "KENG_DISPUTE_DAYS") is None
    monkeypatch.delenv("KENG_DATA")
    own_file.write_text("KENG_DISPUTE_DAYS=8\n")
    with pytest.raises(WrongSettings, match="two files"):
        configuration.load_settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "KENG_DISPUTE_DAYS=ten\n",
            r'KENG_DISPUTE_DAYS \(.*keng\.env\) has to be a whole number.*; it is set to "ten"\.',
        ),
        ("KENG_PUBILC_PORT=1\n", r"line 1: KENG_PUBILC_PORT is no setting"),
        ("PATH=/tmp\n", r"line 1: PATH is no setting"),
        ("\nsomething\n", r"line 2: this is not NAME=value"),
        ("KENG_DEMO=0\nKENG_DEMO=0\n", r"line 2: KENG_DEMO stands there twice"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(monkeypatch, own_file, text, said):
    own_file.write_text(text)
    with pytest.raises(WrongSettings, match=said):
        loaded(monkeypatch, "KENG_DATA")


def test_a_file_with_a_password_is_closed_to_other_accounts(monkeypatch, own_file):
    own_file.write_text("DATABASE_URL=postgresql://owner:secret@db/keng\n")
    own_file.chmod(0o644)
    with pytest.raises(WrongSettings, match="chmod o="):
        loaded(monkeypatch, "KENG_DATA")
    own_file.chmod(0o640)
    assert loaded(monkeypatch, "DATABASE_URL").endswith("@db/keng")


def test_a_process_of_the_supervisor_learns_no_more_from_the_file_than_it_was_told(
    monkeypatch, own_file
):
    own_file.write_text("DATABASE_URL=postgresql://owner:secret@db/keng\n")
    own_file.chmod(0o600)
    monkeypatch.setenv("KENG_PROCESS", "worker")
    assert loaded(monkeypatch, "DATABASE_URL") is None


def test_every_setting_of_the_page_is_checked_and_no_other():
    assert set(SETTING_CHECKS) == documented_settings()


def test_every_setting_that_is_tried_here_is_one():
    assert {name for name, _ in (*WRONG, *RIGHT)} <= set(SETTING_CHECKS)
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in SETTING_CHECKS)
