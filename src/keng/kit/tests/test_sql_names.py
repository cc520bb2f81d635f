"""The database sorts names as people do, and as language.alphabet does in Python."""

import pytest

from keng.accounts.models import Officer
from keng.kit.sql_names import alphabetically, by_given_name
from keng.language.alphabet import alphabetical, given_name_first
from keng.network.models import Group
from tests import make

pytestmark = pytest.mark.django_db
GROUPS = (
    "Đoàn thanh niên Nếnh",
    "Dân phòng",
    "Tổ 2 Sen Hồ",
    "Tổ 10 Sen Hồ",
    "Tổ 02 Sen Hồ",
    "tổ tự quản",
    "Tộ",
    "Tồ",
    "Tơ",
    "Ấp Ân",
    "Ấp An",
    "An",
    "Ân",
    "Ăn",
    "Hà Nam",
    "Hạ An",
    "Nghiêm Xá (mới)",
    "Nghie\u0302\u0309m",
    "Ủy ban",
    "Ươm",
    "Y tế",
)
PEOPLE = ("Trần Văn An", "Vũ Thị Lan", "Bùi Thị Lan", "Nguyễn Đăng", "Lê Minh Đức", "Ân", "Hòa ")


def test_the_database_and_python_have_one_order():
    unit, place = make.unit(), make.place()
    for name in GROUPS:
        make.group(unit=unit, place=place, name=name)
    found = Group.objects.order_by(alphabetically(), "name").values_list("name", flat=True)
    assert list(found) == sorted(GROUPS, key=lambda name: (alphabetical(name), name))
    assert list(found) != sorted(GROUPS)


def test_people_are_sorted_by_their_given_name():
    unit = make.unit()
    for name in PEOPLE:
        make.officer(unit=unit, name=name)
    found = Officer.objects.order_by(*by_given_name()).values_list("name", flat=True)
    assert list(found) == sorted(PEOPLE, key=given_name_first)
    assert [name.split()[-1] for name in found] == ["An", "Ân", "Đăng", "Đức", "Hòa", "Lan", "Lan"]
