"""What a commune's officer reads where the province does the work: who does it, and where."""

import pytest

from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit("Công an tỉnh"))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/claims/", "Việc kiểm tin đồn do tỉnh làm"),
        ("/lessons/", "tỉnh soạn bài học"),
        ("/surveys/", "Khảo sát do bàn trực của tỉnh soạn"),
        ("/listings/", "Mục của đơn vị bạn"),
    ],
)
def test_an_empty_list_says_whose_work_it_is(unit, desk_client, path, words):
    sign_in(desk_client, make.officer(unit=unit))
    assert words in desk_client.get(path).content.decode()


def test_writing_a_survey_without_the_right_says_who_does(unit, desk_client):
    sign_in(desk_client, make.officer(unit=unit))
    page = desk_client.get("/surveys/new/", follow=True).content.decode()
    assert "Nhiệm vụ của bạn không gồm soạn khảo sát" in page
