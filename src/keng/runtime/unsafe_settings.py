"""Settings with which nothing starts where real people report."""

from collections.abc import Mapping
from ipaddress import ip_address

from keng.kit.database import LISTENING_SETTING, PROCESSES, REPLICA_SETTING
from keng.kit.terminal_words import gettext

DATABASE_SETTINGS = (
    "DATABASE_URL",
    LISTENING_SETTING,
    REPLICA_SETTING,
    *(f"KENG_DATABASE_URL_{name.upper()}" for name in PROCESSES),
)


def unsafe_for_real_data(settings: Mapping[str, str]) -> list[str]:
    """What must not be where real people report, each with what to do."""
    found = []
    if settings.get("KENG_DEMO") == "1":
        found.append(
            gettext("KENG_DEMO is set by `keng demo`, and never where real people report.")
        )
    if settings.get("KENG_DEBUG") == "1":
        found.append(gettext("KENG_DEBUG shows on its error pages what people typed: take it out."))
    if settings.get("KENG_DEBUG_FAULTS") == "1" or settings.get("KENG_TEST_FAULT"):
        found.append(
            gettext(
                "KENG_DEBUG_FAULTS and KENG_TEST_FAULT are for tests, which lose reports on "
                "purpose: take them out."
            )
        )
    listens_at = settings.get("KENG_ADDRESS") or "127.0.0.1"
    if not ip_address(listens_at).is_loopback and settings.get("KENG_BEHIND_TLS") != "1":
        found.append(
            gettext(
                "KENG_ADDRESS=%(address)s can be reached from other machines, where words, codes "
                "and passwords would travel in clear. Put a proxy with TLS in front and set "
                "KENG_BEHIND_TLS=1, or leave KENG_ADDRESS out."
            )
            % {"address": listens_at}
        )
    return found + databases_in_clear(settings)


def databases_in_clear(settings: Mapping[str, str]) -> list[str]:
    """Each database on another machine that is not held to its certificate, by its setting.

    Anything less than verify-full takes whoever answers for the database, or goes on in clear.
    """
    in_clear = gettext(
        "%(name)s names a PostgreSQL on another machine without sslmode=verify-full: whoever is on "
        "the line could read every report. Add sslmode=verify-full and sslrootcert, the file with "
        "the certificate of its authority (docs/operator/running.md)."
    )
    return [
        in_clear % {"name": name}
        for name in DATABASE_SETTINGS
        if settings.get(name) and _leaves_in_clear(settings[name], settings)
    ]


def _leaves_in_clear(address: str, settings: Mapping[str, str]) -> bool:
    # Only who brings a database of their own needs the driver here.
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        said = conninfo_to_dict(address)
    except ProgrammingError:
        # Connecting fails with words of its own: nothing leaves.
        return False
    # What the string leaves out, libpq takes from these.
    hosts = said.get("hostaddr") or settings.get("PGHOSTADDR")
    hosts = hosts or said.get("host") or settings.get("PGHOST") or ""
    mode = said.get("sslmode") or settings.get("PGSSLMODE")
    return mode != "verify-full" and not all(map(_is_of_this_machine, str(hosts).split(",")))


def _is_of_this_machine(host: str) -> bool:
    """A socket, or an address that no line leaves from. No host at all is the usual socket."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
