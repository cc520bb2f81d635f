"""Celery with requests, as its own documentation has it: one task posts one message.

    python celery_peer.py COUNT                  enqueues, and prints when it began
    celery --app celery_peer worker              posts

PEER_BROKER, PEER_URL and PEER_BODY say where to. Runs outside Kẻng's environment.
"""

import os
import sys
import time

import requests
from celery import Celery

app = Celery("celery_peer", broker=os.environ["PEER_BROKER"])
app.conf.update(
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
_session = requests.Session()
_HEADERS = {"content-type": "application/json", "accept": "application/json"}


@app.task  # type: ignore[untyped-decorator]
def post() -> None:
    """One message; another answer than the provider's own "all right" is a failure."""
    body = os.environ["PEER_BODY"].encode()
    reply = _session.post(os.environ["PEER_URL"], data=body, headers=_HEADERS, timeout=30)
    reply.raise_for_status()
    if reply.json()["error"] != 0:
        raise RuntimeError("the sink refused")


if __name__ == "__main__":
    print(time.time(), flush=True)
    for _number in range(int(sys.argv[1])):
        post.delay()
