"""The keng command: every subcommand in a module of its own, loaded only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import keng
from keng.cli.command import Command, added_commands
from keng.kit import configuration
from keng.kit.closed_memory import close_memory
from keng.kit.database import DatabaseNotPrepared, data_folder
from keng.kit.refusals import KeyMissing, WrongSettings
from keng.runtime.errors import CannotContinue

COMMANDS = {
    "serve": Command("keng.runtime.serve", "run everything here with your own data"),
    "stop": Command("keng.runtime.stop", "stop everything that runs here, in order"),
    "prepare": Command("keng.runtime.prepare", "folders, tables, rights and keys; starts nothing"),
    "public": Command("keng.runtime.alone", "run the residents' site alone"),
    "desk": Command("keng.runtime.alone", "run the officers' desk alone"),
    "edge": Command("keng.runtime.alone", "run the edge alone: webhooks, look-up by prefix"),
    "worker": Command("keng.runtime.worker", "run the worker alone"),
    "sender": Command("keng.runtime.sender", "run the sender alone"),
    "opener": Command("keng.runtime.opener", "run alone what opens a record for two officers"),
    "migrate": Command(
        "keng.runtime.migrate", "bring the database, its roles and rights up to date"
    ),
    "doctor": Command("keng.cli.doctor", "check this installation and say what is wrong"),
    "unit": Command("keng.cli.unit", "make and list the desks this installation works for"),
    "installation": Command(
        "keng.cli.installation", "those of other provinces, with which tips are exchanged"
    ),
    "officer": Command("keng.cli.officer", "add the first officers, renew who lost theirs"),
    "channel": Command("keng.cli.channel", "accounts at providers: add, check, correct, remove"),
    "lookup": Command("keng.cli.lookup", "lists of others for the look-up: import, list, remove"),
    "places": Command("keng.cli.places", "import provinces and communes, find their codes"),
    "audit": Command("keng.cli.audit", "verify the audit chains"),
    "witness": Command("keng.cli.witness", "cosign the public log of another installation"),
    "vault": Command("keng.cli.vault", "make the keys that seal identities"),
    "keys": Command("keng.cli.keys", "whether the keys here belong to this database"),
    "analyse": Command("keng.cli.analyse", "what the machine reads in each tip of a file"),
    "files": Command("keng.cli.files", "move files of reports to a store, or back"),
    "backup": Command("keng.cli.backup", "save everything into one sealed file; prune old ones"),
    "restore": Command("keng.cli.restore", "bring a backup back into an empty place"),
    "restored": Command("keng.cli.restored", "after a restore: send nothing a second time"),
    "rewrite": Command(
        "keng.runtime.rewrite", "remove what was destroyed from the database's files"
    ),
    "locale": Command("keng.runtime.locale", "compile the translations"),
}
# Two lines for all of them: service managers type them, or nobody for months, and the list fills a
# screen.
SELDOM_TYPED = (
    *("prepare", "public", "desk", "edge", "worker", "sender", "opener"),
    *("backup", "restore", "restored", "files", "rewrite", "locale", "fakes", "thief", "witness"),
    *("analyse", "installation"),
)
# Of the tools, which are a distribution of their own (dev/): not where people report.
TOOLS = {"demo", "bench", "fakes", "thief"}


class _WholeWordsParser(argparse.ArgumentParser):
    """`--smal` is a mistake, and not `--small`; the parsers of commands are of this kind, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False} | kwargs)


class _OneLineEach(argparse.HelpFormatter):
    """Room for the longest name, which argparse forgets to measure with its indent."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = max(map(len, COMMANDS)) + 4

    def _format_action(self, action: argparse.Action) -> str:
        """Without the line above the commands that only repeats COMMAND."""
        text = super()._format_action(action)
        return text.partition("\n")[2] if action.nargs == argparse.PARSER else text


def main(argv: Sequence[str] | None = None) -> int:
    # A command holds keys and passwords too.
    close_memory()
    words = list(sys.argv[1:] if argv is None else argv)
    # Said below: `--help` is answered all the same.
    refused = _wrong_settings()
    parser = _WholeWordsParser(
        prog="keng",
        description="Kẻng: report safely, warn everyone, prove what happened.",
        epilog=f"by services, or seldom: {', '.join(SELDOM_TYPED)}",
        add_help=False,
        formatter_class=_OneLineEach,
    )
    # Not in the list: the commands fill a screen.
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    parser.add_argument(
        "--version", action="version", version=f"Kẻng {keng.VERSION}", help=argparse.SUPPRESS
    )
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = COMMANDS if set(words[:1]) & COMMANDS.keys() else all_commands()
    if missing := set(words[:1]) & TOOLS - commands.keys():
        print(
            f"keng: `keng {missing.pop()}` belongs to the tools, which are not installed here: in "
            "a checkout `requirements/install demo` adds them, and `make demo` does it by itself.",
            file=sys.stderr,
        )
        return 1
    module = None
    for name, command in commands.items():
        if name in SELDOM_TYPED:
            subparser = choices.add_parser(name, description=command.help)
        else:
            subparser = choices.add_parser(name, help=command.help, description=command.help)
        if words[:1] == [name]:
            module = importlib.import_module(command.module)
            module.add_arguments(subparser)
    arguments = parser.parse_args(words)
    # The doctor names them as any other fault, also for a monitor.
    arguments.wrong_settings = refused
    if refused and arguments.command != "doctor":
        for fault in refused:
            print(f"keng: {fault}", file=sys.stderr)
        return 1
    if module is None:
        return 2
    return _run(module, arguments)


def all_commands() -> dict[str, Command]:
    """Also those of the tools, where they are installed; they replace none of ours."""
    return {**added_commands(), **COMMANDS}


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    """The exit code; what the person at the keyboard can change is one line."""
    try:
        return int(module.run(arguments))
    except BrokenPipeError:
        # `keng doctor | head`: nobody reads on, and Python's own flush at the end is told nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CannotContinue, DatabaseNotPrepared, KeyMissing, WrongSettings) as error:
        print(f"keng: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        if not str(error.filename).startswith(str(data_folder())):
            raise
        print(
            f"keng: This account may not use {error.filename}. The data belong to whoever started "
            "first; be that account, or name another folder in KENG_DATA.",
            file=sys.stderr,
        )
        return 1
    except Exception as error:
        if _is_busy(error):
            print(
                "keng: The database was busy with something else, and nothing was changed. "
                "Give the same command once more.",
                file=sys.stderr,
            )
            return 1
        if not _is_unprepared(error):
            raise
        print(
            "keng: The database is not ready: run `keng migrate` first (`make run` does it too), "
            "or ask `keng doctor` what is wrong.",
            file=sys.stderr,
        )
        return 1


def _wrong_settings() -> list[str]:
    """Take the settings from their file; what is wrong with them and with the environment's."""
    try:
        configuration.load_settings()
    except WrongSettings as error:
        return error.faults
    return []


def _is_busy(error: Exception) -> bool:
    """Whether what was begun gave up for somebody else's sake (keng.acts.work)."""
    from keng.acts.errors import TryAgain  # noqa: PLC0415 -- only when something went wrong

    return isinstance(error, TryAgain)


def _is_unprepared(error: Exception) -> bool:
    """Whether nobody can sign in to the database yet, or its tables are missing."""
    import psycopg  # noqa: PLC0415 -- only when something went wrong

    kinds = (psycopg.OperationalError, psycopg.errors.UndefinedTable)
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds)


if __name__ == "__main__":
    sys.exit(main())
