"""The pages: who opens them, the refused lines as a file, the list with its search."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keng.conftest import sign_in
from keng.imported.models import ImportBatch
from keng.imported.tests.office import look_at, make_office, sheet_of, take_in
from keng.kit import pagination
from tests import make

pytestmark = pytest.mark.django_db


def test_a_sheet_from_the_form_to_the_list_of_what_came_in(desk_client, monkeypatch):
    office = make_office()
    sign_in(desk_client, office.commander)
    sheet = sheet_of("25/03/2024;Đồng Xanh;;;;;;;;", "mai;;;;;;;;;")
    given = {"unit": office.province.pk, "kind": "tips", "sheet": SimpleUploadedFile("a", sheet)}
    assert desk_client.post("/imports/new/", given | {"sheet": ""}).status_code == 422
    assert desk_client.post("/imports/new/", given).status_code == 302
    batch = ImportBatch.objects.get()
    page = desk_client.get(f"/imports/{batch.pk}/").content.decode()
    assert "1 dòng không nhập được" in page
    refused = desk_client.get(f"/imports/{batch.pk}/refused.csv").content.decode("utf-8-sig")
    assert "3;ngày không phải dạng 25/03/2024" in refused
    end = ";;Đã làm rõ;02/04/2024;;;"
    found = look_at(office, f"01/03/2024;;;Mất gà{end}", f"02/03/2024;;;Mất chó{end}")
    done = take_in(office, found)
    page = desk_client.get(f"/imports/{done.pk}/").content.decode()
    assert "Dòng đã nhập cùng nội dung" in page
    monkeypatch.setattr(pagination, "PAGE_SIZE", 1)
    listed = desk_client.get("/imported/tips/").content.decode()
    assert ("Mất chó" in listed, "Mất gà" in listed, "Trang sau" in listed) == (True, False, True)
    assert "Mất gà" in desk_client.get("/imported/tips/?q=ga").content.decode()
    sign_in(desk_client, make.officer(unit=office.desk))
    assert desk_client.get("/imports/").status_code == 403
    assert "Chưa nhập gì" in desk_client.get("/imported/tips/").content.decode()
