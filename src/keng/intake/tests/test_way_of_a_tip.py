"""A tip's way in twelve stations, as docs/map.md tells it: each is passed, and in that order."""

import re
import sys
from pathlib import Path

import pytest

import keng
from keng.alarms.ringing import call_what_rings
from keng.conftest import sign_in
from keng.intake.examination.examine import examine_tips
from keng.tips.models import Tip
from tests import make

KENG = Path(keng.__file__).parent
MAP = KENG.parents[1] / "docs" / "map.md"
_STATION = re.compile(r"^\| \d+ \|.*`keng/([\w/]+\.py)` `(\w+)` \|$", re.MULTILINE)


def stations_of_the_map():
    return _STATION.findall(MAP.read_text(encoding="utf-8"))


class Passed:
    """The functions of the product in the order in which they were called first."""

    def __enter__(self):
        self.functions = []
        self._known = {}
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _look(self, frame, event, _):
        if event != "call" or frame.f_code in self._known:
            return
        self._known[frame.f_code] = True
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(KENG):
            self.functions.append((str(file.relative_to(KENG)), frame.f_code.co_name))


@pytest.mark.django_db
def test_a_tip_passes_the_stations_of_the_map_in_their_order(say, desk_client):
    with Passed() as passed:
        say("Có hai thanh niên đang cạy cửa nhà trọ số 5, họ cầm dao")
        tip = Tip.objects.get()
        examine_tips()
        call_what_rings()
        officer = make.officer(unit=tip.responsible_unit)
        sign_in(desk_client, officer)
        desk_client.get("/tips/")
        page = desk_client.get(f"/tips/{tip.pk}/")
        seen = {"seen": page.context["seen"]}
        assert desk_client.post(f"/tips/{tip.pk}/accept/", seen).status_code == 302
        answer = {"text": "Tổ tuần tra đang tới."}
        assert desk_client.post(f"/tips/{tip.pk}/reply/", answer).status_code == 302
        assert (
            desk_client.post(f"/tips/{tip.pk}/outcome/", {"outcome": "solved"}).status_code == 302
        )
        assert (
            desk_client.post(f"/tips/{tip.pk}/close/", {"text": "", "sure": "1"}).status_code == 302
        )
    stations = stations_of_the_map()
    assert len(stations) == 12
    assert [one for one in passed.functions if one in stations] == stations
