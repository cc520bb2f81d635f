"""keng check-settings: what is set, where it stands, and each thing that is wrong with it."""

import argparse
import os

from keng.kit import configuration
from keng.kit.configuration import SETTING_CHECKS, value_to_show
from keng.kit.terminal_words import gettext
from keng.runtime.errors import CannotContinue
from keng.runtime.settings_together import faults_before_start
from keng.runtime.supervisor.ports import add_ports, chosen_ports


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: everything may start with them; 1: it would be refused. Opens and changes nothing."""
    file = _file_in_use(arguments)
    for name in SETTING_CHECKS:
        if value := os.environ.get(name):
            source = arguments.setting_sources.get(name) or gettext("the environment")
            shown = value_to_show(name, value) or gettext("set, and not shown")
            print(f"{name} = {shown}  ({source})")
    faults = [*arguments.wrong_settings, *_faults_together(arguments)]
    for fault in faults:
        print(f"WRONG  {fault}")
    if faults:
        refused = gettext("Nothing would start with these settings: %(count)s are wrong.")
        print(refused % {"count": len(faults)})
        return 1
    well = gettext("Each setting is what it may be (%(file)s).") % {"file": file}
    print(f"ok     {well}")
    return 0


def _file_in_use(arguments: argparse.Namespace) -> str:
    if arguments.wrong_settings:
        # Perhaps there are two.
        return ""
    file = configuration.settings_file_in_use()
    return str(file) if file else gettext("no keng.env, the environment alone")


def _faults_together(arguments: argparse.Namespace) -> list[str]:
    """Of values that are right by themselves alone: the others say nothing to rely on."""
    wrong = {name for name, _fault in configuration.setting_faults(os.environ)}
    right = {name: value for name, value in os.environ.items() if name not in wrong}
    found = faults_before_start(right)
    ports = {name for name in wrong if name.endswith("_PORT")}
    if not ports:
        try:
            chosen_ports(arguments)
        except CannotContinue as error:
            found.append(str(error))
    return found
