"""Every setting there is, what it may be, and the one file that holds them for all commands.

Read before anything else, so it loads nothing but the standard library.
"""

import difflib
import ipaddress
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from keng.kit.database import PROCESSES, data_folder
from keng.kit.numbers import whole_number
from keng.kit.refusals import WrongSettings
from keng.kit.secret_files import FILE_SUFFIX, SECRET_SETTINGS, secrets_in_files
from keng.kit.terminal_words import gettext

SYSTEM_SETTINGS_FILE = Path("/etc/keng/keng.env")
SETTINGS_FILE_NAME = "keng.env"
# Of no setting that holds secrets, but somebody wrote one into it: `https://name:password@…`, also
# without the scheme, and with a slash in the password: both are wrong, and would be repeated.
_PASSWORD = re.compile(r"[:/]\S{1,300}@")
# As much of a value as is repeated.
_REPEATED = 80
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
# Version 3, which has 56 digits of base 32; shorter ones are no longer served by Tor.
_ONION = re.compile(r"http://[a-z2-7]{56}\.onion/?")
_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WITNESS_KEY = re.compile(r"[^\s+,]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
_BUCKET = re.compile(r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]{1,100}){0,4}/?")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?")
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")

SettingCheck = Callable[[str], str | None]
"""What is wrong with a value, as the end of a sentence that begins with the setting's name."""


class TakenSettings(NamedTuple):
    """Where each setting stands that is not the environment's, and what is wrong with any."""

    sources: dict[str, Path]
    faults: list[str]


def load_settings() -> None:
    """Take the file's settings where the environment says nothing, and check all of them.

    Raises WrongSettings, which names each wrong one.
    """
    if faults := take_settings().faults:
        raise WrongSettings(faults)


def take_settings() -> TakenSettings:
    """The same for who says what is wrong.

    A process of a supervisor was told what it may know, which is less than the file says: it reads
    none.
    """
    is_owner = os.environ.get("KENG_PROCESS", "owner") == "owner"
    try:
        file = settings_file_in_use() if is_owner else None
    except WrongSettings as error:
        return TakenSettings({}, error.faults)
    sources: dict[str, Path] = {}
    wrong = [] if file is None else _take_settings_of(file, sources)
    wrong += [
        _sentence(name, fault, os.environ[name], sources.get(name))
        for name, fault in setting_faults(os.environ)
    ]
    if is_owner:
        wrong += _take_secrets_from_files(sources)
    return TakenSettings(sources, wrong)


def _take_settings_of(file: Path, sources: dict[str, Path]) -> list[str]:
    """Into the environment, where it says nothing itself; what is wrong with its lines."""
    settings, wrong = read_settings_file(file)
    given = frozenset(name for name, value in os.environ.items() if value)
    for name, value in settings.items():
        # Whoever gives a secret for one command means it, whichever way the file has it.
        if name not in os.environ and _other_way(name) not in given:
            os.environ[name] = value
            sources[name] = file
    return wrong


def _take_secrets_from_files(sources: dict[str, Path]) -> list[str]:
    """Into the environment, as if they had been given there; what is wrong with them."""
    found, wrong = secrets_in_files(os.environ)
    for name, (value, file) in found.items():
        if fault := SETTING_CHECKS[name](value):
            wrong.append(_sentence(name, fault, value, file))
        os.environ[name] = value
        sources[name] = file
    for name in FILE_SETTINGS:
        # Nobody whom we start has to look for it.
        os.environ.pop(name, None)
        sources.pop(name, None)
    return wrong


def _other_way(name: str) -> str:
    """The same secret in its file, or by itself."""
    if name in FILE_SETTINGS:
        return name.removesuffix(FILE_SUFFIX)
    return name + FILE_SUFFIX


def settings_file_in_use() -> Path | None:
    """The keng.env of the data folder in use, else the system's where it is for that folder.

    Raises WrongSettings where both are there: nobody could tell which one counts.
    """
    system = (
        SYSTEM_SETTINGS_FILE
        if SYSTEM_SETTINGS_FILE.is_file() and _is_for_this_folder(SYSTEM_SETTINGS_FILE)
        else None
    )
    named = read_settings_file(system)[0].get("KENG_DATA") if system else None
    folder = os.environ.get("KENG_DATA") or named
    own = (Path(folder) if folder else data_folder()) / SETTINGS_FILE_NAME
    if system is not None and own.is_file():
        two = gettext("There are two files of settings, %(one)s and %(other)s. Keep one.")
        raise WrongSettings([two % {"one": system, "other": own}])
    return own if own.is_file() else system


def _is_for_this_folder(file: Path) -> bool:
    """Whoever names another folder on the command line means another installation."""
    given = os.environ.get("KENG_DATA")
    if not given:
        return True
    if not os.access(file, os.R_OK):
        return False
    named = read_settings_file(file)[0].get("KENG_DATA", "")
    return Path(given).absolute() == Path(named).absolute()


def read_settings_file(file: Path) -> tuple[dict[str, str], list[str]]:
    """Lines of NAME=value, and what is wrong with any; what is empty or begins with # is none."""
    found: dict[str, str] = {}
    wrong = []
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        unread = gettext("%(file)s cannot be read (%(error)s).")
        says = {"file": file, "error": type(error).__name__}
        return {}, [unread % says]
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = _LINE.fullmatch(text)
        place = {"file": file, "number": number}
        if parts is None:
            wrong.append(gettext("%(file)s, line %(number)s: this is not NAME=value.") % place)
            continue
        name, value = parts[1], _without_quotes(parts[2].strip())
        if not is_setting(name):
            unknown = gettext("%(file)s, line %(number)s: %(name)s %(fault)s.")
            wrong.append(_ended(unknown % (place | {"name": name, "fault": _unknown(name)})))
            continue
        if name in found:
            twice = gettext("%(file)s, line %(number)s: %(name)s stands there twice.")
            wrong.append(twice % (place | {"name": name}))
        found[name] = value
    if found.keys() & SECRET_SETTINGS and file.stat().st_mode & 0o007:
        is_open = gettext("%(file)s holds secrets and is open to every account: chmod o= %(file)s")
        wrong.append(is_open % {"file": file})
    return found, wrong


def is_setting(name: str) -> bool:
    return name in SETTING_CHECKS or name in FILE_SETTINGS


def value_to_show(name: str, value: str) -> str:
    """A value as it may be repeated; "" for one that is a secret, or holds a password."""
    if name in SECRET_SETTINGS or not is_setting(name) or _PASSWORD.search(value):
        return ""
    seen = "".join(sign if sign.isprintable() else "?" for sign in value[:_REPEATED])
    return seen + ("…" if len(value) > _REPEATED else "")


def setting_faults(settings: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each wrong setting with what is wrong: unknown, or not what it may be."""
    found = []
    for name, value in sorted(settings.items()):
        if name in FILE_SETTINGS:
            # Whether the file is right is asked when it is read.
            continue
        if not name.startswith("KENG_") and name not in SETTING_CHECKS:
            continue
        if name not in SETTING_CHECKS:
            found.append((name, _unknown(name)))
        elif value and (fault := SETTING_CHECKS[name](value)):
            found.append((name, fault))
    return found


def _sentence(name: str, fault: str, value: str, file: Path | None) -> str:
    """Name, what would be right, and what is there; a secret's value is never repeated."""
    where = f" ({file})" if file is not None else ""
    says = {"name": name, "where": where, "fault": fault, "value": value_to_show(name, value)}
    if not is_setting(name):
        return _ended(gettext("%(name)s%(where)s %(fault)s.") % says)
    if says["value"]:
        return gettext('%(name)s%(where)s %(fault)s; it is set to "%(value)s".') % says
    return gettext("%(name)s%(where)s %(fault)s; it is set to something else.") % says


def _ended(sentence: str) -> str:
    return sentence.replace("?.", "?")


def _unknown(name: str) -> str:
    known = [*SETTING_CHECKS, *FILE_SETTINGS]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    if near:
        return gettext("is no setting; do you mean %(near)s?") % {"near": near[0]}
    return gettext("is no setting")


def _without_quotes(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _anything(value: str) -> str | None:
    return None


def _switch(value: str) -> str | None:
    return None if value in {"0", "1"} else gettext("has to be 1 or 0")


def _whole(least: int, most: int) -> SettingCheck:
    def check(value: str) -> str | None:
        if whole_number(value, least=least, most=most) is not None:
            return None
        bounds = {"least": least, "most": most}
        return gettext("has to be a whole number from %(least)s to %(most)s") % bounds

    return check


def _folder(value: str) -> str | None:
    path = Path(value).absolute()
    for existing in (path, *path.parents):
        if existing.exists():
            if existing.is_dir():
                return None
            through = gettext("has to be a folder, and leads through %(file)s, which is none")
            return through % {"file": existing}
    return None


def _address(value: str) -> str | None:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return gettext("has to be an IPv4 address of this machine, such as 127.0.0.1 or 0.0.0.0")
    return None


def _url(*schemes: str) -> SettingCheck:
    def check(value: str) -> str | None:
        if _is_url(value, schemes):
            return None
        such = {"example": f"{schemes[-1]}://keng.example"}
        return gettext("has to be an address such as %(example)s") % such

    return check


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and _is_host(parts.hostname or "") and port != 0


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        # What looks like an address and is none is no name either.
        return bool(_HOST.fullmatch(name)) and not re.fullmatch(r"[0-9.]+", name)
    return True


def _log_format(value: str) -> str | None:
    return None if value in {"text", "json"} else gettext("has to be text or json")


def _hosts(value: str) -> str | None:
    if all(map(_is_host, value.split(","))):
        return None
    return gettext(
        "has to be host names with commas and no spaces, such as keng.example,desk.keng.example"
    )


def _origins(value: str) -> str | None:
    for origin in value.split(","):
        parts = origin.split("://")
        if not _is_url(origin, ("http", "https")) or "/" in parts[1]:
            return gettext(
                "has to be origins with commas and no spaces, such as https://keng.example"
            )
    return None


def _limit(value: str) -> str | None:
    at_once, _, per_second = value.partition(",")
    is_whole = _NUMBER.fullmatch(at_once) and "." not in at_once
    if is_whole and (not per_second or _NUMBER.fullmatch(per_second)):
        return None
    return gettext(
        "has to be two numbers with a comma, so many at once and so many a second, such as 240,2"
    )


def _database(value: str) -> str | None:
    if re.match(r"postgres(?:ql)?://", value) or ("://" not in value and "=" in value):
        return None
    return gettext(
        "has to be the address of a PostgreSQL: postgresql://name:password@host/database"
    )


def _long_secret(value: str) -> str | None:
    if len(value) >= 32:
        return None
    return gettext("has to be at least 32 characters that nobody guesses")


def _process(value: str) -> str | None:
    if value in PROCESSES:
        return None
    return gettext("has to be one of %(names)s") % {"names": ", ".join(PROCESSES)}


def _origin_of_log(value: str) -> str | None:
    is_name = len(value.encode()) <= 255 and re.fullmatch(r"[^\s+]+", value)
    if is_name:
        return None
    return gettext("has to be a name without blanks and plus signs, such as keng.example/log")


def _witnesses(value: str) -> str | None:
    for each in value.split(","):
        url, _, key = each.strip().partition(" ")
        if not _is_url(url, ("http", "https")) or not _WITNESS_KEY.fullmatch(key.strip()):
            return gettext(
                "has to be an address and a key, a comma before the next ones: what `keng witness` "
                "says"
            )
    return None


def _province(value: str) -> str | None:
    is_code = re.fullmatch(r"[0-9]{2}", value)
    return None if is_code else "is the code of a province, two digits: keng places says which"


def _cap_sender(value: str) -> str | None:
    # As the standard has it: a reference puts it between commas and blanks.
    is_name = len(value) <= 100 and re.fullmatch(r"[^\s,<&]+", value)
    if is_name:
        return None
    return gettext("has to be a name or an address without blanks, commas, < and &")


def _cap_sources(value: str) -> str | None:
    for each in value.split(","):
        url, _, sender = each.strip().partition(" ")
        if not _is_url(url, ("https",)) or not re.fullmatch(r"[^\s,<&]+", sender.strip()):
            return gettext(
                "has to be an https address and the sender its alerts name, a comma before the next"
            )
    return None


def _onion(value: str) -> str | None:
    if _ONION.fullmatch(value):
        return None
    return gettext("has to be the address of an onion service, http://….onion")


def _email(value: str) -> str | None:
    return None if _EMAIL.fullmatch(value) else gettext("has to be one e-mail address")


def _ffmpeg(value: str) -> str | None:
    if value == "off" or shutil.which(value):
        return None
    return gettext("has to be `off` or a program that is here")


def _file_or_off(value: str) -> str | None:
    # Not whether it is there: the processes that are told it may not look.
    if value == "off" or value.startswith("/"):
        return None
    return gettext("has to be `off` or the whole path of a file")


def _socket_file(value: str) -> str | None:
    return None if value.startswith("/") else gettext("has to be the whole path of a socket")


def _whole_path(value: str) -> str | None:
    return None if value.startswith("/") else gettext("has to be a whole path")


def _account(value: str) -> str | None:
    if _ACCOUNT.fullmatch(value):
        return None
    return gettext("has to be the name of an account of this machine, such as keng")


def _one_word(value: str) -> str | None:
    if len(value) <= 256 and value.isprintable() and " " not in value:
        return None
    return gettext("has to be one word without blanks")


def _bucket(value: str) -> str | None:
    parts = urlsplit(value) if _is_url(value, ("http", "https")) else None
    if parts and parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1"}:
        parts = None
    has_more = parts is None or "@" in parts.netloc or parts.query or parts.fragment
    if parts is None or has_more or not _BUCKET.fullmatch(parts.path):
        return gettext(
            "has to be a bucket's https address, as in https://s3.example/bucket or …/bucket/prefix"
        )
    return None


def _files_place(value: str) -> str | None:
    return None if value in {"s3", "folder"} else gettext("has to be s3 or folder")


_PORT = _whole(1, 65535)
_WEB = _url("http", "https")

SETTING_CHECKS: dict[str, SettingCheck] = {
    "KENG_DATA": _folder,
    "KENG_PROCESS": _process,
    "KENG_SECRET_KEY": _long_secret,
    "KENG_SENDER_KEY_FILE": _whole_path,
    "KENG_ADDRESS": _address,
    "KENG_PUBLIC_PORT": _PORT,
    "KENG_DESK_PORT": _PORT,
    "KENG_EDGE_PORT": _PORT,
    "KENG_ZALO_FAKE_PORT": _PORT,
    "KENG_PUBLIC_URL": _WEB,
    "KENG_DESK_URL": _WEB,
    "KENG_HOSTS": _hosts,
    "KENG_ORIGINS": _origins,
    "KENG_BACKUPS": _folder,
    "KENG_BACKUP_DAYS": _whole(1, 3650),
    "KENG_CERTIFICATE": _file_or_off,
    "KENG_DISPUTE_DAYS": _whole(1, 365),
    "KENG_APPROVE_WITH_CODE": _switch,
    "KENG_WARNINGS_A_WEEK": _whole(1, 100),
    "KENG_WARNINGS_A_MONTH": _whole(1, 400),
    "KENG_SUBSCRIBER_WARNINGS_A_WEEK": _whole(0, 100),
    "KENG_SCREEN_LOCK_MINUTES": _whole(0, 60),
    "KENG_EXIT_URL": _WEB,
    "KENG_ONION_URL": _onion,
    "KENG_CAP_SENDER": _cap_sender,
    "KENG_CAP_SOURCES": _cap_sources,
    "KENG_LOG_ORIGIN": _origin_of_log,
    "KENG_LOG_WITNESSES": _witnesses,
    "KENG_SUMMARY_PROVINCE": _province,
    "KENG_LOOKUP_NETWORK_LIMIT": _limit,
    "KENG_LOOKUP_LIMIT": _limit,
    "KENG_DRAFTS_NETWORK_LIMIT": _limit,
    "KENG_SUBSCRIBE_NETWORK_HOURLY": _whole(1, 1_000_000),
    "KENG_SUBSCRIBE_HOURLY": _whole(1, 1_000_000),
    "KENG_EDGE_LANES": _whole(1, 32),
    # Each process has its own, counted on from it (keng.kit.metrics_server).
    "KENG_METRICS_PORT": _whole(1, 65528),
    "KENG_LOG_FORMAT": _log_format,
    "KENG_BEHIND_TLS": _switch,
    "KENG_UPLOADS_MB": _whole(1, 1_000_000_000),
    "KENG_DISK_FLOOR_MB": _whole(0, 1_000_000_000),
    "KENG_NETWORK_FILES_MB_A_DAY": _whole(0, 1_000_000_000),
    "KENG_UNREAD_FILES_PERCENT": _whole(1, 100),
    # The worker's word to itself.
    "KENG_WORKER_KEYS": _whole_path,
    "DATABASE_URL": _database,
    "KENG_DATABASE_URL_PUBLIC": _database,
    "KENG_DATABASE_URL_DESK": _database,
    "KENG_DATABASE_URL_CHANGES": _database,
    "KENG_DATABASE_URL_EDGE": _database,
    "KENG_DATABASE_URL_WORKER": _database,
    "KENG_DATABASE_URL_SENDER": _database,
    "KENG_DATABASE_URL_OPENER": _database,
    "KENG_DATABASE_URL_REPLICA": _database,
    "KENG_REPLICA_BEHIND_SECONDS": _whole(1, 3600),
    # What is missing in it the launcher says better, once it looks.
    "KENG_PG_BINDIR": _folder,
    "KENG_PG_USER": _account,
    "KENG_ACCOUNT": _account,
    "KENG_SMTP_URL": _url("smtps", "smtp"),
    "KENG_PUSH_HOSTS": _hosts,
    "KENG_PUSH_URL": _WEB,
    "KENG_EMERGENCY_EMAIL": _email,
    "KENG_FFMPEG": _ffmpeg,
    "KENG_CLAMD": _socket_file,
    "KENG_FILES_URL": _bucket,
    "KENG_FILES_KEY": _one_word,
    "KENG_FILES_SECRET": _one_word,
    "KENG_FILES_REGION": _one_word,
    "KENG_FILES_TO": _files_place,
    "KENG_MEDIA_HOSTS": _hosts,
    "KENG_OUTGOING_PROXY": _url("http"),
    "KENG_DEMO": _switch,
    "KENG_DEBUG": _switch,
    "KENG_DEBUG_FAULTS": _switch,
    "KENG_TEST_FAULT": _anything,
    # Of those who work on Kẻng; no process of the product reads them.
    "KENG_CHROMIUM": _anything,
    "KENG_FUZZ": _anything,
    "KENG_INSTALL": _anything,
    "KENG_SHOTS_TO": _anything,
    "KENG_STORM_SEED": _anything,
    "KENG_TEST_ALL": _anything,
    "KENG_TEST_NIGHTLY": _anything,
    "KENG_TEST_TEMPLATE": _anything,
}
FILE_SETTINGS = frozenset(name + FILE_SUFFIX for name in SECRET_SETTINGS)
"""Which file holds a secret; read_secret_file says what is wrong with it."""
