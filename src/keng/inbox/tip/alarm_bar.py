"""The bar that rings: asked by every page of the desk, since a critical tip waits for no reload."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.alarms.bar import alarm_bar_for, ringing_tips_of
from keng.kit.ids import read_id
from keng.openings.emergency_bar import waiting_emergencies
from keng.tips.toast import forget_old_key

# In an address: at which of those that ring the officer is.
ALARM_PARAMETER = "alarm"


@require_GET
def alarm(request: SignedInRequest) -> HttpResponse:
    """The critical tips that nobody has taken, and the emergencies in which a colleague waits for a
    second yes; `on` is the tip whose page is open already.

    At a locked screen only how many ring: neither their words nor where they are.
    """
    if request.is_screen_locked:
        context = {
            "count": len(ringing_tips_of(request.officer)),
            "emergencies": waiting_emergencies(request.officer),
        }
        return render(request, "inbox/tip/parts/alarm_locked.html", context)
    forget_old_key(request)
    context = alarm_bar_context(request, shown=read_id(request.GET.get("on", "")))
    return render(request, "inbox/tip/parts/alarm.html", context)


def alarm_bar_context(
    request: SignedInRequest, *, shown: uuid.UUID | None = None
) -> dict[str, Any]:
    """What the bar's template shows, with the way to those before and after: the same page.

    Where a tip that rings is open, as a page or beside the list, it begins with that one: its key
    takes what the officer reads.
    """
    found = alarm_bar_for(request.officer, read_id(request.GET.get(ALARM_PARAMETER, "")) or shown)
    emergencies = waiting_emergencies(request.officer)
    if found is None:
        return {"bar": None, "emergencies": emergencies}
    return {
        "bar": found,
        "emergencies": emergencies,
        "shown": shown,
        "earlier_url": _alarm_url(request, found.earlier),
        "later_url": _alarm_url(request, found.later),
    }


def _alarm_url(request: SignedInRequest, tip_id: uuid.UUID) -> str:
    query = request.GET.copy()
    query[ALARM_PARAMETER] = str(tip_id)
    return f"?{query.urlencode()}"
