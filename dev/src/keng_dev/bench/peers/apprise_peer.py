"""Apprise: one notification for each message, 64 at once in threads.

    python apprise_peer.py COUNT SIDE_BY_SIDE

PEER_URL and PEER_BODY say where to. Prints when it began. Runs outside Kẻng's environment.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from apprise import Apprise


def main() -> None:
    count, side_by_side = int(sys.argv[1]), int(sys.argv[2])
    sender = Apprise()
    if not sender.add(os.environ["PEER_URL"].replace("http://", "json://", 1)):
        raise RuntimeError("Apprise does not know this address")
    body = os.environ["PEER_BODY"]
    print(time.time(), flush=True)
    with ThreadPoolExecutor(side_by_side) as pool:
        if not all(pool.map(lambda _number: sender.notify(body=body), range(count))):
            raise RuntimeError("the sink refused")


if __name__ == "__main__":
    main()
