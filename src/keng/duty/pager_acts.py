"""An officer's own pagers: kept, switched, and tried. Nobody keeps another officer's."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer, Shift
from keng.accounts.signing_in import chain_of_officer
from keng.audit.actions import record
from keng.channels.web_push import PushSubscription
from keng.delivery.models import PagerTest, PagerWay
from keng.duty import page_officers
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.vault import seal

# Before a shift one tries the pager for it.
_EARLY = datetime.timedelta(hours=1)


class NoPager(LookupError):
    """There is nothing to call, or no account that could carry a call."""


class NoPagerAccount(NoPager):
    """A pager is on, but the operator has set up nothing that carries a call to it."""


def kinds_that_ring(officer: Officer) -> set[str]:
    """The kinds of pagers that would ring."""
    posts = officer.current_posts
    return page_officers.kinds_with_account(posts[0].unit_id) if posts else set()


@transaction.atomic
def add_email_pager(address: str, *, by: Officer) -> PagerWay:
    """Call this officer by letters to an address, which only the sender can read afterwards."""
    return _add_pager(PagerWay.Kind.EMAIL, address.lower(), _masked_address(address), by)


@transaction.atomic
def add_device_pager(subscription: PushSubscription, hint: str, *, by: Officer) -> PagerWay:
    """Call this officer by a push to one of their browsers."""
    return _add_pager(PagerWay.Kind.PUSH, subscription.to_json(), hint[:80], by)


def _masked_address(address: str) -> str:
    box, _at, domain = address.lower().rpartition("@")
    return f"{box[:1]}…@{domain}"[:80]


def _add_pager(kind: str, address: str, hint: str, by: Officer) -> PagerWay:
    way, is_new = PagerWay.objects.update_or_create(
        officer=by,
        address_hash=keyed_hash("pager", address),
        defaults={
            "kind": kind,
            "address_sealed": seal.seal_for_sender(address),
            "hint": hint,
            "is_on": True,
            "gone_at": None,
        },
    )
    if is_new:
        record("pager.added", by=by, on=by, chain=chain_of_officer(by), detail={"kind": kind})
    return way


@transaction.atomic
def switch_pager(way_id: uuid.UUID, *, is_on: bool, by: Officer) -> None:
    """Use a pager, or leave it in peace. Raises PagerWay.DoesNotExist."""
    way = PagerWay.objects.visible_to(by).select_for_update(no_key=True).get(pk=way_id)
    if way.is_on != is_on:
        way.is_on = is_on
        way.save(update_fields=["is_on"])
        record("pager.switched", by=by, on=by, chain=chain_of_officer(by), detail={"on": is_on})


@transaction.atomic
def remove_pager(way_id: uuid.UUID, *, by: Officer) -> None:
    """Forget a pager with its address. Raises PagerWay.DoesNotExist."""
    way = PagerWay.objects.visible_to(by).select_for_update(no_key=True).get(pk=way_id)
    kind = way.kind
    way.delete()
    record("pager.removed", by=by, on=by, chain=chain_of_officer(by), detail={"kind": kind})


@transaction.atomic
def test_pagers(*, by: Officer) -> PagerTest:
    """Call one's own pagers. It counts once the officer has answered from the call itself.

    Raises NoPager.
    """
    now = times.now()
    shift = (
        Shift.objects.at(now).filter(officer=by).first()
        or Shift.objects.at(now + _EARLY).filter(officer=by).first()
    )
    made = PagerTest(officer=by, shift=shift)
    called = (
        page_officers.call_officers(
            [by],
            _test_words(made),
            unit_id=by.current_posts[0].unit_id,
            source_kind="pager_test",
            source_ref=made.pk,
        )
        if by.current_posts
        else None
    )
    if called is None or not any(called.ways.values()):
        ways = PagerWay.objects.visible_to(by).filter(is_on=True, gone_at__isnull=True)
        is_on = set(ways.values_list("kind", flat=True))
        error = NoPagerAccount if is_on - kinds_that_ring(by) else NoPager
        transaction.set_rollback(True)
        raise error
    made.dispatch = called.dispatch
    made.save(force_insert=True)
    record(
        "pager.tested",
        by=by,
        on=by,
        chain=chain_of_officer(by),
        detail={"pagers": called.ways[by.pk], "shift": str(shift.pk if shift else "")},
    )
    return made


def _test_words(made: PagerTest) -> list[page_officers.CallWords]:
    link = settings.DESK_URL + reverse("pager-test", "keng.site.desk_urls", kwargs={"pk": made.pk})
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            found.append(
                page_officers.CallWords(
                    language,
                    _("Kẻng: a test of your pager"),
                    _("This is only a test. Open this page and say that it rang: %(link)s")
                    % {"link": link},
                )
            )
    return found


@transaction.atomic
def confirm_pager_test(test_id: uuid.UUID, *, by: Officer) -> PagerTest:
    """It rang. Raises PagerTest.DoesNotExist."""
    made = PagerTest.objects.visible_to(by).select_for_update(no_key=True).get(pk=test_id)
    if made.confirmed_at is None:
        made.confirmed_at = times.now()
        made.save(update_fields=["confirmed_at"])
        record(
            "pager.rang", by=by, on=by, chain=chain_of_officer(by), detail={"test": str(made.pk)}
        )
    return made
