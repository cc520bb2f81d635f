"""The address at which other installations hand their files in: one word in answer, for a machine.

No officer and no cookie is known here: the signature beside the file says from whom it is.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from keng.kit.uploads import takes_files
from keng.limits.shared import SharedLimit
from keng.tips.models import TransferArrival, TransferTrouble
from keng.transfers.arrivals import STATUS_OF_REFUSAL, TooMuchWaiting, keep_arrival
from keng.transfers.envelope import MOST_TRANSFER_BYTES
from keng.transfers.errors import UnknownSender
from keng.transfers.forms import IncomingFileForm
from keng.transfers.network_addresses import STATUS_OF_STATE

# Of one network, known or not: whoever is behind a proxy of a ministry has it with all others.
transfer_limit = SharedLimit("transfers", at_once=240, pause=0.25)
_ASK_AGAIN_SECONDS = 60


@takes_files(most_bytes=MOST_TRANSFER_BYTES, most_files=1)
@csrf_exempt
@require_POST
def transfer_incoming(request: HttpRequest) -> HttpResponse:
    """Keep a file, or say what became of it."""
    if seconds := transfer_limit.seconds_to_wait(request):
        return _say(HTTPStatus.TOO_MANY_REQUESTS, TransferTrouble.TOO_MANY, wait=seconds)
    form = IncomingFileForm(request.POST, request.FILES)
    sent = request.FILES.get("sent")
    if sent is not None and getattr(sent, "is_too_large", False):
        return _say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TransferTrouble.TOO_LARGE)
    if sent is not None and getattr(sent, "no_room", None) is not None:
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, TransferTrouble.BUSY, wait=_ASK_AGAIN_SECONDS)
    if not form.is_valid():
        return _say(HTTPStatus.BAD_REQUEST, TransferTrouble.UNREADABLE)
    said = form.cleaned_data
    try:
        arrival = keep_arrival(
            said["sent"].read(),
            signer=bytes.fromhex(said["signer"]),
            signature=bytes.fromhex(said["signature"]),
        )
    except (UnknownSender, TooMuchWaiting) as refused:
        return _say(*STATUS_OF_REFUSAL[type(refused)], wait=_ASK_AGAIN_SECONDS)
    state = TransferArrival.State(arrival.state)
    is_refused = state == TransferArrival.State.REFUSED
    return _say(STATUS_OF_STATE[state], arrival.trouble if is_refused else state)


def _say(status: HTTPStatus, word: str, *, wait: int = 0) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    if wait:
        headers["Retry-After"] = str(wait)
    return HttpResponse(
        f"{word}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers
    )
