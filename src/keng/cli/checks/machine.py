"""Checks of this machine: folder, settings, disk, rights of files. They need no database."""

import os
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import keng
from keng.cli.checks.check import CheckedPlace, Finding, age_words, attention, ok, wrong
from keng.kit import configuration, times
from keng.kit.database import data_folder, is_external
from keng.kit.health import free_bytes
from keng.kit.passkey_address import NoPasskeys, passkey_address
from keng.runtime import accounts_of_the_system
from keng.runtime.account_faults import account_faults
from keng.runtime.backup import recipient, shelf
from keng.runtime.ownership import ACCOUNT_FOLDERS, RIGHTS_FOLDERS
from keng.runtime.rewriting.record import rewrite_fault
from keng.runtime.settings_together import address_faults
from keng.runtime.supervisor.ports import listening_address
from keng.runtime.unsafe_settings import databases_in_clear

DISK_WRONG = 1024**3
DISK_ATTENTION = 0.1
# One is made every night.
BACKUP_ATTENTION = 36 * 3600
BACKUP_WRONG = 4 * 24 * 3600
_LOOPBACK = "127."


def folder(place: CheckedPlace) -> Finding:
    """Which installation this is about: a forgotten KENG_DATA means another one."""
    data = data_folder()
    file = configuration.settings_file_in_use()
    where = f"data in {data}, {f'settings of {file}' if file else 'no keng.env'}"
    if not data.is_dir():
        return wrong(f"{where}: there is no such folder. Does KENG_DATA name the right one?")
    if not ((data / "postgres" / "cluster").exists() or is_external()):
        return wrong(
            f"{where}: no installation there. If KENG_DATA means another folder, say so; "
            "else begin one: keng serve"
        )
    return ok(where)


def python(place: CheckedPlace) -> Finding:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return wrong("Kẻng needs Python 3.11, 3.12 or 3.13.")
    return ok(f"{sys.version.split()[0]}, with Kẻng {keng.VERSION}")


def addresses(place: CheckedPlace) -> Finding:
    """What residents type, what the proxy says and what Django accepts must be one thing."""
    is_behind_tls = os.environ.get("KENG_BEHIND_TLS") == "1"
    if in_clear := _what_travels_in_clear():
        return wrong(in_clear)
    if disagreeing := address_faults(os.environ):
        return wrong(" ".join(disagreeing))
    urls = {name: os.environ.get(name, "") for name in ("KENG_PUBLIC_URL", "KENG_DESK_URL")}
    for name, url in urls.items():
        if urlsplit(url).scheme == "https" and not is_behind_tls:
            return attention(
                f"{name} is {url} without KENG_BEHIND_TLS=1: cookies are not marked secure, and "
                "all residents share the limits of one address."
            )
    if is_behind_tls and urlsplit(urls["KENG_PUBLIC_URL"]).scheme != "https":
        return attention(
            "KENG_BEHIND_TLS=1, but KENG_PUBLIC_URL names no https address: links in letters "
            "lead elsewhere."
        )
    return ok(urls["KENG_PUBLIC_URL"] or f"this machine only ({listening_address()})")


def _what_travels_in_clear() -> str:
    open_to_all = not listening_address().startswith(_LOOPBACK)
    if open_to_all and os.environ.get("KENG_BEHIND_TLS") != "1":
        return (
            f"The sites listen at {listening_address()} without TLS: passwords and reports travel "
            "in clear. Put a proxy in front (running.md) and set KENG_BEHIND_TLS=1."
        )
    return " ".join(databases_in_clear(os.environ))


def onion(place: CheckedPlace) -> Finding:
    """Whether Tor Browser is told of the onion address; only a Tor of one's own could try it."""
    url = os.environ.get("KENG_ONION_URL", "")
    if not url:
        return ok("no onion address is set")
    if os.environ.get("KENG_BEHIND_TLS") != "1":
        return attention(
            f"KENG_ONION_URL is {url}, but without KENG_BEHIND_TLS=1 no page comes by https, and "
            "Tor Browser is told of an onion address on such pages only."
        )
    return ok(f"{url} is told to Tor Browser; open it there, it is not tried from here")


def passkeys(place: CheckedPlace) -> Finding:
    """Browsers bind a passkey to a name, and give none to a page without TLS."""
    sites = {"KENG_DESK_URL": place.ports.desk, "KENG_PUBLIC_URL": place.ports.public}
    for name, port in sites.items():
        url = os.environ.get(name) or f"http://localhost:{port}"
        found = passkey_address(url)
        if isinstance(found, NoPasskeys):
            lacks = "https" if found.has_name else "a full name such as desk.example.vn"
            if os.environ.get("KENG_APPROVE_WITH_CODE") != "1":
                return wrong(
                    f"no second person lets anything out at {url}, and nobody opens what is "
                    f"sealed: both take a passkey, and {name} lacks {lacks}. Letting out goes "
                    "without where KENG_APPROVE_WITH_CODE=1 is set, opening nowhere"
                )
            return attention(
                f"nobody signs in with a passkey at {url}: {name} lacks {lacks}. "
                "The six digits work"
            )
    return ok("work at both addresses")


def disk(place: CheckedPlace) -> Finding:
    free = free_bytes()
    whole = os.statvfs(data_folder())
    share = free / max(whole.f_blocks * whole.f_frsize, 1)
    text = f"{free / 1024**3:.1f} GB free, {share:.0%}"
    if free < DISK_WRONG:
        return wrong(f"{text}: soon nothing can be written. Make room where {data_folder()} lies.")
    if share < DISK_ATTENTION:
        return attention(f"{text}: make room before less than 1 GB is left.")
    return ok(text)


def permissions(place: CheckedPlace) -> Finding:
    """Passwords and keys are this account's alone, and so is what logs and audit heads say."""
    data = data_folder()
    loose = []
    paths = [path for name in RIGHTS_FOLDERS for path in _tree(data / name)]
    for path in paths:
        top = path.relative_to(data).parts[0]
        # Whoever reads a log learns little; whoever writes one, or a head, may forge.
        if problem := _problem(path, 0o077 if top in {"secrets", "keys"} else 0o022):
            return wrong(problem)
        if problem := _problem(path, 0o077):
            loose.append(problem)
    if loose:
        return attention(f"{loose[0]} ({len(loose)} such)" if len(loose) > 1 else loose[0])
    return ok(f"{len(paths)} folders and files, open to this account alone")


def users(place: CheckedPlace) -> Finding:
    """As whom everything runs, and that each account has its own files and can read the code."""
    if faults := account_faults():
        return wrong("\n".join(faults))
    return ok(accounts_of_the_system.describe_accounts())


def backup(place: CheckedPlace) -> Finding:
    """Whether what is lost with this machine is no more than a day and a half."""
    if not recipient.public_key_file().exists():
        return attention(
            "no backup is made: nobody has a key for it. keng backup key FILE makes one, on a "
            "medium to be carried away; then let a clock call keng backup every night"
        )
    made = shelf.backups_here()
    if not made:
        return attention(f"there is a key, and no backup in {shelf.backup_folder()}: keng backup")
    age = max(0.0, (times.now() - made[-1][0]).total_seconds())
    text = f"{len(made)} in {shelf.backup_folder()}, the last one {age_words(age)} old"
    if age > BACKUP_WRONG:
        return wrong(f"{text}: all since is lost with this machine. keng backup says what fails")
    if age > BACKUP_ATTENTION:
        return attention(f"{text}: keng backup, and look why the clock did not call it")
    return ok(text)


def rewrite(place: CheckedPlace) -> Finding:
    """Whether what was destroyed has left the files of the embedded database."""
    if fault := rewrite_fault(times.now()):
        return attention(fault)
    if is_external():
        return ok("a server of your own: its files keep what was destroyed as long as it does")
    return ok("what was destroyed leaves the database's files within 24 hours")


def _tree(top: Path) -> list[Path]:
    return [top, *sorted(top.rglob("*"))] if top.is_dir() else []


def _problem(path: Path, forbidden: int) -> str:
    """What is wrong with its rights; nothing for what is gone meanwhile."""
    try:
        status = path.lstat()
        owners = _owners_of(path)
    except FileNotFoundError:
        return ""
    if stat.S_ISDIR(status.st_mode):
        # Root lets others pass its folders to what is theirs, and list nothing in them.
        forbidden &= 0o066
    if status.st_uid not in owners:
        return f"{path} belongs to another account (number {status.st_uid}): chown it"
    if stat.S_ISLNK(status.st_mode) or not stat.S_IMODE(status.st_mode) & forbidden:
        return ""
    act = "changed" if forbidden == 0o022 else "read"
    return f"{path} can be {act} by other accounts: chmod go= {path}"


def _owners_of(path: Path) -> set[int]:
    """Root, this account, the folder's; and where root shares out folders, whoever was given it."""
    data = data_folder()
    given = (data / name for name in ACCOUNT_FOLDERS)
    around = [folder for folder in given if path.is_relative_to(folder)]
    return {0, os.geteuid(), *(folder.stat().st_uid for folder in (data, *around))}
