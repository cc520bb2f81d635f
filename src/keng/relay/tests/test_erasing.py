"""A lead is erased: nothing says who it was, no sheet brings them back, the place is taken."""

import dataclasses
import datetime

import pytest
from django.db import connection
from django.urls import reverse

from keng.accounts.models import Officer
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import Approval, Delivery, Dispatch, DispatchText, RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.actions.lead_ways import TypedAddress, enter_ways
from keng.network.actions.leads import ErasedBefore, LeadEntry, add_lead
from keng.network.actions.people_below import PersonBelow, StoppedBefore, add_person_below
from keng.network.models import Lead, LeadRefusal, LeadWay
from keng.network.secret_links import lead_token
from keng.network.sheets.plan_leads import LEAD_LAYOUT, plan_lead_sheet
from keng.network.sheets.reading import read_sheet
from keng.relay import stopping
from keng.relay.erasing import NotTheirName, ask_to_be_erased, erase_lead, erase_who_asked
from keng.relay.telling_leads import call_off_for_stopped
from keng.relay.vacant_places import (
    AlreadyTakenOn,
    NoSuchSuccessor,
    give_place,
    places_below,
    places_of_desk,
    take_on_place,
)
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db
ADDRESS = "thay-an@truong.example"


class School(Ward):
    """A principal with two class teachers; one of them has an address and something to pass on."""

    def __init__(self):
        super().__init__()
        keys.make_sender_key()
        self.officer = make.officer(unit=self.unit)
        own = {"unit": self.unit, "place": self.place, "kind": "school"}
        self.principal = make.lead(
            unit=self.unit, name="Cô Lan", groups=(make.group(name="Toàn trường", **own),)
        )
        self.group = make.group(name="Phụ huynh 4A1", **own)
        below = {"unit": self.unit, "above": self.principal}
        self.an = make.lead(name="Thầy An", groups=(self.group,), **below)
        self.binh = make.lead(name="Thầy Bình", **below)
        self.under_an = make.lead(name="Bà Cúc", unit=self.unit, above=self.an)
        enter_ways({self.an.pk: TypedAddress("email", ADDRESS)})
        approval = Approval.objects.create(
            text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=self.officer
        )
        dispatch = Dispatch.objects.create(
            kind="warning",
            is_urgent=False,
            unit=self.unit,
            source_kind="warning",
            approval=approval,
        )
        DispatchText.objects.create(dispatch=dispatch, language="vi", text="Cảnh báo")
        self.task = RelayTask.objects.create(
            dispatch=dispatch,
            lead=self.an,
            group=self.group,
            handed_out_at=times.now(),
            handed_out_by=self.officer,
        )

    def planned(self, name, address="", unit=""):
        headings = "Tên đầu mối;Chức vụ;Đầu mối đã đồng ý;Email;Đơn vị"
        rows = f"{headings}\n{name};Chủ nhiệm;có;{address};{unit}"
        sheet = read_sheet(rows.encode("utf-8-sig"), LEAD_LAYOUT)
        return plan_lead_sheet(sheet, by=self.officer)


@pytest.fixture
def school():
    return School()


def erase_oneself(lead, name, become):
    """Asked with the link, and two days went by."""
    become("public")
    ask_to_be_erased(lead, name)
    become("owner")
    Lead.objects.filter(pk=lead.pk).update(
        erase_asked_at=times.now() - stopping.CALL_OFF_WITHIN - datetime.timedelta(minutes=1)
    )
    become("worker")
    erase_who_asked()
    become("owner")


def everything_kept():
    """Every row of the network and of the record, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in ("network_lead", "network_leadway", "network_leadrefusal", "audit_entry"):
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t")
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def test_nothing_that_is_kept_says_who_it_was(school, become):
    token = lead_token(school.an)
    erase_oneself(school.an, " thầy AN ", become)
    kept = everything_kept()
    assert "Thầy Bình" in kept
    for words in ("Thầy An", ADDRESS, bytes(school.an.link_secret).hex()):
        assert words not in kept
    erased = Lead.objects.get(pk=school.an.pk)
    assert (erased.name, erased.position, erased.stopped_at is not None) == ("", "", True)
    assert LeadWay.objects.get(pk=school.an.pk).address_hash is None
    assert token != lead_token(erased)
    entry = Entry.objects.get(action="lead.erased")
    assert (entry.actor_id, entry.detail) == ("worker", {})


def test_the_own_name_has_to_be_typed_and_the_link_calls_it_off(school, public_client):
    page = reverse("relay-erase", args=[lead_token(school.an)], urlconf="keng.site.public_urls")
    wrong = public_client.post(page, {"name": "Thầy Bình"})
    assert wrong.status_code == 422
    assert "Thầy Bình" in wrong.content.decode()
    with pytest.raises(NotTheirName):
        ask_to_be_erased(school.an, "")
    assert (
        "sắp được xóa"
        in public_client.post(page, {"name": "Thầy An"}, follow=True).content.decode()
    )
    erase_who_asked()
    assert Lead.objects.get(pk=school.an.pk).stopped_at is not None
    resume = reverse("relay-resume", args=[lead_token(school.an)], urlconf="keng.site.public_urls")
    public_client.post(resume)
    again = Lead.objects.get(pk=school.an.pk)
    assert (again.name, again.stopped_at, again.erase_asked_at) == ("Thầy An", None, None)
    # Nothing of it is lost: the address was kept, and is written to again.
    assert LeadWay.objects.get(pk=school.an.pk).channel == "email"


def test_who_is_told_by_a_channel_hears_once_that_their_link_asked_for_it(school, become):
    make.channel_account(unit=school.unit, channel="email")
    LeadWay.objects.update(confirmed_at=times.now(), first_message_at=times.now(), quiet_from=None)
    become("public")
    ask_to_be_erased(school.an, "Thầy An")
    become("worker")
    assert [erase_who_asked(), erase_who_asked(), call_off_for_stopped()] == [1, 0, 0]
    become("owner")
    (row,) = Delivery.objects.filter(recipient_ref=school.an.pk)
    assert (row.state, row.dispatch.source_kind) == ("queued", "lead_erasing")
    long_ago = times.now() - datetime.timedelta(days=3)
    Lead.objects.filter(pk=school.an.pk).update(erase_asked_at=long_ago)
    become("worker")
    assert [erase_who_asked(), call_off_for_stopped()] == [1, 1]


def test_no_later_sheet_brings_name_or_address_back(school):
    erase_lead(school.an.pk, by=school.officer)
    assert LeadRefusal.objects.count() == 2
    assert "xóa" in school.planned("THẦY AN").wrong[0].errors[0]
    # Written otherwise, the address says that it may be the same person.
    assert "không nhận tin" in school.planned("Thầy Mới", ADDRESS).wrong[0].errors[0]
    assert len(school.planned("Thầy Mới").new) == 1


def test_neither_a_namesake_nor_another_unit_opens_a_way_around_the_mark(school):
    erase_lead(school.an.pk, by=school.officer)
    make.lead(unit=school.unit, name="Thầy An", position="Bảo vệ")
    assert "xóa" in school.planned("Thầy An").wrong[0].errors[0]
    other = make.unit("Công an phường Khác")
    make.post(school.officer, unit=other)
    school.officer = Officer.objects.get(pk=school.officer.pk)
    assert "xóa" in school.planned("Thầy An", unit=other.name).wrong[0].errors[0]


def test_by_hand_only_who_asked_to_take_part_again(school):
    erase_lead(school.an.pk, by=school.officer)
    entry = LeadEntry("Thầy An", "Chủ nhiệm", school.unit.pk, None, frozenset(), times.now().date())
    with pytest.raises(ErasedBefore):
        add_lead(entry, by=school.officer)
    with pytest.raises(StoppedBefore):
        add_person_below(school.principal, PersonBelow("Thầy An", "Chủ nhiệm", "Nhóm mới"))
    assert Lead.objects.filter(name="Thầy An").count() == 0
    add_lead(dataclasses.replace(entry, asked_again=True), by=school.officer)
    assert Lead.objects.filter(name="Thầy An").count() == 1


def test_the_desk_erases_only_with_the_tick_and_is_asked_who_takes_it_on(school, desk_client):
    client = sign_in(desk_client, school.officer)
    page = reverse("lead-erase", args=[school.an.pk], urlconf="keng.site.desk_urls")
    client.post(page)
    assert Lead.objects.get(pk=school.an.pk).erased_at is None
    asked = client.post(page, {"asked": "yes"}, follow=True).content.decode()
    assert "Phụ huynh 4A1" in asked
    assert "Thầy An" not in asked
    place = reverse("place-take-on", args=[school.an.pk], urlconf="keng.site.desk_urls")
    assert "Không có tên này" in client.post(place, {"name": "Không có tên này"}).content.decode()
    client.post(place, {"name": "thay binh"})
    assert places_of_desk(school.officer) == []
    assert set(school.binh.groups.all()) == {school.group}


def test_the_superior_gives_the_place_to_one_of_their_own_people(school, become):
    erase_oneself(school.an, "Thầy An", become)
    become("public")
    (place,) = places_below(school.principal)
    assert (place.groups, place.below) == ((school.group,), 1)
    with pytest.raises(NoSuchSuccessor):
        give_place(school.principal, school.an.pk, school.under_an.pk)
    give_place(school.principal, school.an.pk, school.binh.pk)
    with pytest.raises(AlreadyTakenOn):
        give_place(school.principal, school.an.pk, school.binh.pk)
    assert set(school.binh.groups.all()) == {school.group}
    school.task.refresh_from_db()
    school.under_an.refresh_from_db()
    # What is still to be passed on is theirs now, and nobody has told them of it.
    assert (school.task.lead, school.task.handed_out_at) == (school.binh, None)
    assert school.under_an.above == school.binh


def test_the_superior_chooses_before_anybody_is_named_and_reads_why_it_failed(
    school, public_client
):
    erase_lead(school.an.pk, by=school.officer)
    there = {"token": lead_token(school.principal), "place": school.an.pk}
    page = reverse("relay-place", kwargs=there, urlconf="keng.site.public_urls")
    unchosen = public_client.post(page, {"successor": ""})
    assert unchosen.status_code == 422
    assert "Hãy chọn một người của bạn" in unchosen.content.decode()
    assert '<option value="">Chọn</option>' in unchosen.content.decode()
    wrong = public_client.post(page, {"successor": str(school.under_an.pk)})
    assert "không còn thuộc quyền phụ trách của bạn" in wrong.content.decode()
    assert public_client.post(page, {"successor": str(school.binh.pk)}).status_code == 302
    late = public_client.post(page, {"successor": str(school.binh.pk)})
    assert "Đã có người nhận" in late.content.decode()


def test_who_answered_to_the_place_can_take_it_on_and_no_circle_comes_of_it(school):
    erase_lead(school.an.pk, by=school.officer)
    take_on_place(school.an.pk, "Bà Cúc", by=school.officer)
    school.under_an.refresh_from_db()
    assert school.under_an.above == school.principal
