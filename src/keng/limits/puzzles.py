"""A small sum that the sender's own machine does, where a network asks for much.

The protocol is ALTCHA's: find the number behind a SHA-256. It is solved by a script in the browser
while the form is being filled in, shows nothing to read or to click, and sets no cookie. Whoever
has no script sends the form as it is and counts in full; a solved one counts for a quarter. So a
crowd behind one address goes on, and a flood from there pays for each form with a second of work.

No report has one, nor any page for somebody in danger.
"""

import datetime
import hashlib
import json
import time

from altcha.v1 import create_challenge, extract_params, verify_solution
from django.db import connection

from keng.kit import times
from keng.kit.secrets import derive_key
from keng.limits.models import SpentPuzzle

FIELD = "puzzle"
# Half of so many hashes on average. A slow phone does 20,000 in a second (docs/decisions/0031).
MOST_HASHES = 20_000
LASTS = datetime.timedelta(minutes=20)
_LONGEST = 1000
_SPEND_SQL = """
INSERT INTO limits_spentpuzzle (digest, expires_at) VALUES (%s, %s)
ON CONFLICT (digest) DO NOTHING
"""


def new_puzzle(of_limit: str) -> str:
    """What the script in the page solves, for forms of one limit only."""
    made = create_challenge(
        algorithm="SHA-256",
        max_number=MOST_HASHES,
        salt_length=12,
        hmac_key=_key(),
        salt="",
        number=None,
        expires=times.now() + LASTS,
        params={"of": of_limit},
    )
    return json.dumps(
        {
            "algorithm": made.algorithm,
            "challenge": made.challenge,
            "maxnumber": MOST_HASHES,
            "salt": made.salt,
            "signature": made.signature,
        }
    )


def take_solution(solution: str, of_limit: str) -> bool:
    """Whether it solves a puzzle of this limit, which nobody has used before in any process."""
    try:
        said = json.loads(solution[:_LONGEST])
        is_right, _why = verify_solution(said, _key())
        params = extract_params(said)
        if not is_right or params.get("of") != [of_limit]:
            return False
        expires = int(params["expires"][0])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    digest = hashlib.sha256(str(said["challenge"]).encode()).digest()[:16]
    with connection.cursor() as cursor:
        cursor.execute(_SPEND_SQL, [digest, expires])
        return bool(cursor.rowcount)


def remove_lapsed_puzzles() -> int:
    """Delete the marks of solutions that would be refused for their age; how many."""
    return SpentPuzzle.objects.filter(expires_at__lt=int(time.time())).delete()[0]


def _key() -> bytes:
    return derive_key("puzzles")
