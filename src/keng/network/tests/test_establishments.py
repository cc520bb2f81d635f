"""Houses and their contacts: who may see and write them, what a sheet does, who is not reached."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.accounts.models import Post
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.network.actions import establishments as actions
from keng.network.actions.establishments import EstablishmentEntry
from keng.network.models import Establishment, GroupKind
from keng.network.queries import establishments as queries
from keng.site import desk_urls
from tests import make

pytestmark = pytest.mark.django_db
HEADS = "Tên cơ sở;Loại hình;Nơi;Người liên hệ;Đã đồng ý;Số phòng;Nhóm Zalo;Họ tên người thuê"


def url(name, **kwargs):
    return reverse(name, desk_urls, kwargs=kwargs)


@pytest.fixture
def ward():
    place = make.place("Phường Nếnh")
    unit = make.unit(serves=place)
    unit.hamlet = make.place("Ninh Khánh", kind="hamlet", parent=place)
    unit.landlords = make.group(
        unit=unit, place=place, name="Chủ trọ phường", kind=GroupKind.LANDLORDS
    )
    return unit


@pytest.fixture
def desk(ward, desk_client):
    return sign_in(desk_client, make.officer(unit=ward, role=Post.Role.DUTY))


def sent(*lines):
    content = "\n".join([HEADS, *lines]).encode()
    return {"sheet": SimpleUploadedFile("nha-tro.csv", content)}


def take_over(desk, page):
    form = {key: page.context[key] for key in ("token",)}
    return desk.post(
        url("establishments-take-over"),
        {"sheet": form["token"], "shown": page.context["plan"].digest},
        follow=True,
    )


def test_a_house_is_written_down_and_stands_in_the_list(desk, ward):
    desk.post(
        url("establishment-new"),
        {
            "name": "Nhà trọ Hoa Mai",
            "kind": "boarding_house",
            "place": ward.hamlet.pk,
            "contact": "Bà Thử",
            "contact_agreed_on": "2026-11-01",
            "room_count": "12",
            "group": ward.landlords.pk,
        },
    )
    house = Establishment.objects.get()
    assert (house.unit_id, house.room_count, house.group_id) == (ward.pk, 12, ward.landlords.pk)
    assert Entry.objects.get(action="establishment.added").object_id == str(house.pk)
    page = desk.get(url("establishments")).content.decode()
    assert "Nhà trọ Hoa Mai" in page
    assert "Bà Thử" in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"contact_agreed_on": ""}, "contact_agreed_on"),
        ({"contact": "Bà Thử 0900 000 000"}, "contact"),
        ({"contact_agreed_on": "2100-01-01"}, "contact_agreed_on"),
        ({"room_count": "nhiều"}, "room_count"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk, ward, changed, field):
    given = {
        "name": "Nhà trọ Hoa Mai",
        "kind": "boarding_house",
        "place": ward.hamlet.pk,
        "contact": "Bà Thử",
        "contact_agreed_on": "2026-11-01",
        "room_count": "1",
    }
    page = desk.post(url("establishment-new"), given | changed)
    assert set(page.context["form"].errors) == {field}
    assert not Establishment.objects.exists()


def test_a_name_stands_once_in_a_place_and_again_in_another(desk, ward):
    make.establishment(unit=ward, place=ward.hamlet, name="Nhà trọ Hoa Mai")
    given = {"name": "Nhà trọ Hoa Mai", "kind": "boarding_house", "room_count": "1"}
    page = desk.post(url("establishment-new"), given | {"place": ward.hamlet.pk})
    assert "name" in page.context["form"].errors
    other = make.place("My Điền", kind="hamlet", parent=ward.hamlet.parent)
    assert desk.post(url("establishment-new"), given | {"place": other.pk}).status_code == 302


def test_no_contact_is_kept_who_has_not_agreed(ward):
    with pytest.raises(IntegrityError, match="agreed"), transaction.atomic():
        make.establishment(unit=ward, place=ward.hamlet, contact="Bà Thử")


def test_a_house_of_another_unit_does_not_exist_here(desk):
    place = make.place()
    house = make.establishment(unit=make.unit(serves=place), place=place)
    assert desk.get(url("establishment-edit", pk=house.pk)).status_code == 404
    assert house.name not in desk.get(url("establishments")).content.decode()


def test_a_closed_house_counts_nowhere(desk, ward):
    house = make.establishment(unit=ward, place=ward.hamlet)
    desk.post(url("establishment-open", pk=house.pk))
    assert desk.get(url("establishments")).context["total"].houses == 0
    assert desk.get(url("establishments") + "?state=closed").context["total"].houses == 1
    desk.post(url("establishment-open", pk=house.pk))
    assert [entry.action for entry in Entry.objects.order_by("id")] == [
        "establishment.closed",
        "establishment.reopened",
    ]


def test_houses_without_a_group_in_use_are_listed_by_hamlet_most_first(ward):
    officer = make.officer(unit=ward)
    retired = make.group(unit=ward, place=ward.hamlet, is_active=False)
    other = make.place("My Điền", kind="hamlet", parent=ward.hamlet.parent)
    make.establishment(unit=ward, place=ward.hamlet, group=ward.landlords)
    make.establishment(unit=ward, place=ward.hamlet, name="lẻ", group=retired)
    for number in range(2):
        make.establishment(unit=ward, place=other, name=f"vắng {number}")
    hamlets = queries.unreached_by_hamlet(officer)
    assert [(h.place, h.houses, [one.name for one in h.missing]) for h in hamlets] == [
        (other, 2, ["vắng 0", "vắng 1"]),
        (ward.hamlet, 2, ["lẻ"]),
    ]
    total = queries.sum_of_establishments(
        queries.establishments_by_kind(queries.filtered_establishments(officer))
    )
    assert (total.houses, total.reached, total.missing) == (4, 1, 3)


def test_a_sheet_is_shown_first_and_then_taken_over_whole(desk, ward):
    page = desk.post(
        url("establishments-import"),
        sent(
            "Nhà trọ Hoa Mai;nhà trọ;Ninh Khánh;Bà Thử;có;12;chu tro phuong;Người Thuê Thử",
            "Karaoke Thử;karaoke;Ninh Khánh;Ông Mẫu;;;;",
        ),
    )
    assert not Establishment.objects.exists()
    plan = page.context["plan"]
    assert (len(plan.new), len(plan.wrong)) == (2, 0)
    assert page.context["sheet"].dropped == ("Họ tên người thuê",)
    assert "Người Thuê Thử" not in page.content.decode()
    take_over(desk, page)
    first, second = Establishment.objects.order_by("-name")
    assert (first.contact, first.room_count, first.group_id) == ("Bà Thử", 12, ward.landlords.pk)
    # Nobody said that he agreed.
    assert (second.contact, second.contact_agreed_on) == ("", None)
    assert Entry.objects.get(action="establishment.imported").detail["new"] == 2


def test_the_same_sheet_again_changes_nothing_and_an_empty_cell_takes_nothing_away(desk, ward):
    rows = ["Nhà trọ Hoa Mai;nhà trọ;Ninh Khánh;Bà Thử;có;12;Chủ trọ phường;"]
    take_over(desk, desk.post(url("establishments-import"), sent(*rows)))
    plan = desk.post(url("establishments-import"), sent(*rows)).context["plan"]
    assert (len(plan.same), plan.changes) == (1, 0)
    page = desk.post(
        url("establishments-import"), sent("NHA TRO HOA MAI;nhà trọ;Ninh Khánh;;;14;;")
    )
    assert [(c.before, c.after) for row in page.context["plan"].changed for c in row.changes] == [
        ("Nhà trọ Hoa Mai", "NHA TRO HOA MAI"),
        ("12", "14"),
    ]
    take_over(desk, page)
    house = Establishment.objects.get()
    assert (house.contact, house.room_count, house.group_id) == ("Bà Thử", 14, ward.landlords.pk)


@pytest.mark.parametrize(
    "row",
    [
        ";nhà trọ;Ninh Khánh",
        "A;chung cư;Ninh Khánh",
        "A;nhà trọ;Nơi Không Có",
        "A;nhà trọ;",
        "A;nhà trọ;Ninh Khánh;;;rất nhiều",
        "A;nhà trọ;Ninh Khánh;Bà Thử 0900 000 000;có",
        "A;nhà trọ;Ninh Khánh;;;;Nhóm Không Có",
        "=1+1;nhà trọ;Ninh Khánh",
    ],
)
def test_one_wrong_row_keeps_the_whole_sheet_out(desk, row):
    page = desk.post(url("establishments-import"), sent("B;nhà trọ;Ninh Khánh", row))
    assert len(page.context["plan"].wrong) == 1
    take_over(desk, page)
    assert not Establishment.objects.exists()


def test_two_rows_about_one_house_are_refused(desk):
    rows = ("Hoa Mai;nhà trọ;Ninh Khánh", "hoa mai;nhà trọ;Ninh Khánh")
    plan = desk.post(url("establishments-import"), sent(*rows)).context["plan"]
    assert [row.number for row in plan.wrong] == [3]


def test_a_row_about_a_house_that_closed_says_so(desk, ward):
    house = make.establishment(unit=ward, place=ward.hamlet)
    desk.post(url("establishment-open", pk=house.pk))
    row = f"{house.name};nhà trọ;{ward.hamlet.name};;;14;;"
    plan = desk.post(url("establishments-import"), sent(row)).context["plan"]
    assert "đã đóng" in str(plan.rows[0].errors)


def test_whoever_only_looks_on_imports_nothing(ward, desk_client):
    client = sign_in(desk_client, make.officer(unit=ward, role=Post.Role.AUDITOR))
    assert client.get(url("establishments-import")).status_code == 403


def test_a_warning_to_a_kind_begins_with_its_groups_alone(desk):
    page = desk.get(url("warning-new") + "?kind=landlords&kind=nonsense")
    assert page.context["form"].initial["kinds"] == ["landlords"]


@pytest.mark.parametrize("role", [Post.Role.AUDITOR, Post.Role.ADMINISTRATOR])
def test_whoever_only_reads_writes_no_house(desk_client, ward, role):
    house = Establishment.objects.create(
        unit=ward, place=ward.hamlet, name="Nhà trọ Hoa Mai", kind="boarding_house", room_count=3
    )
    reader = make.officer(unit=ward, role=role)
    entry = EstablishmentEntry("Khác", house.kind, house.place_id, ward.pk, "", None, None, 0)
    with pytest.raises(NotAllowed):
        actions.add_establishment(entry, by=reader)
    with pytest.raises(NotAllowed):
        actions.change_establishment(house.pk, entry, by=reader)
    with pytest.raises(NotAllowed):
        actions.set_establishment_open(house.pk, is_open=False, by=reader)
    sign_in(desk_client, reader)
    edit = url("establishment-edit", pk=house.pk)
    close = url("establishment-open", pk=house.pk)
    new = url("establishment-new")
    for address in (edit, close, new):
        assert desk_client.post(address, {"name": "Khác"}).status_code == 403
    page = desk_client.get(edit).content.decode()
    assert "data-send" not in page
    assert close not in page
    assert new not in desk_client.get(url("establishments")).content.decode()
    house.delete()
    assert new not in desk_client.get(url("establishments")).content.decode()
    assert not Entry.objects.filter(action__startswith="establishment.").exists()


def test_only_the_houses_that_change_are_held_while_a_sheet_is_taken_over(desk, ward):
    first = make.establishment(unit=ward, place=ward.hamlet, name="Nhà trọ 1")
    other = make.establishment(unit=ward, place=ward.hamlet, name="Nhà trọ 2")
    kind = str(first.get_kind_display())
    page = desk.post(url("establishments-import"), sent(f"Nhà trọ 1;{kind};Ninh Khánh;;;77;;"))
    with CaptureQueriesContext(connection) as queries:
        take_over(desk, page)
    statements = [each["sql"] for each in queries if "NO KEY UPDATE" in each["sql"]]
    held = [sql for sql in statements if 'FROM "network_establishment"' in sql]
    assert [first.pk.hex in sql for sql in held] == [True]
    assert other.pk.hex not in held[0]
    first.refresh_from_db()
    assert first.room_count == 77
