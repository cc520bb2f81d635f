"""How often one network finishes lessons and prints papers."""

import pytest

from keng.lessons.models import Finished
from keng.lessons.public import lessons
from keng.lessons.tests.world import Desk

pytestmark = pytest.mark.django_db


def test_what_one_network_counts_is_bounded(public_client, monkeypatch, no_time_passes):
    for bound in (lessons.finish_limit, lessons.certificate_limit):
        monkeypatch.setattr(bound, "at_once", 2)
    address = f"/lessons/{Desk().published().lesson.slug}"
    sent = {"school_class": "4A2, tiểu học Thử", "pupils": "31"}
    done = [public_client.post(f"{address}/done").status_code for _ in range(3)]
    papers = [public_client.post(f"{address}/class", sent) for _ in range(3)]
    assert done == [303] * 3
    assert [paper.status_code for paper in papers] == [200, 200, 429]
    assert int(papers[2].headers["Retry-After"]) > 0
    page = papers[2].content.decode()
    assert "Mạng của bạn đã làm nhiều giấy xác nhận" in page
    assert "4A2, tiểu học Thử" in page
    found = Finished.objects.get()
    assert (found.times, found.pupils) == (2, 62)
