"""Calling the desk of an urgent warning of which a part falls behind: no telephone rings for it."""

import datetime
import uuid

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.models import Dispatch, DispatchLag
from keng.duty import page_officers, rota
from keng.kit import times

LAG_CALL = "dispatch_lag"
# What falls behind later is told together: one call in so long about one warning.
CALLED_AGAIN_AFTER = datetime.timedelta(minutes=30)
# Whatever nobody saw in a day stands under "Waiting" alone.
_FRESH_FOR = datetime.timedelta(days=1)
_AT_ONCE = 50


def call_about_lags() -> int:
    """Call about each urgent warning with a part that fell behind since its last call; how many."""
    found = _lags_to_tell().order_by("dispatch_id").values_list("dispatch_id", flat=True)
    return sum(map(_call_about, found.distinct()[:_AT_ONCE]))


@work()
def _call_about(dispatch_id: uuid.UUID) -> int:
    dispatches = Dispatch.objects.select_related("unit").filter(pk=dispatch_id)
    dispatch = lock_available(dispatches).first()
    # Asked again under the lock: another worker may have called a moment ago.
    lags = _lags_to_tell().filter(dispatch=dispatch_id).count()
    if dispatch is None or not lags:
        return 0
    people = rota.officers_on_duty(dispatch.unit_id) or rota.watchers(dispatch.unit_id)
    called = page_officers.call_officers(
        people,
        _call_words(dispatch),
        unit_id=dispatch.unit_id,
        source_kind=LAG_CALL,
        source_ref=dispatch.pk,
        is_quiet=True,
    )
    record(
        "dispatch.lag_called",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={
            "parts": lags,
            "officers": len(people),
            "pagers": sum(called.ways.values()),
        },
    )
    return 1


def _lags_to_tell() -> QuerySet[DispatchLag]:
    """Of urgent warnings: what nobody has seen, and no call since it was noticed has told."""
    now = times.now()
    told = Dispatch.objects.filter(
        Q(created_at__gte=OuterRef("noticed_at")) | Q(created_at__gt=now - CALLED_AGAIN_AFTER),
        kind=Dispatch.Kind.PAGE,
        source_kind=LAG_CALL,
        source_ref=OuterRef("dispatch_id"),
    )
    return DispatchLag.objects.waiting().filter(
        ~Exists(told), dispatch__is_urgent=True, noticed_at__gt=now - _FRESH_FOR
    )


def _call_words(dispatch: Dispatch) -> list[page_officers.CallWords]:
    """Unit and link alone: it is shown on locked screens."""
    path = reverse("dispatch", "keng.site.desk_urls", kwargs={"pk": dispatch.pk})
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("%(unit)s: part of an urgent warning is far slower than the rest") % {
                "unit": dispatch.unit.name
            }
            text = _("See where, and who can help: %(link)s") % {"link": settings.DESK_URL + path}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
