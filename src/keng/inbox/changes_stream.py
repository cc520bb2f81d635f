"""Opens the stream of changes: which topics this officer's pages may be told of."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.session_marks import session_marks
from keng.accounts.sessions import row_key
from keng.accounts.who import SECOND_FOR_OPENING
from keng.kit.changes import STREAM_GRANT, ChangeKind, StreamGrant


@require_GET
def changes(request: SignedInRequest) -> HttpResponse:
    """What the front of the site keeps open (`site/change_streams.py`) for this session.

    Asked through everything that a page of the desk is asked through. A locked screen is told of
    alarms and of nothing else, as it is answered with nothing else.
    """
    key = row_key(request.session.session_key or "")
    mark = session_marks([key]).get(key)
    if mark is None:
        # It ended while this was asked.
        return HttpResponse(status=403)
    _grant(request, StreamGrant(key, mark, _topics_of(request.officer, request.is_screen_locked)))
    # No proxy may gather what is for now.
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return HttpResponse(content_type="text/event-stream", headers=headers)


def _grant(request: HttpRequest, grant: StreamGrant) -> None:
    request.META[STREAM_GRANT] = grant


def _topics_of(officer: Officer, is_locked: bool) -> frozenset[str]:
    kinds = (ChangeKind.ALARM,) if is_locked else (ChangeKind.ALARM, ChangeKind.TIPS)
    found = {kind.topic_of(unit) for kind in kinds for unit in officer.unit_ids}
    if SECOND_FOR_OPENING.includes(officer):
        found.add(ChangeKind.EMERGENCY)
    return frozenset(found)
