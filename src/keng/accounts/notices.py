"""What officers are told about accounts: shown on every page of theirs until they have seen it."""

import uuid
from collections.abc import Callable, Collection, Iterable

from django.utils.translation import gettext as _

from keng.accounts import acts
from keng.accounts.models import Notice, Officer, OfficerRequest, Post
from keng.accounts.vouching import second_people
from keng.accounts.who import COMMANDING, OVERSEEING, VOUCHING, WITNESSING, Who
from keng.acts.act import act
from keng.acts.work import permit_anywhere
from keng.kit import times
from keng.places.models import Unit

# Called with whoever a notice is about, to call them away from the desk; areas above add theirs.
NOTICE_CALLS: list[Callable[[Officer, Notice], None]] = []
_ABOUT_TIPS = frozenset(
    {
        Notice.Act.NAMED,
        Notice.Act.UNNAMED,
        Notice.Act.BROKE_IN,
        Notice.Act.CALLED,
        Notice.Act.RECUSED,
        Notice.Act.REJOINED,
    }
)
_WITH_A_CALL = frozenset(
    {Notice.Act.ASKED, Notice.Act.AGREED, Notice.Act.DONE, Notice.Act.OPERATOR}
)


def tell_officers(
    people: Iterable[Officer],
    what: str,
    *,
    request: OfficerRequest | None = None,
    about: Officer | None = None,
    by: Officer | None = None,
) -> None:
    """Put a notice before each of these, whoever did it left out; in the caller's transaction.

    The person whom it is about is called by pager as well, once for a new sign-in of theirs.
    """
    told = {officer.pk: officer for officer in people if by is None or officer.pk != by.pk}
    notices = Notice.objects.bulk_create(
        Notice(officer=officer, act=what, request=request, about=about, by=by)
        for officer in told.values()
    )
    is_renewal = request is not None and request.kind == OfficerRequest.Kind.RENEWAL
    for notice in notices:
        is_theirs = about is not None and notice.officer_id == about.pk
        if is_theirs and is_renewal and what in _WITH_A_CALL:
            for call in NOTICE_CALLS:
                call(told[notice.officer_id], notice)


def tell_of_passkey(officer: Officer, what: str) -> None:
    """Whoever would learn of a new second factor of the officer, and the officer, on every page.

    Who asked for the present sign-in and who agreed to it, and the commanders of their desks.
    """
    made_by = (officer.set_up_asked_by, officer.set_up_agreed_by)
    people = [officer, *(each for each in made_by if each is not None and each.is_active)]
    for unit in {post.unit_id: post.unit for post in officer.current_posts}.values():
        people += commanders_of(unit, but=officer.pk)
    tell_officers(people, what, about=officer)


def commanders_of(
    unit: Unit, *, but: uuid.UUID | None = None, kept_from: Collection[uuid.UUID] = ()
) -> list[Officer]:
    """The commanders of a desk; where it has none but the one concerned, those above.

    Where nobody commands, whoever else could be a second person there: somebody always learns it,
    but for officers who are kept from what it is about.
    """
    out = {but, *kept_from}
    found = _without(out, _commanders([unit.pk], but))
    if not found and unit.parent_id is not None:
        found = _without(out, _commanders([unit.parent_id], but))
    return found or _without(out, second_people(unit))


def witnesses_of(unit: Unit) -> list[Officer]:
    """The coordinators, auditors and data protection officers of the desk and of the province.

    They decide nothing about accounts: whoever does cannot keep it among themselves.
    """
    near = [pk for pk in (unit.pk, unit.parent_id) if pk is not None]
    return _holders(WITNESSING, near, None)


def overseers_of(unit: Unit, *, but: uuid.UUID, kept_from: Collection[uuid.UUID]) -> list[Officer]:
    """Who reads of an emergency at this desk: the province's coordinators, and data protection.

    Where there is none, those who command: somebody always learns it, but for officers who are
    kept from what it is about.
    """
    near = [pk for pk in (unit.pk, unit.parent_id) if pk is not None]
    found = _without(kept_from, _holders(OVERSEEING, near, but))
    return found or commanders_of(unit, but=but, kept_from=kept_from)


def commanders_in(unit_ids: Iterable[uuid.UUID]) -> list[Officer]:
    """The commanders of these desks."""
    return _commanders(list(unit_ids), None)


def all_commanders() -> list[Officer]:
    """The commanders of every desk."""
    return _commanders(None, None)


def mark_request_seen(request: OfficerRequest, officer: Officer) -> None:
    """Whoever decides has seen what they were asked to."""
    asked = Notice.objects.unseen_by(officer).filter(request=request, act=Notice.Act.ASKED)
    asked.update(seen_at=times.now())


@act(acts.MARK_NOTICE_SEEN)
def mark_notice_seen(notice_id: uuid.UUID, *, by: Officer) -> bool:
    """The officer has seen it; no audit entry, for nothing else changes. Whether it was theirs.

    Raises NotAllowed.
    """
    permit_anywhere()
    found = Notice.objects.unseen_by(by).filter(pk=notice_id)
    return bool(found.update(seen_at=times.now()))


def notices_for(officer: Officer) -> list[Notice]:
    """What stands before this officer now, each with its sentences and the request it leads to.

    Only for whoever is signed in: whether there is any came with their row (middleware).
    """
    if not getattr(officer, "has_notices", False):
        return []
    for notice in officer.unseen_notices:
        notice.sentences = notice_sentences(notice)
        unit = notice.request.unit if notice.request else None
        may_read = unit is not None and VOUCHING.may_act_for(officer, unit)
        notice.leads_to = notice.request_id if may_read else None
    return officer.unseen_notices


def subject_of_request(request: OfficerRequest) -> str:
    """What is asked for, as a heading says it."""
    said = {
        "name": request.person,
        "role": request.get_role_display(),
        "unit": request.unit.name,
    }
    if request.kind == OfficerRequest.Kind.NEW:
        return _("New officer: %(name)s, %(role)s, %(unit)s") % said
    if request.kind == OfficerRequest.Kind.POST:
        return _("One more post for %(name)s: %(role)s, %(unit)s") % said
    return _("A new sign-in for %(name)s, %(unit)s") % said


def notice_sentences(notice: Notice) -> list[str]:
    """A notice in words, each sentence by itself; an older one says what became of it since."""
    request = notice.request
    if request is None:
        return _sentences_without_request(notice)
    said = {"by": request.asked_by, "second": request.decided_by, "reason": request.refused_reason}
    sentences = [f"{subject_of_request(request)}."]
    if notice.act == Notice.Act.ASKED and request.decided_by is None:
        sentences.append(_("%(by)s asked for it; a second person decides.") % said)
    elif request.refused_reason:
        sentences.append(_("%(second)s refused: %(reason)s") % said)
    elif notice.act in {Notice.Act.ASKED, Notice.Act.AGREED}:
        sentences.append(_("%(by)s asked for it and %(second)s agreed.") % said)
    elif notice.act == Notice.Act.DONE:
        sentences.append(_("It is set up and works from now on."))
    else:
        sentences.append(_("The operator at the machine opened it, without a second person."))
    if request.kind == OfficerRequest.Kind.RENEWAL and notice.act != Notice.Act.REFUSED:
        sentences.append(_renewal_warning(notice))
    return sentences


def _sentences_without_request(notice: Notice) -> list[str]:
    """Of what was done at once, which nobody had asked a second person for."""
    if notice.act in {Notice.Act.PASSKEY, Notice.Act.COPIED}:
        return _passkey_sentences(notice)
    if notice.act in _ABOUT_TIPS:
        return _sentences_about_tips(notice)
    who = {"by": notice.by, "name": notice.about}
    if notice.act == Notice.Act.POST_ADDED:
        return [
            _("%(by)s gave %(name)s one more post.") % who,
            _("Whoever holds it reads the tips of that desk. Was it not meant, tell the auditor."),
        ]
    if notice.act == Notice.Act.POST_ENDED:
        return [_("%(by)s ended a post of %(name)s. What it allowed is over.") % who]
    return [_("%(by)s closed the account of %(name)s. It signs in no more.") % who]


def _passkey_sentences(notice: Notice) -> list[str]:
    name = {"name": notice.about}
    is_own = notice.about_id == notice.officer_id
    if notice.act == Notice.Act.COPIED:
        return [
            _("A passkey of %(name)s was stopped: it answered as a copy of it would.") % name,
            _("Remove it under “My settings”, and tell your commander now.")
            if is_own
            else _("Ask the person themselves where the key or the phone is."),
        ]
    return [
        _("A passkey was added to the sign-in of %(name)s.") % name,
        _("If it was not you, remove it under “My settings” and tell your commander now.")
        if is_own
        else _("Ask the person themselves whether they wanted it."),
    ]


def _sentences_about_tips(notice: Notice) -> list[str]:
    """Of who reads what; which tip it is stands in none of them."""
    who = {"by": notice.by, "name": notice.about}
    is_own = notice.about_id == notice.by_id
    if notice.act == Notice.Act.NAMED:
        return [_("%(by)s named %(name)s for matters of children and sexual offences.") % who]
    if notice.act == Notice.Act.UNNAMED:
        return [
            _("%(by)s ended that %(name)s reads matters of children and sexual offences.") % who
        ]
    if notice.act == Notice.Act.BROKE_IN:
        return [
            _("%(by)s opened a matter for named officers in an emergency.") % who,
            _("The reason stands under “Waits for you”."),
        ]
    if notice.act == Notice.Act.CALLED:
        return [
            _("%(name)s opened a reporter's contact to call back; %(by)s agreed.") % who,
            _("The reason stands with the tip and, without its words, in the record."),
        ]
    if notice.act == Notice.Act.REJOINED:
        return [_("%(by)s let %(name)s back into a tip.") % who]
    if is_own:
        return [_("%(name)s has no part in one tip of your desk any more, by own wish.") % who]
    return [
        _("%(by)s took %(name)s out of one tip.") % who,
        _("It stands in none of their lists. The record keeps why."),
    ]


def _renewal_warning(notice: Notice) -> str:
    if notice.about_id == notice.officer_id and notice.act != Notice.Act.DONE:
        return _(
            "Your present sign-in goes on until the new one is set up. If you did not ask for it,"
            " tell your commander now."
        )
    return _("Ask the person themselves whether they wanted it.")


def _without(out: Collection[uuid.UUID | None], people: list[Officer]) -> list[Officer]:
    return [officer for officer in people if officer.pk not in out]


def _commanders(unit_ids: list[uuid.UUID] | None, but: uuid.UUID | None) -> list[Officer]:
    return _holders(COMMANDING, unit_ids, but)


def _holders(which: Who, unit_ids: list[uuid.UUID] | None, but: uuid.UUID | None) -> list[Officer]:
    posts = Post.objects.current().filter(role__in=which.roles)
    if unit_ids is not None:
        posts = posts.filter(unit__in=unit_ids)
    found = Officer.objects.filter(pk__in=posts.values("officer"), is_active=True)
    if but is not None:
        found = found.exclude(pk=but)
    return list(found.order_by("id"))
