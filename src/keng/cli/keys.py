"""keng keys: whether the keys here belong to this database, and what it means to lose one."""

import argparse
import sys

from keng.kit.database import data_folder
from keng.runtime.environment import load_django, running_database
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import (
    is_demo_data,
    key_faults,
    owner_connection,
    recorded_installation,
)
from keng.runtime.supervisor.register import supervisor_pid
from keng.vault.fingerprints import KEY_KINDS, KeyKind, key_fingerprint

# Typed in full: nobody does it by leaning on a key.
TYPED = "lost for good"
LOST: dict[KeyKind, str] = {
    "site": """\
  - Receipts stop, and so do the links of leads, partners and subscribers.
  - No officer and no partner signs in before they were given another secret: the first one with
    `keng officer renew NAME`, the others by an administrator on the desk.
  - Pictures, recordings and films no longer open on the desk; the originals, sealed to the units'
    keys, still do.
  - Accounts at providers need `keng channel renew NAME`. Browsers of officers subscribe again.""",
    "sender": """\
  - No conversation in a chat that is open now can be answered.
  - Subscribers get nothing more before they have subscribed again.
  - Accounts at providers need `keng channel renew NAME`.""",
    "audit": """\
  - Whatever was signed until now, heads of the audit chains and periodic reports, bears a signature
    that nothing here can check any more; `keng audit verify` says that its key was lost.
  - Only copies of audit/heads-….jsonl elsewhere prove it, by the public key that they name: give
    them to `keng audit verify --heads`.""",
    "transfer": """\
  - Files of other installations that are on their way open no more: have them made anew.
  - Our card is another one: every installation that has it removes us and adds the new one.""",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="check|accept")
    words.add_parser("check", help="compare the keys here with the database; changes nothing")
    words.add_parser("accept", help="go on without keys that are lost; says first what that means")


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        return _check() if arguments.word == "check" else _accept()


def _check() -> int:
    with owner_connection() as connection:
        known = recorded_installation(connection)
        faults = {fault.kind: fault for fault in key_faults(connection)}
    for kind in KEY_KINDS:
        here = key_fingerprint(kind)
        if kind in faults:
            print(f"WRONG  {kind:<8} {faults[kind]}")
        elif here is None:
            print(f"none   {kind:<8} made at the first start")
        else:
            state = "belongs to this database" if known else "not on record before a start"
            print(f"ok     {kind:<8} {here.hex()[:16]}  {state}")
    return 1 if faults else 0


def _accept() -> int:
    if supervisor_pid(data_folder()) is not None:
        raise CannotContinue("Kẻng runs here: stop it first, so that all begin with the same keys.")
    with owner_connection() as connection:
        faults = key_faults(connection)
        is_demo = bool(is_demo_data(connection))
    if not faults:
        print("The keys here belong to this database; nothing is to be accepted.")
        return 0
    for fault in faults:
        print(f"{fault}. If it does not come back:")
        print(LOST[fault.kind])
    print("Look through every backup first: whoever puts the old key back loses nothing.")
    print(f"To go on without, type: {TYPED}")
    if typed_line() != TYPED:
        raise CannotContinue("Nothing was changed.")
    load_django("owner")
    from keng.acts.work import work  # noqa: PLC0415 -- needs the settings
    from keng.delivery.actions import accounts  # noqa: PLC0415
    from keng.vault import installation  # noqa: PLC0415

    lost = [fault.kind for fault in faults]

    @work()
    def accept() -> list[str]:
        installation.accept_keys(lost, is_demo=is_demo, by="operator")
        return accounts.stop_accounts_without_secrets(are_tokens_lost="sender" in lost)

    for slug in accept():
        print(f"The account {slug} waits for its secrets: `keng channel renew {slug}`.")
    print("The keys that lie here belong to this database now. It is on record. Make a backup.")
    return 0


def typed_line() -> str:
    """From the keyboard, or from the first line of a pipe."""
    if sys.stdin.isatty():
        return input("> ").strip()
    return sys.stdin.readline().strip()
