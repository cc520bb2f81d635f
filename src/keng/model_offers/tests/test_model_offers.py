"""A desk offers what worked; another one takes it over as a draft of its own."""

import copy
import datetime
from types import SimpleNamespace

import pytest

from keng.accounts.models import Post, Shift
from keng.acts.errors import AlreadyDone, NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.duty.rota import NotOnThisRota, add_shifts
from keng.kit import times
from keng.lessons.actions.writing import open_collection
from keng.lessons.models import Edition
from keng.lessons.tests.world import Desk as LessonDesk
from keng.model_offers.errors import HoursWithNobody, NoShiftToOffer, OfferIsOver, TakenOverBefore
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.model_offers.offer_lists import open_offers, own_offers, things_to_offer
from keng.model_offers.offering import offer_lesson, offer_pattern, offer_rota, withdraw_offer
from keng.model_offers.taking_over import (
    fill_copied_rota,
    take_over_lesson,
    take_over_pattern,
    take_over_rota,
)
from keng.warnings.actions import pattern_acts
from keng.warnings.models import Pattern
from tests import make

pytestmark = pytest.mark.django_db
WORDS = {
    "title": "Giả danh công an gọi cài ứng dụng",
    "what": "Họ gọi từ số lạ, xưng công an, bảo cài ứng dụng.",
    "signs": "Thúc giục, dọa khóa căn cước.",
    "act": "Cúp máy. Gọi lại số trực của phường.",
    "call": "Gọi 113.",
}


def desk(label, **fields):
    """A commune's desk with somebody who writes and somebody who lets out."""
    unit = make.unit(f"Công an xã {label}", **fields)
    officer = make.officer(unit=unit, name=f"Lan {label}")
    return SimpleNamespace(
        unit=unit, officer=officer, commander=make.officer(unit=unit, role="commander")
    )


def pattern_fields():
    day = times.local_date(times.now()) + datetime.timedelta(days=90)
    return {"category": "scam_impersonation", "severity": 2, "kinds": ["residents"]} | {
        "expires_on": day
    }


def pattern_in_force(own_desk):
    pattern = pattern_acts.make_pattern(
        WORDS, unit_id=own_desk.unit.pk, **pattern_fields(), by=own_desk.officer
    )
    return pattern_acts.approve_pattern(pattern.pk, seen=pattern.digest_now, by=own_desk.commander)


def on_duty(own_desk, *, days=1, hour=7, officer=None):
    """One shift of twelve hours, some days from now."""
    day = times.local_date(times.now()) + datetime.timedelta(days=days)
    starts_at = datetime.datetime.combine(day, datetime.time(hour), times.VIETNAM)
    (shift,) = add_shifts(
        own_desk.unit.pk,
        (officer or own_desk.officer).pk,
        starts_at=starts_at,
        ends_at=starts_at + datetime.timedelta(hours=12),
        by=own_desk.commander,
    )
    return shift


def on_duty_day_and_night(own_desk):
    on_duty(own_desk, hour=7)
    on_duty(own_desk, hour=19)


def of_every_weekday(lines):
    return [
        {"weekday": weekday, "begins": begins, "minutes": 720, "role": role, "people": people}
        for weekday in range(7)
        for begins, people, role in lines
    ]


def copied_pattern(offer, by, unit, *, texts=WORDS):
    return take_over_pattern(offer.pk, texts, **pattern_fields(), unit_id=unit.pk, by=by)


def copied_lesson(offer, by, unit, *, texts=None, collection=None):
    words = texts or offer.content["texts"]
    taken = take_over_lesson(
        offer.pk, words, offer.content["right"], collection=collection, unit_id=unit.pk, by=by
    )
    return Edition.objects.get(pk=taken.copy_ref)


@pytest.fixture
def here():
    return desk("Đào")


@pytest.fixture
def there():
    return desk("Mận")


def test_a_pattern_of_another_desk_becomes_a_draft_that_a_second_person_lets_out(here, there):
    offer = offer_pattern(pattern_in_force(here).pk, by=here.officer)
    assert "Lan" not in str(offer.content)
    with pytest.raises(AlreadyDone):
        offer_pattern(offer.source_ref, by=here.commander)
    changed = WORDS | {"call": "Gọi 113 hoặc trực ban xã Mận."}
    taken = copied_pattern(offer, there.officer, there.unit, texts=changed)
    pattern = Pattern.objects.get(pk=taken.copy_ref)
    assert (pattern.unit, pattern.texts["call"]) == (there.unit, changed["call"])
    assert pattern.is_waiting
    assert pattern.has_hand_of(there.officer)
    with pytest.raises(TakenOverBefore):
        copied_pattern(offer, there.commander, there.unit)
    assert Pattern.objects.filter(unit=there.unit).count() == 1
    actions = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["pattern.made", "model.taken_over"]


def test_what_is_withdrawn_or_over_at_its_desk_is_not_taken_over_and_copies_stay(here, there):
    pattern = pattern_in_force(here)
    offer = offer_pattern(pattern.pk, by=here.officer)
    with pytest.raises(NotAllowed):
        withdraw_offer(offer.pk, by=there.commander)
    taken = copied_pattern(offer, there.officer, there.unit)
    withdraw_offer(offer.pk, by=here.officer)
    third = desk("Mơ")
    with pytest.raises(OfferIsOver):
        copied_pattern(offer, third.officer, third.unit)
    again = offer_pattern(pattern.pk, by=here.officer)
    pattern_acts.end_pattern(pattern.pk, by=here.commander)
    assert not open_offers().filter(pk=again.pk).exists()
    assert Pattern.objects.get(pk=taken.copy_ref).is_waiting
    assert Entry.objects.filter(action="model.withdrawn").count() == 1


def test_only_what_two_people_let_out_is_offered_and_nobody_takes_over_their_own(here, there):
    waiting = pattern_acts.make_pattern(
        WORDS, unit_id=here.unit.pk, **pattern_fields(), by=here.officer
    )
    with pytest.raises(NotAllowed):
        offer_pattern(waiting.pk, by=here.officer)
    pattern = pattern_in_force(here)
    with pytest.raises(NotAllowed):
        offer_pattern(pattern.pk, by=there.officer)
    offer = offer_pattern(pattern.pk, by=here.officer)
    with pytest.raises(OfferIsOver):
        copied_pattern(offer, here.officer, here.unit)


def test_a_lesson_goes_to_another_province_without_its_film(here):
    first, second = LessonDesk("một"), LessonDesk("hai")
    edition = first.published()
    offer = offer_lesson(edition.pk, by=first.writer)
    with pytest.raises(NotAllowed):
        # Lessons are the province's.
        copied_lesson(offer, here.officer, here.unit)
    changed = copy.deepcopy(edition.texts)
    changed["vi"]["title"] = "Gọi trực ban tỉnh hai"
    made = copied_lesson(offer, second.writer, second.unit, texts=changed)
    assert made.texts == changed
    opened = made.lesson.collection
    assert (opened.unit, opened.texts) == (second.unit, edition.lesson.collection.texts)
    assert made.is_waiting
    assert made.film is None
    # The next one goes where the officer says, not into any collection there is.
    again = offer_lesson(first.published(title="Khác").pk, by=first.writer)
    chosen = open_collection(opened.texts, purpose=opened.purpose, by=second.writer)
    open_collection(opened.texts, purpose=opened.purpose, by=second.writer)
    other = copied_lesson(again, second.writer, second.unit, collection=chosen)
    assert other.lesson.collection == chosen


def test_an_officer_of_two_desks_says_for_which_one(desk_client, here, there):
    own = desk("Mơ")
    Post.objects.create(
        officer=own.officer,
        unit=there.unit,
        role="duty",
        valid_from=times.local_date(times.now()),
    )
    offer = offer_pattern(pattern_in_force(here).pk, by=here.officer)
    sign_in(desk_client, own.officer)
    page = desk_client.get(f"/models/{offer.pk}/")
    sent = page.context["form"].initial
    assert desk_client.post(f"/models/{offer.pk}/", sent).status_code == 422
    for unit in (there.unit, own.unit):
        answer = desk_client.post(f"/models/{offer.pk}/", sent | {"unit": unit.pk})
        assert answer.status_code == 302
        assert Pattern.objects.filter(unit=unit).count() == 1


def test_what_was_typed_stays_when_the_offer_ended_meanwhile(desk_client, here, there):
    pattern = pattern_in_force(here)
    offer = offer_pattern(pattern.pk, by=here.officer)
    lessons = LessonDesk("một")
    lesson = offer_lesson(lessons.published().pk, by=lessons.writer)
    other = LessonDesk("hai")
    for each, reader, name in (
        (offer, there.officer, "title"),
        (lesson, other.writer, "vi_title"),
    ):
        sign_in(desk_client, reader)
        form = desk_client.get(f"/models/{each.pk}/").context["form"]
        ModelOffer.objects.filter(pk=each.pk).update(withdrawn_at=times.now())
        sent = form.initial | {name: "Sửa cho nơi mình"}
        answer = desk_client.post(f"/models/{each.pk}/", sent)
        assert answer.status_code == 422
        assert "Sửa cho nơi mình" in answer.content.decode()
        assert str(OfferIsOver.sentence) in answer.content.decode()
        assert desk_client.get(f"/models/{each.pk}/").status_code == 404


def test_what_ended_is_said_to_the_desk_that_offers_it(here):
    pattern = pattern_in_force(here)
    offer_pattern(pattern.pk, by=here.officer)
    assert own_offers(here.officer).get().is_open
    pattern_acts.end_pattern(pattern.pk, by=here.commander)
    assert not own_offers(here.officer).get().is_open


def test_a_rota_travels_without_people_and_gaps(here):
    with pytest.raises(NoShiftToOffer):
        offer_rota(here.unit.pk, by=here.commander)
    on_duty(here)
    with pytest.raises(HoursWithNobody):
        # Nobody is there at night.
        offer_rota(here.unit.pk, by=here.commander)
    on_duty(here, hour=19)
    with pytest.raises(NotAllowed):
        offer_rota(here.unit.pk, by=here.officer)
    # Five days of the week have no shift at all, one has an officer less.
    on_duty(here, days=2, officer=here.commander)
    on_duty(here, days=2)
    # Of each role there is one holder.
    lines = [("07:00", 2, ""), ("19:00", 1, "")]
    assert of_every_weekday(lines) == offer_rota(here.unit.pk, by=here.commander).content["shifts"]


def test_roles_travel_where_each_has_several_holders(here):
    for role in ("duty", "commander"):
        make.officer(unit=here.unit, role=role)
    on_duty_day_and_night(here)
    lines = [("07:00", 1, "duty"), ("19:00", 1, "duty")]
    assert of_every_weekday(lines) == offer_rota(here.unit.pk, by=here.commander).content["shifts"]


def test_nobody_is_on_duty_by_a_copied_rota(here, there, in_a_request):
    on_duty_day_and_night(here)
    offer = in_a_request(lambda by: offer_rota(here.unit.pk, by=by), by=here.commander)
    taken = in_a_request(
        lambda by: take_over_rota(offer.pk, unit_id=there.unit.pk, by=by), by=there.commander
    )
    assert not Shift.objects.filter(unit=there.unit).exists()
    monday = times.local_date(times.now()) + datetime.timedelta(days=7)
    with pytest.raises(NotOnThisRota):
        fill_copied_rota(
            taken.pk, {0: [here.officer.pk]}, first_day=monday, weeks=1, by=there.commander
        )
    for weeks in (1, 2):
        # Sent again, now for two weeks: nobody stands twice on a shift.
        in_a_request(
            lambda by, weeks=weeks: fill_copied_rota(
                taken.pk, {0: [there.officer.pk]}, first_day=monday, weeks=weeks, by=by
            ),
            by=there.commander,
        )
    first, second = Shift.objects.filter(unit=there.unit).order_by("starts_at")
    assert second.starts_at - first.starts_at == datetime.timedelta(days=7)
    local = first.starts_at.astimezone(times.VIETNAM)
    assert (local.weekday(), local.hour) == (0, 7)
    assert local.date() >= monday


def test_the_desk_takes_over_in_two_clicks(desk_client, here, there):
    pattern = pattern_in_force(here)
    on_duty_day_and_night(here)
    sign_in(desk_client, here.commander)
    for kind, key in (("pattern", pattern.pk), ("rota", here.unit.pk)):
        assert desk_client.post("/models/new/", {"kind": kind, "key": key}).status_code == 302
    assert desk_client.post("/models/new/", {"kind": "x", "key": key}).status_code == 404
    assert not things_to_offer(here.commander)
    of_pattern, of_rota = ModelOffer.objects.order_by("pk")
    assert desk_client.get(f"/models/{of_pattern.pk}/").status_code == 200

    sign_in(desk_client, there.commander)
    listed = desk_client.get("/models/").content.decode()
    assert f"/models/{of_pattern.pk}/" in listed
    assert f"/models/{of_rota.pk}/" in listed
    assert WORDS["title"] not in desk_client.get("/models/?q=khong+co").content.decode()
    assert WORDS["title"] in desk_client.get("/models/?q=gia+danh").content.decode()
    page = desk_client.get(f"/models/{of_pattern.pk}/")
    sent = page.context["form"].initial | {"title": ""}
    assert desk_client.post(f"/models/{of_pattern.pk}/", sent).status_code == 422
    answer = desk_client.post(f"/models/{of_pattern.pk}/", page.context["form"].initial)
    taken = ModelCopy.objects.get(offer=of_pattern)
    assert answer.url == f"/warnings/patterns/{taken.copy_ref}/"
    # The second tap makes no second draft.
    again = desk_client.post(f"/models/{of_pattern.pk}/", page.context["form"].initial)
    assert (again.status_code, Pattern.objects.filter(unit=there.unit).count()) == (302, 1)
    assert here.officer.name not in desk_client.get(f"/models/{of_rota.pk}/").content.decode()
    assert desk_client.post(f"/models/{of_rota.pk}/").status_code == 302
    rota = f"/models/rotas/{ModelCopy.objects.get(offer=of_rota).pk}/"
    filled = desk_client.get(rota).context["form"]
    given = {"first_day": filled.initial["first_day"], "weeks": 1}
    assert desk_client.post(rota, given).status_code == 422
    given["line_0_0"] = there.officer.pk
    assert desk_client.post(rota, given).status_code == 302
    assert Shift.objects.filter(unit=there.unit, officer=there.officer).count() == 1


def test_patterns_are_offered_and_taken_over_as_production_does_it(in_a_request):
    here, there = desk("Đào"), desk("Mận")
    pattern = pattern_in_force(here)
    offer = in_a_request(lambda by: offer_pattern(pattern.pk, by=by), by=here.officer)
    taken = in_a_request(
        lambda by: copied_pattern(offer, by, there.unit),
        by=there.officer,
    )
    assert Pattern.objects.get(pk=taken.copy_ref).unit == there.unit
    in_a_request(lambda by: withdraw_offer(offer.pk, by=by), by=here.officer)
    assert ModelOffer.objects.get(pk=offer.pk).withdrawn_at is not None


def test_lessons_are_offered_and_taken_over_as_production_does_it(in_a_request):
    first, second = LessonDesk("một"), LessonDesk("hai")
    edition = first.published()
    offer = in_a_request(lambda by: offer_lesson(edition.pk, by=by), by=first.writer)
    made = in_a_request(lambda by: copied_lesson(offer, by, second.unit), by=second.writer)
    assert made.unit == second.unit
