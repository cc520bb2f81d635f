"""Where the sites listen, and whether somebody else already does."""

import argparse
import os
import socket
from dataclasses import dataclass

from keng.kit.metrics_server import MEASURED_PROCESSES, metrics_port
from keng.kit.terminal_words import gettext
from keng.runtime.errors import CannotContinue


@dataclass(frozen=True)
class Ports:
    """One port for each process that listens. The fake Zalo account exists in the demo only."""

    public: int = 8000
    desk: int = 8001
    edge: int = 8002
    zalo_fake: int = 8003

    @property
    def settings(self) -> dict[str, int]:
        """Each port under the name of the setting that chooses it."""
        return {f"KENG_{name.upper()}_PORT": port for name, port in vars(self).items()}


def listening_address() -> str:
    """The address the sites listen at; other machines reach them through the proxy in front."""
    return os.environ.get("KENG_ADDRESS", "127.0.0.1")


def add_ports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ports",
        metavar="PUBLIC,DESK,EDGE[,ZALO_FAKE]",
        help="instead of 8000,8001,8002,8003, or of KENG_PUBLIC_PORT and its siblings",
    )


def chosen_ports(arguments: argparse.Namespace) -> Ports:
    """From the command line, else from the settings, else the usual ones; no two alike."""
    if arguments.ports:
        chosen = Ports(*_numbers(arguments.ports))
    else:
        defaults = vars(Ports())
        named = {name: os.environ.get(f"KENG_{name.upper()}_PORT") for name in defaults}
        chosen = Ports(**{name: int(named[name] or port) for name, port in defaults.items()})
    _require_different(chosen)
    return chosen


def _require_different(ports: Ports) -> None:
    """Two servers may share a port here, and then each answers every other visitor of the other."""
    names: dict[int, str] = {}
    for setting, port in ports.settings.items():
        if port in names:
            both = gettext(
                "%(one)s and %(other)s are both %(port)s: what is for officers would be answered "
                "to residents. Choose different ports."
            )
            raise CannotContinue(both % {"one": names[port], "other": setting, "port": port})
        names[port] = setting
    measured = [found for each in MEASURED_PROCESSES if (found := metrics_port(each)) is not None]
    for port in measured:
        if port in names:
            taken = gettext(
                "KENG_METRICS_PORT takes %(first)s to %(last)s, and %(name)s is %(port)s. Choose "
                "different ports."
            )
            says = {"first": measured[0], "last": measured[-1], "name": names[port], "port": port}
            raise CannotContinue(taken % says)


def require_free(ports: Ports, names: list[str]) -> None:
    """Say which port is taken, and what to change, before anything is started."""
    for name in names:
        port = getattr(ports, name)
        with socket.socket() as probe:
            # As the servers do: a port whose last connections are still fading counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((listening_address(), port))
            except OSError:
                raise CannotContinue(
                    f"Port {port} is in use by another program. Choose another with "
                    f"KENG_{name.upper()}_PORT or --ports."
                ) from None


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 3:
        # The demo's fourth, beside the third.
        numbers.append(next(n for n in range(numbers[2] + 1, numbers[2] + 4) if n not in numbers))
    if len(numbers) != 4 or not all(0 < number < 65536 for number in numbers):
        raise CannotContinue(
            f"--ports wants three or four numbers up to 65535 with commas, not {text!r}."
        )
    return numbers
