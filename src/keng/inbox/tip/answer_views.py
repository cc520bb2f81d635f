"""Answering the reporter and writing an internal note: two forms, two addresses, never one box."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.dialogue import answering
from keng.inbox.tip.after_decision import list_url, redirect_to_same_tip
from keng.inbox.tip.refusal import explains_refusals
from keng.inbox.tip.tip_forms import NoteForm, ReplyForm
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.kit import times
from keng.kit.ids import id_or_404
from keng.tips import errors
from keng.tips import messages as tip_messages
from keng.tips.errors import error_sentence
from keng.tips.models import Tip
from keng.tips.words_back import keep_words_for


@require_POST
@explains_refusals
def tip_reply(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Goes out to the reporter, after a few seconds in which it can be taken back."""
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _tip_page_again(request, pk, reply_form=form)
    message = answering.answer_reporter(
        pk, text=form.cleaned_data["text"], by=request.officer, seen=request.POST.get("seen")
    )
    words = _("Your answer leaves in %(seconds)d seconds.") % {
        "seconds": tip_messages.ANSWER_HELD_FOR.total_seconds()
    }
    if message.visible_at <= times.now():
        # Where minutes count it was not held.
        return redirect_to_same_tip(request, pk, _("Your answer is on its way."))
    return redirect_to_same_tip(request, pk, words, "reply-withdraw", {"message": str(message.pk)})


@require_POST
def reply_withdraw(request: SignedInRequest) -> HttpResponse:
    """The undo of an answer."""
    message_id = id_or_404(request.POST.get("message", ""))
    words = answering.words_of_answer(message_id, request.officer)
    try:
        tip = answering.withdraw_answer(message_id, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    except errors.CannotDecide as error:
        messages.warning(request, error_sentence(error))
        return redirect("inbox")
    messages.success(request, _("Taken back: the reporter will not see it."))
    # It may have gone to another desk since it was answered.
    if not Tip.objects.visible_to(request.officer).filter(pk=tip.pk).exists():
        return redirect("inbox")
    keep_words_for(request, tip.pk, words)
    if request.POST.get("from") == "inbox":
        return redirect(list_url(request, tip.pk))
    return redirect("tip", pk=tip.pk)


@require_POST
@explains_refusals
def tip_note(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Stays inside, whatever happens."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _tip_page_again(request, pk, note_form=form)
    answering.add_note(
        pk, text=form.cleaned_data["text"], by=request.officer, seen=request.POST.get("seen")
    )
    return redirect_to_same_tip(request, pk, _("Note saved. The reporter never sees it."))


def _tip_page_again(
    request: SignedInRequest, pk: uuid.UUID, **forms: ReplyForm | NoteForm
) -> HttpResponse:
    tip = tip_or_404(request, pk)
    context = tip_context(request, tip, place="page", **forms)
    context["form"] = next(iter(forms.values()))
    return render(request, "inbox/tip/tip.html", context, status=422)
