"""Two holders split keys anew, or reseal what is on hold: who comes, and their shares on the way.

When the first is due is told by vault.resharing, the second by openings.resealing.
"""

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import SECOND_FOR_OPENING, WORKING
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.files import store
from keng.files.storage.opener_copies import copied_for_opener
from keng.kit import times
from keng.kit.sql_names import by_given_name
from keng.openings import acts
from keng.openings.asking import HoldsNoShare
from keng.openings.giving import OpenerIsAway, ShareToGive
from keng.openings.holder_keys import current_key_of
from keng.openings.second_person import has_share_of, shares_of_officer
from keng.tips.errors import NotYours
from keng.vault import opener_client
from keng.vault.models import HolderKey, KeyShare, ResharingRequest


class ResharingOver(AlreadyDone):
    """Done, dropped, or two others came."""

    sentence = _(
        "Not done: two holders see to these keys already, or somebody else has left meanwhile. "
        "Look at what waits for you."
    )


class NotTheSecondHolder(Refused):
    """As for an opening: two people, one of whom could agree to one."""

    sentence = _(
        "Not done: two holders split a key anew, neither of whom made the other's account lately, "
        "and one of whom may agree to openings. Ask a commander of the desk or an officer of the "
        "province who holds a key."
    )


class NotSplitAnew(Refused):
    """The opener refused; nothing changed."""

    sentence = _(
        "Not split: shares were missing, or 15 minutes have passed since one was given. Nothing "
        "changed. Give yours once more, and ask your colleague to give theirs."
    )


class NotAllResealed(Refused):
    """Something lies there that the key does not open, or that came while it went on."""

    sentence = _(
        "Not finished: some of what is on hold could not be resealed. What could be is done; the "
        "rest stays as it was and waits for two holders anew."
    )


@dataclass(frozen=True)
class ResharingPeople:
    """Whom a resharing is about, by name."""

    left: list[Officer]
    """Who had a share and will have none."""
    will_hold: list[Officer]


@act(acts.JOIN_RESHARING)
def join_resharing(resharing_id: uuid.UUID, *, by: Officer) -> ResharingRequest:
    """Be one of the two. The page has asked for a fresh second factor before.

    Raises NotYours, HoldsNoShare, ResharingOver, NotTheSecondHolder.
    """
    asked = lock(ResharingRequest.objects.filter(pk=resharing_id).select_related("unit")).first()
    if asked is None:
        permit_anywhere()
        raise NotYours
    permit_over(asked.unit_id)
    if asked.done_at or asked.dropped_at:
        raise ResharingOver
    if not has_share_of(by.pk, asked.any_key_id):
        raise HoldsNoShare
    if by.pk in {asked.first_ref, asked.second_ref}:
        return asked
    if asked.first_ref is None:
        asked.first_ref = by.pk
    elif asked.second_ref is None:
        _require_two(asked.first_ref, asked, by)
        asked.second_ref = by.pk
    else:
        raise ResharingOver
    asked.joined_at = times.now()
    asked.save(update_fields=["first_ref", "second_ref", "joined_at"])
    record(
        opener_client.RESEALING_ENTRY if asked.hold_key_id else opener_client.RESHARING_ENTRY,
        by=by,
        on=asked,
        chain=unit_chain(asked.unit_id),
        detail={"keys": len(asked.plan)},
    )
    return asked


def _require_two(first_ref: uuid.UUID, asked: ResharingRequest, by: Officer) -> None:
    first = Officer.objects.get(pk=first_ref)
    may_agree = any(SECOND_FOR_OPENING.may_act_for(each, asked.unit) for each in (first, by))
    if not may_agree or first.pk in tied_to(by) or by.pk in tied_to(first):
        raise NotTheSecondHolder


def shares_to_give(resharing_id: uuid.UUID, *, officer: Officer) -> list[ShareToGive]:
    """What the browser of one of the two needs. Raises NotYours, NotSplitAnew, OpenerIsAway."""
    asked, key = _joined(resharing_id, officer)
    try:
        one_time = opener_client.begin_resharing(asked.pk)
        shares = opener_client.shares_for_resharing(asked.pk, key.pk)
    except opener_client.CannotOpen as error:
        raise _refusal_of(error) from error
    return [
        ShareToGive(
            shares[unit_key],
            opener_client.share_info(unit_key, key.pk),
            one_time,
            opener_client.resharing_info(asked.pk, unit_key),
        )
        for unit_key in _keys_of(asked)
    ]


def give_for_resharing(resharing_id: uuid.UUID, sealed: list[bytes], *, officer: Officer) -> bool:
    """Hand over sealed shares, in the order of `shares_to_give`; whether all is done by it.

    Raises NotYours, NotSplitAnew, NotAllResealed, OpenerIsAway.
    """
    asked, key = _joined(resharing_id, officer)
    keys = _keys_of(asked)
    if len(sealed) != len(keys):
        raise NotSplitAnew
    try:
        opener_client.give_for_resharing(asked.pk, key.pk, dict(zip(keys, sealed, strict=True)))
        if asked.second_ref is None:
            return False
        if asked.hold_key_id:
            with copied_for_opener(store.originals_by_key().get(asked.any_key_id, ())):
                _reseal_all(asked.pk)
        else:
            opener_client.reshare(asked.pk)
    except opener_client.SharesMissing:
        # The other one's: it was not given yet, or lapsed.
        return False
    except opener_client.CannotOpen as error:
        raise _refusal_of(error) from error
    return True


def _reseal_all(resharing_id: uuid.UUID) -> None:
    """File by file, then portion by portion, until all is done or one brings it no further."""
    while file := opener_client.reseal_file(resharing_id):
        store.replace_original(file.path, file.sealed)
    while True:
        portion = opener_client.reseal(resharing_id)
        if portion.is_done:
            return
        if not portion.records:
            raise NotAllResealed


def open_resharings(officer: uuid.UUID) -> "QuerySet[ResharingRequest]":
    """Those that wait for this officer, of either sort: of keys that they hold, until two came."""
    theirs = shares_of_officer(officer).filter(unit_key=OuterRef("any_key"))
    is_one_of_two = Q(first_ref=officer) | Q(second_ref=officer)
    return ResharingRequest.objects.filter(
        Q(second_ref=None) | is_one_of_two, Exists(theirs), done_at=None, dropped_at=None
    )


def readable_resharing(resharing_id: uuid.UUID, officer: Officer) -> ResharingRequest | None:
    """For whoever works at the desk whose keys they are, or above it."""
    asked = ResharingRequest.objects.select_related("unit__parent").filter(pk=resharing_id).first()
    if asked is None or not WORKING.may_act_for(officer, asked.unit):
        return None
    return asked


def resharing_people(asked: ResharingRequest) -> ResharingPeople:
    """By name, in the order of names."""
    wanted = {uuid.UUID(key) for key in asked.plan[str(asked.any_key_id)]}
    shares = KeyShare.objects.filter(unit_key=asked.any_key_id, holder_key__isnull=False)
    had = set(shares.values_list("holder_key_id", flat=True))
    whose = dict(HolderKey.objects.filter(pk__in=had | wanted).values_list("pk", "officer_ref"))
    officers = Officer.objects.filter(pk__in=whose.values()).order_by(*by_given_name(), "pk")
    stay = {whose[key] for key in wanted if key in whose}
    return ResharingPeople(
        left=[each for each in officers if each.pk not in stay],
        will_hold=[each for each in officers if each.pk in stay],
    )


def _keys_of(asked: ResharingRequest) -> list[uuid.UUID]:
    return [uuid.UUID(key) for key in asked.plan]


def _joined(resharing_id: uuid.UUID, officer: Officer) -> tuple[ResharingRequest, HolderKey]:
    asked = readable_resharing(resharing_id, officer)
    key = current_key_of(officer)
    if asked is None or key is None or officer.pk not in {asked.first_ref, asked.second_ref}:
        raise NotYours
    return asked, key


def _refusal_of(error: opener_client.CannotOpen) -> Refused:
    return OpenerIsAway() if isinstance(error, opener_client.OpenerAway) else NotSplitAnew()
