"""keng places names: a table of parks, stations and markets."""

import pytest

from keng.cli import places as command
from keng.places.models import Landmark
from keng.runtime.errors import CannotContinue
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    province = make.place("Bắc Ninh", kind="province", code="24", full_name="Tỉnh Bắc Ninh")
    make.province_unit("Công an tỉnh Bắc Ninh", serves=province)
    return make.place("Nếnh", parent=province, code="07795", full_name="Phường Nếnh")


def test_the_command_reads_a_table_and_lists_it(ward, tmp_path, capsys):
    table = tmp_path / "names.csv"
    table.write_text("name,commune\nBến xe Nếnh,07795\n", encoding="utf-8-sig")
    assert command._import_names(str(table)) == 0
    assert command._list_names() == 0
    assert "Bến xe Nếnh: 07795 Phường Nếnh, Tỉnh Bắc Ninh" in capsys.readouterr().out


def test_a_faulty_table_says_which_line_and_changes_nothing(ward, tmp_path, capsys):
    table = tmp_path / "names.csv"
    table.write_text("name,commune\nBến xe Nếnh,07795\nChợ Xa,99999\n")
    with pytest.raises(CannotContinue, match="Nothing was imported"):
        command._import_names(str(table))
    assert "line 3" in capsys.readouterr().out
    assert not Landmark.objects.exists()
