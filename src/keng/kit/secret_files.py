"""Secrets that stand in files of their own: named by a setting, or handed over by systemd.

Read before anything else, by the owner's commands alone: what they start is told what it may know.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from keng.kit.terminal_words import gettext

SECRET_SETTINGS = frozenset(
    {
        "DATABASE_URL",
        "KENG_DATABASE_URL_PUBLIC",
        "KENG_DATABASE_URL_DESK",
        "KENG_DATABASE_URL_CHANGES",
        "KENG_DATABASE_URL_EDGE",
        "KENG_DATABASE_URL_WORKER",
        "KENG_DATABASE_URL_SENDER",
        "KENG_DATABASE_URL_OPENER",
        "KENG_DATABASE_URL_REPLICA",
        "KENG_SECRET_KEY",
        "KENG_SMTP_URL",
        "KENG_FILES_SECRET",
    }
)
"""Whose value is never repeated, and may stand in a file of its own."""
FILE_SUFFIX = "_FILE"
# Where systemd puts what a unit's LoadCredential= names; each has the name of its setting.
CREDENTIALS_FOLDER = "CREDENTIALS_DIRECTORY"
# An address with a password, or a key: more is another file.
_MOST_BYTES = 8192


class FileSecret(NamedTuple):
    """One secret and the file it came from."""

    value: str
    file: Path


class UnusableSecretFile(Exception):
    """Why a file gives no secret, as the end of a sentence that begins with the file."""


def secrets_in_files(settings: Mapping[str, str]) -> tuple[dict[str, FileSecret], list[str]]:
    """By setting, what files hold; and each file that is wrong, in a sentence.

    A credential of systemd goes before a file that a setting names: terminals have the second one
    alone. A secret that is given twice otherwise is refused, or nobody could tell which one counts.
    """
    found: dict[str, FileSecret] = {}
    wrong: list[str] = []
    for name in sorted(SECRET_SETTINGS):
        by_setting, value = settings.get(name + FILE_SUFFIX), settings.get(name)
        file = _credential(settings, name) or (Path(by_setting) if by_setting else None)
        if file is None:
            continue
        if value:
            wrong.append(
                gettext(
                    "%(name)s is set, and %(file)s holds it too: keep one of the two, or nobody "
                    "could tell which one counts."
                )
                % {"name": name, "file": file}
            )
            continue
        try:
            found[name] = FileSecret(read_secret_file(file), file)
        except UnusableSecretFile as error:
            says = {"name": name, "file": file, "fault": error}
            wrong.append(gettext("%(name)s: the file %(file)s %(fault)s.") % says)
    return found, wrong


def _credential(settings: Mapping[str, str], name: str) -> Path | None:
    folder = settings.get(CREDENTIALS_FOLDER)
    if not folder:
        return None
    file = Path(folder) / name
    return file if file.exists() else None


def read_secret_file(file: Path) -> str:
    """Its one line; a line end after it is none of the secret. Raises UnusableSecretFile."""
    if not file.is_absolute():
        raise UnusableSecretFile(gettext("has to be named by its whole path"))
    try:
        # A pipe that nobody writes to would be waited for.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise UnusableSecretFile(gettext("is not there")) from None
    except OSError:
        raise UnusableSecretFile(gettext("is not for this account to read")) from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise UnusableSecretFile(gettext("is no file"))
        if state.st_mode & 0o007:
            is_open = gettext("is open to every account: chmod o= %(file)s")
            raise UnusableSecretFile(is_open % {"file": file})
        content = os.read(descriptor, _MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    return _only_line(content)


def _only_line(content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise UnusableSecretFile(gettext("is too large for a secret"))
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise UnusableSecretFile(gettext("is not text")) from None
    line = text.removesuffix("\n").removesuffix("\r")
    if not line:
        raise UnusableSecretFile(gettext("is empty"))
    if not line.isprintable():
        raise UnusableSecretFile(
            gettext(
                "holds more than one line, or a sign that cannot be seen: one line is the secret"
            )
        )
    if line != line.strip():
        raise UnusableSecretFile(gettext("begins or ends with a blank"))
    return line
