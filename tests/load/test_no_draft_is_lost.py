"""The line is cut at every request of a report: nothing typed is lost, and nothing is sent twice.

Thirty journeys by day; a thousand at night (KENG_TEST_NIGHTLY=1), as the product promises.
"""

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from urllib.parse import urlsplit

import psycopg
import pytest

from keng.kit.database import dsn
from keng.runtime.tests.chance import is_nightly
from tests.load.cut_lines import CUTS, CutLine

JOURNEYS = 1000 if is_nightly() else 30
# As many as a desk's machine sees at once.
AT_ONCE = 4
# As much of a picture as tells its kind; the rest is of no matter here.
JPEG = b"\xff\xd8\xff\xe0"


def journey(port: int, number: int, seed: int) -> tuple[str, str, CutLine]:
    """Its words, its receipt code and its line."""
    # Each from a network of its own: the site counts how many reports one begins.
    address = f"127.{number // 250 + 1}.{number % 250 + 1}.1"
    line = CutLine(port, address, Random(f"{seed} {number}"))
    words = f"Chuyến {number}: có người gọi tự xưng ngân hàng, đòi mã OTP. " + "Kể thêm. " * 40
    picture = JPEG + Random(number).randbytes(9000)
    return words.strip(), line.report(words, picture), line


def test_no_draft_is_lost_when_the_line_is_cut_at_every_request(quiet_stack):
    port, seed = (
        urlsplit(quiet_stack.public).port,
        int.from_bytes(os.urandom(4)) if is_nightly() else 11,
    )
    print(f"seed {seed}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda number: journey(port, number, seed), range(JOURNEYS)))
    assert [words for words, code, _line in done if not code] == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KENG_DATA", str(quiet_stack.data))
        address = dsn("owner")
    with psycopg.connect(address) as database:
        tips = Counter(dict(database.execute("SELECT text, count(*) FROM tips_tip GROUP BY 1")))
        files = dict(
            database.execute(
                "SELECT t.text, count(a.id) FROM tips_tip t"
                " LEFT JOIN tips_attachment a ON a.tip_id = t.id GROUP BY 1"
            )
        )
        (waiting,) = database.execute("SELECT count(*) FROM community_draft").fetchone()
    told = {words for words, _code, _line in done}
    assert {words: tips[words] for words in told if tips[words] != 1} == {}
    assert {words: files[words] for words in told if files[words] != 1} == {}
    # Only first answers whose cookie never came are left, and they end by themselves.
    assert waiting <= JOURNEYS
    cuts = Counter(cut for _words, _code, line in done for cut in line.cuts)
    assert set(cuts) == set(CUTS)
    assert sum(cuts.values()) >= 14 * JOURNEYS
    # Whoever has the code reads it whole.
    words, code, line = done[0]
    page = re.sub(r"\s+", " ", line.status(code))
    assert words in page
