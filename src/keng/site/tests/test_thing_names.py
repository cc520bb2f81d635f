"""An auditor reads which survey, lesson or film an entry is about, and not half of an id."""

from types import SimpleNamespace

import pytest

from keng.audit_page.thing_names import thing_names
from keng.site.tests.desk_world import world
from tests import make

pytestmark = pytest.mark.django_db


def test_what_an_act_was_done_to_has_its_present_name():
    rows = world("Đào", parent=make.province_unit("Công an tỉnh")).rows
    named = {
        "group": "Nhóm Đào",
        "survey": "Khảo sát Đào",
        "edition": "Bài Đào",
        "collection": "Bộ Đào",
        "campaign": "Hứa Đào",
        "film": "Phim Đào",
    }
    entries = [
        SimpleNamespace(object_kind=kind, object_id=str(rows[kind].pk), detail={}) for kind in named
    ]
    assert thing_names(entries) == {
        (kind, str(rows[kind].pk)): name for kind, name in named.items()
    }
