"""Locks in one order: two acts that take them so never wait for each other for ever."""

import logging
import uuid
from operator import attrgetter
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from keng.acts.errors import KeptBack, NotAllowed
from keng.acts.work import current_work, permit_over
from keng.kit.advisory_locks import TurnLock

log = logging.getLogger(__name__)

_Row = TypeVar("_Row", bound=Model)

# Table by table, from first to last, and by what its rows are sorted. A tip comes before its
# incident, since every decision on one tip takes them so; a pattern before the warning that is made
# with it; a text of a partner before the check that it becomes. Locks that are no row's (TurnLock)
# come before all of these, the chains of the record after them (keng.audit.actions writes them
# last).
ORDER: dict[str, str] = {
    "accounts_officer": "pk",
    "accounts_partner": "pk",
    "accounts_partnermember": "pk",
    "accounts_officerrequest": "pk",
    "accounts_post": "pk",
    "accounts_shift": "pk",
    "places_unit": "pk",
    "places_place": "pk",
    "accounts_namedofficer": "pk",
    "retention_retentionperiod": "pk",
    "imported_importbatch": "pk",
    "breaches_breach": "pk",
    "breaches_breachwaiver": "pk",
    "breaches_breachnotice": "pk",
    "network_lead": "pk",
    "network_leadway": "pk",
    "network_group": "pk",
    "network_establishment": "pk",
    "network_subscription": "pk",
    "network_teamshift": "pk",
    "network_teamask": "pk",
    "model_offers_modeloffer": "pk",
    "model_offers_modelcopy": "pk",
    "warnings_pattern": "pk",
    "warnings_patternuse": "pk",
    "warnings_warning": "pk",
    "warnings_recallrequest": "pk",
    "warnings_officialalert": "pk",
    "claims_claim": "pk",
    "claims_revision": "pk",
    "partners_article": "pk",
    "partners_manuscript": "pk",
    "surveys_survey": "pk",
    "surveys_surveyresult": "pk",
    "surveys_token": "pk",
    "surveys_answer": "pk",
    "surveys_freetext": "pk",
    "surveys_paperbatch": "pk",
    "surveys_chattalk": "pk",
    "surveys_draft": "pk",
    "thanks_groupthanks": "pk",
    "lessons_lesson": "pk",
    "lessons_edition": "pk",
    "lessons_film": "pk",
    "lessons_campaign": "pk",
    "lessons_schoolclass": "pk",
    "lessons_firsthour": "pk",
    "partners_kitrequest": "pk",
    "partner_inbox_partnerinbox": "pk",
    "partner_inbox_inboxholder": "pk",
    "partner_inbox_inboxmatter": "pk",
    "community_question": "pk",
    "community_meeting": "pk",
    "community_officialchannel": "pk",
    "community_draft": "pk",
    "lookup_blocklist": "pk",
    "lookup_indicator": "pk",
    "lookup_dispute": "pk",
    "lookup_disputefile": "pk",
    "lookup_listing": "pk",
    "tips_tip": "pk",
    "tips_incident": "pk",
    "tips_breakin": "pk",
    "tips_recusal": "pk",
    "tips_restriction": "pk",
    "tips_legalhold": "pk",
    "data_requests_datarequest": "pk",
    "tips_dialoguemessage": "pk",
    "tips_onetimelink": "pk",
    "tips_handedcode": "pk",
    "tips_sighting": "pk",
    "tips_attachment": "pk",
    "tips_waitingpicture": "pk",
    "tips_clock": "pk",
    "tips_heldending": "pk",
    "tips_alarm": "pk",
    "tips_wave": "pk",
    "tips_answertemplate": "pk",
    "vault_openingrequest": "pk",
    "vault_resharingrequest": "pk",
    "delivery_dedupekey": "pk",
    "delivery_inbound": "pk",
    "delivery_inboundmedia": "pk",
    "delivery_conversation": "key_hash",
    "delivery_dispatch": "pk",
    "delivery_relaytask": "pk",
    "delivery_delivery": "pk",
    "delivery_digestentry": "pk",
    "delivery_channelaccount": "pk",
    "delivery_accountgroup": "pk",
    "delivery_grouprequest": "pk",
    "delivery_pagerway": "pk",
    "delivery_pagertest": "pk",
    "vault_sealedidentity": "pk",
    "vault_custodiankey": "pk",
    "vault_unitkey": "pk",
    "public_log_logpace": "pk",
    "reports_publicsummary": "pk",
}
_PLACES = {name: place for place, name in enumerate([*TurnLock.__members__, *ORDER])}


def wait_for_turn(what: TurnLock, of: object = "") -> None:
    """Wait until nobody else does this (to the thing `of`), and keep others from it.

    Until this transaction ends. For what has no row that could be locked; take it before any row.
    """
    _go_on_to(what.name, waits=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [what, str(of)])


def take_turn(what: TurnLock, thing: object = "") -> bool:
    """Whether nobody else does this to the thing now; then nobody else will until the end of this
    transaction.
    """
    _go_on_to(what.name, waits=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [what, str(thing)])
        return bool(cursor.fetchone()[0])


def lock(rows: QuerySet[_Row], *, to_delete: bool = False) -> QuerySet[_Row]:
    """These rows, locked until the work ends, one after the other in the order of their table.

    Rows that only refer to them are kept waiting by no lock but one `to_delete`: a reference is
    checked at the commit, when the chains of the record are held.
    """
    table = _table_of(rows)
    _go_on_to(table, waits=True)
    in_order = rows.order_by(ORDER.get(table, "pk"))
    return in_order.select_for_update(of=("self",), no_key=not to_delete)


def lock_all(rows: QuerySet[_Row]) -> list[_Row]:
    """Every one of these rows, locked as by lock: also those out of sight of whoever acts.

    A policy of the database (keng.site.row_policies) skips without a word what whoever acts may
    not change, and the act would go on with the others alone. Raises KeptBack then.
    """
    locked = list(lock(rows))
    missing = rows.exclude(pk__in=[row.pk for row in locked])
    if missing.exists():
        # What came to them while this waited for its locks is locked now.
        locked += lock(missing)
        if rows.exclude(pk__in=[row.pk for row in locked]).exists():
            log.warning("rows of %s are kept from an act by their policy", _table_of(rows))
            raise KeptBack
    return locked


def lock_available(rows: QuerySet[_Row], *, to_delete: bool = False) -> QuerySet[_Row]:
    """Those of the rows that nobody holds, in their own order; the others come another time."""
    _go_on_to(_table_of(rows), waits=False)
    return rows.select_for_update(of=("self",), no_key=not to_delete, skip_locked=True)


def lock_one(visible: QuerySet[_Row], pk: uuid.UUID, *, owner: str = "unit_id") -> _Row:
    """The row, locked, if whoever acts may see it and may do this over what its owner has.

    `owner` is the way from the row to its unit or partner, with dots. Raises NotAllowed.
    """
    row = lock(visible).filter(pk=pk).first()
    if row is None:
        raise NotAllowed
    permit_over(attrgetter(owner)(row))
    return row


def report_disorder(held: str, wanted: str) -> None:
    """Say that a lock was taken against the order. Tests put something here that fails."""
    log.error("lock of %s was taken while %s was held: against the order of locks", wanted, held)


def _table_of(rows: QuerySet[_Row]) -> str:
    return rows.model._meta.db_table  # noqa: SLF001 -- public, by Django's documentation


def _go_on_to(name: str, *, waits: bool) -> None:
    """Note what is locked. What takes only what nobody holds may go back: it waits for nobody."""
    work = current_work()
    if work is None:
        return
    if name not in _PLACES:
        report_disorder("(a table without a place)", name)
        return
    taken = work.whole.locked
    furthest = max(taken, key=_PLACES.__getitem__, default=name)
    if waits and name not in taken and _PLACES[name] < _PLACES[furthest]:
        report_disorder(furthest, name)
    taken.add(name)
