"""keng demo: the demo province on this machine, in one command; and the codes to sign in with."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from keng.kit.database import data_folder
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.installation import make_push_account
from keng.runtime.serve import run_everything, where_it_is
from keng.runtime.supervisor.ports import Ports, add_ports, chosen_ports
from keng_dev.demo.code_command import code_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)
    parser.add_argument(
        "--small",
        action="store_true",
        help="one ward in which nothing has happened yet; loads in seconds",
    )
    parser.add_argument(
        "--bare",
        action="store_true",
        help="as --small, with its officers and groups alone: no lesson, no survey, no listing",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="code NAME",
        help="only print the present six digits of somebody in the demo that runs",
    )
    parser.epilog = (
        f"The demo's data lie in {data_folder()}; set KENG_DATA for another folder, and the same "
        "KENG_DATA for `keng demo code NAME`."
    )


def run(arguments: argparse.Namespace) -> int:
    os.environ["KENG_DEMO"] = "1"
    # At 127.0.0.1 no browser gives a passkey, and the tour approves within a minute.
    os.environ.setdefault("KENG_APPROVE_WITH_CODE", "1")
    # On a laptop, where memory counts for more than what computes beside a call for help.
    os.environ.setdefault("KENG_ONE_WORKER", "1")
    match arguments.words:
        case []:
            return _run(arguments)
        case ["code", name]:
            return _print_code(name)
    raise CannotContinue(
        f"`keng demo {' '.join(arguments.words)}` means nothing; there is `keng demo code NAME`."
    )


def _run(arguments: argparse.Namespace) -> int:
    ports = chosen_ports(arguments)
    os.environ |= {name: str(port) for name, port in ports.settings.items()}
    demo = Demo(ports, is_small=arguments.small or arguments.bare, is_bare=arguments.bare)
    return run_everything(ports, is_demo=True, prepare=demo.prepare, announce=demo.who_signs_in)


class Demo:
    """What the loader made in this start, until it has been printed once."""

    def __init__(self, ports: Ports, *, is_small: bool, is_bare: bool) -> None:
        self._ports, self._is_small, self._is_bare = ports, is_small, is_bare
        self._loaded: Any = None

    def load(self) -> None:
        from keng_dev.demo import channels, load, officer_phone  # noqa: PLC0415 -- needs the settings
        from keng_dev.demo.province import progress, volumes  # noqa: PLC0415

        if self._is_small:
            self._loaded = load.load_if_empty(
                _vault(), report=while_wanted(progress.silent), is_bare=self._is_bare
            )
        else:
            bar = progress.Bar()
            self._loaded = load.load_if_empty(_vault(), volumes.full(), while_wanted(bar))
            if self._loaded is not None:
                bar.end()
        make_push_account()
        # The fake begins anew at every start and knows only its first tokens.
        channels.refresh_zalo()
        channels.refresh_pager_accounts()
        officer_phone.refresh_device()

    def prepare(self) -> list[str]:
        """Load, and say only what is to be printed: the rest ends with the process that loaded."""
        self.load()
        if self._loaded is None:
            return ["  The data and the passwords are those of the first start."]
        return [
            "\nSign in as (shown only now):",
            *_lines(self._loaded.credentials),
            *self._partners(),
            f"\nUnit keys open with: {self._loaded.passphrase}",
            f"The six digits of somebody: {code_command('NAME')}",
        ]

    def _partners(self) -> list[str]:
        if not self._loaded.partners:
            return []
        where = f"http://localhost:{self._ports.public}/partner/"
        return [f"\nAs a partner, at {where}:", *_lines(self._loaded.partners)]

    def who_signs_in(self, lines: list[str]) -> str:
        phones = (
            f"  Phones     http://localhost:{self._ports.public}/phones/ (three simulated ones)"
        )
        officer = (
            f"             http://localhost:{self._ports.public}/phones/officer/ (an officer's)"
        )
        return "\n".join([where_it_is(self._ports), phones, officer, *lines, "\nGo ahead."])


def _lines(credentials: Iterable[Any]) -> list[str]:
    return [f"  {who.username:<10} {who.password}   {who.part}" for who in credentials]


def while_wanted(report: Callable[[str, float], None]) -> Callable[[str, float], None]:
    """`report`, until whoever started this process is gone: nobody would read the passwords then.

    Raises CannotContinue, which undoes what was loaded so far.
    """
    waiting = os.getppid()

    def say(what: str, share: float) -> None:
        if os.getppid() != waiting:
            raise CannotContinue("Whoever started the loading is gone; nothing was kept.")
        report(what, share)

    return say


def _vault() -> Any:
    from keng.vault import keys, seal  # noqa: PLC0415
    from keng_dev.demo.vault import Vault  # noqa: PLC0415 -- needs the settings

    return Vault(keys.make_first_keys, seal.SealBatch)


def _print_code(name: str) -> int:
    from keng.runtime.known_keys import require_demo  # noqa: PLC0415 -- needs the driver

    with running_database():
        require_demo()
        start_django()
        from keng.accounts import second_factor  # noqa: PLC0415 -- needs the settings
        from keng.accounts.models import Officer, PartnerMember  # noqa: PLC0415

        officer = Officer.objects.filter(username=name).first()
        found = officer or PartnerMember.objects.filter(username=name).first()
        if found is None:
            raise CannotContinue(f"Nobody in the demo signs in as {name!r}.")
        # Beside the digits, which alone are the answer: there may be a demo in another folder.
        print(f"Of the demo in {data_folder()}:", file=sys.stderr)
        print(second_factor.current_totp_code(found))
    return 0
