"""What the doctor hints at once everything works."""

import pytest

from keng.cli.first_steps import first_steps
from keng.vault import keys
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
