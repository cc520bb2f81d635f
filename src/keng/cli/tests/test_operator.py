"""The operator's commands: from an empty database to somebody who can sign in and receive."""

import io
import json
import re

import pytest

from keng.accounts import closing as closing_accounts
from keng.accounts.models import Notice, Officer, OfficerRequest
from keng.accounts.requesting import HALF_LENGTH
from keng.accounts.setting_up import WrongHalves
from keng.accounts.tests.stage import CHOSEN, Stage, finish
from keng.audit.models import Entry
from keng.channels.email import Email
from keng.channels.upkeep import AccountFinding
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake import running_zalo
from keng.cli.__main__ import main
from keng.cli.first_steps import first_steps
from keng.decisions import closing, out_of_scope
from keng.delivery.actions.subscribing import mailbox_account
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount, Conversation, Delivery, Dispatch
from keng.kit import codes
from keng.kit.ids import new_id
from keng.places.models import Unit
from keng.vault import keys, opening, seal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    """The keys of this test, not of the run; the cluster stays that of the run."""
    monkeypatch.setattr(keys, "data_folder", lambda: tmp_path)
    monkeypatch.setattr("keng.cli.channel.checking.data_folder", lambda: tmp_path)
    monkeypatch.delenv("KENG_SENDER_KEY_FILE", raising=False)
    seal.forget_public_keys()
    opening._sender_private_key.cache_clear()
    yield
    seal.forget_public_keys()
    opening._sender_private_key.cache_clear()


@pytest.fixture
def bac_ninh():
    province = make.place(
        "Bắc Ninh", kind="province", code="24", full_name="Tỉnh Bắc Ninh", province_code="24"
    )
    return province, make.place("Nếnh", code="07795", full_name="Phường Nếnh", parent=province)


@pytest.fixture
def keng(capsys):
    """Run a command; its exit code and what it printed."""

    def run(*words):
        code = main(words)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_an_empty_database_becomes_a_desk_with_an_administrator(keng, bac_ninh):
    assert keng("unit", "add", "07795")[0] == 1  # first the province's
    assert keng("unit", "add", "24", "--phone", "0204 000 0100")[0] == 0
    assert keng("unit", "add", "07795")[0] == 0
    assert "no key yet" in keng("unit", "list")[1]
    assert "2 units got a key" in keng("vault", "init")[1]
    assert "no key yet" not in keng("unit", "list")[1]
    code, said = keng("officer", "add", "tuan.mac", "--name", "Cán bộ Một", "--unit", "24")
    assert code == 0
    # Neither a password nor a secret: the operator could sign in with them.
    assert "Password" not in said
    assert not Officer.objects.filter(username="tuan.mac").exists()
    assert "not set up yet: administrator" in keng("officer", "list")[1]
    officer = finish(*halves_in(said))
    assert officer.check_password(CHOSEN)
    assert "administrator of Công an tỉnh Bắc Ninh" in keng("officer", "list")[1]
    acts = Entry.objects.filter(actor_id="operator").values_list("action", flat=True)
    assert sorted(acts) == ["officer.opened_by_operator", "unit.added", "unit.added"]
    assert Entry.objects.get(action="officer.added").actor_id == str(officer.pk)


def halves_in(said):
    shown = re.search(r"Code +(\S+) and (\S+)", said)
    return [codes.cleaned_code(half, HALF_LENGTH) for half in shown.groups()]


def test_a_units_name_and_place_follow_from_the_code(keng, bac_ninh):
    keng("unit", "add", "24", "--communes")
    unit = Unit.objects.get(kind="commune")
    assert (unit.name, unit.short_name, unit.parent.short_name) == (
        "Công an phường Nếnh",
        "NẾNH",
        "BẮCNINH",
    )
    assert unit.jurisdictions.get().place.code == "07795"
    code, said = keng("unit", "add", "07795")
    assert (code, "has a unit already" in said) == (1, True)
    assert "0 units of communes" in keng("unit", "add", "24", "--communes")[1]


def test_a_code_is_found_by_a_name_without_accents(keng, bac_ninh):
    assert "24     " in keng("places", "find", "bac ninh")[1]
    assert "07795  Phường Nếnh" in keng("places", "find", "nenh")[1]


def test_what_is_wrong_is_said_in_one_line(keng, bac_ninh):
    for words in (
        ("unit", "add", "99999"),
        ("officer", "add", "x", "--name", "X", "--unit", "nowhere"),
        ("officer", "renew", "nobody"),
        ("channel", "renew", "nothing"),
    ):
        code, said = keng(*words)
        assert (code, len(said.splitlines())) == (1, 1), words
        assert said.startswith("keng: "), words


def test_a_name_that_could_not_sign_in_is_refused(keng):
    unit = make.province_unit()
    given = ("--name", "X", "--unit", unit.short_name)
    assert keng("officer", "add", "Lan Ngô", *given)[0] == 1
    code, said = keng("officer", "add", "lan", *given)
    assert code == 0
    # Asked for again before it is set up, the first code is worth nothing.
    assert keng("officer", "add", "lan", *given)[0] == 0
    with pytest.raises(WrongHalves):
        finish(*halves_in(said))
    finish(*halves_in(keng("officer", "add", "lan", *given)[1]))
    assert keng("officer", "add", "lan", *given)[0] == 1


def test_a_lost_last_administrator_gets_a_new_sign_in_and_every_commander_is_told(keng):
    province = make.province_unit()
    officer = make.officer(unit=province, role="administrator", password="the old one")
    ward = make.unit(parent=province)
    chiefs = {make.officer(unit=ward, role="commander"), make.officer(unit=ward, role="commander")}
    code, said = keng("officer", "renew", officer.username)
    assert code == 0
    officer.refresh_from_db()
    assert officer.check_password("the old one")
    told = Notice.objects.filter(act="operator").exclude(officer=officer)
    assert {notice.officer for notice in told} == chiefs
    finish(*halves_in(said))
    officer.refresh_from_db()
    assert officer.check_password(CHOSEN)
    opened = Entry.objects.get(action="officer.opened_by_operator")
    assert (opened.actor_id, opened.detail["officer"]) == ("operator", str(officer.pk))


def test_the_operator_is_refused_while_two_people_could_agree_on_the_desk(keng):
    stage = Stage()
    lost = ("officer", "renew", stage.officer.username)
    new = ("officer", "add", "moi", "--name", "Mới", "--unit", stage.ward.short_name)
    for words in (lost, new):
        code, said = keng(*words)
        assert code == 1
        assert "together on the desk" in said
        assert keng(*words, "--confirm", "khac")[0] == 1
    assert not OfficerRequest.objects.exists()
    assert keng(*lost, "--confirm", stage.officer.username)[0] == 0
    assert Entry.objects.get(action="officer.opened_by_operator").detail["although_two_could"]
    # Two administrators of one line are no two people, and somebody lost is not one of the two.
    closing_accounts.close_account(stage.other.pk, by=stage.admin)
    assert keng("officer", "renew", stage.commander.username)[0] == 0


def test_the_doctor_says_what_is_left_to_do_until_nothing_is(keng, bac_ninh):
    def left():
        return " ".join(first_steps())

    assert "no unit" in left()
    keng("unit", "add", "24")
    assert "no unit" not in left()
    assert "keng vault init" in left()
    keng("vault", "init")
    assert "keng vault init" not in left()
    assert "no administrator" in left()
    said = keng("officer", "add", "tuan", "--name", "Cán bộ Một", "--unit", "24")[1]
    assert "no administrator" not in left()
    assert "has not set up yet" in left()
    finish(*halves_in(said))
    assert "has not set up yet" not in left()
    assert "nobody who could agree" in left()
    chief = ("chief", "--name", "Cán bộ Hai", "--unit", "24", "--role", "commander")
    finish(*halves_in(keng("officer", "add", *chief)[1]))
    assert "nobody who could agree" not in left()
    assert "no duty officer" in left()
    assert "no mailbox" in left()
    assert "no officer has a pager" in left()


def test_an_account_is_kept_sealed_and_its_provider_asked(keng, bac_ninh, tmp_path, monkeypatch):
    keng("unit", "add", "24")
    keng("vault", "init")
    with running_zalo() as fake:
        given = fake.credentials() | {"api_base": fake.base}
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))
        add = ("channel", "add", "zalo_oa", "bac-ninh", "--unit", "24", "--settings", "-")
        code, said = keng(*add)
        assert (code, "/hooks/zalo_oa/bac-ninh" in said) == (0, True)
        account = ChannelAccount.objects.get(slug="bac-ninh")
        row = str(
            {k: bytes(v) if isinstance(v, memoryview) else v for k, v in vars(account).items()}
        )
        assert all(given[k] not in row + said for k in ("access_token", "app_secret"))
        code, said = keng("channel", "check")
        assert (code, "the provider knows it as" in said) == (0, True)
        assert "can read every chat" in said
        assert "renewed by themselves" in said
        assert account.rate_per_minute == ZaloOA.can.rate_per_minute
        fake.faults.next(match="/getoa", status=502, body="bad gateway")
        assert keng("channel", "check", "bac-ninh")[0] == 1
        wrong = tmp_path / "wrong.json"
        wrong.write_text(json.dumps(given | {"access_token": "x" * 40}))
        renew = ("channel", "renew", "bac-ninh", "--settings", str(wrong))
        # Its provider is asked first, and what it does not take is not kept.
        code, said = keng(*renew)
        assert (code, "Nothing was kept" in said) == (1, True)
        assert keng("channel", "check", "bac-ninh")[0] == 0
        assert keng(*renew, "--unasked")[0] == 0
        code, said = keng("channel", "check", "bac-ninh")
        assert (code, "WRONG" in said, "keng channel renew" in said) == (1, True, True)
    assert keng("channel", "check")[0] == 1  # nobody answers there any more


def test_secrets_are_asked_for_and_stand_on_no_command_line(keng, bac_ninh, monkeypatch):
    keng("unit", "add", "24")
    answers = iter(["smtp://127.0.0.1:1", "canh-bao@keng.example", *[""] * 7])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    add = ("channel", "add", "email", "mail", "--unit", "24")
    code, said = keng(*add)
    assert (code, "cannot be reached" in said, ChannelAccount.objects.count()) == (1, True, 0)
    answers = iter(["smtp://127.0.0.1:1", "canh-bao@keng.example", *[""] * 7])
    assert keng(*add, "--unasked")[0] == 0
    assert "email     mail" in keng("channel", "list")[1]
    code, said = keng("channel", "check", "mail")
    assert (code, "cannot be reached" in said, "ConnectionRefusedError" in said) == (1, True, True)
    assert ChannelAccount.objects.get(slug="mail").rate_per_minute == Email.can.rate_per_minute


def test_settings_that_lack_something_are_refused(keng, bac_ninh, tmp_path):
    keng("unit", "add", "24")
    file = tmp_path / "half.json"
    file.write_text('{"server": "smtp://127.0.0.1:25"}')
    add = ("channel", "add", "email", "mail", "--unit", "24", "--settings", str(file))
    code, said = keng(*add)
    assert (code, "from_address" in said, ChannelAccount.objects.count()) == (1, True, 0)


MAIL = {"server": "smtp://127.0.0.1:1", "from_address": "canh-bao@keng.example"}


@pytest.fixture
def mail(keng, bac_ninh, tmp_path):
    """An account for letters; called with what differs, the answer of adding it."""
    keng("unit", "add", "24")

    def add(slug="mail", *words, **differs):
        file = tmp_path / "mail.json"
        file.write_text(json.dumps(MAIL | differs))
        given = ("--unit", "24", "--settings", str(file), "--unasked")
        return keng("channel", "add", "email", slug, *given, *words)

    return add


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"server": "mailserver"}, "server is no mail server"),
        ({"server": "smtp://"}, "server is no mail server"),
        ({"server": "smtps://mail.example:x"}, "server is no mail server"),
        ({"from_address": "notanaddress"}, "from_address is no e-mail address"),
        ({"return_address": "tra+lai@keng.example"}, "return_address is too long before the @"),
        ({"return_server": "pop3://mail.example"}, "return_server is no mailbox server"),
        ({"passwort": "x"}, "Not known of an account of email: passwort"),
    ],
)
def test_what_could_never_work_is_not_kept(mail, differs, said):
    code, words = mail(**differs)
    assert (code, said in words, ChannelAccount.objects.count()) == (1, True, 0)


@pytest.mark.parametrize("rate", ["-5", "0", "many", "9999999999", "00000000160001"])
def test_a_rate_that_is_none_is_refused_as_one(keng, mail, capsys, rate):
    """And not as a name that is taken."""
    assert mail()[0] == 0
    for line in (
        ("channel", "add", "email", "second", "--unit", "24", f"--rate={rate}"),
        ("channel", "change", "mail", f"--rate={rate}"),
    ):
        with pytest.raises(SystemExit):
            keng(*line)
        assert "messages a minute: 1 to 60000" in capsys.readouterr().err
    assert ChannelAccount.objects.get().rate_per_minute == Email.can.rate_per_minute


def test_an_account_is_corrected_stopped_and_goes_on(keng, mail):
    assert mail(from_name="Cũ")[0] == 0
    keng("unit", "add", "07795")
    assert keng("channel", "change", "mail")[0] == 1
    assert keng("channel", "change", "mail", "--unit", "07795", "--rate", "7")[0] == 0
    account = ChannelAccount.objects.get()
    assert (account.unit.short_name, account.rate_per_minute) == ("NẾNH", 7)

    # What is not given stays; a dash takes away what was there.
    given = io.StringIO(json.dumps({"from_address": "moi@keng.example", "from_name": "-"}))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", given)
        assert keng("channel", "renew", "mail", "--settings", "-", "--unasked")[0] == 0
    account.refresh_from_db()
    kept = given_settings(account)
    assert kept == {"api_base": MAIL["server"], "from_address": "moi@keng.example"}

    for _ in range(2):
        assert keng("channel", "stop", "mail")[0] == 0
    assert mailbox_account() is None
    assert "switched off" in keng("channel", "list")[1]
    assert keng("channel", "start", "mail")[0] == 0
    assert mailbox_account() == account
    acts = Entry.objects.filter(action__startswith="channel.").order_by("id")
    assert [entry.action for entry in acts] == [
        "channel.added",
        "channel.changed",
        "channel.renewed",
        "channel.switched_off",
        "channel.switched_on",
    ]


def test_an_account_that_nothing_names_is_gone_and_its_name_free(keng, mail):
    assert mail()[0] == 0
    code, said = keng("channel", "remove", "mail")
    assert (code, "secrets are destroyed" in said) == (0, True)
    assert not ChannelAccount.objects.exists()
    assert mail()[0] == 0
    assert mail("removed-1")[0] == 1


def test_what_an_account_would_take_along_is_said_before_it_ends(keng, mail):
    assert mail(password="mật khẩu")[0] == 0
    account = ChannelAccount.objects.get()
    dispatch = Dispatch.objects.create(kind="notice", is_urgent=False, unit=account.unit)
    waiting = Delivery.objects.create(
        dispatch=dispatch,
        account=account,
        channel="email",
        recipient_kind="subscription",
        recipient_ref=new_id(),
        address_sealed=b"x",
    )
    chat = Conversation.objects.create(
        account=account, key_hash=b"k" * 32, reply_address_sealed=b"sealed"
    )
    code, said = keng("channel", "remove", "mail")
    assert (code, "1 messages wait" in said, "1 people wrote" in said) == (1, True, True)
    assert keng("channel", "remove", "mail", "--confirm", "mail")[0] == 0
    waiting.refresh_from_db()
    chat.refresh_from_db()
    account.refresh_from_db()
    assert (waiting.state, chat.is_reachable, account.is_active) == ("cancelled", False, False)
    assert bytes(account.secrets_box) + bytes(account.tokens_sealed) == b""
    assert "No account yet" in keng("channel", "list")[1]
    assert keng("channel", "start", account.slug)[0] == 1
    assert mail()[0] == 0


def test_the_hosts_to_open_are_those_of_the_accounts_there_are(keng, mail, tmp_path):
    assert keng("channel", "hosts") == (0, "")
    mail(server="smtps://mail.example")
    # Tokens are sealed to the sender's key; it makes the account of officers' devices, too.
    keng("vault", "init")
    zalo = tmp_path / "zalo.json"
    zalo.write_text(json.dumps(dict.fromkeys(ZaloOA.facts.settings, "x")))
    add = ("channel", "add", "zalo_oa", "bac-ninh", "--unit", "24", "--settings", str(zalo))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "keng.cli.channel.checking.provider_finding", lambda *_: AccountFinding(True, "well")
        )
        assert keng(*add)[0] == 0
    said = keng("channel", "hosts")[1]
    found = {tuple(line.split()[:2]) for line in said.splitlines()}
    assert {
        ("mail.example", "465"),
        ("openapi.zalo.me", "443"),
        ("oauth.zaloapp.com", "443"),
        ("*.zdn.vn", "443"),
        ("fcm.googleapis.com", "443"),
    } <= found


def test_words_found_out_of_scope_come_back_with_the_passphrase(keng, monkeypatch):
    unit = make.unit(parent=make.province_unit())
    officer = make.officer(unit=unit)
    passphrase = keng("vault", "init")[1].splitlines()[-1].strip()
    tip = make.tip(unit=unit, text="Chuyện riêng")
    closing.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    out_of_scope.object_to_sealing(tip.pk)
    monkeypatch.setattr("sys.stdin", io.StringIO("not this one\n"))
    assert keng("vault", "restore")[0] == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{passphrase}\n"))
    assert "1 tips have their words again" in keng("vault", "restore")[1]
    tip.refresh_from_db()
    assert tip.text == "Chuyện riêng"
