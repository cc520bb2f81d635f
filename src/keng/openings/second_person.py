"""Who can be the second person of an opening, and which openings an officer can read."""

import datetime
import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from keng.accounts.models import NamedOfficer, Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import SECOND_FOR_OPENING
from keng.openings.holder_list import holder_list
from keng.tips.models import BreakIn, Tip
from keng.tips.models.tip import is_restricted
from keng.vault.models import HolderKey, KeyShare, OpeningRequest
from keng.vault.opener_client import REQUEST_STANDS


def seconds_for(tip: Tip, asker: Officer, unit_key: uuid.UUID | None) -> list[Officer]:
    """Who can agree to what this officer asks for: the right role, a share of the record's key,
    sight of the tip, and no hand in the asker's account nor the asker in theirs.
    """
    (row,) = holder_list([tip.responsible_unit])
    people = {each.pk: each for each in (*row.own, *row.above)}
    return [each for each in people.values() if can_be_second(each, tip, asker, unit_key)]


def has_share_of(officer: uuid.UUID, unit_key: uuid.UUID | None) -> bool:
    """Whether this officer's key unlocks a share of the record's key.

    Of what is sealed to no split key nobody has one: the operator opens it, and any holder agrees.
    """
    if unit_key is None:
        return HolderKey.objects.filter(officer_ref=officer, retired_at=None).exists()
    return shares_of_officer(officer).filter(unit_key=unit_key).exists()


def can_be_second(officer: Officer, tip: Tip, asker: Officer, unit_key: uuid.UUID | None) -> bool:
    """The same of one officer."""
    if not has_share_of(officer.pk, unit_key):
        return False
    if asker.pk in tied_to(officer) or officer.pk in tied_to(asker):
        return False
    if not SECOND_FOR_OPENING.may_act_for(officer, tip.responsible_unit):
        return False
    return Tip.objects.visible_to(officer).filter(pk=tip.pk).exists()


def standing_requests() -> "QuerySet[OpeningRequest]":
    """Those that nobody has answered, and that are not too old to be."""
    return _of_today().filter(approved_at=None, refused_at=None)


def with_share_of_theirs(officer: uuid.UUID) -> Q:
    """Of requests, those whose record this officer has a share for, as `has_share_of` says."""
    theirs = shares_of_officer(officer).filter(unit_key=OuterRef("unit_key_ref"))
    return Q(unit_key_ref=None) | Q(Exists(theirs))


def shares_of_officer(officer: uuid.UUID) -> "QuerySet[KeyShare]":
    """Those that this officer's key of today unlocks."""
    return KeyShare.objects.filter(holder_key__officer_ref=officer, holder_key__retired_at=None)


def agreed_requests() -> "QuerySet[OpeningRequest]":
    """Those that a second person agreed to, and that can still be opened."""
    return _of_today().filter(approved_at__isnull=False)


def unended_requests() -> "QuerySet[OpeningRequest]":
    """Those that can still be opened, or could be once somebody agrees."""
    return _of_today().filter(refused_at=None)


def stands_until(asked: OpeningRequest) -> datetime.datetime:
    """When nothing is opened with it any more."""
    return asked.asked_at + REQUEST_STANDS


def _of_today() -> "QuerySet[OpeningRequest]":
    # By the clock of the database: these stand in queries that are built once.
    return OpeningRequest.objects.filter(
        opened_at=None, lapsed_at=None, asked_at__gt=Now() - REQUEST_STANDS
    )


def readable_to_one(officer: uuid.UUID) -> Q:
    """Of tips that stand in an officer's lists: neither restricted nor for other named officers.

    The same as `tips.models.tip.is_readable_by` says of somebody whose lists are known, for a query
    that has only who it is. The page of one opening asks the former.
    """
    here = Q(unit=OuterRef("responsible_unit")) | Q(unit=OuterRef("responsible_unit__parent"))
    named = NamedOfficer.objects.filter(here, ended_at=None)
    readable = Q(is_for_named=False) | Exists(named.filter(officer=officer)) | ~Exists(named)
    opened = BreakIn.objects.open_now(officer)
    readable |= Q(assigned_to=officer)
    return readable & ~is_restricted() | Q(pk__in=opened.values("tip"))


def tip_words(asked: OpeningRequest) -> tuple[str, str]:
    """The number of the tip that it is about, and its desk; no word of it."""
    found = Tip.objects.filter(pk=asked.tip_ref)
    row = found.values_list("reference", "responsible_unit__name").first()
    return (row[0] or "", row[1]) if row else ("", "")
