"""An officer's own pagers: added, switched, tried."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng import channels
from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.presence import is_present
from keng.delivery.models import PagerTest, PagerWay
from keng.delivery.push_account import push_settings
from keng.duty import chat_pagers, page_officers, pager_acts
from keng.duty.duty_forms import ChatPagerForm, PagerForm, PhonePagerForm, PresenceForm
from keng.kit import times
from keng.kit.ids import id_or_404


@require_http_methods(["GET", "POST"])
def pagers(request: SignedInRequest) -> HttpResponse:
    """What calls this officer, and how the last tests ended. Three forms add to it."""
    forms = _forms(request)
    sent = next((form for form in forms.values() if form.is_bound), None)
    chat_code = ""
    if sent is not None and sent.is_valid() and is_present(request.officer, sent):
        if not isinstance(sent, ChatPagerForm):
            _say_whether_it_rings(request, _add_pagers(sent.cleaned_data, request.officer))
            return redirect("pagers")
        chat_code = chat_pagers.ask_chat_code(by=request.officer)
        forms["chat_form"] = ChatPagerForm(auto_id="id_chat_%s")
    tests = PagerTest.objects.visible_to(request.officer).select_related("shift")
    context = {
        "form": sent or forms["email_form"],
        **forms,
        "chat_code": chat_code,
        "chat_code_until": times.now() + chat_pagers.CODE_LASTS,
        "chat_accounts": _chat_account_names(),
        "push_key": push_settings().get("vapid_public", ""),
        "ways": PagerWay.objects.visible_to(request.officer).order_by("id"),
        "carried": pager_acts.kinds_that_ring(request.officer),
        "tests": tests.prefetch_related("ways__way").order_by("-id")[:5],
    }
    status = 422 if sent is not None and not chat_code else 200
    return render(request, "duty/pagers.html", context, status=status)


def _forms(request: SignedInRequest) -> dict[str, PagerForm | PhonePagerForm | ChatPagerForm]:
    """Each with what was sent to it."""
    sent = request.POST if request.method == "POST" else None
    name = next((one for one in ("phone", "chat") if sent is not None and one in sent), "email")
    given = {name: sent}
    return {
        "email_form": PagerForm(given.get("email")),
        "phone_form": PhonePagerForm(given.get("phone"), auto_id="id_phone_%s"),
        "chat_form": ChatPagerForm(given.get("chat"), auto_id="id_chat_%s"),
    }


def _say_whether_it_rings(request: SignedInRequest, added: set[str]) -> None:
    if added <= pager_acts.kinds_that_ring(request.officer):
        messages.success(request, _("Added. Test it now: only a test shows that it wakes you."))
    else:
        messages.error(request, pager_acts.NoPagerAccount.sentence)


def _chat_account_names() -> list[tuple[str, str]]:
    """Which app, and which account in it."""
    return [
        (str(channels.get_channel(one.channel).facts.name), one.name)
        for one in page_officers.chat_accounts()
    ]


def _add_pagers(given: dict[str, Any], officer: Officer) -> set[str]:
    """Which kinds were added."""
    if "email" in given:
        pager_acts.add_email_pager(given["email"], by=officer)
        return {PagerWay.Kind.EMAIL}
    for kind in given["by"]:
        pager_acts.add_phone_pager(given["phone"], kind, by=officer)
    return set(given["by"])


def ask_for_code(
    request: SignedInRequest, *, heading: str, fields: dict[str, str]
) -> HttpResponse | None:
    """The page that asks for the officer's own code; None once it was given.

    Whoever has a stolen session neither adds an address of theirs nor silences this officer.
    """
    form = PresenceForm(request.POST if "code" in request.POST else None)
    if form.is_valid() and is_present(request.officer, form):
        return None
    context = {"form": form, "heading": heading, "fields": fields, "action": request.path}
    status = 422 if form.is_bound else 200
    return render(request, "duty/pager_confirm.html", context, status=status)


@require_POST
def pager_switch(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """On or off, or gone for good. What silences a pager takes the officer's code."""
    way = get_object_or_404(PagerWay.objects.visible_to(request.officer), pk=pk)
    do = request.POST.get("do", "")
    if do != "on":
        words = _("Remove %(pager)s?") if do == "remove" else _("Switch %(pager)s off?")
        heading = words % {"pager": way.hint or way.get_kind_display()}
        if page := ask_for_code(request, heading=heading, fields={"do": do}):
            return page
    if do == "remove":
        pager_acts.remove_pager(pk, by=request.officer)
    else:
        pager_acts.switch_pager(pk, is_on=do == "on", by=request.officer)
    return redirect("pagers")


@require_POST
def pager_test_now(request: SignedInRequest) -> HttpResponse:
    """Call all pagers of one's own."""
    try:
        pager_acts.test_pagers(by=request.officer)
    except pager_acts.NoPager as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Called. Open the page it leads to and say that it rang."))
    return redirect("pagers")


@require_http_methods(["GET", "POST"])
def pager_test(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Where the test leads: it rang."""
    made = get_object_or_404(PagerTest.objects.visible_to(request.officer), pk=pk)
    if request.method == "POST":
        one = request.POST.get("way", "")
        pager_acts.confirm_pager_test(pk, id_or_404(one) if one else None, by=request.officer)
        messages.success(request, _("Noted: your pager rings."))
        return redirect("pager-test", pk) if one else redirect("pagers")
    ways = made.ways.select_related("way").order_by("way")
    return render(request, "duty/pager_rang.html", {"test": made, "ways": ways})
