"""keng check-settings: every wrong value with its name, the value and what would be right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keng.cli.__main__ import main
from keng.kit.configuration import SETTING_CHECKS
from keng.kit.secret_files import FILE_SUFFIX, SECRET_SETTINGS

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"
KENG = Path(sys.prefix) / "bin" / "keng"


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch, only_settings_of_test):
    """What a command takes into the environment is gone after the test."""
    monkeypatch.setattr("os.environ", dict(os.environ))


def checked(capsys, *words):
    code = main(["check-settings", *words])
    return code, capsys.readouterr().out


def secret_file(tmp_path, content=SECRET, mode=0o600):
    file = tmp_path / "secret"
    file.write_text(content)
    file.chmod(mode)
    return file


def test_without_any_setting_all_is_well(capsys):
    code, said = checked(capsys)
    assert (code, said.splitlines()[-1].startswith("ok ")) == (0, True)


def test_each_wrong_value_is_told_at_once_with_name_value_and_what_would_be_right(capsys, own_file):
    own_file.write_text(
        "KENG_DISPUTE_DAYS=ten\nKENG_PUBILC_PORT=9000\nKENG_BEHIND_TLS=yes\n"
        "KENG_WARNINGS_A_WEEK=30\nKENG_FILES_URL=https://s3.example/bucket\n"
    )
    code, said = checked(capsys)
    assert code == 1
    for sentence in (
        f"KENG_DISPUTE_DAYS ({own_file}) has to be a whole number from 1 to 365; ",
        'it is set to "ten"',
        "line 2: KENG_PUBILC_PORT is no setting; do you mean KENG_PUBLIC_PORT?",
        f'KENG_BEHIND_TLS ({own_file}) has to be 1 or 0; it is set to "yes"',
        "KENG_WARNINGS_A_WEEK is 30 and KENG_WARNINGS_A_MONTH 10",
        "KENG_FILES_URL needs KENG_FILES_KEY, KENG_FILES_SECRET beside it",
        "5 are wrong",
    ):
        assert sentence in said


def test_no_secret_is_repeated_wherever_it_was_written(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY", SECRET)
    monkeypatch.setitem(os.environ, "DATABASE_URL", f"mysql://owner:{SECRET}@db/keng")
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEYY", SECRET)
    monkeypatch.setitem(os.environ, "KENG_FILES_URL", f"https://key:{SECRET}@s3.example/bucket")
    code, said = checked(capsys)
    assert (code, SECRET in said) == (1, False)
    assert "KENG_SECRET_KEY = set, and not shown" in said
    assert "KENG_SECRET_KEYY is no setting; do you mean KENG_SECRET_KEY?" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KENG_PUBLIC_URL": "https://keng.example"}, "KENG_HOSTS lacks keng.example"),
        (
            {"KENG_PUBLIC_URL": "https://localhost"},
            "neither KENG_BEHIND_TLS=1 nor KENG_ORIGINS says so",
        ),
        ({"KENG_FILES_TO": "s3"}, "KENG_FILES_URL does not say where it is"),
        ({"KENG_ACCOUNT": "keng-a", "KENG_PG_USER": "keng-a"}, "are both keng-a"),
        (
            {"DATABASE_URL": "postgresql:///keng?target_session_attrs=standby"},
            "DATABASE_URL asks for a server that only reads (target_session_attrs=standby)",
        ),
        (
            {
                "DATABASE_URL": "postgresql://127.0.0.1/keng",
                "KENG_DATABASE_URL_DESK": "postgresql://127.0.0.1:6432/keng",
                "KENG_DATABASE_URL_CHANGES": "postgresql://127.0.0.1:6432/keng",
            },
            "behind a pooler the desk hears of no change",
        ),
        (
            {
                "DATABASE_URL": "postgresql://127.0.0.1/keng",
                "KENG_DATABASE_URL_REPLICA": "postgresql://127.0.0.1:5432/keng",
            },
            "KENG_DATABASE_URL_REPLICA leads to the server of DATABASE_URL",
        ),
        (
            {
                "DATABASE_URL": "postgresql://127.0.0.1/keng",
                "KENG_DATABASE_URL_REPLICA": "postgresql://127.0.0.1:5433/other",
            },
            "KENG_DATABASE_URL_REPLICA names another database",
        ),
        (
            {"KENG_DATABASE_URL_REPLICA": "postgresql:///keng?target_session_attrs=read-write"},
            "KENG_DATABASE_URL_REPLICA asks for a server that writes",
        ),
        (
            {"KENG_DATABASE_URL_REPLICA": "postgresql://db.example/keng"},
            "KENG_DATABASE_URL_REPLICA names a PostgreSQL on another machine",
        ),
        ({"DATABASE_URL": "postgresql://db.example/keng"}, "without sslmode=verify-full"),
        ({"KENG_ADDRESS": "0.0.0.0"}, "can be reached from other machines"),
        ({"KENG_DESK_PORT": "8000"}, "are both 8000"),
        ({"KENG_METRICS_PORT": "8000"}, "KENG_METRICS_PORT takes 8000"),
        ({"KENG_DEBUG": "1"}, "KENG_DEBUG shows"),
    ],
)
def test_what_cannot_be_together_is_refused_here_and_by_each_start(
    monkeypatch, capsys, tmp_path, settings, said
):
    for name, value in settings.items():
        monkeypatch.setitem(os.environ, name, value)
    code, told = checked(capsys)
    assert (code, said in told) == (1, True), told
    for command in ("serve", "public"):
        assert main([command]) == 1
        assert said in capsys.readouterr().err
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(
    "settings",
    [
        {
            "KENG_PUBLIC_URL": "https://keng.example",
            "KENG_HOSTS": "keng.example,127.0.0.1",
            "KENG_BEHIND_TLS": "1",
        },
        {"KENG_PUBLIC_URL": "http://[::1]:8000"},
        {
            "KENG_PUBLIC_URL": "https://Keng.example",
            "KENG_HOSTS": "KENG.example",
            "KENG_ORIGINS": "https://keng.example",
        },
        {"KENG_WARNINGS_A_MONTH": "2"},
        {
            "DATABASE_URL": "postgresql://127.0.0.1/keng",
            "KENG_DATABASE_URL_DESK": "postgresql://127.0.0.1:6432/keng",
            "KENG_DATABASE_URL_CHANGES": "postgresql://127.0.0.1/keng",
        },
        {
            "DATABASE_URL": "postgresql://127.0.0.1/keng",
            "KENG_DATABASE_URL_REPLICA": "postgresql://127.0.0.1:5433/?target_session_attrs=standby",
        },
        {
            "KENG_FILES_URL": "https://s3.example/bucket",
            "KENG_FILES_KEY": "id",
            "KENG_FILES_SECRET": SECRET,
        },
    ],
)
def test_what_goes_together_is_taken(monkeypatch, capsys, settings):
    for name, value in settings.items():
        monkeypatch.setitem(os.environ, name, value)
    code, said = checked(capsys)
    assert code == 0, said
    assert SECRET not in said


def test_a_password_in_an_address_that_fits_nothing_else_is_not_repeated(monkeypatch, capsys):
    monkeypatch.setitem(os.environ, "KENG_PUBLIC_URL", f"https://name:{SECRET}@keng.example")
    code, said = checked(capsys)
    assert (code, SECRET in said) == (1, False)
    assert "KENG_HOSTS lacks keng.example" in said


@pytest.mark.parametrize(
    "value",
    [f"http://name:a/{SECRET}@proxy.example:3128", f"name:{SECRET}@proxy.example:3128"],
)
def test_a_password_in_an_address_that_is_wrong_is_not_repeated(monkeypatch, capsys, value):
    monkeypatch.setitem(os.environ, "KENG_OUTGOING_PROXY", value)
    code, said = checked(capsys)
    assert (code, SECRET in said) == (1, False)


def test_a_wrong_number_does_not_hide_what_else_is_wrong(monkeypatch, capsys):
    monkeypatch.setitem(os.environ, "KENG_WARNINGS_A_WEEK", "many")
    monkeypatch.setitem(os.environ, "KENG_DESK_PORT", "a")
    monkeypatch.setitem(os.environ, "KENG_ADDRESS", "somewhere")
    monkeypatch.setitem(os.environ, "KENG_FILES_TO", "s3")
    code, said = checked(capsys)
    assert code == 1
    assert said.count("WRONG") == 4


def test_a_secret_stands_in_a_file_of_its_own(monkeypatch, capsys, own_file, tmp_path):
    file = secret_file(tmp_path, SECRET + "\n")
    own_file.write_text(f"KENG_SECRET_KEY_FILE={file}\n")
    code, said = checked(capsys)
    assert code == 0, said
    assert f"KENG_SECRET_KEY = set, and not shown  ({file})" in said
    # As if it had been given there; whom we start has no file to look for.
    assert os.environ["KENG_SECRET_KEY"] == SECRET
    assert "KENG_SECRET_KEY_FILE" not in os.environ


def test_the_environment_goes_before_the_file_whichever_way_either_says_it(
    monkeypatch, capsys, own_file, tmp_path
):
    own_file.write_text(f"KENG_SECRET_KEY_FILE={secret_file(tmp_path)}\n")
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY", "another-one-another-one-another-one")
    code, said = checked(capsys)
    assert code == 0, said
    assert os.environ["KENG_SECRET_KEY"].startswith("another-one")


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0o600, "is not there"),
        ("", 0o600, "is empty"),
        ("\n", 0o600, "is empty"),
        ("one\ntwo\n", 0o600, "holds more than one line"),
        ("hunter2\n\n", 0o600, "holds more than one line"),
        (f" {SECRET}\n", 0o600, "begins or ends with a blank"),
        (SECRET, 0o644, "is open to every account: chmod o="),
        ("x" * 9000, 0o600, "is too large for a secret"),
        ("short", 0o600, "has to be at least 32 characters"),
    ],
)
def test_a_wrong_file_is_told_in_words(monkeypatch, capsys, tmp_path, content, mode, said):
    file = tmp_path / "secret" if content is None else secret_file(tmp_path, content, mode)
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY_FILE", str(file))
    assert main(["serve"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("keng: KENG_SECRET_KEY")
    assert said in told
    assert not content or not content.strip() or content.strip() not in told
    assert list((tmp_path / "data").iterdir()) == []


def test_a_folder_a_pipe_and_a_path_that_is_not_whole_are_no_secrets(monkeypatch, capsys, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for file, said in ((tmp_path, "is no file"), (pipe, "is no file"), ("a", "its whole path")):
        monkeypatch.setitem(os.environ, "KENG_SECRET_KEY_FILE", str(file))
        code, told = checked(capsys)
        assert (code, said in told) == (1, True), told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can own a file that another may not read")
def test_a_file_of_another_account_is_told_as_such(tmp_path):
    tmp_path.chmod(0o755)
    file = secret_file(tmp_path)
    script = (
        "from pathlib import Path\nfrom keng.kit.secret_files import *\nimport os, sys\n"
        "os.setuid(65534)\n"
        "try: read_secret_file(Path(sys.argv[1]))\nexcept UnusableSecretFile as e: print(e)\n"
    )
    folder = tmp_path / "open"
    folder.mkdir()
    said = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False
    )
    assert said.stdout.strip() == "is not for this account to read", said.stderr


def test_a_secret_that_is_given_twice_is_refused(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY", SECRET)
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY_FILE", str(secret_file(tmp_path)))
    code, said = checked(capsys)
    assert (code, "keep one of the two" in said) == (1, True)


def test_a_credential_of_systemd_counts_and_is_for_nobody_whom_we_start(
    monkeypatch, capsys, tmp_path
):
    """It has the name of its setting; terminals have the file that a setting names."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "KENG_SECRET_KEY").write_text(SECRET)
    (folder / "KENG_SECRET_KEY").chmod(0o400)
    monkeypatch.setitem(os.environ, "CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.setitem(os.environ, "KENG_SECRET_KEY_FILE", str(tmp_path / "for-terminals"))
    code, said = checked(capsys)
    assert (code, str(folder / "KENG_SECRET_KEY") in said) == (0, True), said
    from keng.runtime.supervisor.children import child_processes
    from keng.runtime.supervisor.ports import Ports

    for child in child_processes(Ports(), is_demo=False):
        assert "CREDENTIALS_DIRECTORY" not in child.environment
        has_key = child.environment.get("KENG_SECRET_KEY") == SECRET
        assert has_key == (child.name != "opener")


def test_every_setting_that_may_hold_a_password_is_a_secret():
    words = ("_SECRET", "SECRET_", "PASSWORD", "DATABASE_URL", "SMTP")
    assert {name for name in SETTING_CHECKS if any(word in name for word in words)} == set(
        SECRET_SETTINGS
    )
    assert not {name + FILE_SUFFIX for name in SECRET_SETTINGS} & set(SETTING_CHECKS)


def test_the_words_are_those_of_the_terminal(monkeypatch, capsys):
    from keng.runtime.locale import compile_catalogues

    compile_catalogues()
    monkeypatch.setitem(os.environ, "KENG_DISPUTE_DAYS", "ten")
    monkeypatch.setitem(os.environ, "LC_ALL", "vi_VN.UTF-8")
    code, said = checked(capsys)
    assert code == 1
    assert "KENG_DISPUTE_DAYS phải là số nguyên từ 1 đến 365" in said
    monkeypatch.setitem(os.environ, "LC_ALL", "C.UTF-8")
    _code, said = checked(capsys)
    assert "has to be a whole number" in said
