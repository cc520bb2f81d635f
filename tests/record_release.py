"""python -m tests.record_release VERSION COMMIT: what the next version has to go beside.

To be run in a checkout of that commit, just before the number in keng/__init__.py goes up.
"""

import hashlib
import json
import sys
from pathlib import Path

import django

from tests.architecture.source import KENG

RECORD = KENG / "runtime" / "release_before.json"


def last_migrations(product: Path = KENG) -> dict[str, str]:
    """By area, the name of the last one."""
    return {
        file.parent.parent.name: file.read_text().strip()
        for file in sorted(product.glob("*/migrations/max_migration.txt"))
    }


def secured_tables() -> list[str]:
    """Those whose rows have policies."""
    from keng.site import row_policies

    return row_policies.secured_tables()


def digests_of_policy_functions() -> dict[str, str]:
    """By name, of each function that policies of rows ask."""
    from keng.site.policy_functions import policy_functions

    return {
        function.name: hashlib.sha256(function.definition.encode()).hexdigest()[:16]
        for function in sorted(policy_functions(), key=lambda each: each.name)
    }


def main() -> None:
    version, commit = sys.argv[1:]
    django.setup()
    record = {
        "version": version,
        "commit": commit,
        "migrations": last_migrations(),
        "policy_functions": digests_of_policy_functions(),
        "secured_tables": sorted(secured_tables()),
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
