"""What waits for an approval is counted in the menu, and says truly for whom it waits."""

import pytest

from keng.conftest import sign_in
from keng.warnings import queries
from keng.warnings.models import Version
from keng.warnings.tests.test_desk import url
from keng.warnings.tests.ward import Ward, waiting_warnings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def test_the_menu_counts_what_the_page_lists_for_each_officer(ward):
    other = make.unit("Công an xã bên", parent=ward.province, serves=make.place("Xã bên"))
    ward.submitted()
    ward.submitted(by=ward.commander)
    ward.submitted(unit=other, groups=True, by=ward.coordinator)
    ward.draft()
    ward.published()
    everybody = (ward.officer, ward.commander, ward.coordinator, ward.province_duty)
    listed = [len(queries.warning_desk_lists(officer).to_release) for officer in everybody]
    assert [waiting_warnings(officer) for officer in everybody] == listed == [0, 1, 2, 3]


def test_what_waits_is_listed_however_many_drafts_are_newer(ward):
    ward.submitted()
    draft = ward.draft()
    same = {"warning": draft.warning, "texts": draft.texts, "audience": draft.audience}
    Version.objects.bulk_create(
        Version(**same, number=number, made_by=ward.officer) for number in range(2, 203)
    )
    listed = queries.warning_desk_lists(ward.commander).to_release
    assert len(listed) == waiting_warnings(ward.commander) == 1


def test_the_number_stands_in_the_menu_of_whoever_may_approve(desk_client, ward):
    ward.submitted()
    for officer, shown in ((ward.commander, True), (ward.officer, False)):
        sign_in(desk_client, officer)
        page = desk_client.get(url("groups")).content.decode()
        assert ("Cảnh báo <b>1</b>" in page) is shown


def test_a_commander_who_wrote_it_does_not_read_that_it_waits_for_a_commander(desk_client, ward):
    version = ward.submitted(by=ward.commander)
    sign_in(desk_client, ward.commander)
    for name in ("warning-detail", "warning-approve"):
        page = desk_client.get(url(name, version.warning_id)).content.decode()
        assert f"Người duyệt được ở tỉnh: {ward.coordinator}" in page
        assert "chỉ huy của bạn" not in page


def test_a_preview_shows_no_code_that_looks_real(desk_client, ward):
    version = ward.submitted()
    sign_in(desk_client, ward.commander)
    for name in ("warning-approve", "warning-edit"):
        page = desk_client.get(url(name, version.warning_id)).content.decode()
        assert "[mã có khi duyệt và gửi]" in page
        assert "7QM" not in page
