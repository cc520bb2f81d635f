"""What decides goes through the kernel: one way to a transaction, a lock and a permission.

`python -m tests.architecture.test_acts` prints what is left, area by area.
"""

import re
from collections import Counter

from tests.architecture.source import KENG, is_test, python_files

# What only the kernel may do, and in whose place it has something (keng.acts).
ASIDE = re.compile(
    r"\btransaction\.atomic\b|\bfrom django\.db\.transaction import atomic\b"
    r"|\bselect_for_update\b|\bhas_role\b|\bset_rollback\b"
)
# Only ever shorter: areas whose acts have no rows yet.
NOT_YET = {
    "accounts",
    "alarms",
    "claims",
    "cli",
    "decisions",
    "delivery",
    "dialogue",
    "duty",
    "inbox",
    "incidents",
    "intake",
    "lessons",
    "lookup",
    "lookup_pages",
    "places",
    "relay",
    "reports",
    "surveys",
    "tips",
    "vault",
    "warnings",
}
# What the kernel itself stands on.
BELOW = {"acts", "audit"}


def lines_aside():
    """How often each area goes past the kernel."""
    found = Counter()
    for file in python_files():
        if KENG not in file.parents or is_test(file) or "migrations" in file.parts:
            continue
        area = file.relative_to(KENG).parts[0]
        if area not in BELOW:
            found[area] += len(ASIDE.findall(file.read_text()))
    return found


def test_an_area_that_has_its_rows_goes_through_the_kernel():
    assert {area: n for area, n in lines_aside().items() if n and area not in NOT_YET} == {}


def test_the_list_of_those_that_do_not_yet_says_nothing_that_is_done():
    found = lines_aside()
    assert {area for area in NOT_YET if not found[area]} == set()


if __name__ == "__main__":
    for area, count in lines_aside().most_common():
        if count:
            print(area, count)
