"""What the machine tries: the same examples each time, so that a red run can be looked into.

`KENG_FUZZ=500 make test ARGS=tests/fuzz` looks further, at random, with that many examples a test;
`KENG_TEST_NIGHTLY=1` at random with five times as many as usual. Both print how to repeat the run.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from keng.runtime.tests.chance import NIGHTLY_TIMES, is_nightly, profile


def how_many(usual: int) -> int:
    """How many examples a test tries: as many as KENG_FUZZ says, or more than usual at night."""
    asked = os.environ.get("KENG_FUZZ")
    if asked:
        return int(asked)
    if is_nightly():
        return usual * NIGHTLY_TIMES
    return usual * 2 if os.environ.get("KENG_TEST_ALL") else usual


def examples(usual: int) -> settings:
    """So many examples, more in `make test-all` and at night."""
    return settings(
        profile(),
        max_examples=how_many(usual),
        # Each example is undone by a savepoint, so the fixtures of the test stay as they were.
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )


# What text is like that a browser can send: everything but halves of a surrogate pair.
_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_ODD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "0",
    "-1",
    "1e400",
    "NaN",
    "9" * 40,
    "true",
    "null",
    "[]",
    "{}",
    "2026-02-30",
    "9999-12-31T23:59",
    "0001-01-01",
    "25:61",
    "%00",
    "%",
    "../../etc/passwd",
    "\u202e",
    "ĐÂY LÀ CHỮ HOA",
    "đ" * 5000,
    "<script>alert(1)</script>",
    "'; DROP TABLE tips_tip; --",
    "\r\n",
    "́",
    "0912 000 417",
    "00000000-0000-0000-0000-000000000000",
    "not-a-uuid",
    "123456",
    "vi",
    "xx",
]

junk = st.one_of(st.sampled_from(_ODD), _ANY_TEXT, st.uuids().map(str), st.integers().map(str))
"""What a hand, a script or a broken browser may put into one field."""

names = st.one_of(
    st.sampled_from(["q", "page", "after", "next", "state", "place", "kind", "id", "code", "from"]),
    st.text("abcdefghijklmnopqrstuvwxyz_-[]", min_size=1, max_size=12),
)

bags = st.dictionaries(names, st.one_of(junk, st.lists(junk, max_size=3)), max_size=5)
"""A query or a body that fits no form of ours."""
