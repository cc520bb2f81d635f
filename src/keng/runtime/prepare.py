"""keng prepare: what a start does first, for a service manager that starts each process itself."""

import argparse
import os

from keng.kit.database import data_folder
from keng.runtime.environment import running_database
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.serve import make_first_keys, unsafe_for_real_data


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(arguments: argparse.Namespace) -> int:
    if unsafe := unsafe_for_real_data(os.environ):
        raise CannotContinue(" ".join([*unsafe, "Nothing was prepared."]))
    prepare_data_folder(data_folder())
    with running_database(may_create=True):
        prepare_installation(is_demo=False)
        make_first_keys()
    print(f"Prepared: folders, tables, rights and keys of {data_folder()}.")
    return 0


def prepare_installation(*, is_demo: bool, only_database: bool = False) -> None:
    """On a running database: tables and rights, and that these data are the demo's or one's own.

    Safe to repeat. Raises CannotContinue where they are the other's, or another version's, and
    unless `only_database` is started where they came out of a backup just now.
    """
    # Loaded where it is used and ends: the supervisor watches over the others for months.
    from keng.runtime.known_keys import claim_installation  # noqa: PLC0415
    from keng.runtime.migrate import migrate  # noqa: PLC0415
    from keng.runtime.restored import require_settled  # noqa: PLC0415

    migrate()
    if not only_database:
        require_settled()
    claim_installation(is_demo=is_demo)
