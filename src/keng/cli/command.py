"""What a command of `keng` is, and those that other distributions add."""

from typing import NamedTuple

GROUP = "keng.commands"


class Command(NamedTuple):
    """A module with add_arguments(parser) and run(arguments), which returns the exit code."""

    module: str
    help: str


def added_commands() -> dict[str, Command]:
    """What is installed beside `keng` and registers under the group; each entry is a Command."""
    from importlib.metadata import entry_points  # noqa: PLC0415 -- most commands never ask

    return {entry.name: entry.load() for entry in entry_points(group=GROUP)}
