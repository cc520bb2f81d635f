"""What is wrong with the accounts of the system, their folders and the way to the code."""

import os

from keng.runtime.accounts_of_the_system import (
    missing_accounts,
    postgres_account,
    process_account,
)
from keng.runtime.errors import CannotContinue
from keng.runtime.ownership import ownership_faults
from keng.runtime.way_to_the_code import unreadable_code


def account_faults() -> list[str]:
    """Each in words; makes nothing."""
    if os.geteuid() != 0:
        return []
    if missing := missing_accounts():
        return missing
    try:
        account, postgres = process_account(), postgres_account()
    except CannotContinue as error:
        return [str(error)]
    faults = ownership_faults(account, postgres)
    if (closed := unreadable_code(account)) is not None:
        faults.append(closed)
    return faults
