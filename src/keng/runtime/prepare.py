"""keng prepare: what a start does first, for a service manager that starts each process itself."""

import argparse
import os

from keng.kit.database import data_folder
from keng.runtime.environment import running_database
from keng.runtime.errors import CannotContinue
from keng.runtime.installation import make_process_keys, prepare_installation
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.settings_together import faults_before_start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(arguments: argparse.Namespace) -> int:
    if wrong := faults_before_start(os.environ):
        raise CannotContinue(" ".join([*wrong, "Nothing was prepared."]))
    prepare_data_folder(data_folder())
    with running_database(may_create=True):
        prepare_installation(is_demo=False)
        make_process_keys()
    print(f"Prepared: folders, tables, rights and keys of {data_folder()}.")
    return 0
