"""A database is never used with other keys than its own, nor the demo's data as real ones."""

import io
import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext

import pytest
from django.db import connection

from keng.accounts import second_factor
from keng.audit import heads
from keng.audit.models import Entry, SignedHead
from keng.cli import keys as command
from keng.cli.__main__ import main
from keng.delivery import credentials, push_account
from keng.kit import secrets
from keng.kit.refusals import KeyMissing
from keng.runtime import known_keys
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import claim_installation, is_demo_data, key_faults, require_known_keys
from keng.runtime.postgres import embedded_cluster
from keng.runtime.supervisor.register import only_supervisor
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data
from keng.vault import opening, seal
from keng.vault.models import Installation, SenderKey
from tests import make
from tests.stack import free_ports

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder with a site key alone, beside the database of this test."""

    @contextmanager
    def connected():
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.delenv("KENG_SECRET_KEY", raising=False)
    monkeypatch.setattr(known_keys, "owner_connection", connected)
    monkeypatch.setattr(command, "owner_connection", connected)
    monkeypatch.setattr(command, "running_database", nullcontext)
    (tmp_path / "run").mkdir()
    secrets.read_or_make_key(tmp_path / "secrets" / "site.key")
    seal.forget_public_keys()
    yield tmp_path
    seal.forget_public_keys()


@pytest.fixture
def begun(data):
    """An installation with a unit, after its first start."""
    make.province_unit()
    claim_installation(is_demo=False)
    return data


def faults():
    return [(fault.kind, fault.is_missing) for fault in key_faults(connection.connection)]


def accept(monkeypatch, capsys, typed):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    code = main(["keys", "accept"])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_an_empty_database_takes_whatever_keys_are_made_for_it(data):
    assert faults() == []
    claim_installation(is_demo=False)
    assert faults() == []
    assert (data / "keys" / "sender.key").exists()
    assert (data / "keys" / "audit.key").exists()
    assert Installation.objects.count() == 1


@pytest.mark.parametrize("kind", ["site", "sender", "audit", "transfer"])
def test_a_missing_key_and_another_one_are_told_apart(begun, kind):
    file = begun / ("secrets" if kind == "site" else "keys") / f"{kind}.key"
    kept = file.read_bytes()
    file.unlink()
    assert faults() == [(kind, True)]
    file.write_bytes(os.urandom(64 if kind == "transfer" else 32))
    assert faults() == [(kind, False)]
    with pytest.raises(CannotContinue, match="keng keys accept"):
        require_known_keys()
    file.write_bytes(kept[:20])
    with pytest.raises(KeyMissing, match="is no key"):
        require_known_keys()
    file.write_bytes(kept)
    require_known_keys()


def test_another_secret_in_the_settings_is_another_key(begun, monkeypatch):
    monkeypatch.setenv("KENG_SECRET_KEY", "another one")
    assert faults() == [("site", False)]


def test_no_process_but_the_owner_makes_the_sites_key(data, monkeypatch):
    (data / "secrets" / "site.key").unlink()
    monkeypatch.setenv("KENG_PROCESS", "public")
    with pytest.raises(KeyMissing, match=r"site\.key is missing"):
        secrets.site_secret.__wrapped__()
    assert not (data / "secrets" / "site.key").exists()


def test_a_lost_signing_key_is_not_made_anew_behind_signatures(begun):
    SignedHead.objects.create(chain="c", seq=1, hash=b"h", signature=b"s")
    (begun / "keys" / "audit.key").unlink()
    with pytest.raises(KeyMissing, match=r"audit\.key is missing"):
        heads.verify_key()
    assert not (begun / "keys" / "audit.key").exists()


def test_the_sender_says_which_key_it_lacks(begun, monkeypatch):
    file = begun / "keys" / "sender.key"
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(file))
    opening.require_sender_key()
    file.write_bytes(os.urandom(32))
    with pytest.raises(KeyMissing, match="another key"):
        opening.require_sender_key()
    file.write_bytes(b"cut")
    with pytest.raises(KeyMissing, match="is no key"):
        opening.require_sender_key()
    file.unlink()
    with pytest.raises(KeyMissing, match=r"sender\.key is missing"):
        opening.require_sender_key()
    monkeypatch.delenv("KENG_SENDER_KEY_FILE")
    with pytest.raises(KeyMissing, match="KENG_SENDER_KEY_FILE"):
        opening.require_sender_key()


def test_keys_are_given_up_only_by_typing_it_and_on_record(begun, monkeypatch, capsys):
    before = SenderKey.objects.get()
    for kind in ("sender", "audit"):
        (begun / "keys" / f"{kind}.key").unlink()
    code, said = accept(monkeypatch, capsys, "yes")
    assert (code, "Nothing was changed." in said) == (1, True)
    assert "No conversation in a chat that is open now can be answered" in said
    assert faults() == [("sender", True), ("audit", True)]
    with only_supervisor(begun):
        assert "stop it first" in accept(monkeypatch, capsys, command.TYPED)[1]
    assert accept(monkeypatch, capsys, command.TYPED)[0] == 0
    assert faults() == []
    current = SenderKey.objects.get(retired_at__isnull=True)
    assert bytes(current.public_key) != bytes(before.public_key)
    entry = Entry.objects.get(action="keys.accepted")
    assert (entry.actor_id, entry.object_kind) == ("operator", "unit")
    assert entry.detail == {"keys": ["sender", "audit"]}
    assert "nothing is to be accepted" in accept(monkeypatch, capsys, "")[1]


def test_accounts_whose_secrets_went_with_a_key_wait_for_others_and_pagers_get_a_key(
    begun, monkeypatch, capsys
):
    unit = make.unit()
    lost = secrets.SecretBox(os.urandom(32)).encrypt(b"{}")
    mail = make.channel_account(unit=unit, channel="email", slug="mail", secrets_box=lost)
    whole = make.channel_account(unit=unit, channel="email", slug="whole")
    push_account.make_push_account()
    before = push_account.push_settings()["vapid_public"]
    (begun / "keys" / "sender.key").unlink()
    code, said = accept(monkeypatch, capsys, command.TYPED)
    assert (code, "keng channel renew mail" in said) == (0, True)
    mail.refresh_from_db()
    assert mail.circuit_open_since is not None
    assert "connect the account again" in mail.circuit_reason
    assert dict(credentials.credentials_for_receiving(mail)) is not None
    whole.refresh_from_db()
    assert whole.circuit_open_since is None
    # Sealed to the new sender's key, and so a new one for the browsers.
    assert push_account.push_settings()["vapid_public"] not in {"", before}
    acts = Entry.objects.filter(chain__startswith="channel:").values_list("action", flat=True)
    assert sorted(acts) == ["channel.renewed", "channel.stopped"]


def test_keys_are_shown_with_what_is_wrong(begun, capsys):
    assert main(["keys", "check"]) == 0
    assert capsys.readouterr().out.count("belongs to this database") == 4
    (begun / "keys" / "audit.key").unlink()
    assert main(["keys", "check"]) == 1
    assert "WRONG  audit" in capsys.readouterr().out


def test_what_a_version_of_before_did_not_keep_is_known_from_the_next_start_on(begun):
    Installation.objects.update(transfer_key=None)
    file = begun / "keys" / "transfer.key"
    file.unlink()
    assert faults() == []
    claim_installation(is_demo=False)
    file.unlink()
    assert faults() == [("transfer", True)]


def test_before_the_upgrade_the_column_is_not_asked_for(begun):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_installation DROP COLUMN transfer_key")
    assert faults() == []


def test_after_another_site_key_nobody_signs_in_and_nothing_breaks(begun):
    officer = make.officer(unit=make.unit())
    officer.totp_box = secrets.SecretBox(os.urandom(32)).encrypt(b"A" * 32)
    officer.save()
    assert second_factor.check_totp_code(officer, "123456") is False


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demo_and_real_data_are_told_apart_for_good(data, is_demo):
    claim_installation(is_demo=is_demo)
    claim_installation(is_demo=is_demo)
    with pytest.raises(CannotContinue, match="Nothing was started"):
        claim_installation(is_demo=not is_demo)
    with pytest.raises(CannotContinue, match="Nothing was started"):
        known_keys.require_data_of(is_demo=not is_demo)
    if is_demo:
        known_keys.require_demo()
    else:
        with pytest.raises(CannotContinue, match="nobody's digits"):
            known_keys.require_demo()


@pytest.mark.parametrize(("is_demo", "told"), [(True, "1"), (False, None)])
def test_what_follows_the_data_is_of_a_demo_on_the_demos_alone(data, monkeypatch, is_demo, told):
    monkeypatch.delenv("KENG_DEMO", raising=False)
    claim_installation(is_demo=is_demo)
    known_keys.follow_data()
    assert os.environ.get("KENG_DEMO") == told


@pytest.mark.parametrize("is_demo", [True, False])
def test_what_began_before_keys_were_on_record_is_known_all_the_same(begun, is_demo):
    if is_demo:
        make.channel_account(unit=make.unit(), channel="sandbox")
    Installation.objects.all().delete()
    assert is_demo_data(connection.connection) is is_demo
    sender = begun / "keys" / "sender.key"
    kept = sender.read_bytes()
    sender.write_bytes(os.urandom(32))
    assert faults() == [("sender", False)]
    sender.write_bytes(kept)
    assert faults() == []
    (begun / "secrets" / "site.key").rename(begun / "elsewhere")
    assert faults() == [("site", True)]
    (begun / "elsewhere").rename(begun / "secrets" / "site.key")
    with pytest.raises(CannotContinue):
        claim_installation(is_demo=not is_demo)
    claim_installation(is_demo=is_demo)
    assert Installation.objects.get().is_demo is is_demo


BEGIN = """
from keng.runtime.environment import start_django
start_django()
from keng.runtime.known_keys import claim_installation
from tests import make
claim_installation(is_demo=False)
make.officer(unit=make.province_unit())
"""


def test_real_commands_refuse_a_lost_key_and_make_no_other(open_folder):
    data = open_folder / "data"
    foreign = {name for name in os.environ if name.startswith("KENG_")} | {"DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    own = {
        name: os.environ[name] for name in ("KENG_PG_BINDIR", "KENG_PG_USER") if name in os.environ
    }
    environment = kept | own | {"KENG_DATA": str(data)}

    def run(*words):
        answer = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False, env=environment
        )
        assert "Traceback" not in answer.stderr
        return answer.returncode, answer.stdout + answer.stderr

    copy_migrated_data(data)
    cluster = embedded_cluster(data, UNSAFE_AND_FAST)
    cluster.start()
    try:
        assert run("-c", BEGIN) == (0, "")
        site = data / "secrets" / "site.key"
        site.unlink()
        ports = ("--ports", ",".join(map(str, free_ports(4))))
        for words in (("unit", "list"), ("doctor", *ports), ("serve", *ports)):
            code, said = run("-m", "keng.cli", *words)
            assert (code, f"{site} is missing" in said) == (1, True), words
            assert not site.exists(), words
    finally:
        cluster.stop()
