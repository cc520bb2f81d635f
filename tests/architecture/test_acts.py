"""What decides goes through the kernel: one way to a transaction, a lock and a permission."""

import re

from tests.architecture.source import KENG, is_test, name, python_files

# What only the kernel may do, and in whose place it has something (keng.acts).
ASIDE = re.compile(
    r"\btransaction\.atomic\b|\bfrom django\.db\.transaction import\b"
    r"|\bselect_for_update\b|\bset_rollback\b"
)
# What the kernel itself stands on.
BELOW = {"acts", "audit"}
# It counts beside every act, what is refused too, and stands below the kernel.
COUNTS_BESIDE_ACTS = "src/keng/limits/shared.py"
# It locks while a file is moved or destroyed, and changes no row: after a commit, too.
FILES_BESIDE_ACTS = "src/keng/files/storage/chosen.py"


def files_aside():
    """Files of the product that go past the kernel."""
    return [
        name(file)
        for file in python_files(KENG)
        if not is_test(file)
        and file.relative_to(KENG).parts[0] not in BELOW
        and ASIDE.search(file.read_text())
    ]


def test_nothing_goes_past_the_kernel():
    assert files_aside() == [FILES_BESIDE_ACTS, COUNTS_BESIDE_ACTS]


def test_a_way_past_it_would_be_noticed():
    assert ASIDE.search("with transaction.atomic():")
    assert ASIDE.search("rows.select_for_update(no_key=True)")
    assert ASIDE.search("from django.db.transaction import atomic")
