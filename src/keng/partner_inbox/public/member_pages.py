"""The inbox as members of a partner open it. No officer has these pages."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.acts.errors import Refused
from keng.dialogue.public.code_attempts import wrong_codes
from keng.kit.rate_limits import ask_to_wait
from keng.partner_inbox import holder_acts, matter_acts, queries
from keng.partner_inbox.errors import CannotPassOn, InboxLocked, LastReader, WrongPhrase
from keng.partner_inbox.forms import (
    EndKeyForm,
    InboxPhraseForm,
    InboxSettingsForm,
    MatterWordsForm,
)
from keng.partner_inbox.holder_acts import UnlockedInbox
from keng.partner_inbox.models import InboxMatter, InboxMessage
from keng.partner_inbox.passing_on import has_danger_to_tell
from keng.partner_inbox.public.unlocking import keep_unlocked, lock_again, unlocked_inbox
from keng.partner_inbox.seals import matter_key_of_partner
from keng.partners.public.deciding import see_other

# So much of a matter stands in the list.
_FIRST_WORDS = 120


@require_http_methods(["GET", "HEAD"])
def partner_inbox(request: HttpRequest) -> HttpResponse:
    """The list of matters; before that the phrase, and before that a key."""
    return _inbox_page(request)


@require_POST
def partner_inbox_key(request: HttpRequest) -> HttpResponse:
    """A key for whoever is signed in; its phrase is shown on this page alone."""
    try:
        phrase = holder_acts.make_inbox_key(by=request.member)
    except Refused as error:
        return _inbox_page(request, refusal=str(error.sentence))
    context = {"partner": request.member.partner, "phrase": phrase, "form": InboxPhraseForm()}
    return render(request, "partner_inbox/own/phrase.html", context)


@require_POST
def partner_inbox_unlock(request: HttpRequest) -> HttpResponse:
    """The phrase opens the inbox in this browser for an hour."""
    form = InboxPhraseForm(request.POST)
    if not form.is_valid():
        return _inbox_page(request, phrase=form)
    try:
        unlocked = holder_acts.prove_inbox_phrase(form.cleaned_data["phrase"], by=request.member)
    except WrongPhrase as error:
        wait = wrong_codes.seconds_to_wait(request)
        form.add_error("phrase", str(error.sentence))
        return ask_to_wait(_inbox_page(request, phrase=form), wait)
    response = see_other("partner-inbox")
    if unlocked is not None:
        keep_unlocked(request, response, unlocked)
    return response


@require_POST
def partner_inbox_lock(request: HttpRequest) -> HttpResponse:
    """The phrase is asked for again."""
    response = see_other("partner-inbox")
    lock_again(response)
    return response


@require_POST
def partner_inbox_let_in(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A colleague may read from now on."""
    holder_acts.let_in(pk, unlocked=_required(request), by=request.member)
    return see_other("partner-inbox")


@require_POST
def partner_inbox_end_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A key opens nothing any more. One's own ends without the phrase, which may be lost."""
    mine = queries.holder_of(request.member)
    if mine is None or mine.pk != pk:
        _required(request)
    form = EndKeyForm(request.POST)
    leaves_unread = form.is_valid() and form.cleaned_data["leaves_unread"]
    try:
        holder_acts.end_inbox_key(pk, by=request.member, leaves_unread=leaves_unread)
    except LastReader as error:
        return _inbox_page(request, refusal=str(error.sentence))
    return see_other("partner-inbox")


@require_POST
def partner_inbox_settings(request: HttpRequest) -> HttpResponse:
    """How long, and whether something new is taken."""
    _required(request)
    form = InboxSettingsForm(request.POST)
    if not form.is_valid():
        return _inbox_page(request, settings_form=form)
    holder_acts.set_inbox(**form.cleaned_data, by=request.member)
    return see_other("partner-inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def partner_matter(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One matter: read, answered, passed on, ended."""
    unlocked = unlocked_inbox(request)
    if unlocked is None:
        return redirect("partner-inbox") if request.method != "POST" else _locked_again(request)
    form = MatterWordsForm(request.POST if request.method == "POST" else None)
    do = _ACTS.get(request.POST.get("do", "")) if form.is_bound else None
    if do is not None:
        act, has_words = do
        if not has_words:
            form = MatterWordsForm()
        if not has_words or form.is_valid():
            words = {"words": form.cleaned_data["text"]} if has_words else {}
            try:
                act(pk, unlocked=unlocked, by=request.member, **words)
            except CannotPassOn as error:
                return _matter_page(request, pk, unlocked, form, refusal=str(error.sentence))
            return see_other("partner-matter", pk)
    return _matter_page(request, pk, unlocked, form)


# With or without words.
_ACTS: dict[str, tuple[Callable[..., Any], bool]] = {
    "answer": (matter_acts.answer_matter, True),
    "consent": (matter_acts.ask_consent, True),
    "danger": (matter_acts.pass_on_for_danger, False),
    "end": (matter_acts.end_matter, False),
}


def _matter_page(
    request: HttpRequest,
    pk: uuid.UUID,
    unlocked: UnlockedInbox,
    form: MatterWordsForm,
    *,
    refusal: str = "",
) -> HttpResponse:
    matter = queries.matter_of_inbox(pk, unlocked.inbox)
    if matter is None:
        raise Http404
    messages = _opened(matter, unlocked)
    context = {
        "partner": request.member.partner,
        "matter": matter,
        "messages": messages,
        "has_danger_to_tell": has_danger_to_tell(matter, queries.of_asker(messages)),
        "asker": InboxMessage.Author.ASKER,
        "form": form,
        "refusal": refusal,
    }
    status = 422 if form.errors or refusal else 200
    return render(request, "partner_inbox/own/matter.html", context, status=status)


def _inbox_page(
    request: HttpRequest,
    *,
    phrase: InboxPhraseForm | None = None,
    settings_form: InboxSettingsForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    partner = request.member.partner
    if not queries.may_have_inbox(partner):
        raise Http404
    unlocked, inbox = unlocked_inbox(request), queries.inbox_of(partner)
    holders = queries.holders_of(partner)
    readers = [one for one in holders if one.inbox_key_sealed and one.member.is_active]
    context: dict[str, Any] = {
        "partner": partner,
        "member": request.member,
        "inbox": inbox,
        "mine": next((one for one in holders if one.member_id == request.member.pk), None),
        "holders": holders,
        "has_reader": bool(readers),
        "last_reader": readers[0] if len(readers) == 1 else None,
        "end_key_form": EndKeyForm(),
        "unlocked": unlocked,
        "waiting_count": queries.waiting_matters(partner),
        "phrase": phrase or InboxPhraseForm(),
        "form": phrase or settings_form or InboxPhraseForm(),
        "refusal": refusal,
    }
    if unlocked is not None:
        matters, page = queries.matters_of(unlocked.inbox, request)
        for matter in matters:
            matter.first_words = _opened(matter, unlocked)[0].text[:_FIRST_WORDS]
        now = {"keep_months": unlocked.inbox.keep_months, "is_open": not unlocked.inbox.closed_at}
        context |= {
            "matters": matters,
            "page": page,
            "settings_form": settings_form or InboxSettingsForm(initial=now),
        }
    faults = refusal or (phrase and phrase.errors) or (settings_form and settings_form.errors)
    return render(request, "partner_inbox/own/inbox.html", context, status=422 if faults else 200)


def _opened(matter: InboxMatter, unlocked: UnlockedInbox) -> list[InboxMessage]:
    return queries.opened_messages(matter, matter_key_of_partner(matter, unlocked.private))


def _required(request: HttpRequest) -> UnlockedInbox:
    """Raises InboxLocked."""
    unlocked = unlocked_inbox(request)
    if unlocked is None:
        raise InboxLocked
    return unlocked


def _locked_again(request: HttpRequest) -> HttpResponse:
    """What was typed is given back: the hour was over."""
    context = {"partner": request.member.partner, "text": request.POST.get("text", "")}
    return render(request, "partner_inbox/own/locked.html", context, status=403)
