"""Models to copy on the desk: those of other places, one's own, and taking one over."""

import datetime
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models.fields.json import KT
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.accounts.who import WORKING
from keng.acts.errors import AlreadyDone, NotAllowed, Refused
from keng.duty.rota import watchers
from keng.kit import times
from keng.kit.ids import read_id
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.lessons.lesson_form import LessonForm, initial_of_edition
from keng.model_offers import offer_lists, offering, taking_over
from keng.model_offers.errors import HoursWithNobody, NoShiftToOffer
from keng.model_offers.forms import CopiedRotaForm, PlaceOfCopyForm
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.model_offers.rota_shape import read_shape
from keng.warnings import pattern_blanks
from keng.warnings.actions.pattern_acts import PATTERN_LIFE
from keng.warnings.pattern_forms import PatternForm

if TYPE_CHECKING:
    from keng.places.models import Unit

_OFFER_BY_KIND: dict[str, Callable[..., ModelOffer]] = {
    ModelOffer.Kind.PATTERN: offering.offer_pattern,
    ModelOffer.Kind.LESSON: offering.offer_lesson,
    ModelOffer.Kind.ROTA: offering.offer_rota,
}


@require_safe
def model_offers(request: SignedInRequest) -> HttpResponse:
    """What other desks offer, what one's own offers, and what it could."""
    officer = request.officer
    chosen = ListFilter(request.GET, words_label=_("Words or desk"))
    texts = (KT("content__texts__title"), KT("content__texts__vi__title"), "unit__name")
    rows = rows_with_words(offer_lists.offers_of_others(officer), chosen.words, *texts)
    offers, page = rows_of_page(request, rows)
    own, own_page = rows_of_page(request, offer_lists.own_offers(officer), "own")
    context = {
        "offers": offers,
        "page": page,
        "filter": chosen,
        "own": own,
        "own_page": own_page,
        "copied_rotas": offer_lists.copied_rotas(officer),
        "to_offer": offer_lists.things_to_offer(officer),
    }
    return render(request, "model_offers/list.html", context)


@require_POST
def model_new(request: SignedInRequest) -> HttpResponse:
    """Offer one thing of the own desk: `kind`, and the `key` of what it is."""
    offer_it = _OFFER_BY_KIND.get(request.POST.get("kind", ""))
    key = read_id(request.POST.get("key", ""))
    if offer_it is None or key is None:
        raise Http404
    try:
        offer_it(key, by=request.officer)
    except (AlreadyDone, HoursWithNobody, NoShiftToOffer) as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Offered: other desks find it and can take it over."))
    return redirect("model-offers")


@require_POST
def model_withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Nobody finds it any more."""
    offering.withdraw_offer(pk, by=request.officer)
    messages.success(request, _("Withdrawn. Desks that took it over keep what they have."))
    return redirect("model-offers")


@require_http_methods(["GET", "POST"])
def model_offer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One model of another desk, as it would become one's own, and taking it over."""
    officer, is_sent = request.officer, request.method == "POST"
    offers = offer_lists.offers_once_readable if is_sent else offer_lists.readable_offers
    offer: ModelOffer = get_object_or_404(offers(officer), pk=pk)
    possible = offer_lists.desks_that_copy(offer.kind, officer)
    desks = [unit for unit in possible if unit.pk != offer.unit_id]
    form, place_form = _words_form(request, offer), _place_form(request, offer, desks)
    if is_sent and place_form.is_valid() and (form is None or form.is_valid()):
        try:
            return _take_over(request, offer, form, place_form)
        except NotAllowed:
            raise
        except Refused as error:
            if form is None or isinstance(error, AlreadyDone):
                messages.warning(request, error.sentence)
                return redirect("model-offers")
            form.add_error(None, str(error.sentence))
    copies = ModelCopy.objects.filter(offer=offer, unit__in=[unit.pk for unit in desks])
    context: dict[str, Any] = {
        "offer": offer,
        "form": form,
        "place_form": place_form,
        "may_take_over": bool(desks),
        "is_own": offer.unit_id in WORKING.own_unit_ids(officer),
        "is_taken_over": bool(desks) and copies.count() == len(desks),
        "marks": pattern_blanks.BLANK_MARKS,
    }
    if offer.kind == ModelOffer.Kind.ROTA:
        context["lines"] = read_shape(offer.content)
    has_errors = place_form.errors or (form is not None and form.errors)
    status = 422 if has_errors else 200
    return render(request, f"model_offers/{offer.kind}.html", context, status=status)


def _words_form(request: SignedInRequest, offer: ModelOffer) -> PatternForm | LessonForm | None:
    """Words may be changed before they are handed in: afterwards they never are."""
    content, sent = offer.content, request.POST if request.method == "POST" else None
    if offer.kind == ModelOffer.Kind.LESSON:
        return LessonForm(sent, initial=initial_of_edition(content["texts"], content["right"]))
    if offer.kind == ModelOffer.Kind.ROTA:
        return None
    initial = {
        **content["texts"],
        "category": content["category"],
        "severity": content["severity"],
        "kinds": content["kinds"],
        "expires_on": times.local_date(times.now() + PATTERN_LIFE),
    }
    return PatternForm(sent, initial=initial)


def _place_form(
    request: SignedInRequest, offer: ModelOffer, desks: "list[Unit]"
) -> PlaceOfCopyForm:
    collections = None
    if offer.kind == ModelOffer.Kind.LESSON:
        collections = offer_lists.collections_to_choose(request.officer)
    sent = request.POST if request.method == "POST" else None
    return PlaceOfCopyForm(sent, desks=desks, collections=collections)


def _take_over(
    request: SignedInRequest,
    offer: ModelOffer,
    form: PatternForm | LessonForm | None,
    place_form: PlaceOfCopyForm,
) -> HttpResponse:
    unit_id, officer = place_form.unit_id(), request.officer
    if unit_id is None:
        raise NotAllowed
    if isinstance(form, LessonForm):
        copy = taking_over.take_over_lesson(
            offer.pk,
            form.texts(),
            form.right(),
            collection=place_form.cleaned_data["collection"],
            unit_id=unit_id,
            by=officer,
        )
        messages.success(request, _("Taken over: a second person of your desk publishes it."))
        return redirect("desk-lesson", pk=copy.copy_ref)
    if form is not None:
        given = form.cleaned_data
        copy = taking_over.take_over_pattern(
            offer.pk,
            form.texts(given),
            category=given["category"],
            severity=given["severity"],
            kinds=given["kinds"],
            expires_on=given["expires_on"],
            unit_id=unit_id,
            by=officer,
        )
        messages.success(request, _("Taken over: a second person of your desk approves it."))
        return redirect("pattern", pk=copy.copy_ref)
    copy = taking_over.take_over_rota(offer.pk, unit_id=unit_id, by=officer)
    messages.success(request, _("Taken over. Nobody is on duty by it yet: choose who is."))
    return redirect("copied-rota", pk=copy.pk)


@require_http_methods(["GET", "POST"])
def copied_rota(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Who goes on the shifts of a rota that was taken over."""
    copies = offer_lists.copied_rotas(request.officer)
    copy: ModelCopy = get_object_or_404(copies, pk=pk)
    form = CopiedRotaForm(
        request.POST if request.method == "POST" else None,
        lines=read_shape(copy.offer.content),
        people=watchers(copy.unit_id),
        initial={"first_day": _next_monday()},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            taking_over.fill_copied_rota(
                copy.pk,
                form.officers(),
                first_day=given["first_day"],
                weeks=given["weeks"],
                by=request.officer,
            )
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("They stand on the rota."))
            return redirect("rota")
    context = {"copy": copy, "form": form}
    status = 422 if form.errors else 200
    return render(request, "model_offers/copied_rota.html", context, status=status)


def _next_monday() -> datetime.date:
    today = times.local_date(times.now())
    return today + datetime.timedelta(days=7 - today.weekday())
