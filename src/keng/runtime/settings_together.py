"""Settings that are right each by itself, and cannot be together."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from keng.kit.configuration import value_to_show
from keng.kit.database import LISTENING_SETTING, REPLICA_SETTING
from keng.kit.terminal_words import gettext
from keng.runtime.unsafe_settings import DATABASE_SETTINGS, unsafe_for_real_data
from keng.runtime.usable_storage import missing_storage_settings

_USUAL_HOSTS = "localhost,127.0.0.1,[::1]"
# What libpq calls servers of which none need take a write.
_READS_ONLY = {"read-only", "standby", "prefer-standby"}


def faults_before_start(settings: Mapping[str, str]) -> list[str]:
    """With which nothing starts where real people report, each in a sentence with what to do."""
    return [*unsafe_for_real_data(settings), *impossible_combinations(settings)]


def impossible_combinations(settings: Mapping[str, str]) -> list[str]:
    """Each in a sentence that names the settings."""
    return [
        *address_faults(settings),
        *_number_faults(settings),
        *_account_faults(settings),
        *_server_faults(settings),
        *filter(None, [missing_storage_settings(settings)]),
    ]


def address_faults(settings: Mapping[str, str]) -> list[str]:
    """What residents type, what the proxy says and what Django accepts must be one thing."""
    # Django and browsers compare names in small letters.
    hosts = (settings.get("KENG_HOSTS") or _USUAL_HOSTS).lower().split(",")
    origins = settings.get("KENG_ORIGINS", "").split(",")
    found = []
    for name in ("KENG_PUBLIC_URL", "KENG_DESK_URL"):
        url = settings.get(name, "")
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        # A start repeats it in the journal.
        shown = value_to_show(name, url) or f"{parts.scheme}://…@{parts.hostname}"
        says = {"name": name, "url": shown, "host": parts.hostname}
        if url and not _is_among(parts.hostname, hosts):
            found.append(
                gettext(
                    "%(name)s is %(url)s, and KENG_HOSTS lacks %(host)s: every page answers 400."
                )
                % says
            )
        is_behind_tls = settings.get("KENG_BEHIND_TLS") == "1"
        if parts.scheme == "https" and not is_behind_tls and origin not in origins:
            found.append(
                gettext(
                    "%(name)s is %(url)s, but neither KENG_BEHIND_TLS=1 nor KENG_ORIGINS says so: "
                    "every form is refused."
                )
                % says
            )
    return found


def _is_among(host: str | None, hosts: list[str]) -> bool:
    # An IPv6 address has brackets where Django looks for it, and none where it is parsed.
    return host in hosts or f"[{host}]" in hosts


def _number_faults(settings: Mapping[str, str]) -> Iterator[str]:
    week = int(settings.get("KENG_WARNINGS_A_WEEK") or 3)
    month = int(settings.get("KENG_WARNINGS_A_MONTH") or 10)
    # Whoever names a smaller month alone means it: the usual week is then held by it.
    if settings.get("KENG_WARNINGS_A_WEEK") and week > month:
        yield (
            gettext(
                "KENG_WARNINGS_A_WEEK is %(week)s and KENG_WARNINGS_A_MONTH %(month)s: a week "
                "cannot have more than the month around it."
            )
            % {"week": week, "month": month}
        )


def _account_faults(settings: Mapping[str, str]) -> Iterator[str]:
    account = settings.get("KENG_ACCOUNT")
    if account and account == settings.get("KENG_PG_USER"):
        yield (
            gettext(
                "KENG_ACCOUNT and KENG_PG_USER are both %(name)s: whoever takes over a site would "
                "own the files of the database. Name two accounts."
            )
            % {"name": account}
        )


def _server_faults(settings: Mapping[str, str]) -> Iterator[str]:
    parsed = {name: _parsed(settings[name]) for name in DATABASE_SETTINGS if settings.get(name)}
    for name, said in parsed.items():
        if name != REPLICA_SETTING and said.get("target_session_attrs") in _READS_ONLY:
            yield (
                gettext(
                    "%(name)s asks for a server that only reads (target_session_attrs=%(asked)s): "
                    "nothing could be kept there. Take that word out."
                )
                % {"name": name, "asked": said["target_session_attrs"]}
            )
    yield from _replica_faults(parsed)
    desk, owner = parsed.get("KENG_DATABASE_URL_DESK"), parsed.get("DATABASE_URL")
    listening = parsed.get(LISTENING_SETTING)
    if not (desk and owner and listening):
        return
    if _place(listening) == _place(desk) != _place(owner):
        yield (
            gettext(
                "%(name)s leads where KENG_DATABASE_URL_DESK does, and not to the server of "
                "DATABASE_URL: behind a pooler the desk hears of no change. Name the server "
                "itself, or leave it out."
            )
            % {"name": LISTENING_SETTING}
        )


def _replica_faults(parsed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What an address shows by itself; `keng doctor` asks the server whether it is a standby."""
    replica, owner = parsed.get(REPLICA_SETTING), parsed.get("DATABASE_URL")
    if replica is None:
        return
    says = {"name": REPLICA_SETTING}
    if replica.get("target_session_attrs") in {"read-write", "primary"}:
        yield (
            gettext(
                "%(name)s asks for a server that writes (target_session_attrs): a replica only "
                "reads. Take that word out."
            )
            % says
        )
    if owner is None:
        return
    if replica.get("dbname") and replica["dbname"] != owner.get("dbname", replica["dbname"]):
        yield (
            gettext("%(name)s names another database than DATABASE_URL: a replica has the same.")
            % says
        )
    if _place(replica) == _place(owner):
        yield (
            gettext(
                "%(name)s leads to the server of DATABASE_URL, which is no replica of itself. Name "
                "a standby, or leave it out."
            )
            % says
        )


def _place(said: Mapping[str, Any]) -> tuple[str, str]:
    return str(said.get("hostaddr") or said.get("host") or ""), str(said.get("port") or "5432")


def _parsed(address: str) -> Mapping[str, Any]:
    # Only who brings a database of their own needs the driver here.
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        return conninfo_to_dict(address)
    except ProgrammingError:
        # Connecting fails with words of its own.
        return {}
