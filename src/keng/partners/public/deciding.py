"""The second person's part of a page, the same under every text of a partner."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts.models import PartnerMember
from keng.acts.errors import NotAllowed
from keng.partners import queries
from keng.partners.errors import NeedsASecondPerson, WordsChanged
from keng.partners.forms import SeenForm
from keng.partners.models import PartnerText
from keng.releases.hands import name_hands


def decide_own_text(
    request: HttpRequest,
    text: PartnerText,
    *,
    publish: Callable[..., Any],
    give_back: Callable[..., Any],
) -> tuple[SeenForm | None, str]:
    """Carry a posted decision out: no form once it is, otherwise the form and what is wrong."""
    form = SeenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return form, ""
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    returns = request.POST.get("do") == "return"
    if returns and not reason:
        form.add_error("reason", form.fields["reason"].error_messages["required"])
        return form, ""
    try:
        if returns:
            give_back(text.pk, seen=seen, reason=reason, by=request.member)
        else:
            publish(text.pk, seen=seen, by=request.member)
    except NeedsASecondPerson:
        return form, refusal_words(queries.second_people(text))
    except (NotAllowed, WordsChanged):
        # It was there when the page began: somebody published it, gave it back or wrote on.
        return form, str(WordsChanged.sentence)
    return None, ""


def refusal_words(could: Sequence[PartnerMember]) -> str:
    """What somebody with a hand in it reads: who could publish it instead."""
    if could:
        names = ", ".join(member.name for member in could)
        return _(
            "You had a hand in this: somebody who had none publishes it. Who can: %(who)s."
        ) % {"who": names}
    return _(
        "Everybody who signs in for your partner had a hand in this: the provincial coordinator "
        "reads it and publishes it."
    )


def own_decision_panel(
    request: HttpRequest, text: PartnerText, form: SeenForm, problem: str
) -> dict[str, Any]:
    """What this part of the page shows."""
    member = request.member
    name_hands([text], of=PartnerMember)
    could = queries.second_people(text)
    return {
        "text": text,
        "form": form,
        "problem": problem,
        "partner": member.partner,
        "waits": text.waits,
        "may_publish": text.waits and not text.has_hand_of(member),
        "refusal": refusal_words(could),
        "seen": queries.hash_of_text(text).hex(),
    }


def see_other(name: str, *args: object) -> HttpResponse:
    """To another page, after a POST."""
    response = redirect(name, *args)
    response.status_code = 303
    return response
