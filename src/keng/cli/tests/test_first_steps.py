"""What the doctor hints at once everything works."""

import datetime
import os

import pytest

from keng.accounts.models import OfficerPasskey, Shift
from keng.cli.first_steps import first_steps
from keng.delivery.models import Dispatch, PagerTest, RelayTask
from keng.kit import times
from keng.vault import key_pairs, keys
from keng.vault.models import UnitKey
from tests import make

pytestmark = pytest.mark.django_db


def test_the_file_that_opens_every_name_is_to_leave_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "data_folder", lambda: tmp_path)
    assert "private keys" not in " ".join(first_steps())
    keys.operator_file().parent.mkdir()
    keys.operator_file().write_text("{}")
    assert f"move {keys.operator_file()} off it" in " ".join(first_steps())
    make.channel_account(unit=make.unit(), channel="sandbox")
    assert "private keys" not in " ".join(first_steps())


def test_units_with_older_keys_are_told_until_their_file_was_here(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "data_folder", lambda: tmp_path)
    half = os.urandom(32)
    unit = make.unit()
    UnitKey.objects.create(unit=unit, public_key=key_pairs.public_half(half))
    assert "1 of 1 units seal with the key of an older version" in " ".join(first_steps())
    keys._write(keys.operator_file(), {str(unit.pk): half}, "words-for-a-test")
    assert keys.make_unit_keys("words-for-a-test") == 1
    assert "older version" not in " ".join(first_steps())


def test_a_province_in_which_nobody_can_let_a_warning_out_is_told(settings):
    province = make.province_unit()
    duty, other = make.officer(unit=province), make.officer(unit=province)
    make.officer(unit=province, role="administrator")

    def hint():
        return [each for each in first_steps() if "has a passkey" in each]

    settings.APPROVE_WITH_CODE = True
    assert not hint()
    settings.APPROVE_WITH_CODE = False
    assert "at 1 of 1 provincial desks nobody has a passkey" in hint()[0]
    passkey = OfficerPasskey.objects.create(holder=duty, label="khóa", credential_id=b"c")
    assert not hint()
    # One that was stopped lets nothing out.
    OfficerPasskey.objects.filter(pk=passkey.pk).update(stopped_at=times.now())
    assert hint()
    OfficerPasskey.objects.create(holder=other, label="khóa", credential_id=b"d")
    assert not hint()


def test_the_way_to_the_first_warning_is_told_a_step_at_a_time():
    def next_step():
        hints = [hint for hint in first_steps() if "first-day.md, " in hint or "tested" in hint]
        assert len(hints) <= 1
        return "".join(hints)

    unit = make.unit(parent=make.province_unit())
    assert next_step() == ""
    officer = make.officer(unit=unit, role="duty")
    assert "no group yet" in next_step()
    group = make.group(unit=unit, place=make.place("Nếnh"))
    assert "no lead yet" in next_step()
    lead = make.lead(unit=unit, groups=(group,))
    assert "nobody is on the rota" in next_step()
    now = times.now()
    hour = datetime.timedelta(hours=1)
    shift = Shift.objects.create(
        unit=unit, officer=officer, set_by=officer, starts_at=now - hour, ends_at=now + hour
    )
    assert "no pager was tested" in next_step()
    call = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit)
    PagerTest.objects.create(officer=officer, shift=shift, dispatch=call, confirmed_at=now)
    assert "no lead has confirmed" in next_step()
    RelayTask.objects.create(dispatch=call, lead=lead, group=group, confirmed_at=now)
    assert next_step() == ""
