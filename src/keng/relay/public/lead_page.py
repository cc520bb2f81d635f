"""A lead's standing page: what to pass on, ready to copy, and one button that says it is done.

The link is the only key, so it is worth little: opening it changes nothing (chat apps open links to
make previews), what was confirmed shows nothing but the warning itself, and only the browser that
confirmed can take it back, for two hours.
"""

import uuid
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.delivery.models import Dispatch, DispatchText, RelayTask
from keng.kit.numbers import whole_number
from keng.network.actions.people_below import may_add_people
from keng.network.models import Lead, LeadWay
from keng.network.queries.teams import teams_of_lead
from keng.relay import relay_acts as actions
from keng.relay import tasks_of_leads as queries
from keng.relay.asked_reminders import hour_to_remind, way_in_use
from keng.relay.establishment_reach import establishments_with_rooms
from keng.relay.lead_forms import CannotForm, ConfirmForm
from keng.relay.public.frame import for_lead, in_leads_language
from keng.relay.rooms import MOST_HOUSES, TooManyEstablishments, say_rooms_told
from keng.relay.tasks_of_leads import TextToPassOn

_COOKIE = "keng_relay"
_SALT = "relay undo"


@require_safe
@for_lead
def relay(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """What there is to pass on. GET never confirms anything."""
    return _lead_page(request, token, lead)


def _lead_page(
    request: HttpRequest,
    token: str,
    lead: Lead,
    failed: ConfirmForm | CannotForm | None = None,
    too_many: str = "",
) -> HttpResponse:
    found, way = queries.page_of_lead(lead), way_in_use(lead)
    mine = _tasks_of_this_browser(request)
    warnings = [kit for kit in found.done if not kit.dispatch.carries_thanks]
    just_done = [kit for kit in found.done if mine & {t.pk for t in kit.tasks}]
    with in_leads_language(request, lead):
        context = {
            "token": token,
            "open": [
                (kit, *_forms(kit, way, failed)) for kit in sorted(found.open, key=_waits_after)
            ],
            "is_reminded": way is not None,
            "just_done": just_done,
            "houses": establishments_with_rooms(
                [t.group_id for kit in just_done for t in kit.groups if t.group_id]
            ),
            "too_many": too_many,
            "public": [kit for kit in warnings if not mine & {t.pk for t in kit.tasks}],
            "form": failed,
            "teams": teams_of_lead(lead),
            "unit": lead.unit,
            "has_people": lead.below.filter(successor=None).exists() or may_add_people(lead),
        }
        is_wrong = bool(failed or too_many)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
        return render(request, "relay/relay.html", context, status=status)


def _waits_after(kit: TextToPassOn) -> tuple[bool, bool]:
    """What takes a false text back comes before everything else, then what is urgent."""
    return kit.dispatch.kind == Dispatch.Kind.WARNING, not kit.dispatch.is_urgent


def _forms(
    kit: TextToPassOn, way: LeadWay | None, failed: ConfirmForm | CannotForm | None
) -> tuple[ConfirmForm, CannotForm]:
    key = f"d{kit.dispatch.pk.hex[-6:]}"
    if isinstance(failed, ConfirmForm) and failed.auto_id == f"{key}_%s":
        confirm = failed
    else:
        confirm = ConfirmForm(
            tasks=kit.tasks,
            auto_id=f"{key}_%s",
            initial={"via": RelayTask.Via.ZALO, "tasks": [str(task.pk) for task in kit.tasks]},
        )
    if isinstance(failed, CannotForm) and failed.auto_id == f"{key}_why_%s":
        return confirm, failed
    return confirm, _cannot_form(kit, way)


def _cannot_form(
    kit: TextToPassOn, way: LeadWay | None, sent: QueryDict | None = None
) -> CannotForm:
    return CannotForm(
        sent,
        tasks=kit.tasks,
        later_at=hour_to_remind(way, is_urgent=kit.dispatch.is_urgent),
        is_reminded=way is not None,
        corrects=kit.dispatch.kind != Dispatch.Kind.WARNING,
        auto_id=f"d{kit.dispatch.pk.hex[-6:]}_why_%s",
    )


@require_POST
@for_lead
def relay_confirm(
    request: HttpRequest, token: str, lead: Lead, dispatch: uuid.UUID
) -> HttpResponse:
    """ "I have passed it on"."""
    kit = next((k for k in queries.page_of_lead(lead).open if k.dispatch.pk == dispatch), None)
    if kit is None:
        # Confirmed before, or taken back by the desk: the page says so by itself.
        return redirect("relay", token=token)
    form = ConfirmForm(request.POST, tasks=kit.tasks, auto_id=f"d{dispatch.hex[-6:]}_%s")
    if not form.is_valid():
        return _lead_page(request, token, lead, form)
    done = actions.confirm_tasks(
        form.cleaned_data["tasks"],
        lead=lead,
        via=form.cleaned_data["via"],
        reached_count=form.cleaned_data["reached_count"],
    )
    response = redirect("relay", token=token)
    _remember_tasks(response, _tasks_of_this_browser(request) | {task.pk for task in done})
    return response


@require_POST
@for_lead
def relay_undo(request: HttpRequest, token: str, lead: Lead, dispatch: uuid.UUID) -> HttpResponse:
    """Pressed by mistake: only from the browser that confirmed."""
    mine = _tasks_of_this_browser(request)
    kit = next((k for k in queries.page_of_lead(lead).done if k.dispatch.pk == dispatch), None)
    tasks = mine & {task.pk for task in kit.tasks} if kit else set()
    response = redirect("relay", token=token)
    if tasks:
        try:
            actions.undo_confirmation(tasks, lead=lead)
        except actions.UndoTooLate:
            return response
        _remember_tasks(response, mine - tasks)
    return response


@require_POST
@for_lead
def relay_rooms(request: HttpRequest, token: str, lead: Lead, task: uuid.UUID) -> HttpResponse:
    """In how many houses the rooms know by now: from the browser that confirmed."""
    if task not in _tasks_of_this_browser(request):
        return redirect("relay", token=token)
    count = whole_number(request.POST.get("houses", ""), most=MOST_HOUSES)
    with in_leads_language(request, lead):
        wrong = _("Write digits only") if count is None else ""
        try:
            if count is not None:
                say_rooms_told(task, count, lead=lead)
        except TooManyEstablishments as error:
            wrong = str(error.sentence)
        except RelayTask.DoesNotExist:
            wrong = ""
    return (
        _lead_page(request, token, lead, too_many=wrong)
        if wrong
        else redirect("relay", token=token)
    )


@require_POST
@for_lead
def relay_cannot(request: HttpRequest, token: str, lead: Lead, dispatch: uuid.UUID) -> HttpResponse:
    """Not yet, or not me."""
    kit = next((k for k in queries.page_of_lead(lead).open if k.dispatch.pk == dispatch), None)
    if kit is None:
        return redirect("relay", token=token)
    form = _cannot_form(kit, way_in_use(lead), request.POST)
    if not form.is_valid():
        return _lead_page(request, token, lead, form)
    reason = form.cleaned_data["reason"]
    if reason == "no_more":
        # Too much for one press: whoever has the link could do it.
        return redirect("relay-stop", token=token)
    actions.note_why_not(form.cleaned_data["tasks"], lead=lead, reason=reason)
    return redirect("relay", token=token)


@require_safe
@for_lead
def relay_picture(request: HttpRequest, token: str, lead: Lead, text: uuid.UUID) -> FileResponse:
    """The share card of a text that the lead was asked to pass on."""
    found = DispatchText.objects.filter(pk=text, dispatch__relay_tasks__lead=lead).first()
    path = picture_file(found.image_path) if found else None
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/png", filename="canh-bao.png")


def picture_file(image_path: str) -> Path | None:
    """The file behind a text's picture, if there is one and it lies in the data folder."""
    if not image_path:
        return None
    folder = Path(settings.DATA_FOLDER).resolve()
    path = (folder / image_path).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def _tasks_of_this_browser(request: HttpRequest) -> set[uuid.UUID]:
    """The tasks this browser confirmed a little while ago."""
    try:
        found = signing.loads(
            request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=queries.UNDO_WITHIN
        )
    except signing.BadSignature:
        return set()
    return {uuid.UUID(key) for key in found}


def _remember_tasks(response: HttpResponse, tasks: set[uuid.UUID]) -> None:
    if not tasks:
        response.delete_cookie(_COOKIE, path="/relay/")
        return
    response.set_cookie(
        _COOKIE,
        signing.dumps(sorted(str(key) for key in tasks), salt=_SALT),
        max_age=queries.UNDO_WITHIN,
        path="/relay/",
        httponly=True,
        # Lax and not Strict: the lead comes back to the page from a link in a chat.
        samesite="Lax",
        secure=settings.CSRF_COOKIE_SECURE,
    )
