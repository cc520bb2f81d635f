"""What only members of a partner open: their articles, and the kit to pass warnings on."""

import contextlib
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.acts.errors import TryAgain
from keng.delivery.actions.subscribing import NoMailbox, mailbox_account
from keng.kit.ids import read_id
from keng.kit.pagination import rows_of_page
from keng.network.actions.subscriptions import TooManyLetters
from keng.partners import queries
from keng.partners.actions import articles as actions
from keng.partners.actions import inviting, sharing
from keng.partners.campaign_parts import communes_of_partner
from keng.partners.changed_shares import changed_shares_of
from keng.partners.errors import MarksUnchecked
from keng.partners.forms import ArticleForm, KitShareForm, LettersForm
from keng.partners.letters import ask_for_letters, letters_of
from keng.partners.models import Article
from keng.partners.public.deciding import decide_own_text, see_other
from keng.partners.reach_links import via_query
from keng.releases.hands import name_hands


@require_GET
def partner_home(request: HttpRequest) -> HttpResponse:
    """Drafts, what waits for a second person, what is published; the way to the kit."""
    member = request.member
    rows = [*queries.articles_of(member), *queries.manuscripts_of(member)]
    rows.sort(key=lambda text: text.written_at, reverse=True)
    name_hands(rows)
    for text in rows:
        text.is_own = text.has_hand_of(member)
    people = queries.people_of(member)
    published, page = rows_of_page(request, [text for text in rows if text.released_at])
    context = {
        "partner": member.partner,
        "changed": changed_shares_of(member.partner),
        "member": member,
        "alone": queries.is_only_member(member),
        "people": people,
        "added": [each for each in people if each.is_active and each.awaits_agreement],
        "waiting": [text for text in rows if text.is_waiting],
        "drafts": [text for text in rows if not text.submitted_at],
        "published": published,
        "page": page,
    }
    return render(request, "partners/own/home.html", context)


@require_POST
def partner_agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody whom the desk added is one of theirs."""
    inviting.agree_to_member(pk, by=request.member)
    return see_other("partner-home")


@require_http_methods(["GET", "HEAD", "POST"])
def partner_write(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """A new article, or one that is not published yet."""
    member, found = request.member, None
    if pk:
        found = get_object_or_404(Article, partner=member.partner, pk=pk, released_at=None)
    kept = found or _withdrawn_before(request)
    form = ArticleForm(
        request.POST if request.method == "POST" else None,
        partner=member.partner,
        initial={"purpose": kept.purpose, "title": kept.title, "text": kept.text} if kept else None,
    )
    if form.is_bound and form.is_valid():
        made = actions.write_article(**form.cleaned_data, pk=pk, by=member)
        if request.POST.get("do") == "submit":
            # It is saved: its page says whether it was handed in as well, and has the button. Where
            # something is marked it shows that, and hands it in after the tick.
            with contextlib.suppress(TryAgain, MarksUnchecked):
                actions.submit_article(made.pk, by=member)
        return see_other("partner-article", made.pk)
    context = {"form": form, "article": found, "partner": member.partner}
    return render(request, "partners/own/write.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_article(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One article of one's own: read by the second person, published or given back."""
    member = request.member
    found = get_object_or_404(
        Article.objects.select_related("released_by"), partner=member.partner, pk=pk
    )
    panel = decide_own_text(
        request,
        found,
        submit=actions.submit_article,
        publish=actions.publish_article,
        give_back=actions.give_back_article,
    )
    if panel is None:
        return see_other("partner-article", pk)
    context = {"panel": panel, "article": found, "text": found, "partner": member.partner}
    return render(request, "partners/own/article.html", context, status=panel.status)


def _withdrawn_before(request: HttpRequest) -> Article | None:
    """One that was withdrawn: its words stand in the boxes of another."""
    own = Article.objects.filter(partner=request.member.partner, ended_at__isnull=False)
    key = read_id(request.GET.get("after", ""))
    return own.filter(pk=key).first() if key else None


@require_POST
def partner_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the public pages."""
    actions.withdraw_article(pk, by=request.member)
    return see_other("partner-article", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_kit(request: HttpRequest) -> HttpResponse:
    """The newest warnings with text and picture, and what one says to have passed on."""
    partner = request.member.partner
    places = communes_of_partner(partner)
    form = KitShareForm(request.POST if request.method == "POST" else None, places=places)
    versions = queries.kit_warnings(partner)
    if form.is_bound and form.is_valid():
        chosen = queries.shared_version(request.POST.get("version", ""))
        if chosen is None:
            raise Http404
        sharing.note_kit_share(
            chosen.pk,
            groups=form.cleaned_data["groups"],
            place=form.chosen_place(),
            by=request.member,
        )
        return see_other("partner-kit")
    said = queries.kit_shares_of(partner)
    for version in versions:
        version.said = said.get(version.pk)
        # The summary of mistakes leads to the box that was sent.
        was_sent = str(version.pk) == request.POST.get("version")
        version.box = "id_groups" if was_sent else f"id_{version.pk}"
        # Of several communes no number is that of the next one.
        kept = version.said if len(places) == 1 else None
        version.typed = form.data.get("groups", "") if was_sent else kept
        version.typed_place = form.data.get("place", "") if was_sent else ""
        faults = form.errors.get("groups") or form.errors.get("place")
        version.faults = faults if was_sent else None
    context = {
        "partner": partner,
        "changed": changed_shares_of(partner),
        "versions": versions,
        "form": form,
        "reach": queries.kit_reach(partner),
        "letters": letters_of(request.member),
        "can_write": mailbox_account() is not None,
        "places": places,
        "via": via_query(partner, places[0] if len(places) == 1 else None),
    }
    return render(request, "partners/own/kit.html", context, status=422 if form.errors else 200)


@require_POST
def partner_kit_right(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What corrects this warning or takes it back stands in one's own groups."""
    sharing.set_kit_share_right(pk, by=request.member)
    return see_other("partner-kit")


@require_http_methods(["GET", "HEAD", "POST"])
def partner_letters(request: HttpRequest) -> HttpResponse:
    """Where one is told by letter that a warning one passed on does not hold any more."""
    member = request.member
    form = LettersForm(request.POST if request.method == "POST" else None)
    letters = letters_of(member)
    if form.is_bound and form.is_valid() and letters is None:
        try:
            ask_for_letters(form.cleaned_data["email"], by=member)
        except NoMailbox as refused:
            form.add_error(None, str(refused.sentence))
        except TooManyLetters:
            form.add_error(
                "email", _("Very many people are asking right now. Try again in an hour.")
            )
        else:
            return see_other("partner-letters")
    context = {"partner": member.partner, "form": form, "letters": letters}
    status = 422 if form.errors else 200
    return render(request, "partners/own/letters.html", context, status=status)
