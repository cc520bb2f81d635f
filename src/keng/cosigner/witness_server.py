"""The witness on HTTP: two addresses, short requests, no state but the folder."""

import logging
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from keng.cosigner.judging import CosigningWitness, WitnessReply
from keng.merkle.witness_requests import ADD_CHECKPOINT, LONGEST_REQUEST

log = logging.getLogger(__name__)
_LAST = "/checkpoint/"
# Whoever says nothing for so long is hung up on.
_SECONDS_OF_SILENCE = 10.0


class WitnessServer(ThreadingHTTPServer):
    """Listens until it is shut down; a request that fails says nothing of what it held."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: CosigningWitness) -> None:
        super().__init__(address, partial(WitnessRequest, witness))

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody hung up, or a fault of ours: one line, and the next one is heard."""
        log.warning("A request was not answered.")


class WitnessRequest(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_version = "keng-witness"
    sys_version = ""
    timeout = _SECONDS_OF_SILENCE

    def __init__(self, witness: CosigningWitness, *arguments: Any) -> None:
        self._witness = witness
        super().__init__(*arguments)

    def do_POST(self) -> None:
        """A checkpoint to cosign."""
        length = self.headers.get("Content-Length", "")
        if self.path != ADD_CHECKPOINT:
            self._end_with(WitnessReply(HTTPStatus.NOT_FOUND))
        elif not length.isascii() or not length.isdigit():
            self._end_with(WitnessReply(HTTPStatus.LENGTH_REQUIRED))
        elif len(length) > 9 or int(length) > LONGEST_REQUEST:
            self._end_with(WitnessReply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
        else:
            raw = self.rfile.read(int(length))
            self._reply(self._witness.add_checkpoint(raw))

    def do_GET(self) -> None:
        """The last checkpoint that was cosigned, for whoever checks a log."""
        mark = self.path.removeprefix(_LAST)
        if mark == self.path:
            self._reply(WitnessReply(HTTPStatus.NOT_FOUND))
        else:
            self._reply(self._witness.last_cosigned(mark))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who asks is nobody's business."""

    def _end_with(self, reply: WitnessReply) -> None:
        # What else was sent stays unread: the connection ends with it.
        self.close_connection = True
        self._reply(reply)

    def _reply(self, reply: WitnessReply) -> None:
        body = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
