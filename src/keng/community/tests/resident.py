"""A resident with a browser on the report journey, and the desks that can receive the report."""

import re

from django.test import Client

from keng.places.models import Succession
from keng.tips.models import Tip
from tests import make

WORDS = "Chiều nay có số lạ gọi, xưng công an phường, bắt cài ứng dụng"


class Stage:
    """A province and two wards with desks and keys, a hamlet, and a commune without a desk."""

    def __init__(self):
        self.province_place = make.place(
            "Bắc Ninh", kind="province", code="24", full_name="Tỉnh Bắc Ninh"
        )
        self.place = make.place("Nếnh", parent=self.province_place, full_name="Phường Nếnh")
        self.other_place = make.place(
            "Vân Hà", parent=self.province_place, full_name="Phường Vân Hà"
        )
        self.bare_place = make.place(
            "Lục Ngạn", parent=self.province_place, full_name="Xã Lục Ngạn", kind="commune"
        )
        self.hamlet = make.place(
            "Ninh Khánh", kind="hamlet", parent=self.place, full_name="Tổ dân phố Ninh Khánh"
        )
        self.province = make.province_unit("Công an tỉnh Bắc Ninh", serves=self.province_place)
        self.unit = make.unit("Công an phường Nếnh", parent=self.province, serves=self.place)
        self.other = make.unit(
            "Công an phường Vân Hà", parent=self.province, serves=self.other_place
        )
        self.keys = {
            unit.pk: make.unit_key(unit) for unit in (self.province, self.unit, self.other)
        }

    def divided(self):
        """An old commune that is now two."""
        old = make.place("Tân Cũ", full_name="Xã Tân Cũ", kind="commune", valid_to="2025-06-30")
        for new in (self.place, self.other_place):
            Succession.objects.create(old=old, new=new, kind="split", on="2025-07-01")
        return old


class Resident:
    """Somebody who fills in the form. Each method answers one question and returns the response."""

    def __init__(self, client: Client):
        self.client = client

    def post(self, step, **data):
        return self.client.post(f"/report/{step}/", data)

    def look(self, step):
        return self.client.get(f"/report/{step}/")

    def write(self, *, place, desk="commune", topic="scam", text=WORDS, files=(), **more):
        """Answer every question, up to the check page."""
        self.post("who-gets", desk=desk)
        self.post("what", topic=topic)
        self.post(
            "where",
            q="",
            searched="",
            choice=getattr(place, "pk", place),
            spot=more.pop("spot", ""),
        )
        self.post(
            "describe",
            text=text,
            attached=list(files),
            happening=more.pop("happening", "over"),
            **({"money_moved": "on"} if more.pop("money_moved", False) else {}),
        )
        return self.post("name", **{"wish": "anonymous", **more})

    def token(self):
        return re.search(r'name="token" value="([\w-]{22})"', self.look("check").content.decode())[
            1
        ]

    def send(self, token=None):
        """The page that sending leads to: the receipt, if it was sent."""
        return self.client.post("/report/check/", {"token": token or self.token()}, follow=True)

    def report(self, **answers):
        """Everything at once; the code on the receipt."""
        self.write(**answers)
        return code_on(self.send())


def code_on(response):
    """The receipt code on a page, without its hyphens."""
    found = re.search(r"<output[^>]*>([0-9A-Z-]{19})</output>", response.content.decode())
    return found[1].replace("-", "")


def only_tip():
    return Tip.objects.get()
